import { trialEnd } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { initialStarts, type SubscriptionRecord } from '../store.ts'

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
