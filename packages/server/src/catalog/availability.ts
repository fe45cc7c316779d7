import { type ChargeModelName, isChargeModelName } from '@weir/engine'
import { forbidden, notFound } from '../platform/errors.ts'
import type { PlanInput } from './schema.ts'
import type { BillableMetric, Charge } from './types.ts'

/**
 * What the price book understands but billing cannot carry out yet. A request that would need it is refused as a whole:
 * a price that is accepted is a price that is charged.
 */

/** @throws 403 `feature_unavailable` for a valid metric whose aggregation cannot be computed */
export function requireBillableMetricAvailable(
  metric: Pick<BillableMetric, 'aggregationType' | 'recurring' | 'expression'>,
): void {
  const unavailable = metric.aggregationType === 'weighted_sum_agg' || metric.recurring || metric.expression !== null
  if (unavailable) throw forbidden('feature_unavailable')
}

/** @throws 403 `feature_unavailable` for a charge model of the field that the engine cannot price */
export function requireModelAvailable(model: string): ChargeModelName {
  if (!isChargeModelName(model)) throw forbidden('feature_unavailable')
  return model
}

/** @throws 403 `feature_unavailable` for a valid charge that cannot be billed */
export function requireChargeAvailable(charge: Charge, appliedPricingUnit: Readonly<Record<string, unknown>>): void {
  const unavailable =
    charge.payInAdvance ||
    charge.prorated ||
    !charge.invoiceable ||
    charge.regroupPaidFees !== null ||
    charge.acceptsTargetWallet ||
    !isEmpty(appliedPricingUnit)
  if (unavailable) throw forbidden('feature_unavailable')
}

/** @throws 403 `feature_unavailable` for parts of a plan that cannot be billed */
export function requirePlanAvailable(input: Pick<PlanInput, 'usage_thresholds' | 'minimum_commitment'>): void {
  const unavailable = (input.usage_thresholds ?? []).length > 0 || !isEmpty(input.minimum_commitment ?? {})
  if (unavailable) throw forbidden('feature_unavailable')
}

/** @throws 404 `tax_not_found` for any code: there are no taxes to find */
export function requireTaxes(codes: readonly string[] | undefined): void {
  if ((codes ?? []).length > 0) throw notFound('tax')
}

function isEmpty(value: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(value).length === 0
}
