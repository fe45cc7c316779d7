import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { isUuid } from '../platform/ids.ts'
import { findKnownTaxes } from '../taxes/index.ts'
import type { ChargeSetting } from './charge-set.ts'
import { findPricingUnitsByCodes } from './pricing-units/store.ts'
import type { ChargeInput, PlanChargeInput } from './schema.ts'
import { getMetrics, holdMetrics } from './store/metrics.ts'
import { getMetricIdsOfPlan } from './store/plans.ts'

/**
 * What the charges of a plan may refer to. From here until the end of the transaction, the metrics that the plan uses and
 * those that were asked for stay as they are. The plan itself must be locked already.
 */
export async function chargeSettingOf(
  ctx: Ctx,
  plan: Pick<ChargeSetting, 'planId' | 'attached'>,
  inputs: readonly ChargeInput[],
): Promise<ChargeSetting> {
  const used = await getMetricIdsOfPlan(ctx, plan.planId)
  const asked = inputs.flatMap(input => input.billable_metric_id ?? [])
  const ids = [...new Set([...used, ...asked.filter(isUuid).map(id => id.toLowerCase())])]
  await holdMetrics(ctx, ids)
  const metrics = await getMetrics(ctx, ids)
  const kept = metrics.filter(metric => metric.deletedAt === null)
  return {
    ...plan,
    metrics: new Map(kept.map(metric => [metric.id, metric])),
    pricingUnits: await findPricingUnitsByCodes(
      ctx,
      inputs.flatMap(input => input.applied_pricing_unit?.code ?? []),
    ),
    taxes: await findKnownTaxes(
      ctx,
      inputs.flatMap(input => input.tax_codes ?? []),
    ),
    now: ctx.clock.now(),
  }
}

/** @throws 404 `billable_metrics_not_found` when a charge names a metric that does not exist */
export function requireMetricsOfCharges(setting: ChargeSetting, charges: readonly PlanChargeInput[] | undefined): void {
  const named = (charges ?? []).flatMap(charge => charge.billable_metric_id ?? [])
  if (!named.every(id => setting.metrics.has(id.toLowerCase()))) throw notFound('billable_metrics')
}
