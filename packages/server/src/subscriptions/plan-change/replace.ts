import { planChangeDirection } from '@weir/engine'
import { frozenClock } from '../../platform/clock/clock.ts'
import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { begin } from '../activate.ts'
import { emitMissedDays } from '../missed-days.ts'
import { getSubscriptionRecord, type Subscription, type SubscriptionRecord } from '../store.ts'
import { end } from '../terminate-subscription.ts'

/**
 * Ends an active subscription now and starts the pending one that replaces it, at the same instant. The caller holds the
 * customer's lock.
 *
 * Tells, in the order in which things follow from it: `subscription.billing_missed` where billing days up to today were
 * not billed; the webhooks `subscription.updated`, `subscription.terminated` (with what is to be credited) and
 * `subscription.started`; `subscription.replaced` of the new one, from which the invoice of both follows.
 *
 * @returns the new one
 */
export async function upgrade(tx: Ctx, current: SubscriptionRecord, next: SubscriptionRecord): Promise<Subscription> {
  const at = tx.clock.now()
  const { on_termination_credit_note: stored, on_termination_invoice: invoice } = current.subscription
  await emitMissedDays(tx, current, at, { untilToday: true })
  // Nothing is paid back for a plan that goes on: what was paid counts towards the new one.
  await end(tx, current, at, { creditNote: stored === 'skip' ? 'skip' : 'credit', invoice, upgrade: true })
  const started = await begin(tx, next, at)
  await emitAll(tx, [
    { type: 'subscription.started', objectId: started.id },
    { type: 'subscription.replaced', objectId: started.id, data: replacement(current, 'upgrade') },
  ])
  return started
}

/** Both subscriptions of a plan change that took effect. */
export interface Replacement {
  readonly previous: SubscriptionRecord
  readonly next: SubscriptionRecord
}

/**
 * Carries out a scheduled plan change when the period of the current plan has ended, and tells `subscription.terminated`,
 * `subscription.started` and `subscription.replaced`. The caller holds the customer's lock and bills both subscriptions.
 *
 * Prices decide again: a plan that is not the cheaper one any more is upgraded to, and bills by itself.
 *
 * @param nextId the pending one
 * @param at when the change takes effect, in whole seconds
 * @returns undefined where it was an upgrade: there is nothing for the caller to bill
 */
export async function switchToNext(
  tx: Ctx,
  current: SubscriptionRecord,
  nextId: string,
  at: Temporal.Instant,
): Promise<Replacement | undefined> {
  const then = { ...tx, clock: frozenClock(at) }
  const next = await getSubscriptionRecord(then, nextId)
  if (planChangeDirection(current.plan, next.plan) === 'upgrade') {
    await upgrade(then, current, next)
    return undefined
  }
  await tx.db
    .updateTable('subscriptions')
    .set({ status: 'terminated', terminated_at: at, next_billing_at: null, updated_at: at })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', current.subscription.id)
    .execute()
  const started = await begin(then, next, at)
  await emitAll(tx, [
    { type: 'subscription.terminated', objectId: current.subscription.id },
    { type: 'subscription.started', objectId: started.id },
    { type: 'subscription.replaced', objectId: started.id, data: replacement(current, 'downgrade') },
  ])
  return {
    previous: await getSubscriptionRecord(tx, current.subscription.id),
    next: await getSubscriptionRecord(tx, started.id),
  }
}

function replacement({ subscription }: SubscriptionRecord, direction: 'upgrade' | 'downgrade') {
  return { previous_id: subscription.id, direction }
}
