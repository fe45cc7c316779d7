import {
  billingBoundaries,
  type FixedChargeSnapshot,
  isClosed,
  type PaidFixedCharge,
  type PricedFixedCharge,
  parseChargeModel,
  type UnitsSpan,
} from '@weir/engine'
import { sql } from 'kysely'
import type { FixedCharge, PlanSnapshot } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { getUnitEvents, type UnitEvent } from '../../subscriptions/index.ts'
import { type AppliedTax, applicableTaxes } from '../../taxes/index.ts'
import type { BilledNow } from './compute.ts'

/** A fixed charge that is due, and for which period. */
interface Due {
  readonly one: BilledNow
  readonly charge: FixedCharge
  readonly span: UnitsSpan
}

/**
 * The fixed charges that invoices bill, by subscription, with the history of their units. Nothing is read where no plan has
 * any.
 */
export async function loadFixedCharges(
  tx: Ctx,
  billed: readonly BilledNow[],
): Promise<Map<string, FixedChargeSnapshot<AppliedTax>[]>> {
  const due = billed.flatMap(one => one.plan.fixedCharges.flatMap(charge => dueCharge(one, charge) ?? []))
  if (due.length === 0) return new Map()
  const ids = [...new Set(due.map(({ one }) => one.subscription.id))]
  const events = await getUnitEvents(tx, ids)
  const paid = await loadPaid(tx, due)
  const credits = await loadEarlierFees(tx, due)
  const unpaid = due.filter(({ one, charge, span }) => !charge.payInAdvance || !paid.has(keyOf(one, charge.id, span)))
  const bySubscription = Map.groupBy(unpaid, ({ one }) => one.subscription.id)
  const snapshotOf = ({ one, charge, span }: Due): FixedChargeSnapshot<AppliedTax> => ({
    fixedChargeId: charge.id,
    priced: pricedFixedCharge(charge, one.plan),
    decisions: unitEventsOf(charge, events.get(one.subscription.id)),
    span,
    paidBefore: credits.find(credit => isEarlierFee(credit, { one, charge, span })) ?? null,
    taxes: applicableTaxes(charge.taxes, one.plan.taxes, one.customerTaxes),
  })
  return new Map([...bySubscription].map(([id, charges]) => [id, charges.map(snapshotOf)]))
}

/** As the engine prices it. */
export function pricedFixedCharge(charge: FixedCharge, plan: Pick<PlanSnapshot, 'amountCurrency'>): PricedFixedCharge {
  return {
    currency: plan.amountCurrency,
    chargeModel: parseChargeModel(charge.chargeModel, charge.properties),
    prorated: charge.prorated,
  }
}

/** Those of the fixed charge, and of the one it was copied from. */
export function unitEventsOf(
  charge: Pick<FixedCharge, 'id' | 'parentId'>,
  events: readonly UnitEvent[] = [],
): UnitEvent[] {
  return events.filter(event => event.fixedChargeId === charge.id || event.fixedChargeId === charge.parentId)
}

/**
 * In arrears, the period that is over, though not when the service starts; in advance, the one that contains the billing
 * instant, though not when the service has ended.
 */
function dueCharge(one: BilledNow, charge: FixedCharge): Due | undefined {
  const { terms, request, boundaries, reason } = one
  if (boundaries.fixedCharges === null || reason === 'in_advance_charge') return undefined
  if (!charge.payInAdvance) {
    if (reason === 'subscription_starting') return undefined
    return { one, charge, span: spanOf(boundaries.fixedCharges, boundaries.fixedChargesDuration, terms.timeZone) }
  }
  if (isClosed(terms, request.at)) return undefined
  const { fixedCharges, fixedChargesDuration } = billingBoundaries(terms, request.at, 'current')
  if (fixedCharges === null) return undefined
  return { one, charge, span: spanOf(fixedCharges, fixedChargesDuration, terms.timeZone) }
}

function spanOf(period: { from: Temporal.Instant; to: Temporal.Instant }, fullDays: number, timeZone: string) {
  return { ...period, fullDays, timeZone }
}

/** Identifies what a fee in advance pays for, to the second. */
function keyOf(one: BilledNow, chargeId: string, span: { from: Temporal.Instant; to: Temporal.Instant }): string {
  const second = (at: Temporal.Instant) => at.toString({ smallestUnit: 'second' })
  return [one.subscription.id, chargeId, second(span.from), second(span.to)].join()
}

/** What was paid in advance already: the same periods of the same fixed charges, or of their parents, on invoices that count. */
async function loadPaid(tx: Ctx, due: readonly Due[]): Promise<Set<string>> {
  const inAdvance = due.filter(({ charge }) => charge.payInAdvance)
  if (inAdvance.length === 0) return new Set()
  const { rows } = await sql<{
    subscription_id: string
    charge_id: string
    from: Temporal.Instant
    to: Temporal.Instant
  }>`
    select due.subscription_id, due.charge_id, fees.from_datetime as "from", fees.to_datetime as "to"
    from unnest(
      ${inAdvance.map(({ one }) => one.subscription.id)}::uuid[],
      ${inAdvance.map(({ charge }) => charge.id)}::uuid[],
      ${inAdvance.map(({ charge }) => charge.parentId)}::uuid[],
      ${inAdvance.map(({ span }) => span.from.subtract({ seconds: 1 }).toString())}::timestamptz[]
    ) as due (subscription_id, charge_id, parent_id, since)
    join fees
      on fees.fixed_charge_id in (due.charge_id, due.parent_id)
      and fees.subscription_id = due.subscription_id
      and fees.from_datetime >= due.since
    join invoices on invoices.id = fees.invoice_id
    where fees.organization_id = ${tx.org.id}
      and fees.deleted_at is null
      and fees.to_datetime is not null
      and (fees.units > 0 or fees.amount_cents > 0)
      and invoices.status not in ('voided', 'deleted')`.execute(tx.db)
  const oneOf = new Map(inAdvance.map(({ one }) => [one.subscription.id, one]))
  return new Set(
    rows.flatMap(row => {
      const one = oneOf.get(row.subscription_id)
      return one === undefined ? [] : [keyOf(one, row.charge_id, row)]
    }),
  )
}

interface EarlierFee extends PaidFixedCharge {
  /** The subscription that took over. */
  readonly subscriptionId: string
  readonly addOnId: string
  readonly from: Temporal.Instant
}

/** After an upgrade: the fees that the replaced subscription paid for fixed charges of the same add-ons, latest first. */
async function loadEarlierFees(tx: Ctx, due: readonly Due[]): Promise<EarlierFee[]> {
  const credited = due.filter(isFirstAfterUpgrade)
  if (credited.length === 0) return []
  const { rows } = await sql<EarlierFee>`
    select
      subscriptions.id as "subscriptionId",
      fixed_charges.add_on_id as "addOnId",
      fees.amount_cents as "amountCents",
      fees.from_datetime as "from",
      fees.to_datetime as "to",
      coalesce(fees.timestamp, fees.from_datetime) as "billedAt"
    from subscriptions
    join fees on fees.subscription_id = subscriptions.previous_subscription_id and fees.fee_type = 'fixed_charge'
    join fixed_charges on fixed_charges.id = fees.fixed_charge_id
    where subscriptions.organization_id = ${tx.org.id}
      and subscriptions.id = any(${[...new Set(credited.map(({ one }) => one.subscription.id))]}::uuid[])
      and fees.deleted_at is null
      and fees.from_datetime is not null
      and fees.to_datetime is not null
    order by fees.created_at desc, fees.id desc`.execute(tx.db)
  return rows
}

function isFirstAfterUpgrade({ one, charge }: Due): boolean {
  return (
    charge.payInAdvance &&
    charge.prorated &&
    one.subscription.previous_subscription_id !== null &&
    one.history.invoices.length === 0
  )
}

function isEarlierFee(fee: EarlierFee, due: Due): boolean {
  return (
    isFirstAfterUpgrade(due) &&
    fee.subscriptionId === due.one.subscription.id &&
    fee.addOnId === due.charge.addOn.id &&
    Temporal.Instant.compare(fee.from, due.span.from) <= 0 &&
    Temporal.Instant.compare(fee.to, due.span.to) >= 0
  )
}
