import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())

export const AppliedCouponInput = Input({
  external_customer_id: Text,
  coupon_code: Text,
  frequency: Text,
  frequency_duration: Nullable(Type.Integer()),
  amount_cents: Nullable(Type.Integer()),
  amount_currency: Text,
  percentage_rate: Text,
})
export type AppliedCouponInput = Type.Static<typeof AppliedCouponInput>
