import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { recordStartingUnits } from '../fixed-charges/starting-units.ts'
import { firstBillingAt } from '../next-billing.ts'
import type { Subscription, SubscriptionRecord } from '../store.ts'
import { billingSchedule } from '../terms.ts'
import { gate } from './gate.ts'
import { trialEndOf } from './trial-end.ts'

/** A subscription that has not started, with what its start depends on. */
export type Startable = Pick<SubscriptionRecord, 'subscription' | 'plan' | 'timeZone'>

/**
 * Starts the service of a pending subscription, or lets it wait until it is paid for where its rules say so. The caller holds
 * the customer's lock.
 *
 * Tells `subscription.activated` with `{ at, starting }`, from which the first invoice follows (none when `starting` is
 * false), and the webhook `subscription.started`; or what {@link gate} tells.
 *
 * @param instant when the service starts
 * @param options.starting false for a start in the past: what came before today is not billed at once, and no rule applies
 * @returns the subscription as it is then; unchanged when it was not pending
 */
export async function activate(
  tx: Ctx,
  record: Startable,
  instant: Temporal.Instant,
  options: { readonly starting: boolean },
): Promise<Subscription> {
  if (record.subscription.status !== 'pending') return record.subscription
  const waiting = options.starting ? await gate(tx, record, instant) : undefined
  if (waiting !== undefined) return waiting
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
export async function begin(tx: Ctx, record: Startable, instant: Temporal.Instant): Promise<Subscription> {
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
