import type { AppliedThreshold } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { SubscriptionRecord } from '../../subscriptions/index.ts'

/** For which thresholds invoices were made of a subscription, and of those whose place it took. */
export async function findAppliedThresholds(
  ctx: Ctx,
  { subscription }: SubscriptionRecord,
): Promise<AppliedThreshold[]> {
  const { rows } = await sql<AppliedThreshold>`
    select distinct
      applied.usage_threshold_id as "thresholdId",
      applied.lifetime_usage_amount_cents as "lifetimeAmountCents",
      applied.created_at as "appliedAt"
    from subscriptions
    join invoice_subscriptions as links on links.subscription_id = subscriptions.id
    join applied_usage_thresholds as applied on applied.invoice_id = links.invoice_id
    where subscriptions.organization_id = ${ctx.org.id}
      and subscriptions.external_id = ${subscription.external_id}
      and subscriptions.subscription_at = ${subscription.subscription_at}`.execute(ctx.db)
  return rows
}
