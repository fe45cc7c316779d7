import type { BillingTerms, Boundaries } from '../calendar/index.ts'
import {
  anchorDate,
  countDays,
  isClosed,
  isFirstMonthOfPlanPeriod,
  isInTrial,
  isTrialEndDay,
  localDate,
  periodInstants,
  periodStart,
} from '../calendar/index.ts'
import { formatDecimal } from '../money/index.ts'

/** Why a subscription is on an invoice. */
export type InvoicingReason =
  | 'subscription_starting'
  | 'subscription_periodic'
  | 'subscription_terminating'
  | 'in_advance_charge'
  | 'in_advance_charge_periodic'
  | 'progressive_billing'

/** One subscription on one invoice, and what was billed to it before. */
export interface SubscriptionFeeInput {
  readonly terms: BillingTerms
  /** The billing instant of the invoice. */
  readonly at: Temporal.Instant
  readonly reason: InvoicingReason
  /** The windows the invoice carries for this subscription. */
  readonly boundaries: Boundaries
  readonly planAmountCents: bigint
  readonly subscriptionCreatedAt: Temporal.Instant
  readonly invoiceCreatedAt: Temporal.Instant
  /**
   * The billing instants of the base fees of this subscription on other invoices. Leaves out those of the voided invoice that
   * this one regenerates.
   */
  readonly otherFeesBilledAt: readonly Temporal.Instant[]
  /** Whether it replaced another one, by an upgrade or a downgrade. */
  readonly hasPreviousSubscription: boolean
  /** Null without a trial. */
  readonly trialEndsAt: Temporal.Instant | null
}

/** A base fee: one unit of the plan, or the part of it that is due. */
export interface SubscriptionFee {
  /** In the currency's minor unit, rounded half away from zero. */
  readonly amountCents: bigint
  /** Before rounding: the shortest decimal of a double, such as `"7800.0"`. */
  readonly preciseAmountCents: string
  readonly unitAmountCents: bigint
  /** The whole price of the plan when it was billed. */
  readonly planAmountCents: bigint
  /** One, unless somebody edited the line; a decimal as text. */
  readonly units?: string
  /** In units of the currency: the amount, unless somebody edited the line. */
  readonly preciseUnitAmount?: string
}

/** Whether an invoice bills the base fee of a subscription. Where it does, the fee is stored even when it is zero. */
export function isSubscriptionFeeDue(input: SubscriptionFeeInput): boolean {
  const { terms, at, trialEndsAt, reason } = input
  if (isInTrial(trialEndsAt, at) && !isTrialEndDay(trialEndsAt, at, terms.timeZone)) return false
  if (!isStillBilled(input)) return false
  if (reason === 'in_advance_charge' || reason === 'progressive_billing') return false
  if (!terms.payInAdvance) return reason !== 'subscription_starting' && isPlanPeriodBilled(terms, at)
  if (isBilledThatDay(input)) return false
  if (!isLongPeriod(terms)) return true
  if (isStartedInThePast(terms.startedAt, input.subscriptionCreatedAt)) {
    return isPlanPeriodDue(terms, at) && !isFirstPlanPeriod(terms, at)
  }
  return isPlanPeriodDue(terms, at) || input.otherFeesBilledAt.length === 0
}

/**
 * The base fee of a subscription for the base window of an invoice.
 *
 * The whole price, or the price of a day times the days of the window where only a part is due: a first or last period,
 * the rest of a period after an upgrade, what is left after a trial. The price of a day is the plan's price divided by
 * the days of the whole period, in double precision.
 *
 * @example
 * // 9300 a month, started on 6 March: 26 of 31 days
 * subscriptionFee(input) // { amountCents: 7800n, preciseAmountCents: '7800.0', unitAmountCents: 7800n, … }
 */
export function subscriptionFee(input: SubscriptionFeeInput): SubscriptionFee {
  const { base, baseDuration } = input.boundaries
  const { timeZone, successor } = input.terms
  const price = input.planAmountCents
  const trial = isInTrial(input.trialEndsAt, base.from) ? input.trialEndsAt : null
  if (trial !== null && Temporal.Instant.compare(trial, base.to) >= 0) return fee(price, 0)

  const proration = prorationOf(input)
  if (proration === 'whole' && trial === null) return wholeFee(price)

  const days = countDays(trial ?? base.from, base.to, timeZone)
  const upgradeDay = proration === 'last_period' && successor === 'upgrade' ? 1 : 0
  return fee(price, Math.max(days - upgradeDay, 0) * (Number(price) / baseDuration))
}

/** Whether a subscription was given a start before the day, in UTC, on which it was created. */
export function isStartedInThePast(startedAt: Temporal.Instant, createdAt: Temporal.Instant): boolean {
  return Temporal.PlainDate.compare(localDate(startedAt, 'UTC'), localDate(createdAt, 'UTC')) < 0
}

/** Which part of a plan period a base fee covers. What an upgrade leaves of a period is the first of the new plan. */
function prorationOf(input: SubscriptionFeeInput): 'last_period' | 'whole' | 'first_period' {
  const { terms, at } = input
  if (isClosed(terms, at) && !terms.payInAdvance && terms.successor !== 'downgrade') return 'last_period'
  if (terms.payInAdvance && terms.billingTime === 'anniversary' && !input.hasPreviousSubscription) return 'whole'
  if (input.otherFeesBilledAt.some(billedAt => Temporal.Instant.compare(billedAt, input.invoiceCreatedAt) < 0)) {
    return 'whole'
  }
  if (!isStartedInThePast(terms.startedAt, input.subscriptionCreatedAt)) return 'first_period'
  if (terms.payInAdvance) return 'whole'
  const { previousPeriodStart } = periodInstants(terms, at, 'billing')
  return Temporal.Instant.compare(terms.startedAt, previousPeriodStart) < 0 ? 'whole' : 'first_period'
}

/**
 * A terminated subscription still owes a base fee in arrears. In advance it owes none any more, unless this is a draft
 * that was made before the termination.
 */
function isStillBilled({ terms, invoiceCreatedAt }: SubscriptionFeeInput): boolean {
  if (terms.terminatedAt === null || !terms.payInAdvance) return true
  return Temporal.Instant.compare(terms.terminatedAt, invoiceCreatedAt) > 0
}

/** Fees are dated in UTC: the day meant is the UTC day with the date of the local billing day. */
function isBilledThatDay({ terms, at, otherFeesBilledAt }: SubscriptionFeeInput): boolean {
  const date = localDate(at, terms.timeZone)
  return otherFeesBilledAt.some(billedAt => localDate(billedAt, 'UTC').equals(date))
}

function isLongPeriod({ interval }: BillingTerms): boolean {
  return interval === 'yearly' || interval === 'semiannual'
}

/**
 * Whether a billing instant is one that bills a plan period: on a plan with monthly charges only in its first month, and in
 * arrears also when the subscription ends.
 */
export function isPlanPeriodBilled(terms: BillingTerms, at: Temporal.Instant): boolean {
  return (!terms.payInAdvance && isClosed(terms, at)) || isPlanPeriodDue(terms, at)
}

/** On a plan with monthly charges, only the first month of a plan period bills the base fee. */
function isPlanPeriodDue(terms: BillingTerms, at: Temporal.Instant): boolean {
  if (!isLongPeriod(terms)) return true
  const date = localDate(at, terms.timeZone)
  return isFirstMonthOfPlanPeriod(date, terms.interval, terms.billingTime, anchorDate(terms))
}

function isFirstPlanPeriod(terms: BillingTerms, at: Temporal.Instant): boolean {
  const anchor = anchorDate(terms)
  const start = (date: Temporal.PlainDate) => periodStart(date, terms.interval, terms.billingTime, anchor)
  return start(localDate(at, terms.timeZone)).equals(start(anchor))
}

function wholeFee(price: bigint): SubscriptionFee {
  return {
    amountCents: price,
    preciseAmountCents: formatDecimal(price),
    unitAmountCents: price,
    planAmountCents: price,
  }
}

/** `amount` is a double by rule; it is never negative, so rounding half up is rounding away from zero. */
function fee(price: bigint, amount: number): SubscriptionFee {
  const amountCents = BigInt(Math.round(amount))
  return {
    amountCents,
    preciseAmountCents: formatDecimal(amount),
    unitAmountCents: amountCents,
    planAmountCents: price,
  }
}
