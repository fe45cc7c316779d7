import { localDate } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import type { SubscriptionRecord } from '../store.ts'
import { end } from '../terminate-subscription.ts'

/** Both subscriptions of a plan change that took effect. */
export interface Replacement {
  readonly previous: SubscriptionRecord
  readonly next: SubscriptionRecord
}

/** Ends a subscription in the middle of its period, because another one replaces it. Tells what {@link end} tells. */
export async function endUpgraded(tx: Ctx, current: SubscriptionRecord, at: Temporal.Instant): Promise<void> {
  const { on_termination_credit_note: stored, on_termination_invoice: invoice } = current.subscription
  // Nothing is paid back for a plan that goes on: what was paid counts towards the new one.
  await end(tx, current, at, { creditNote: stored === 'skip' ? 'skip' : 'credit', invoice, upgrade: true })
}

/** Ends a subscription with its period, because another one replaces it. Tells `subscription.terminated`. */
export async function endDowngraded(
  tx: Ctx,
  { subscription }: SubscriptionRecord,
  at: Temporal.Instant,
): Promise<void> {
  await tx.db
    .updateTable('subscriptions')
    .set({ status: 'terminated', terminated_at: at, next_billing_at: null, updated_at: at })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', subscription.id)
    .execute()
  await emit(tx, 'subscription.terminated', subscription.id)
}

/** Whether a subscription was billed on the day on which another one began to wait for its place, or later. */
export function isBilledSince({ subscription }: SubscriptionRecord, waiting: SubscriptionRecord): boolean {
  const { started_at: since } = waiting.subscription
  const { next_billing_at: due } = subscription
  if (since === null || due === null) return false
  return Temporal.PlainDate.compare(localDate(due, waiting.timeZone), localDate(since, waiting.timeZone)) > 0
}

export function replacement({ subscription }: SubscriptionRecord, direction: 'upgrade' | 'downgrade') {
  return { previous_id: subscription.id, direction }
}
