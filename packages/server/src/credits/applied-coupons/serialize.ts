import { formatDecimal } from '@weir/engine'
import { formatCents, formatInstant } from '../../platform/wire.ts'
import type { AppliedCouponRecord } from './store.ts'

/** An applied coupon without the lines it made on invoices. */
export function serializeAppliedCoupon(record: AppliedCouponRecord) {
  const { applied, coupon } = record
  return {
    lago_id: applied.id,
    lago_coupon_id: coupon.id,
    coupon_code: coupon.code,
    coupon_name: coupon.name,
    coupon_description: coupon.description,
    coupon_status: coupon.status,
    coupon_deleted_at: formatInstant(coupon.deleted_at),
    lago_customer_id: applied.customer_id,
    external_customer_id: record.externalCustomerId,
    status: applied.status,
    amount_cents: formatCents(applied.amount_cents),
    amount_cents_remaining: formatCents(remainingAmountCents(record)),
    amount_currency: applied.amount_currency,
    percentage_rate: applied.percentage_rate === null ? null : formatDecimal(applied.percentage_rate),
    frequency: applied.frequency,
    frequency_duration: applied.frequency_duration,
    frequency_duration_remaining: applied.frequency_duration_remaining,
    expiration_at: formatInstant(coupon.expiration_at),
    created_at: formatInstant(applied.created_at),
    terminated_at: formatInstant(applied.terminated_at),
  }
}

/** What is left of a fixed amount that is used once; null for coupons that no amount bounds. */
export function remainingAmountCents({ applied, coupon, usedAmountCents }: AppliedCouponRecord): bigint | null {
  if (applied.frequency !== 'once' || coupon.coupon_type !== 'fixed_amount' || applied.amount_cents === null)
    return null
  return applied.amount_cents - usedAmountCents
}
