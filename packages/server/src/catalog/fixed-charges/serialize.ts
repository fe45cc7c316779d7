import { formatInstant } from '../../platform/wire.ts'
import { serializeTax } from '../../taxes/index.ts'
import type { FixedCharge } from '../types.ts'

/** @param units those of a subscription, where it has its own */
export function serializeFixedCharge(fixedCharge: FixedCharge, units: string = fixedCharge.units) {
  return {
    lago_id: fixedCharge.id,
    lago_add_on_id: fixedCharge.addOn.id,
    code: fixedCharge.code,
    invoice_display_name: fixedCharge.invoiceDisplayName,
    add_on_code: fixedCharge.addOn.code,
    created_at: formatInstant(fixedCharge.createdAt),
    charge_model: fixedCharge.chargeModel,
    pay_in_advance: fixedCharge.payInAdvance,
    prorated: fixedCharge.prorated,
    properties: fixedCharge.properties,
    units,
    lago_parent_id: fixedCharge.parentId,
    taxes: fixedCharge.taxes.map(serializeTax),
  }
}
