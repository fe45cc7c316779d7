import { formatInstant } from '../../platform/wire.ts'
import type { PricingUnit } from './store.ts'

/** A pricing unit as the API prints it. */
export function serializePricingUnit(unit: PricingUnit) {
  return {
    lago_id: unit.id,
    code: unit.code,
    name: unit.name,
    short_name: unit.short_name,
    description: unit.description,
    created_at: formatInstant(unit.created_at),
    updated_at: formatInstant(unit.updated_at),
  }
}
