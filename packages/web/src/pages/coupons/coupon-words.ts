import type { Coupon } from '../../api/catalog.ts'
import { formatMoney } from '../../format/money.ts'
import { formatRate } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'

type Discount = Pick<
  Coupon,
  'coupon_type' | 'amount_cents' | 'amount_currency' | 'percentage_rate' | 'frequency' | 'frequency_duration'
>

/** @example discountInWords(coupon) // '10%' */
export function discountInWords({ coupon_type: type, ...coupon }: Discount): string {
  if (type === 'percentage') return formatRate(coupon.percentage_rate ?? '0')
  return formatMoney(coupon.amount_cents ?? 0, coupon.amount_currency ?? 'USD')
}

/** @example frequencyInWords(coupon) // 'for 3 periods' */
export function frequencyInWords({ frequency, frequency_duration: count }: Discount): string {
  if (frequency === 'recurring') return t('coupon.for_periods', { count: count ?? 0 })
  return (frequency === 'forever' ? t('coupon.frequency.forever') : t('coupon.frequency.once')).toLowerCase()
}

export function couponStatus(coupon: Coupon): 'active' | 'terminated' {
  return coupon.terminated_at === null ? 'active' : 'terminated'
}
