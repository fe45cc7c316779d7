import { type ChargeModelName, isChargeModelName } from '@weir/engine'
import { forbidden } from '../platform/errors.ts'

/**
 * What the price book understands but billing cannot carry out yet. A request that would need it is refused as a whole:
 * a price that is accepted is a price that is charged.
 */

/** @throws 403 `feature_unavailable` for a charge model of the field that the engine cannot price */
export function requireModelAvailable(model: string): ChargeModelName {
  if (!isChargeModelName(model)) throw forbidden('feature_unavailable')
  return model
}
