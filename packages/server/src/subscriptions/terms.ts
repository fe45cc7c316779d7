import {
  type BillingSchedule,
  type BillingTerms,
  type BillingTime,
  type PlanPrice,
  type PreviousUsage,
  planChangeDirection,
  type Successor,
} from '@weir/engine'
import type { PlanSnapshot } from '../catalog/index.ts'
import type { Subscription } from './store.ts'

/** What of a plan decides when its subscriptions are billed. */
export type PlanTerms = Pick<
  PlanSnapshot,
  'interval' | 'payInAdvance' | 'billChargesMonthly' | 'billFixedChargesMonthly'
>

/** What decides the billing days of a subscription, started or not. */
export function billingSchedule(
  subscription: Pick<Subscription, 'billing_time' | 'subscription_at'>,
  plan: PlanTerms,
  timeZone: string,
): BillingSchedule {
  return {
    interval: plan.interval,
    billingTime: subscription.billing_time as BillingTime,
    billChargesMonthly: plan.billChargesMonthly === true,
    billFixedChargesMonthly: plan.billFixedChargesMonthly === true,
    timeZone,
    subscriptionAt: subscription.subscription_at,
  }
}

/**
 * A started subscription as the engine computes with it.
 *
 * @param timeZone the applicable time zone of the customer
 * @param previousUsage of the latest period billed; it matters after a change of time zone
 * @param successor how the subscription was, or will be, replaced
 * @throws when the subscription has not started
 */
export function billingTerms(
  subscription: Subscription,
  plan: PlanTerms,
  timeZone: string,
  previousUsage: PreviousUsage | null = null,
  successor: Successor = 'none',
): BillingTerms {
  if (subscription.started_at === null) throw new Error(`subscription ${subscription.id} has not started`)
  return {
    ...billingSchedule(subscription, plan, timeZone),
    payInAdvance: plan.payInAdvance,
    startedAt: subscription.started_at,
    usageSince: usageSince(subscription, subscription.started_at),
    terminatedAt: subscription.terminated_at,
    successor,
    previousUsage,
  }
}

/**
 * From when on usage is a subscription's own: its start, or when it was paid for in case it replaced another one, which ran on
 * until then.
 */
export function usageSince(
  { previous_subscription_id: previousId, activated_at: activatedAt }: Subscription,
  startedAt: Temporal.Instant,
): Temporal.Instant {
  return previousId !== null && activatedAt !== null ? activatedAt : startedAt
}

/** By the plans' present prices: nothing about the direction is kept from the day the change was made. */
export function successorOf(plan: PlanPrice, next: PlanPrice | null): Successor {
  return next === null ? 'none' : planChangeDirection(plan, next)
}
