import { trialEnd } from '@weir/engine'
import type { Ctx } from '../platform/context.ts'
import { emitAll } from '../platform/domain-events.ts'
import { recordStartingUnits } from './fixed-charges/starting-units.ts'
import { firstBillingAt } from './next-billing.ts'
import { initialStarts, type Subscription, type SubscriptionRecord } from './store.ts'
import { billingSchedule } from './terms.ts'

/**
 * Starts the service of a pending subscription. The caller holds the customer's lock.
 *
 * Tells `subscription.activated` with `{ at, starting }`, from which the first invoice follows (none when `starting` is
 * false), and the webhook `subscription.started`.
 *
 * @param instant when the service starts
 * @param options.starting false for a start in the past: what came before today is not billed at once
 * @returns the subscription as it is then; unchanged when it was not pending
 */
export async function activate(
  tx: Ctx,
  record: Pick<SubscriptionRecord, 'subscription' | 'plan' | 'timeZone'>,
  instant: Temporal.Instant,
  options: { readonly starting: boolean },
): Promise<Subscription> {
  if (record.subscription.status !== 'pending') return record.subscription
  const active = await begin(tx, record, instant)
  await emitAll(tx, [
    {
      type: 'subscription.activated',
      objectId: active.id,
      data: { at: instant.toString(), starting: options.starting },
    },
    { type: 'subscription.started', objectId: active.id },
  ])
  return active
}

/** Makes a pending subscription active from an instant on, with the units of its fixed charges, and tells nobody. */
export async function begin(
  tx: Ctx,
  record: Pick<SubscriptionRecord, 'subscription' | 'plan' | 'timeZone'>,
  instant: Temporal.Instant,
): Promise<Subscription> {
  const { subscription, plan, timeZone } = record
  const now = tx.clock.now()
  const active = await tx.db
    .updateTable('subscriptions')
    .set({
      status: 'active',
      started_at: instant,
      activated_at: instant,
      trial_ends_at: await trialEndOf(tx, record, instant),
      next_billing_at: firstBillingAt(billingSchedule(subscription, plan, timeZone), instant, now),
      updated_at: now,
    })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', subscription.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await recordStartingUnits(tx, { ...record, subscription: active })
  return active
}

/** A trial is counted from the customer's first start under this external id: a second subscription gives no second trial. */
export async function trialEndOf(
  tx: Ctx,
  { subscription, plan }: Pick<SubscriptionRecord, 'subscription' | 'plan'>,
  startedAt: Temporal.Instant,
): Promise<Temporal.Instant | null> {
  if (plan.trialPeriod === null || plan.trialPeriod <= 0) return null
  const earlier = (await initialStarts(tx, [subscription])).get(subscription.id) ?? startedAt
  return trialEnd(Temporal.Instant.compare(earlier, startedAt) < 0 ? earlier : startedAt, plan.trialPeriod)
}
