import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())

export const AdjustedFeeInput = Input({
  fee_id: Text,
  subscription_id: Text,
  charge_id: Text,
  charge_filter_id: Text,
  fixed_charge_id: Text,
  units: Text,
  unit_precise_amount: Text,
  invoice_display_name: Text,
})
export type AdjustedFeeInput = Type.Static<typeof AdjustedFeeInput>
