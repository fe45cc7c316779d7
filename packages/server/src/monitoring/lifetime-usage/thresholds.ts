import type { AppliedThreshold } from '@weir/engine'
import { sql } from 'kysely'
import { getPlans, getThresholdsOfSubscriptions, type UsageThreshold } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { SubscriptionRecord } from '../../subscriptions/index.ts'

/**
 * The usage thresholds that apply to a subscription: none where progressive billing is disabled, else its own, else those
 * of its plan, else those of the plan that its plan is a copy of.
 */
export async function findApplicableThresholds(
  ctx: Ctx,
  { subscription, plan }: SubscriptionRecord,
): Promise<readonly UsageThreshold[]> {
  if (subscription.progressive_billing_disabled) return []
  const own = (await getThresholdsOfSubscriptions(ctx, [subscription.id])).get(subscription.id) ?? []
  if (own.length > 0) return own
  const priced = (await getPlans(ctx, [plan.id])).get(plan.id)
  if (priced === undefined) throw new Error(`subscription ${subscription.id} has no plan`)
  return priced.usageThresholds.length > 0 ? priced.usageThresholds : priced.parentUsageThresholds
}

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
