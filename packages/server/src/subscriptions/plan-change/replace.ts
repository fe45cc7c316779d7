import { planChangeDirection } from '@weir/engine'
import { frozenClock } from '../../platform/clock/clock.ts'
import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { begin } from '../activation/activate.ts'
import { gate } from '../activation/gate.ts'
import { emitMissedDays } from '../missed-days.ts'
import { writeNextBilling } from '../next-billing.ts'
import { getSubscriptionRecord, type Subscription, type SubscriptionRecord } from '../store.ts'
import { endDowngraded, endUpgraded, type Replacement, replacement } from './end-replaced.ts'

/** A payment that is made at once needs no longer. */
const NEXT_TICK = { hours: 1 }

/**
 * Ends an active subscription now and starts the pending one that replaces it, at the same instant; where that has to be paid
 * for first, both wait. The caller holds the customer's lock.
 *
 * Tells, in the order in which things follow from it: `subscription.billing_missed` where billing days up to today were
 * not billed; the webhooks `subscription.updated`, `subscription.terminated` (with what is to be credited) and
 * `subscription.started`; `subscription.replaced` of the new one, from which the invoice of both follows.
 *
 * @returns the new one
 */
export async function upgrade(tx: Ctx, current: SubscriptionRecord, next: SubscriptionRecord): Promise<Subscription> {
  const at = tx.clock.now()
  return (await gate(tx, next, at)) ?? upgradeNow(tx, current, next, at)
}

async function upgradeNow(
  tx: Ctx,
  current: SubscriptionRecord,
  next: SubscriptionRecord,
  at: Temporal.Instant,
): Promise<Subscription> {
  await emitMissedDays(tx, current, at, { untilToday: true })
  await endUpgraded(tx, current, at)
  const started = await begin(tx, next, at)
  await emitAll(tx, [
    { type: 'subscription.started', objectId: started.id },
    { type: 'subscription.replaced', objectId: started.id, data: replacement(current, 'upgrade') },
  ])
  return started
}

/**
 * Carries out a scheduled plan change when the period of the current plan has ended, and tells `subscription.terminated`,
 * `subscription.started` and `subscription.replaced`. The caller holds the customer's lock and bills both subscriptions.
 *
 * Prices decide again: a plan that is not the cheaper one any more is upgraded to, and bills by itself.
 *
 * @param nextId the pending one
 * @param at when the change takes effect, in whole seconds
 * @returns `upgraded` where there is nothing for the caller to bill; `waits` where the new one has to be paid for first, and
 *   the current one goes on: it is due again at the next tick
 */
export async function switchToNext(
  tx: Ctx,
  current: SubscriptionRecord,
  nextId: string,
  at: Temporal.Instant,
): Promise<Replacement | 'upgraded' | 'waits'> {
  const then = { ...tx, clock: frozenClock(at) }
  const next = await getSubscriptionRecord(then, nextId)
  if ((await gate(then, next, at)) !== undefined) {
    await writeNextBilling(tx, [{ subscriptionId: current.subscription.id, at: at.add(NEXT_TICK) }])
    return 'waits'
  }
  if (planChangeDirection(current.plan, next.plan) === 'upgrade') {
    await upgradeNow(then, current, next, at)
    return 'upgraded'
  }
  await endDowngraded(then, current, at)
  const started = await begin(then, next, at)
  await emitAll(tx, [
    { type: 'subscription.started', objectId: started.id },
    { type: 'subscription.replaced', objectId: started.id, data: replacement(current, 'downgrade') },
  ])
  return {
    previous: await getSubscriptionRecord(tx, current.subscription.id),
    next: await getSubscriptionRecord(tx, started.id),
  }
}
