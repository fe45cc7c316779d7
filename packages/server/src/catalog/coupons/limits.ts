import type { Ctx } from '../../platform/context.ts'
import { notAllowed, notFound } from '../../platform/errors.ts'
import type { CouponInput } from './schema.ts'
import { findTargetIds, setTargets } from './store.ts'

/** What a request limits a coupon to, by id; absent lists are not spoken of. */
export interface Limits {
  readonly planIds?: readonly string[]
  readonly metricIds?: readonly string[]
}

/**
 * The plans and metrics that a request names.
 *
 * @throws 404 `plans_not_found`, `billable_metrics_not_found`; 405 when it names both
 */
export async function readLimits(ctx: Ctx, input: CouponInput['applies_to']): Promise<Limits> {
  const planIds = await find(ctx, 'plan', input?.plan_codes, 'plans')
  const metricIds = await find(ctx, 'billable_metric', input?.billable_metric_codes, 'billable_metrics')
  if (planIds?.length && metricIds?.length) throw notAllowed('only_one_limitation_type_per_coupon_allowed')
  return { ...(planIds && { planIds }), ...(metricIds && { metricIds }) }
}

async function find(
  ctx: Ctx,
  kind: Parameters<typeof findTargetIds>[1],
  given: readonly string[] | undefined,
  resource: string,
): Promise<string[] | undefined> {
  if (given === undefined) return undefined
  const codes = [...new Set(given.filter(code => code !== null))]
  const ids = await findTargetIds(ctx, kind, codes)
  if (ids.size < codes.length) throw notFound(resource)
  return codes.flatMap(code => ids.get(code) ?? [])
}

/**
 * Limits a coupon to what a request says. A coupon is limited to plans or to metrics: being limited to one kind ends its
 * limitation to the other.
 *
 * @returns the flags that changed
 */
export async function applyLimits(
  ctx: Ctx,
  couponId: string,
  { planIds, metricIds }: Limits,
): Promise<{ limited_plans?: boolean; limited_billable_metrics?: boolean }> {
  const plans = planIds ?? (metricIds?.length ? [] : undefined)
  const metrics = metricIds ?? (planIds?.length ? [] : undefined)
  if (plans !== undefined) await setTargets(ctx, couponId, 'plan', plans)
  if (metrics !== undefined) await setTargets(ctx, couponId, 'billable_metric', metrics)
  return {
    ...(plans !== undefined && { limited_plans: plans.length > 0 }),
    ...(metrics !== undefined && { limited_billable_metrics: metrics.length > 0 }),
  }
}
