import type { Ctx } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { loadSubscriptionRecords, type SubscriptionRecord } from './store.ts'

/** When the organization's next free trial ends; null when none is running. */
export async function nextTrialEnd(ctx: Ctx): Promise<Temporal.Instant | null> {
  const row = await ctx.db
    .selectFrom('subscriptions')
    .select('trial_ends_at')
    .where('organization_id', '=', ctx.org.id)
    .where('status', '=', 'active')
    .where('trial_ended_at', 'is', null)
    .where('trial_ends_at', 'is not', null)
    .orderBy('trial_ends_at')
    .limit(1)
    .executeTakeFirst()
  return row?.trial_ends_at ?? null
}

/** The active subscriptions of a customer whose trial is over and was not acted upon. The caller holds the customer's lock. */
export async function findEndedTrials(
  tx: Ctx,
  customerId: string,
  now: Temporal.Instant,
): Promise<SubscriptionRecord[]> {
  const rows = await tx.db
    .selectFrom('subscriptions')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', customerId)
    .where('status', '=', 'active')
    .where('trial_ended_at', 'is', null)
    .where('trial_ends_at', '<=', now)
    .orderBy('trial_ends_at')
    .orderBy('id')
    .execute()
  return loadSubscriptionRecords(
    tx,
    rows.map(row => row.id),
  )
}

/** Notes that the trial is over, so that it is acted upon once, and tells of it. */
export async function endTrial(tx: Ctx, { subscription }: SubscriptionRecord): Promise<void> {
  await tx.db
    .updateTable('subscriptions')
    .set({ trial_ended_at: subscription.trial_ends_at, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', subscription.id)
    .execute()
  await emit(tx, 'subscription.trial_ended', subscription.id)
}
