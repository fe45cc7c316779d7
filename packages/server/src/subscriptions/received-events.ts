import { localDate } from '@weir/engine'
import type { Ctx } from '../platform/context.ts'
import type { SubscriptionRecord } from './store.ts'

/** Keeps that events came for a subscription on the present day in its customer's time zone, whatever day they are of. */
export async function markEventsReceived(ctx: Ctx, { subscription, timeZone }: SubscriptionRecord): Promise<void> {
  const today = localDate(ctx.clock.now(), timeZone)
  if (subscription.last_received_event_on?.equals(today) === true) return
  await ctx.db
    .updateTable('subscriptions')
    .set({ last_received_event_on: today })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', subscription.id)
    .execute()
}
