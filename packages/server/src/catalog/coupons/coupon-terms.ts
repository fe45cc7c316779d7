import { Decimal, decimal, formatDecimal, isCurrency, round } from '@weir/engine'
import { Problems } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import type { CouponInput } from './schema.ts'
import type { CouponRow } from './store.ts'

const COUPON_TYPES: readonly (string | null)[] = ['fixed_amount', 'percentage']
const FREQUENCIES: readonly (string | null)[] = ['once', 'recurring', 'forever']
const EXPIRATIONS: readonly (string | null)[] = ['no_expiration', 'time_limit']

const LARGEST_INTEGER = 2_147_483_647
const RATE_DECIMALS = 5
/** Of a rate, before the point. */
const RATE_DIGITS = 5

/** A coupon as it would be after a request, before anyone knows whether it may be so. */
export interface CouponTerms {
  readonly name: string | null
  readonly code: string | null
  readonly description: string | null
  readonly coupon_type: string | null
  readonly amount_cents: number | null
  readonly amount_currency: string | null
  readonly percentage_rate: string | null
  readonly frequency: string | null
  readonly frequency_duration: number | null
  readonly expiration: string | null
  readonly reusable: boolean | null
}

export const NEW_TERMS: CouponTerms = {
  name: null,
  code: null,
  description: null,
  coupon_type: null,
  amount_cents: null,
  amount_currency: null,
  percentage_rate: null,
  frequency: null,
  frequency_duration: null,
  expiration: null,
  reusable: true,
}

/** The terms of a stored coupon: what an update begins with. */
export function termsOf(row: CouponRow): CouponTerms {
  const { name, code, description, coupon_type, amount_cents: cents, amount_currency } = row
  const { percentage_rate, frequency, frequency_duration, expiration, reusable } = row
  return {
    name,
    code,
    description,
    coupon_type,
    amount_cents: cents === null ? null : Number(cents),
    amount_currency,
    percentage_rate,
    frequency,
    frequency_duration,
    expiration,
    reusable,
  }
}

/** The terms with what a request says in their place. */
export function changedTerms(terms: CouponTerms, input: CouponInput): CouponTerms {
  const { applies_to: _targets, expiration_at: _at, ...given } = input
  return { ...terms, ...given }
}

/** Everything that is wrong with a coupon, but for its code being taken. */
export function couponProblems(terms: CouponTerms): Problems {
  const problems = new Problems()
  if (isBlank(terms.name)) problems.add('name', 'value_is_mandatory')
  if (isBlank(terms.code)) problems.add('code', 'value_is_mandatory')
  if (!COUPON_TYPES.includes(terms.coupon_type)) problems.add('coupon_type', 'value_is_invalid')
  if (!FREQUENCIES.includes(terms.frequency)) problems.add('frequency', 'value_is_invalid')
  if (!EXPIRATIONS.includes(terms.expiration)) problems.add('expiration', 'value_is_invalid')
  if (terms.reusable === null) problems.add('reusable', 'value_is_reserved')
  const ofValues = {
    amount_cents: amountProblems(terms),
    amount_currency: currencyProblems(terms),
    percentage_rate: rateProblems(terms),
    frequency_duration: durationProblems(terms),
  }
  for (const [field, codes] of Object.entries(ofValues)) if (codes.length > 0) problems.add(field, ...codes)
  return problems
}

function amountProblems({ coupon_type: type, amount_cents: cents }: CouponTerms): string[] {
  if (cents === null) return type === 'fixed_amount' ? ['value_is_mandatory'] : []
  if (Number.isNaN(cents)) return ['is not a number']
  return cents > 0 && Number.isSafeInteger(cents) ? [] : ['value_is_out_of_range']
}

function currencyProblems({ coupon_type: type, amount_currency: currency }: CouponTerms): string[] {
  if (isBlank(currency)) return type === 'fixed_amount' ? ['value_is_mandatory'] : []
  return isCurrency(currency ?? '') ? [] : ['value_is_invalid']
}

function rateProblems({ coupon_type: type, percentage_rate: text }: CouponTerms): string[] {
  if (isBlank(text)) return type === 'percentage' ? ['value_is_mandatory'] : []
  const rate = rateOf(text)
  if (rate === undefined) return ['is not a number']
  return rate.abs().lt(decimal(10).pow(RATE_DIGITS)) ? [] : ['value_is_out_of_range']
}

/** Only a coupon that comes again looks at how often; the others keep any number that fits. */
function durationProblems({ frequency, frequency_duration: duration }: CouponTerms): string[] {
  const isRecurring = frequency === 'recurring'
  if (duration === null) return isRecurring ? ['value_is_mandatory', 'is not a number'] : []
  if (Number.isNaN(duration)) return ['is not a number']
  const isInRange = Math.abs(duration) <= LARGEST_INTEGER && (duration > 0 || !isRecurring)
  return isInRange ? [] : ['value_is_out_of_range']
}

function rateOf(text: string | null): Decimal | undefined {
  if (!/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?\s*$/i.test(text ?? '')) return undefined
  return round(new Decimal((text ?? '').trim()), RATE_DECIMALS)
}

/** The columns of terms without problems. */
export function columnsOf(terms: CouponTerms) {
  const rate = rateOf(terms.percentage_rate)
  return {
    name: terms.name ?? '',
    code: terms.code ?? '',
    description: terms.description,
    coupon_type: terms.coupon_type ?? '',
    amount_cents: terms.amount_cents === null ? null : BigInt(terms.amount_cents),
    amount_currency: isBlank(terms.amount_currency) ? null : terms.amount_currency,
    percentage_rate: rate === undefined ? null : formatDecimal(rate),
    frequency: terms.frequency ?? '',
    frequency_duration: terms.frequency_duration,
    expiration: terms.expiration ?? '',
    reusable: terms.reusable ?? true,
  }
}
