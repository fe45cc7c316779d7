import { Type } from 'typebox'
import { SectionChoiceInput } from '../../accounts/index.ts'
import { MetadataBody } from '../../catalog/index.ts'
import { PaymentMethodInput } from '../../payment-providers/index.ts'
import { Input, Nullable } from '../../platform/http/input.ts'

import { RuleInput } from '../rules/schema.ts'

const Text = Nullable(Type.String())
const Flag = Nullable(Type.Boolean())
const Whole = Nullable(Type.Integer())

const sharedFields = {
  name: Text,
  code: Text,
  priority: Whole,
  expiration_at: Text,
  invoice_requires_successful_payment: Flag,
  paid_top_up_min_amount_cents: Whole,
  paid_top_up_max_amount_cents: Whole,
  billing_entity_code: Text,
  purchase_order_number: Text,
  metadata: MetadataBody.properties.metadata,
  recurring_transaction_rules: Type.Array(RuleInput),
  applies_to: Input({ fee_types: Type.Array(Type.String()), billable_metric_codes: Type.Array(Type.String()) }),
  invoice_custom_section: SectionChoiceInput,
  payment_method: PaymentMethodInput,
}

export const NewWalletInput = Input({
  external_customer_id: Text,
  rate_amount: Text,
  currency: Text,
  billing_entity_id: Text,
  // Only text is an amount: whatever else comes has an error of its own.
  paid_credits: Type.Unknown(),
  granted_credits: Type.Unknown(),
  ignore_paid_top_up_limits_on_creation: Flag,
  transaction_name: Text,
  transaction_priority: Whole,
  transaction_metadata: Type.Unknown(),
  ...sharedFields,
})
export type NewWalletInput = Type.Static<typeof NewWalletInput>

export const WalletInput = Input(sharedFields)
export type WalletInput = Type.Static<typeof WalletInput>
