import { Type } from 'typebox'
import { SectionChoiceInput } from '../../accounts/index.ts'
import { PaymentMethodInput } from '../../payment-providers/index.ts'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())
const Flag = Nullable(Type.Boolean())

export const TransactionInput = Input({
  wallet_id: Text,
  // Only text is an amount or a name: whatever else comes has an error of its own.
  paid_credits: Type.Unknown(),
  granted_credits: Type.Unknown(),
  voided_credits: Type.Unknown(),
  name: Type.Unknown(),
  metadata: Type.Unknown(),
  voided_transaction_id: Text,
  invoice_requires_successful_payment: Flag,
  ignore_paid_top_up_limits: Flag,
  purchase_order_number: Text,
  priority: Nullable(Type.Integer()),
  payment_method: PaymentMethodInput,
  invoice_custom_section: SectionChoiceInput,
})
export type TransactionInput = Type.Static<typeof TransactionInput>
