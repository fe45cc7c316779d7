import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())

export const AddOnInput = Input({
  name: Text,
  invoice_display_name: Text,
  code: Text,
  amount_cents: Nullable(Type.Integer()),
  amount_currency: Text,
  description: Text,
  tax_codes: Type.Array(Type.String()),
})
export type AddOnInput = Type.Static<typeof AddOnInput>
