import { Type } from 'typebox'
import { SectionChoiceInput } from '../accounts/index.ts'
import { PlanOverridesInput, UsageThresholdInput } from '../catalog/index.ts'
import { PaymentMethodInput } from '../payment-providers/index.ts'
import { Input, Nullable } from '../platform/http/input.ts'

const Text = Nullable(Type.String())
const Flag = Nullable(Type.Boolean())

/** What a subscription can be given at creation and afterwards. */
const sharedFields = {
  name: Text,
  billing_entity_code: Text,
  billing_entity_id: Text,
  subscription_at: Text,
  ending_at: Text,
  progressive_billing_disabled: Flag,
  consolidate_invoice: Flag,
  purchase_order_number: Text,
  invoice_custom_section: SectionChoiceInput,
  // Any value: one that is no list has an error of its own.
  activation_rules: Type.Unknown(),
  payment_method: PaymentMethodInput,
  usage_thresholds: Type.Array(UsageThresholdInput),
  plan_overrides: PlanOverridesInput,
}

export const NewSubscriptionInput = Input({
  external_customer_id: Text,
  plan_code: Text,
  external_id: Text,
  billing_time: Text,
  ...sharedFields,
})
export type NewSubscriptionInput = Type.Static<typeof NewSubscriptionInput>

export const SubscriptionInput = Input({
  ...sharedFields,
  on_termination_credit_note: Text,
  on_termination_invoice: Text,
})
export type SubscriptionInput = Type.Static<typeof SubscriptionInput>

/** What stands beside the root of an update, or is all of a termination: in the body or in the query string. */
export const SelectionInput = Input({
  status: Text,
  on_termination_credit_note: Text,
  on_termination_invoice: Text,
})
export type SelectionInput = Type.Static<typeof SelectionInput>
