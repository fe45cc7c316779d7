import { type BilledCharge, billingBoundaries, isClosed, type Period } from '@weir/engine'
import { sql } from 'kysely'
import type { Charge } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { type AppliedTax, applicableTaxes } from '../../taxes/index.ts'
import { readUsage } from '../../usage/index.ts'
import type { BilledNow } from './compute.ts'

/** The charges of a subscription that are billed by the period, with their usage. */
export interface PeriodCharges {
  readonly invoiced: readonly BilledCharge<AppliedTax>[]
  /** Their fees are on no invoice. */
  readonly standalone: readonly BilledCharge<AppliedTax>[]
}

const NONE: PeriodCharges = { invoiced: [], standalone: [] }

/**
 * Reads the usage of one subscription after the other; what decides which charges count is read for all of them.
 *
 * @param again whether the invoices are computed again: fees on no invoice were made the first time
 */
export async function chargesReader(
  tx: Ctx,
  billed: readonly BilledNow[],
  again: boolean,
): Promise<(one: BilledNow) => Promise<PeriodCharges>> {
  const nextMetrics = await loadNextMetrics(tx, billed)
  return async one => {
    const { request, subscription, plan, terms, boundaries } = one
    const { charges: period, chargesDuration: fullDays } = boundaries
    if (request.skipCharges || period === null || Temporal.Instant.compare(period.from, period.to) >= 0) return NONE
    const charges = plan.charges.filter(
      charge =>
        (charge.invoiceable || !again) &&
        isBilledByPeriod(charge, one) &&
        !isTakenOver(charge, one, nextMetrics.get(subscription.id)),
    )
    const usage = await readUsage(tx, {
      subscription: {
        externalId: subscription.external_id,
        startedAt: terms.startedAt,
        hasPrevious: subscription.previous_subscription_id !== null,
      },
      plan,
      charges,
      span: { ...period, fullDays, timeZone: terms.timeZone, endedByUpgrade: isEndedByUpgrade(one) },
      ...untilUpgrade(one),
    })
    const read = usage.map(({ charge, snapshot }) => ({
      ...snapshot,
      period: charge.payInAdvance ? comingPeriod(one, period) : period,
      taxes: applicableTaxes(charge.taxes, plan.taxes, one.customerTaxes),
    }))
    const isInvoiced = (_: unknown, place: number) => usage[place]?.charge.invoiceable === true
    return { invoiced: read.filter(isInvoiced), standalone: read.filter((one, place) => !isInvoiced(one, place)) }
  }
}

/**
 * Usage in arrears is billed when its period is over. Of usage in advance only what carries over is, for the period that
 * begins; not once the subscription has ended, unless a cheaper plan takes it over.
 */
function isBilledByPeriod(charge: Charge, { terms, request }: BilledNow): boolean {
  if (!charge.payInAdvance) return charge.invoiceable
  if (request.reason === 'progressive_billing') return false
  return charge.metric.recurring && (!isClosed(terms, request.at) || terms.successor === 'downgrade')
}

/** What carries over to a plan that an upgrade brought, and is measured there too, is billed there. */
function isTakenOver(charge: Charge, one: BilledNow, nextMetrics: ReadonlySet<string> | undefined): boolean {
  if (charge.payInAdvance || charge.prorated || !charge.metric.recurring || !isEndedByUpgrade(one)) return false
  return nextMetrics?.has(charge.metric.id) === true
}

/** What happened at the very instant of an upgrade is usage of the new plan. */
function untilUpgrade(one: BilledNow): { until?: Temporal.Instant } {
  const { terminatedAt } = one.terms
  if (terminatedAt === null || !isEndedByUpgrade(one)) return {}
  return { until: terminatedAt.subtract({ microseconds: 1 }) }
}

function isEndedByUpgrade({ terms, request }: BilledNow): boolean {
  return terms.successor === 'upgrade' && isClosed(terms, request.at)
}

/** The period that contains the billing instant. */
function comingPeriod({ terms, request }: BilledNow, billed: Period): Period {
  return billingBoundaries({ ...terms, terminatedAt: null }, request.at, 'current').charges ?? billed
}

/** The metrics on the plans that upgrades brought, by the subscription that was replaced; read only where it matters. */
async function loadNextMetrics(tx: Ctx, billed: readonly BilledNow[]): Promise<Map<string, ReadonlySet<string>>> {
  const ids = billed
    .filter(one => isEndedByUpgrade(one) && one.plan.charges.some(charge => charge.metric.recurring))
    .map(({ subscription }) => subscription.id)
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; billable_metric_id: string }>`
    select subscriptions.previous_subscription_id as id, charges.billable_metric_id
    from subscriptions
    join charges on charges.plan_id = subscriptions.plan_id and charges.deleted_at is null
    where subscriptions.organization_id = ${tx.org.id}
      and subscriptions.previous_subscription_id = any(${ids}::uuid[])
      and subscriptions.status <> 'canceled'`.execute(tx.db)
  const bySubscription = Map.groupBy(rows, row => row.id)
  return new Map([...bySubscription].map(([id, own]) => [id, new Set(own.map(row => row.billable_metric_id))]))
}
