import {
  anchorDate,
  type BillingTerms,
  countDays,
  endOfDay,
  isSplitPlan,
  localDate,
  type Period,
  periodEnd,
  periodStart,
  startOfDay,
} from '../calendar/index.ts'
import { type Currency, currencySubunits, type Decimal, decimal, round, truncate, ZERO } from '../money/index.ts'
import type { Shortfall } from './charge-fee.ts'
import { precise } from './pricing-unit.ts'
import { isPlanPeriodBilled, type SubscriptionFeeInput } from './subscription-fee.ts'

/** What an earlier invoice of a subscription billed: its base window, and whether that had a base fee. */
export interface EarlierInvoice {
  readonly at: Temporal.Instant
  readonly base: Period
  readonly hasBaseFee: boolean
}

/** The plan period that a minimum commitment is compared with, and the part of it that the subscription had. */
export interface CommitmentSpan {
  /** The whole period, in local days. What was billed for it counts towards the commitment. */
  readonly period: Period
  readonly from: Temporal.Instant
  readonly to: Temporal.Instant
  /** The window of the invoice that billed the period. */
  readonly billed: Period
  readonly timeZone: string
}

/** What was billed for a period, before coupons and taxes. */
export interface BilledAmount {
  readonly amountCents: bigint
  /** In plain notation. */
  readonly preciseAmountCents: string
}

/** A fee for what a plan period is short of the plan's minimum commitment. Decimals are text in plain notation. */
export interface CommitmentFee extends BilledAmount {
  readonly unitAmountCents: bigint
  readonly preciseUnitAmount: string
  readonly shortfall: Shortfall
}

/**
 * The period that an invoice compares with the plan's minimum commitment, or null for none.
 *
 * In arrears it is the period that the invoice bills; in advance it is the one that the invoice before billed, so never on
 * the first, and on the last one the period that was interrupted. A plan with monthly charges compares in the month that
 * bills its base fee.
 *
 * @param earlier the other invoices of the subscription
 */
export function commitmentSpan(
  input: Pick<SubscriptionFeeInput, 'terms' | 'at' | 'reason' | 'boundaries'>,
  earlier: readonly EarlierInvoice[],
): CommitmentSpan | null {
  const { terms, at, reason, boundaries } = input
  if (terms.payInAdvance) {
    if (isSplitPlan(terms) && !isPlanPeriodBilled(terms, at)) return null
    const previous = earlier
      .filter(invoice => invoice.hasBaseFee && isBefore(invoice.at, at))
      .toSorted((a, b) => Temporal.Instant.compare(a.at, b.at))
      .at(-1)
    return previous === undefined ? null : spanOf(terms, previous.base, earlier)
  }
  if (reason === 'subscription_starting' || !isPlanPeriodBilled(terms, at)) return null
  return spanOf(terms, boundaries.base, earlier)
}

/**
 * The fee that brings what was billed for a period up to the minimum commitment, prorated by days in double precision;
 * null where nothing is missing. The day of an upgrade counts.
 *
 * @param billed everything that counts towards it
 * @example
 * // 200.00 a month, 20 of 30 days: 133.33, of which 74.53 were billed
 * commitmentFee(20000n, span, billed, 'USD') // { amountCents: 5880n, … }
 */
export function commitmentFee(
  amountCents: bigint,
  { period, from, to, timeZone }: CommitmentSpan,
  billed: readonly BilledAmount[],
  currency: Currency,
): CommitmentFee | null {
  const share = countDays(from, to, timeZone) / countDays(period.from, period.to, timeZone)
  return commitmentShortfall(round(decimal(Number(amountCents) * share), 0), billed, currency)
}

/**
 * The fee that brings what was billed up to a target, as {@link commitmentFee} once the days are known.
 *
 * @param target in cents
 */
export function commitmentShortfall(
  target: Decimal,
  billed: readonly BilledAmount[],
  currency: Currency,
): CommitmentFee | null {
  const billedCents = billed.reduce((sum, fee) => sum + fee.amountCents, 0n)
  const missing = truncate(target) - billedCents
  if (missing <= 0n) return null
  const preciseMissing = billed.reduce((rest, fee) => rest.minus(fee.preciseAmountCents), target)
  return {
    amountCents: missing,
    preciseAmountCents: precise(preciseMissing.lessThan(0) ? ZERO : preciseMissing),
    unitAmountCents: missing,
    preciseUnitAmount: precise(inUnits(missing, currency)),
    shortfall: { dueCents: target.toFixed(), billedCents: billedCents.toString() },
  }
}

/** Whether a fee of a period counts towards the commitment for a plan period. */
export function isWithin(period: Period, { from, to }: Period): boolean {
  return Temporal.Instant.compare(period.from, from) >= 0 && Temporal.Instant.compare(period.to, to) <= 0
}

function spanOf(terms: BillingTerms, billed: Period, earlier: readonly EarlierInvoice[]): CommitmentSpan {
  const { interval, billingTime, timeZone, terminatedAt } = terms
  const day = localDate(billed.from, timeZone)
  const anchor = anchorDate(terms)
  const period = {
    from: startOfDay(periodStart(day, interval, billingTime, anchor), timeZone),
    to: endOfDay(periodEnd(day, interval, billingTime, anchor), timeZone),
  }
  const from = earlier
    .map(invoice => invoice.base.from)
    .filter(start => !isBefore(start, period.from))
    .reduce((first, start) => (isBefore(start, first) ? start : first), billed.from)
  const to = terminatedAt === null ? billed.to : isBefore(terminatedAt, period.to) ? terminatedAt : period.to
  return { period, from, to, billed, timeZone }
}

function inUnits(cents: bigint, currency: Currency): Decimal {
  return decimal(cents).div(currencySubunits(currency))
}

function isBefore(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) < 0
}
