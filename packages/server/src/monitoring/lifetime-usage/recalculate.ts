import { type Ctx, transaction } from '../../platform/context.ts'
import { cappedCents } from '../../platform/db/limits.ts'
import type { SubscriptionRecord } from '../../subscriptions/index.ts'
import { type CurrentUsage, currentUsageOf } from '../../usage/index.ts'
import { usageAmountCents } from '../current-usage.ts'
import {
  changeLifetimeUsage,
  claimLifetimeUsage,
  findLifetimeUsage,
  type LifetimeUsage,
  lockLifetimeUsage,
  sumInvoicedUsage,
} from './store.ts'

/**
 * Brings the lifetime usage of an active subscription up to date. What was invoiced is only added up again where something
 * about it changed.
 *
 * @returns the record as it is then, and the current usage that it was calculated from
 */
export async function recalculateLifetimeUsage(
  ctx: Ctx,
  record: SubscriptionRecord,
): Promise<{ lifetimeUsage: LifetimeUsage; usage: CurrentUsage }> {
  const settled = await settleFlags(ctx, record)
  const usage = await currentUsageOf(ctx, record)
  const lifetimeUsage = await changeLifetimeUsage(ctx, settled.id, {
    current_usage_amount_cents: cappedCents(usageAmountCents(usage)),
    current_usage_refreshed_at: ctx.clock.now(),
  })
  return { lifetimeUsage, usage }
}

/**
 * Adds up what was invoiced if that is flagged, and takes the flags away. The record is locked meanwhile: whoever flags it
 * again waits, and its flag stays.
 */
async function settleFlags(ctx: Ctx, { subscription }: SubscriptionRecord): Promise<LifetimeUsage> {
  return transaction(ctx, async tx => {
    const current = await lockLifetimeUsage(tx, (await claimLifetimeUsage(tx, subscription)).id)
    if (!current.recalculate_invoiced_usage && !current.recalculate_current_usage) return current
    return changeLifetimeUsage(tx, current.id, {
      recalculate_invoiced_usage: false,
      recalculate_current_usage: false,
      ...(current.recalculate_invoiced_usage && {
        invoiced_usage_amount_cents: await sumInvoicedUsage(tx, subscription),
        invoiced_usage_refreshed_at: tx.clock.now(),
      }),
    })
  })
}

/** A subscription that is not active keeps the amounts it has. */
export async function clearFlags(ctx: Ctx, { subscription }: SubscriptionRecord): Promise<void> {
  const found = await findLifetimeUsage(ctx, subscription.id)
  if (found === undefined) return
  await changeLifetimeUsage(ctx, found.id, { recalculate_invoiced_usage: false, recalculate_current_usage: false })
}
