import {
  deleteThresholds,
  emitThresholdsChanged,
  getPlans,
  getThresholdsOfPlanFamilies,
  getThresholdsOfSubscriptions,
  haveThresholds,
  type PlanSnapshot,
  replaceUsageThresholds,
  type UsageThreshold,
  type UsageThresholdInput,
} from '../catalog/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { Subscription } from './store.ts'

type ThresholdsOfPlan = Pick<PlanSnapshot, 'usageThresholds' | 'parentUsageThresholds'>

/**
 * The usage thresholds that apply to subscriptions, by subscription: its own, else those of its plan, else those of the
 * plan that this is a private copy of; none where progressive billing is switched off. A constant number of queries.
 *
 * @param plans those of the subscriptions, by id, where they are at hand
 */
export async function getApplicableThresholds(
  ctx: Ctx,
  subscriptions: readonly Subscription[],
  plans?: ReadonlyMap<string, ThresholdsOfPlan>,
): Promise<Map<string, readonly UsageThreshold[]>> {
  const ids = subscriptions.map(subscription => subscription.id)
  const planIds = [...new Set(subscriptions.map(subscription => subscription.plan_id))]
  // Most have none at all.
  if (plans === undefined && !(await haveThresholds(ctx, { subscriptionIds: ids, planIds }))) {
    return new Map(ids.map(id => [id, []]))
  }
  const own = await getThresholdsOfSubscriptions(ctx, ids)
  const known = plans ?? (await getThresholdsOfPlanFamilies(ctx, planIds))
  return new Map(
    subscriptions.map(subscription => {
      if (subscription.progressive_billing_disabled) return [subscription.id, []]
      const plan = known.get(subscription.plan_id)
      const candidates = [own.get(subscription.id), plan?.usageThresholds, plan?.parentUsageThresholds]
      return [subscription.id, candidates.find(thresholds => thresholds !== undefined && thresholds.length > 0) ?? []]
    }),
  )
}

/**
 * Gives a subscription exactly these usage thresholds of its own; those of its private plan, which they stand in for, go.
 * Tells `usage_thresholds.changed` when any apply afterwards. The caller holds the customer's lock.
 *
 * @throws 422 as {@link replaceUsageThresholds}
 */
export async function replaceSubscriptionThresholds(
  tx: Ctx,
  subscription: Subscription,
  inputs: readonly UsageThresholdInput[],
): Promise<void> {
  await replaceUsageThresholds(tx, { subscriptionId: subscription.id }, inputs)
  const plan = (await getPlans(tx, [subscription.plan_id])).get(subscription.plan_id)
  if (plan !== undefined && plan.parentId !== null) await deleteThresholds(tx, { planId: plan.id })
  const applicable = await getApplicableThresholds(tx, [subscription])
  if ((applicable.get(subscription.id) ?? []).length === 0) return
  await emitThresholdsChanged(tx, { subscriptionId: subscription.id })
}
