import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'
import { NewSubscriptionInput } from '../../subscriptions/index.ts'

const Text = Nullable(Type.String())

const address = { address_line1: Text, address_line2: Text, city: Text, zipcode: Text, state: Text, country: Text }

export const PreviewCustomer = Input({
  external_id: Text,
  name: Text,
  tax_identification_number: Text,
  currency: Text,
  timezone: Text,
  ...address,
  shipping_address: Input(address),
  integration_customers: Type.Array(Input({ integration_type: Text, integration_code: Text })),
})
export type PreviewCustomer = Type.Static<typeof PreviewCustomer>

export const PreviewCoupon = Input({
  code: Text,
  name: Text,
  coupon_type: Text,
  amount_cents: Nullable(Type.Integer()),
  amount_currency: Text,
  percentage_rate: Text,
  frequency_duration: Nullable(Type.Integer()),
})
export type PreviewCoupon = Type.Static<typeof PreviewCoupon>

export const PreviewInput = Input({
  customer: PreviewCustomer,
  plan_code: Text,
  billing_time: Text,
  subscription_at: Text,
  billing_entity_code: Text,
  coupons: Type.Array(PreviewCoupon),
  subscriptions: Input({
    external_ids: Type.Array(Type.String()),
    plan_code: Text,
    terminated_at: Text,
  }),
  /** What would be ordered: the body of `POST /subscriptions`. */
  subscription: NewSubscriptionInput,
  /** How the one of `subscriptions` would be ended now: the parameters of `DELETE /subscriptions/:external_id`. */
  termination: Input({ on_termination_credit_note: Text, on_termination_invoice: Text }),
})
export type PreviewInput = Type.Static<typeof PreviewInput>
