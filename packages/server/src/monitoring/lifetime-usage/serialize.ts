import { thresholdCompletions } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { formatCents, formatInstant, formatInstantMs } from '../../platform/wire.ts'
import { getApplicableThresholds, loadSubscriptionRecords } from '../../subscriptions/index.ts'
import { findAppliedThresholds } from './applied-thresholds.ts'
import { type LifetimeUsage, totalOf } from './store.ts'

/** A lifetime usage as the API prints it: the amounts as they are kept, and how far it is to each threshold. */
export async function presentLifetimeUsage(ctx: Ctx, usage: LifetimeUsage) {
  const [record] = await loadSubscriptionRecords(ctx, [usage.subscription_id])
  if (record === undefined) throw new Error(`lifetime usage ${usage.id} has no subscription`)
  const now = ctx.clock.now()
  const applicable = await getApplicableThresholds(ctx, [record.subscription])
  const thresholds = applicable.get(record.subscription.id) ?? []
  const applied = thresholds.length === 0 ? [] : await findAppliedThresholds(ctx, record)
  const completions = thresholdCompletions(totalOf(usage), thresholds, applied, now)
  return {
    lago_id: usage.id,
    lago_subscription_id: usage.subscription_id,
    external_subscription_id: record.subscription.external_id,
    external_historical_usage_amount_cents: formatCents(usage.historical_usage_amount_cents),
    invoiced_usage_amount_cents: formatCents(usage.invoiced_usage_amount_cents),
    current_usage_amount_cents: formatCents(usage.current_usage_amount_cents),
    from_datetime: formatInstant(record.subscription.subscription_at),
    to_datetime: formatInstant(now),
    ...(thresholds.length > 0 && {
      usage_thresholds: completions.map(({ amountCents, ratio, reachedAt }) => ({
        amount_cents: formatCents(amountCents),
        completion_ratio: ratio,
        reached_at: formatInstantMs(reachedAt),
      })),
    }),
  }
}
