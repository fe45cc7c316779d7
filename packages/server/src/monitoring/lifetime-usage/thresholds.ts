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
