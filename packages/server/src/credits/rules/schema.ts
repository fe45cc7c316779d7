import { Type } from 'typebox'
import { SectionChoiceInput } from '../../accounts/index.ts'
import { PaymentMethodInput } from '../../payment-providers/index.ts'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())
const Flag = Nullable(Type.Boolean())
// Only text is an amount: whatever else comes has an error of its own.
const Amount = Type.Unknown()

export const RuleInput = Input({
  lago_id: Text,
  trigger: Text,
  interval: Text,
  method: Text,
  threshold_credits: Amount,
  target_ongoing_balance: Amount,
  paid_credits: Amount,
  granted_credits: Amount,
  grants_target_top_up: Flag,
  started_at: Text,
  expiration_at: Text,
  invoice_requires_successful_payment: Flag,
  ignore_paid_top_up_limits: Flag,
  transaction_metadata: Type.Unknown(),
  transaction_name: Text,
  purchase_order_number: Text,
  payment_method: PaymentMethodInput,
  invoice_custom_section: SectionChoiceInput,
})
export type RuleInput = Type.Static<typeof RuleInput>
