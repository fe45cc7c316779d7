import { decimal, isCurrency, round } from '@weir/engine'
import { type Customer, findCustomerByExternalId, lockCustomer, setCurrency } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notAllowed, notFound, Problems, validation } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import { readDecimalText } from '../amounts.ts'
import { overlapsWithActiveCoupon } from './overlap.ts'
import type { AppliedCouponInput } from './schema.ts'
import {
  type AppliedCouponRow,
  type CouponRow,
  getApplicableCoupon,
  getAppliedCoupon,
  insertAppliedCoupon,
  updateAppliedCoupon,
  wasApplied,
} from './store.ts'

const FREQUENCIES = ['once', 'recurring', 'forever'] as const
type Frequency = (typeof FREQUENCIES)[number]

const LARGEST_INTEGER = 2_147_483_647
/** What is kept of a rate: five digits before the point, and as many behind it. */
const RATE_LIMIT = decimal(100_000)
const RATE_DECIMALS = 5

/** The fields of an applied coupon as they would be after a request. */
interface Terms {
  readonly amount_cents: bigint | null
  readonly amount_currency: string | null
  readonly percentage_rate: string | null
  readonly frequency: Frequency
  readonly frequency_duration: number | null
}

/**
 * Gives a coupon to a customer. What the request says replaces what the coupon says.
 *
 * @throws 404 `customer_not_found`, `coupon_not_found`
 * @throws 405 `plan_overlapping` where another active coupon discounts the same
 * @throws 422 `coupon_is_not_reusable`, or what is wrong with the amounts
 */
export async function applyCoupon(ctx: Ctx, input: AppliedCouponInput): Promise<AppliedCouponRow> {
  return transaction(ctx, async tx => {
    const found = await findCustomerByExternalId(tx, input.external_customer_id ?? '')
    if (found === undefined) throw notFound('customer')
    const customer = await lockCustomer(tx, found.id)
    const coupon = await getApplicableCoupon(tx, input.coupon_code ?? '')
    const limited = coupon.limited_plans || coupon.limited_billable_metrics
    if (limited && (await overlapsWithActiveCoupon(tx, customer.id, coupon.id))) throw notAllowed('plan_overlapping')
    if (!coupon.reusable && (await wasApplied(tx, customer.id, coupon.id))) {
      throw validation({ coupon: ['coupon_is_not_reusable'] })
    }
    const terms = checkedTerms(coupon, input)
    const { amount_currency: currency } = terms
    if (coupon.coupon_type === 'fixed_amount' && currency !== null && customer.currency === null) {
      await setCurrency(tx, customer.id, currency)
    }
    const now = tx.clock.now()
    const applied = await insertAppliedCoupon(tx, {
      id: newId(),
      organization_id: tx.org.id,
      customer_id: customer.id,
      coupon_id: coupon.id,
      ...terms,
      frequency_duration_remaining: terms.frequency_duration,
      created_at: now,
      updated_at: now,
    })
    await emit(tx, 'applied_coupon.created', applied.id)
    return applied
  })
}

/** Takes a coupon away from a customer. Taking it away again changes nothing. @throws 404 `applied_coupon_not_found` */
export async function removeAppliedCoupon(ctx: Ctx, customer: Customer, id: string): Promise<AppliedCouponRow> {
  return transaction(ctx, async tx => {
    await lockCustomer(tx, customer.id)
    const applied = await getAppliedCoupon(tx, customer.id, id)
    if (applied.status === 'terminated') return applied
    const now = tx.clock.now()
    await updateAppliedCoupon(tx, id, { status: 'terminated', terminated_at: now, removed_at: now })
    await emit(tx, 'applied_coupon.deleted', id)
    return { ...applied, status: 'terminated', terminated_at: now }
  })
}

function checkedTerms(coupon: CouponRow, input: AppliedCouponInput): Terms {
  const problems = new Problems()
  const terms = {
    amount_cents: readAmount(input.amount_cents, problems) ?? coupon.amount_cents,
    amount_currency: input.amount_currency ?? coupon.amount_currency,
    percentage_rate: readRate(input.percentage_rate, problems) ?? coupon.percentage_rate,
    frequency: input.frequency ?? coupon.frequency,
    frequency_duration: input.frequency_duration ?? coupon.frequency_duration,
  }
  if (terms.amount_currency !== null && !isCurrency(terms.amount_currency)) {
    problems.add('amount_currency', 'value_is_invalid')
  }
  if (!isFrequency(terms.frequency)) problems.add('frequency', 'value_is_invalid')
  checkDuration(terms.frequency, terms.frequency_duration, problems)
  problems.throwIfAny()
  return terms as Terms
}

/** Undefined: the coupon's own amount. */
function readAmount(cents: number | null | undefined, problems: Problems): bigint | undefined {
  if (cents === undefined || cents === null) return undefined
  if (Number.isNaN(cents)) problems.add('amount_cents', 'is not a number')
  else if (cents < 0 || !Number.isSafeInteger(cents)) problems.add('amount_cents', 'value_is_out_of_range')
  else return BigInt(cents)
  return undefined
}

/** Undefined: the coupon's own rate. */
function readRate(text: string | null | undefined, problems: Problems): string | undefined {
  if (text === undefined || text === null) return undefined
  const given = readDecimalText(text)
  const rate = given && round(given, RATE_DECIMALS)
  if (rate === undefined) problems.add('percentage_rate', 'is not a number')
  else if (rate.lt(0) || rate.gte(RATE_LIMIT)) problems.add('percentage_rate', 'value_is_out_of_range')
  else return rate.toFixed()
  return undefined
}

function checkDuration(frequency: string, duration: number | null, problems: Problems): void {
  const codes = durationProblems(frequency === 'recurring', duration)
  if (codes.length === 0) return
  for (const field of ['frequency_duration', 'frequency_duration_remaining']) problems.add(field, ...codes)
}

/** Only a coupon that comes again looks at how often; the others keep any number that fits. */
function durationProblems(isRecurring: boolean, duration: number | null): string[] {
  if (duration === null) return isRecurring ? ['value_is_mandatory', 'is not a number'] : []
  if (Number.isNaN(duration)) return ['is not a number']
  const isInRange = Math.abs(duration) <= LARGEST_INTEGER && (duration > 0 || !isRecurring)
  return isInRange ? [] : ['value_is_out_of_range']
}

function isFrequency(value: string): value is Frequency {
  return FREQUENCIES.some(frequency => frequency === value)
}
