import { formatCents, formatInstant } from '../../platform/wire.ts'
import { serializeTax, type Tax } from '../../taxes/index.ts'
import type { AddOn } from './store.ts'

/** An add-on as the API prints it; its amount in the smallest unit of its currency. */
export function serializeAddOn(addOn: AddOn, taxes: readonly Tax[]) {
  return {
    lago_id: addOn.id,
    name: addOn.name,
    invoice_display_name: addOn.invoice_display_name,
    code: addOn.code,
    amount_cents: formatCents(addOn.amount_cents),
    amount_currency: addOn.amount_currency,
    created_at: formatInstant(addOn.created_at),
    description: addOn.description,
    taxes: taxes.map(serializeTax),
  }
}
