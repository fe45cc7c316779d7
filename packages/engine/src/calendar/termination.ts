import { isPlanPeriodStart } from './billing-days.ts'
import type { BilledPeriods, BillingTerms, Boundaries, Period } from './boundaries.ts'
import { billingBoundaries, isWithinADay } from './boundaries.ts'
import { localDate, startOfDay } from './local-days.ts'
import type { BillingInterval } from './periods.ts'
import { periodEnd, periodStart } from './periods.ts'
import { anchorDate, chargesInterval, fixedChargesInterval, isSplitPlan } from './schedule.ts'

const DAY = { hours: 24 }

/** A subscription that has been terminated. */
export interface TerminatedTerms extends BillingTerms {
  readonly terminatedAt: Temporal.Instant
}

/**
 * The windows of the invoice that ends a subscription: the running period, up to the termination.
 *
 * A subscription terminated on a billing day before that day's run would leave the period that just closed unbilled. Its
 * last invoice then closes that period, and the day that started is free. Each kind of charge is looked at on its own:
 * the month that closed is no reason to bill last year again.
 *
 * A subscription terminated within 24 hours of its start, or replaced by another, bills its running period.
 *
 * @param billed the periods of the subscription's recurring invoices; only those of the day of termination matter
 */
export function terminationBoundaries(terms: TerminatedTerms, billed: readonly BilledPeriods[]): Boundaries {
  const at = terms.terminatedAt
  const running = billingBoundaries(terms, at, 'billing')
  if (terms.successor !== 'none') return running
  if (Temporal.Instant.compare(at.subtract(DAY), terms.startedAt) < 0) return running

  const date = localDate(at, terms.timeZone)
  const closing = billingBoundaries(asIfActive(terms), at, 'billing')
  if (billed.some(periods => coversSamePeriods(terms, periods, closing))) return running

  const opens = (interval: BillingInterval) =>
    periodStart(date, interval, terms.billingTime, anchorDate(terms)).equals(date)
  const base = isPlanPeriodStart(terms, date) ? closing : running
  const charges = opens(chargesInterval(terms)) ? closing : running
  const fixedCharges = opens(fixedChargesInterval(terms)) ? closing : running
  return {
    base: base.base,
    baseDuration: base.baseDuration,
    charges: charges.charges,
    chargesDuration: charges.chargesDuration,
    fixedCharges: fixedCharges.fixedCharges,
    fixedChargesDuration: fixedCharges.fixedChargesDuration,
  }
}

/** The windows of both subscriptions on the invoice of an upgrade, and the billing instant they share. */
export interface UpgradeBoundaries {
  /** In whole seconds, after the change: the previous subscription is seen as terminated, the next as started. */
  readonly at: Temporal.Instant
  readonly previous: Boundaries
  readonly next: Boundaries
}

/** The running period of the upgraded subscription up to the upgrade, and what its replacement bills from there. */
export function upgradeBoundaries(previous: TerminatedTerms, next: BillingTerms): UpgradeBoundaries {
  const at = previous.terminatedAt.add({ seconds: 1 }).round({ smallestUnit: 'second', roundingMode: 'floor' })
  return {
    at,
    previous: billingBoundaries({ ...previous, successor: 'upgrade' }, at, 'current'),
    next: billingBoundaries(next, at, 'billing'),
  }
}

/**
 * Whether two invoices bill the same period of a subscription: same base window, and on plans with monthly charges the
 * same window of what is monthly. What a second billing run of the same day is recognised by. The same days begin and end at
 * other instants after a change of time zone.
 *
 * @param billed what was billed, maybe in another time zone
 * @param expected as it would be now
 */
export function coversSamePeriods(terms: BillingTerms, billed: BilledPeriods, expected: BilledPeriods): boolean {
  const hasMoved = billed.timeZone !== undefined && billed.timeZone !== terms.timeZone
  const isSame = (kind: 'base' | 'charges' | 'fixedCharges') => isSamePeriod(billed[kind], expected[kind], hasMoved)
  if (!isSame('base')) return false
  if (!isSplitPlan(terms)) return true
  if (terms.billChargesMonthly && !isSame('charges')) return false
  return !terms.billFixedChargesMonthly || isSame('fixedCharges')
}

/**
 * Whether the in-advance invoice of the period a subscription was terminated in has been issued, and so whether there is
 * something to credit: not when it ended on its billing day before the run. The first period was billed at the start.
 *
 * @param billed the periods of all the subscription's invoices, recurring or not
 */
export function isAdvancePeriodBilled(terms: TerminatedTerms, billed: readonly BilledPeriods[]): boolean {
  const date = localDate(terms.terminatedAt, terms.timeZone)
  const start = periodStart(date, terms.interval, terms.billingTime, anchorDate(terms))
  const opening = startOfDay(start, terms.timeZone)
  if (Temporal.Instant.compare(opening, terms.startedAt) < 0) return true
  const expected = billingBoundaries(asIfActive(terms), opening, 'billing')
  return billed.some(periods => coversSamePeriods(terms, periods, expected))
}

/**
 * How many days of the period paid in advance were left when the subscription was terminated. The day of termination is
 * used; the day of an upgrade is not, the new plan bills it. Days of trial were not paid for.
 *
 * @param trialEndsAt null without a trial
 */
export function unusedDays(terms: TerminatedTerms, trialEndsAt: Temporal.Instant | null): number {
  const { timeZone } = terms
  const date = localDate(terms.terminatedAt, timeZone)
  const end = periodEnd(date, terms.interval, terms.billingTime, anchorDate(terms))
  const lastUsed = terms.successor === 'upgrade' ? date.subtract({ days: 1 }) : date
  const paidFrom = trialEndsAt === null ? null : localDate(trialEndsAt, timeZone)
  const inTrial = paidFrom !== null && Temporal.PlainDate.compare(paidFrom, lastUsed) >= 0
  return Math.max((inTrial ? paidFrom.subtract({ days: 1 }) : lastUsed).until(end).days, 0)
}

function asIfActive(terms: BillingTerms): BillingTerms {
  return { ...terms, terminatedAt: null }
}

function isSamePeriod(a: Period | null, b: Period | null, hasMoved: boolean): boolean {
  if (a === null || b === null) return a === b
  const isSame = (one: Temporal.Instant, other: Temporal.Instant) =>
    hasMoved ? isWithinADay(one, other) : one.equals(other)
  return isSame(a.from, b.from) && isSame(a.to, b.to)
}
