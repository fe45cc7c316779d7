import { bucketUsage, type Decimal, decimal, localDate } from '@weir/engine'
import { type Charge, getPlans, type PlanSnapshot } from '../catalog/index.ts'
import type { FeeRow, Invoice } from '../invoices/index.ts'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import type { SubscriptionRecord } from '../subscriptions/index.ts'
import { readUsage } from '../usage/index.ts'

/** Units that came, or went, on a day of a period. */
export interface UnitChange {
  readonly day: Temporal.PlainDate
  /** Negative where they went. */
  readonly units: Decimal
  /** How many days of the period they were there for; null where they went. */
  readonly days: number | null
}

/** How the units of a fee came about that carry over from period to period. */
export interface UnitChanges {
  readonly changes: readonly UnitChange[]
  /** Days of the whole period. */
  readonly fullDays: number
  readonly isProrated: boolean
}

const SUMS: readonly string[] = ['sum_agg', 'unique_count_agg']

/** The changes of units that carry over, by fee, of charges in arrears that bill any. */
export async function loadUnitChanges(
  ctx: Ctx,
  invoice: Invoice,
  fees: readonly FeeRow[],
  subscriptions: readonly SubscriptionRecord[],
): Promise<Map<string, UnitChanges>> {
  const told = new Map<string, UnitChanges>()
  if (!(await mayCarryOver(ctx, fees))) return told
  const plans = await getPlans(ctx, [...new Set(subscriptions.map(({ plan }) => plan.id))])
  for (const record of subscriptions) {
    const plan = plans.get(record.subscription.plan_id)
    const own = fees.filter(fee => fee.subscription_id === record.subscription.id && isUsage(fee))
    for (const fee of own) {
      const charge = plan?.charges.find(one => one.id === fee.charge_id)
      if (plan === undefined || charge === undefined || !carriesOver(charge)) continue
      const changes = await changesOf(ctx, invoice, fee, { record, plan, charge })
      const fullDays = fee.computed_from.period_days ?? 0
      if (changes.length > 0) told.set(fee.id, { changes, fullDays, isProrated: charge.prorated })
    }
  }
  return told
}

function isUsage(fee: FeeRow): boolean {
  return fee.fee_type === 'charge' && fee.true_up_parent_fee_id === null && Number(fee.units) > 0
}

/** Whether any usage is of a metric that carries over: what prices the plans is read only then. */
async function mayCarryOver(ctx: Ctx, fees: readonly FeeRow[]): Promise<boolean> {
  const chargeIds = [...new Set(fees.filter(isUsage).flatMap(fee => fee.charge_id ?? []))]
  if (chargeIds.length === 0) return false
  const charge = await ctx.db
    .selectFrom('charges')
    .innerJoin('billable_metrics', 'billable_metrics.id', 'charges.billable_metric_id')
    .select('charges.id')
    .where('charges.organization_id', '=', ctx.org.id)
    .where(anyOf('charges.id', chargeIds))
    .where('billable_metrics.recurring', '=', true)
    .limit(1)
    .executeTakeFirst()
  return charge !== undefined
}

function carriesOver({ payInAdvance, metric }: Charge): boolean {
  return !payInAdvance && metric.recurring && SUMS.includes(metric.aggregationType)
}

interface Billed {
  readonly record: SubscriptionRecord
  readonly plan: PlanSnapshot
  readonly charge: Charge
}

/** What happened in the period of the fee, day by day; proration, of which the fee may know nothing, is what tells the days. */
async function changesOf(
  ctx: Ctx,
  { timezone: timeZone }: Invoice,
  fee: FeeRow,
  { record: { subscription }, plan, charge }: Billed,
): Promise<UnitChange[]> {
  const { from_datetime: from, to_datetime: to } = fee
  if (from === null || to === null || subscription.started_at === null) return []
  const span = { from, to, fullDays: fee.computed_from.period_days ?? 1, timeZone, endedByUpgrade: false }
  const usage = await readUsage(ctx, {
    subscription: {
      externalId: subscription.external_id,
      startedAt: subscription.started_at,
      hasPrevious: subscription.previous_subscription_id !== null,
    },
    plan,
    charges: [{ ...charge, prorated: true }],
    span,
  })
  const rows = usage.flatMap(({ snapshot }) => bucketUsage(snapshot.metered, snapshot.metric, snapshot.usage, span))
  const row = rows.find(one => one.filterId === fee.charge_filter_id && isSameGroup(one.groupedBy, fee.grouped_by))
  const changes = (row?.proratedChanges ?? []).flatMap(({ full, at, days }): UnitChange[] => {
    if (at === undefined || Temporal.Instant.compare(at, from) < 0) return []
    const day = localDate(at, timeZone)
    if (full.isNegative()) return [{ day, units: full, days: null }]
    return days === undefined || days === 0 ? [] : [{ day, units: full, days }]
  })
  return [...Map.groupBy(changes, ({ day, days }) => `${day} ${days}`).values()].flatMap(united)
}

/** What came or went on the same day, for the same days, is told once. */
function united(changes: readonly UnitChange[]): UnitChange[] {
  const [first] = changes
  return first === undefined
    ? []
    : [{ ...first, units: changes.reduce((sum, { units }) => sum.plus(units), decimal(0)) }]
}

function isSameGroup(a: Readonly<Record<string, string | null>>, b: Readonly<Record<string, string | null>>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every(key => (a[key] ?? null) === (b[key] ?? null))
}
