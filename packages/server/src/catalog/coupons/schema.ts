import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())
const Integer = Nullable(Type.Integer())
const Codes = Type.Array(Type.String())

export const CouponInput = Input({
  name: Text,
  code: Text,
  description: Text,
  coupon_type: Text,
  amount_cents: Integer,
  amount_currency: Text,
  percentage_rate: Text,
  frequency: Text,
  frequency_duration: Integer,
  expiration: Text,
  expiration_at: Text,
  reusable: Nullable(Type.Boolean()),
  applies_to: Input({ plan_codes: Codes, billable_metric_codes: Codes }),
})
export type CouponInput = Type.Static<typeof CouponInput>
