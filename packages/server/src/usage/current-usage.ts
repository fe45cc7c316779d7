import {
  bucketUsage,
  type ChargeFee,
  chargeFees,
  currentUsageFees,
  currentUsagePeriod,
  type Period,
} from '@weir/engine'
import { type Charge, getPlans, type PlanSnapshot } from '../catalog/index.ts'
import { findCustomerByExternalId } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { notAllowed, notFound } from '../platform/errors.ts'
import { findActiveSubscription, loadSubscriptionRecords, termsOf } from '../subscriptions/index.ts'
import { readUsage } from './snapshot.ts'

/** Which part of a subscription's usage is asked for. Of the charge selectors, the first that is set counts. */
export interface CurrentUsageQuestion {
  readonly externalCustomerId: string
  readonly externalSubscriptionId: string | undefined
  readonly chargeId: string | undefined
  readonly chargeCode: string | undefined
  readonly billableMetricCode: string | undefined
  /** Only events with one of these values for each of these properties. */
  readonly group: Readonly<Record<string, readonly string[]>>
  readonly skipGrouping: boolean
  /** From the start of the subscription instead of the start of the period. */
  readonly fullUsage: boolean
  /** Only what had happened by then, in the period that was running then; absent: now, and all of the period. */
  readonly asOf?: Temporal.Instant
}

/** What a charge has used so far, one fee a bucket and group; nothing of it is stored. */
export interface ChargeUsage {
  readonly charge: Charge
  readonly fees: readonly ChargeFee[]
}

export interface CurrentUsage {
  readonly period: Period
  readonly plan: PlanSnapshot
  readonly charges: readonly ChargeUsage[]
}

/**
 * What a subscription has used in its running period and what that would cost: every usage charge of its plan, priced as
 * an invoice would, before minimums, commitments, coupons and credits.
 *
 * @throws 404 `resource_not_found` for an unknown customer, 405 `no_active_subscription` when it has no such active
 *   subscription, 405 `full_usage_not_allowed` without any selector, 404 `charge_not_found` when a selector matches nothing
 */
export async function getCurrentUsage(ctx: Ctx, question: CurrentUsageQuestion): Promise<CurrentUsage> {
  const customer = await findCustomerByExternalId(ctx, question.externalCustomerId)
  if (customer === undefined) throw notFound('resource')
  const subscription =
    question.externalSubscriptionId === undefined
      ? undefined
      : await findActiveSubscription(ctx, question.externalSubscriptionId)
  if (subscription === undefined || subscription.customer_id !== customer.id) throw notAllowed('no_active_subscription')

  const plan = (await getPlans(ctx, [subscription.plan_id])).get(subscription.plan_id)
  if (plan === undefined) throw new Error(`subscription ${subscription.id} has no plan`)
  const hasSelector = [question.chargeId, question.chargeCode, question.billableMetricCode].some(
    value => value !== undefined,
  )
  if (question.fullUsage && !hasSelector && Object.keys(question.group).length === 0)
    throw notAllowed('full_usage_not_allowed')
  const charges = selectCharges(plan.charges, question)
  if (hasSelector && charges.length === 0) throw notFound('charge')
  if (question.fullUsage && charges.some(charge => charge.prorated)) throw notAllowed('full_usage_not_allowed')

  const [record] = await loadSubscriptionRecords(ctx, [subscription.id])
  const terms = record && termsOf(record)
  if (terms === undefined) throw notAllowed('no_active_subscription')
  const { fullDays, ...period } = currentUsagePeriod(terms, question.asOf ?? ctx.clock.now())
  const span = { ...period, fullDays, timeZone: terms.timeZone, endedByUpgrade: false }
  const usage = await readUsage(ctx, {
    subscription: {
      externalId: subscription.external_id,
      startedAt: terms.startedAt,
      hasPrevious: subscription.previous_subscription_id !== null,
    },
    plan,
    charges,
    span: question.fullUsage ? { ...span, from: terms.startedAt } : span,
    conditions: question.group,
    skipGrouping: question.skipGrouping,
    running: true,
    ...(question.asOf !== undefined && { until: question.asOf }),
  })
  return {
    period,
    plan,
    charges: usage.map(({ charge, snapshot }) => ({
      charge,
      fees: currentUsageFees(
        chargeFees(snapshot.priced, bucketUsage(snapshot.metered, snapshot.metric, snapshot.usage, snapshot.span)),
      ),
    })),
  }
}

/** In the order they are shown: by metric name, and when some were selected by id. */
function selectCharges(charges: readonly Charge[], question: CurrentUsageQuestion): Charge[] {
  const { chargeId, chargeCode, billableMetricCode } = question
  if (chargeId !== undefined) return charges.filter(charge => charge.id === chargeId)
  if (chargeCode !== undefined) return byId(charges.filter(charge => charge.code === chargeCode))
  if (billableMetricCode !== undefined) return byId(charges.filter(charge => charge.metric.code === billableMetricCode))
  return charges.toSorted(
    (a, b) => compare(a.metric.name.toLowerCase(), b.metric.name.toLowerCase()) || compare(a.id, b.id),
  )
}

function byId(charges: Charge[]): Charge[] {
  return charges.toSorted((a, b) => compare(a.id, b.id))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
