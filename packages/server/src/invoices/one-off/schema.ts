import { Type } from 'typebox'
import { SectionChoiceInput } from '../../accounts/index.ts'
import { PaymentMethodInput } from '../../payment-providers/index.ts'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())
const Flag = Nullable(Type.Boolean())

export const OneOffFeeInput = Input({
  add_on_code: Text,
  invoice_display_name: Text,
  unit_amount_cents: Nullable(Type.Integer()),
  units: Text,
  description: Text,
  from_datetime: Text,
  to_datetime: Text,
  tax_codes: Nullable(Type.Array(Type.String())),
})
export type OneOffFeeInput = Type.Static<typeof OneOffFeeInput>

export const OneOffInput = Input({
  external_customer_id: Text,
  currency: Text,
  billing_entity_code: Text,
  purchase_order_number: Text,
  skip_psp: Flag,
  fees: Nullable(Type.Array(OneOffFeeInput)),
  invoice_custom_section: SectionChoiceInput,
  payment_method: PaymentMethodInput,
})
export type OneOffInput = Type.Static<typeof OneOffInput>
