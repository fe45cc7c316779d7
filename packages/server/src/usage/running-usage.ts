import { type BucketUsage, bucketUsage, type ChargeSnapshot, currentUsagePeriod, type Period } from '@weir/engine'
import { type Charge, getPlans, type PlanSnapshot } from '../catalog/index.ts'
import { findCustomerByExternalId } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { notAllowed, notFound } from '../platform/errors.ts'
import { findActiveRecord, type SubscriptionRecord, termsOf } from '../subscriptions/index.ts'
import type { Taxpayer } from '../taxes/index.ts'
import { readUsage } from './snapshot.ts'

/** Which part of a subscription's usage is asked for. Of the charge selectors, the first that is set counts. */
export interface UsageSelection {
  readonly chargeId?: string | undefined
  readonly chargeCode?: string | undefined
  readonly billableMetricCode?: string | undefined
  /** Only events with one of these values for each of these properties. */
  readonly group?: Readonly<Record<string, readonly string[]>>
  /** The presentation group keys to split units by; absent: all those of the charges. */
  readonly presentationKeys?: readonly string[] | undefined
  readonly skipGrouping?: boolean
  /** From the start of the subscription instead of the start of the period. */
  readonly fullUsage?: boolean
  /** Only what had happened by then, in the period that was running then; absent: now, and all of the period. */
  readonly asOf?: Temporal.Instant
}

/** The usage of a subscription in its running period, not priced yet. */
export interface RunningUsage {
  readonly customer: Taxpayer
  readonly plan: PlanSnapshot
  readonly period: Period
  /** The applicable one of the customer. */
  readonly timeZone: string
  readonly charges: readonly RunningCharge[]
}

export interface RunningCharge {
  readonly charge: Charge
  readonly snapshot: ChargeSnapshot
  /** One a bucket and group. */
  readonly rows: readonly BucketUsage[]
}

/**
 * The active subscription of a customer that usage is asked of.
 *
 * @throws 404 `resource_not_found` for an unknown customer, 405 `no_active_subscription` when it has no such active
 *   subscription
 */
export async function findMeteredSubscription(
  ctx: Ctx,
  externalCustomerId: string,
  externalSubscriptionId: string | undefined,
): Promise<SubscriptionRecord> {
  const record = externalSubscriptionId === undefined ? undefined : await findActiveRecord(ctx, externalSubscriptionId)
  if (record?.externalCustomerId === externalCustomerId) return record
  if ((await findCustomerByExternalId(ctx, externalCustomerId)) === undefined) throw notFound('resource')
  throw notAllowed('no_active_subscription')
}

/**
 * Reads the usage of every usage charge of the plan, or of those that are selected.
 *
 * @param knownPlan the subscription's, where it is at hand
 * @throws 405 `no_active_subscription` for a subscription that has not started, 405 `full_usage_not_allowed` without any
 *   selector or for what is prorated, 404 `charge_not_found` when a selector matches nothing
 */
export async function readRunningUsage(
  ctx: Ctx,
  record: SubscriptionRecord,
  selection: UsageSelection,
  knownPlan?: PlanSnapshot,
): Promise<RunningUsage> {
  const { subscription } = record
  const terms = termsOf(record)
  if (terms === undefined) throw notAllowed('no_active_subscription')
  const plan = knownPlan ?? (await getPlans(ctx, [subscription.plan_id])).get(subscription.plan_id)
  if (plan === undefined) throw new Error(`subscription ${subscription.id} has no plan`)
  const charges = selectCharges(plan.charges, selection)

  const { asOf, group, presentationKeys } = selection
  const { fullDays, ...running } = currentUsagePeriod(terms, asOf ?? ctx.clock.now())
  const period = selection.fullUsage === true ? { ...running, from: terms.startedAt } : running
  const usage = await readUsage(ctx, {
    subscription: {
      externalId: subscription.external_id,
      startedAt: terms.startedAt,
      hasPrevious: subscription.previous_subscription_id !== null,
    },
    plan,
    charges,
    span: { ...period, fullDays, timeZone: terms.timeZone, endedByUpgrade: false },
    conditions: group ?? {},
    skipGrouping: selection.skipGrouping === true,
    running: true,
    ...(presentationKeys !== undefined && { presentationKeys }),
    ...(asOf !== undefined && { until: asOf }),
  })
  return {
    customer: { customerId: subscription.customer_id, billingEntityId: record.customerBillingEntityId },
    plan,
    period,
    timeZone: terms.timeZone,
    charges: usage.map(({ charge, snapshot }) => ({
      charge,
      snapshot,
      rows: bucketUsage(snapshot.metered, snapshot.metric, snapshot.usage, snapshot.span),
    })),
  }
}

/** In the order they are shown: by metric name, and when some were selected by id. */
function selectCharges(charges: readonly Charge[], selection: UsageSelection): Charge[] {
  const { chargeId, chargeCode, billableMetricCode, group, fullUsage } = selection
  const hasSelector = [chargeId, chargeCode, billableMetricCode].some(value => value !== undefined)
  if (fullUsage === true && !hasSelector && Object.keys(group ?? {}).length === 0) {
    throw notAllowed('full_usage_not_allowed')
  }
  const selected = charges.filter(charge => {
    if (chargeId !== undefined) return charge.id === chargeId
    if (chargeCode !== undefined) return charge.code === chargeCode
    return billableMetricCode === undefined || charge.metric.code === billableMetricCode
  })
  if (fullUsage === true && selected.some(charge => charge.prorated)) throw notAllowed('full_usage_not_allowed')
  if (hasSelector && selected.length === 0) throw notFound('charge')
  const byId = (a: Charge, b: Charge) => compare(a.id, b.id)
  const byName = (a: Charge, b: Charge) => compare(a.metric.name.toLowerCase(), b.metric.name.toLowerCase())
  return selected.sort(hasSelector ? byId : (a, b) => byName(a, b) || byId(a, b))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
