import { latestBillingDay, localDate, planChangeDirection } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { emit, emitAll } from '../../platform/domain-events.ts'
import { emitMissedDays } from '../missed-days.ts'
import { nextBillingAt } from '../next-billing.ts'
import {
  endDowngraded,
  endUpgraded,
  isBilledSince,
  type Replacement,
  replacement,
} from '../plan-change/end-replaced.ts'
import { getSubscriptionRecord, type Subscription, type SubscriptionRecord } from '../store.ts'
import { billingSchedule } from '../terms.ts'
import { closeRules } from './rules.ts'

/**
 * Makes a subscription active that was waiting for its payment: now, although it counts from when it began to wait. What it
 * replaces ends now. The caller holds the customer's lock.
 *
 * Tells the webhook `subscription.started`, and what follows from it: `subscription.billing_missed` with the billing day of
 * the running period where that came while it was waiting, or what a plan change tells.
 *
 * @returns a plan change of which the caller has to bill the subscription that ended
 */
export async function completeActivation(tx: Ctx, waiting: SubscriptionRecord): Promise<Replacement | undefined> {
  const { id, previous_subscription_id: previousId } = waiting.subscription
  await closeRules(tx, id, 'satisfied')
  const previous = previousId === null ? undefined : await getSubscriptionRecord(tx, previousId)
  if (previous?.subscription.status === 'active') return replace(tx, previous, waiting)
  await start(tx, waiting)
  await emit(tx, 'subscription.started', id)
  await emitRunningPeriod(tx, waiting)
  return undefined
}

async function replace(
  tx: Ctx,
  previous: SubscriptionRecord,
  waiting: SubscriptionRecord,
): Promise<Replacement | undefined> {
  const { id } = waiting.subscription
  const at = tx.clock.now()
  const isUpgrade = planChangeDirection(previous.plan, waiting.plan) === 'upgrade' || isBilledSince(previous, waiting)
  if (isUpgrade) await emitMissedDays(tx, previous, at, { untilToday: true })
  await (isUpgrade ? endUpgraded(tx, previous, at) : endDowngraded(tx, previous, at))
  await start(tx, waiting)
  const direction = isUpgrade ? 'upgrade' : 'downgrade'
  await emitAll(tx, [
    { type: 'subscription.started', objectId: id },
    { type: 'subscription.replaced', objectId: id, data: { ...replacement(previous, direction), billed: true } },
  ])
  if (isUpgrade) return undefined
  return {
    previous: await getSubscriptionRecord(tx, previous.subscription.id),
    next: await getSubscriptionRecord(tx, id),
  }
}

async function start(tx: Ctx, { subscription, plan, timeZone }: SubscriptionRecord): Promise<void> {
  const now = tx.clock.now()
  const today = localDate(now, timeZone)
  await tx.db
    .updateTable('subscriptions')
    .set({
      status: 'active',
      activated_at: now,
      next_billing_at: nextBillingAt(billingSchedule(subscription, plan, timeZone), today),
      updated_at: now,
    })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', subscription.id)
    .execute()
}

/** Billing days that came while it was waiting are not made up for, but for that of the running period. */
async function emitRunningPeriod(tx: Ctx, { subscription, plan, timeZone }: SubscriptionRecord): Promise<void> {
  const schedule = billingSchedule(subscription, plan, timeZone)
  const day = latestBillingDay(schedule, localDate(tx.clock.now(), timeZone))
  const { started_at: startedAt } = subscription
  if (startedAt === null || Temporal.PlainDate.compare(day, localDate(startedAt, timeZone)) <= 0) return
  await emit(tx, 'subscription.billing_missed', subscription.id, { days: [day.toString()] })
}

/**
 * Gives up a subscription that was waiting for its payment; what it was to replace goes on. The caller holds the customer's
 * lock. Tells the webhook `subscription.canceled`, from which it follows that its invoice is closed.
 */
export async function cancelActivation(
  tx: Ctx,
  { id }: Pick<Subscription, 'id'>,
  reason: 'payment_failed' | 'timeout',
): Promise<void> {
  const now = tx.clock.now()
  const canceled = await tx.db
    .updateTable('subscriptions')
    .set({ status: 'canceled', canceled_at: now, cancellation_reason: reason, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .where('status', '=', 'incomplete')
    .returning('id')
    .executeTakeFirst()
  if (canceled === undefined) return
  await closeRules(tx, id, reason === 'timeout' ? 'expired' : 'failed')
  await emit(tx, 'subscription.canceled', id)
}
