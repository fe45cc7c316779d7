import { type ChargeModelName, isChargeModelName } from '@weir/engine'
import { forbidden } from '../platform/errors.ts'
import type { PlanInput } from './schema.ts'

/**
 * What the price book understands but billing cannot carry out yet. A request that would need it is refused as a whole:
 * a price that is accepted is a price that is charged.
 */

/** @throws 403 `feature_unavailable` for a charge model of the field that the engine cannot price */
export function requireModelAvailable(model: string): ChargeModelName {
  if (!isChargeModelName(model)) throw forbidden('feature_unavailable')
  return model
}

/** @throws 403 `feature_unavailable` for parts of a plan that cannot be billed */
export function requirePlanAvailable(input: Pick<PlanInput, 'fixed_charges'>): void {
  if ((input.fixed_charges ?? []).length > 0) throw forbidden('feature_unavailable')
}
