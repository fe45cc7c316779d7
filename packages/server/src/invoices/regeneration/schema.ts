import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())

/** A line of the new invoice: a fee of the voided one, or one that it did not have. */
export const RegeneratedFeeInput = Input({
  /** Of a fee of the voided invoice. */
  id: Text,
  subscription_id: Text,
  charge_id: Text,
  charge_filter_id: Text,
  fixed_charge_id: Text,
  /** On one-off invoices. */
  add_on_code: Text,
  description: Text,
  invoice_display_name: Text,
  units: Text,
  /** A decimal, in units of the currency, whatever its name says. */
  unit_amount_cents: Text,
})
export type RegeneratedFeeInput = Type.Static<typeof RegeneratedFeeInput>

export const RegenerateInput = Input({
  /** All fees of the voided invoice where it is left out. */
  fees: Nullable(Type.Array(RegeneratedFeeInput)),
  purchase_order_number: Text,
})
export type RegenerateInput = Type.Static<typeof RegenerateInput>
