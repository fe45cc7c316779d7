import type { Coupon } from '../../api/catalog.ts'
import { dayIn, endOfDay } from '../../format/dates.ts'
import { currencyDecimals, parseMoney, shift } from '../../format/money.ts'
import type { FieldErrors } from '../../ui/use-form.ts'

/** A coupon as it is typed: the amount in major units, the expiry as a day. */
export interface CouponValues {
  readonly name: string
  readonly code: string
  readonly description: string
  readonly coupon_type: string
  readonly amount_cents: string
  readonly amount_currency: string
  readonly percentage_rate: string
  readonly frequency: string
  readonly frequency_duration: string
  readonly reusable: boolean
  readonly expiration_at: string
  readonly scope: 'everything' | 'plans' | 'metrics'
  readonly plan_codes: readonly string[]
  readonly billable_metric_codes: readonly string[]
}

export function valuesOf(coupon: Coupon | undefined, currency: string, zone: string): CouponValues {
  const cents = coupon?.amount_cents ?? null
  const of = coupon?.amount_currency ?? currency
  return {
    name: coupon?.name ?? '',
    code: coupon?.code ?? '',
    description: coupon?.description ?? '',
    coupon_type: coupon?.coupon_type ?? 'fixed_amount',
    amount_cents: cents === null ? '' : shift(cents, currencyDecimals(of)),
    amount_currency: of,
    percentage_rate: coupon?.percentage_rate ?? '',
    frequency: coupon?.frequency ?? 'once',
    frequency_duration: String(coupon?.frequency_duration ?? ''),
    reusable: coupon?.reusable ?? true,
    expiration_at: coupon?.expiration_at == null ? '' : dayIn(coupon.expiration_at, zone),
    scope: coupon?.limited_plans ? 'plans' : coupon?.limited_billable_metrics ? 'metrics' : 'everything',
    plan_codes: coupon?.plan_codes ?? [],
    billable_metric_codes: coupon?.billable_metric_codes ?? [],
  }
}

/** What a coupon takes off, and how often: of the coupon itself, and where it is applied. */
export function discountBodyOf(
  values: Pick<
    CouponValues,
    'coupon_type' | 'amount_cents' | 'amount_currency' | 'percentage_rate' | 'frequency' | 'frequency_duration'
  >,
) {
  const isFixed = values.coupon_type === 'fixed_amount'
  return {
    amount_cents: isFixed ? parseMoney(values.amount_cents, values.amount_currency) : null,
    amount_currency: isFixed ? values.amount_currency : null,
    percentage_rate: isFixed ? null : values.percentage_rate,
    frequency: values.frequency,
    frequency_duration: values.frequency === 'recurring' ? Number(values.frequency_duration) : null,
  }
}

export function bodyOf(values: CouponValues, coupon: Coupon | undefined, zone: string) {
  const { expiration_at: date } = values
  const kept = coupon?.expiration_at != null && dayIn(coupon.expiration_at, zone) === date
  return {
    coupon: {
      name: values.name,
      code: values.code,
      description: values.description,
      coupon_type: values.coupon_type,
      ...discountBodyOf(values),
      reusable: values.reusable,
      expiration: date === '' ? 'no_expiration' : 'time_limit',
      ...(date === '' ? { expiration_at: null } : !kept && { expiration_at: endOfDay(date, zone) }),
      applies_to: {
        plan_codes: values.scope === 'plans' ? values.plan_codes : [],
        billable_metric_codes: values.scope === 'metrics' ? values.billable_metric_codes : [],
      },
    },
  }
}

export function checkDiscount(values: Parameters<typeof discountBodyOf>[0]): FieldErrors {
  const isFixed = values.coupon_type === 'fixed_amount'
  const amount = parseMoney(values.amount_cents, values.amount_currency)
  return {
    ...(isFixed && values.amount_cents === '' && { amount_cents: ['value_is_mandatory'] }),
    ...(isFixed && values.amount_cents !== '' && amount === undefined && { amount_cents: ['not_an_amount'] }),
    ...(!isFixed && values.percentage_rate === '' && { percentage_rate: ['value_is_mandatory'] }),
    ...(!isFixed &&
      values.percentage_rate !== '' &&
      !/^\d+(\.\d+)?$/.test(values.percentage_rate) && { percentage_rate: ['not_a_number'] }),
    ...(values.frequency === 'recurring' &&
      !/^[1-9]\d{0,8}$/.test(values.frequency_duration) && { frequency_duration: ['not_a_number'] }),
  }
}
