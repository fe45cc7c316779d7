import { endOfDay, localDate, startOfDay } from './local-days.ts'
import type { BillingInterval } from './periods.ts'
import {
  isFirstMonthOfPlanPeriod,
  nextPeriodStart,
  periodDuration,
  periodEnd,
  periodStart,
  previousPeriodDate,
} from './periods.ts'
import type { BillingSchedule } from './schedule.ts'
import { anchorDate, chargesInterval, fixedChargesInterval, isSplitPlan } from './schedule.ts'

/** How a subscription was, or will be, replaced: `none` when it has no successor that is not canceled. */
export type Successor = 'none' | 'upgrade' | 'downgrade'

/** The usage bounds last billed, and the time zone frozen on the invoice that billed them. */
export interface PreviousUsage {
  readonly timeZone: string
  readonly chargesTo: Temporal.Instant | null
  readonly fixedChargesTo: Temporal.Instant | null
}

/** Everything about a started subscription and its plan that decides what a billing instant covers. */
export interface BillingTerms extends BillingSchedule {
  readonly payInAdvance: boolean
  /** The first instant of service; for a preview of one not started yet, when it would. */
  readonly startedAt: Temporal.Instant
  /** From when on usage is its own, where another subscription had it until then; from the start on when absent. */
  readonly usageSince?: Temporal.Instant
  /** Set if and only if the subscription is terminated. */
  readonly terminatedAt: Temporal.Instant | null
  readonly successor: Successor
  /** Of the subscription's latest billed period. Needed after a change of time zone, so that usage windows meet. */
  readonly previousUsage?: PreviousUsage | null
}

/**
 * `billing` covers what a billing run at that instant bills; `current` covers the period in progress (current usage,
 * in-advance fees, progressive billing).
 */
export type BoundariesMode = 'billing' | 'current'

/** A window of time, both bounds included at the precision of a microsecond. */
export interface Period {
  readonly from: Temporal.Instant
  readonly to: Temporal.Instant
}

/** The windows of one subscription on one invoice; null where that kind of charge is not due at that instant. */
export interface BilledPeriods {
  readonly base: Period
  readonly charges: Period | null
  readonly fixedCharges: Period | null
  /** Of the customer when they were billed; as it is now where absent. */
  readonly timeZone?: string
}

/** Billed windows with the days of the whole periods they belong to, the divisors of prorations. */
export interface Boundaries extends BilledPeriods {
  readonly baseDuration: number
  readonly chargesDuration: number
  readonly fixedChargesDuration: number
}

/**
 * The windows a subscription bills, or is using, at an instant.
 *
 * The base fee is counted in whole local days, from the start of the day the service started; usage from that very
 * instant. A window never ends before it starts: one that lies before the service is empty, at `startedAt`.
 */
export function billingBoundaries(terms: BillingTerms, at: Temporal.Instant, mode: BoundariesMode): Boundaries {
  const place = placeOf(terms, at, mode)
  const base = baseWindow(place)
  const ofCharges = chargesInterval(terms)
  const ofFixedCharges = fixedChargesInterval(terms)
  const charges = usageWindow(place, ofCharges)
  const fixedCharges = ofFixedCharges === ofCharges ? charges : usageWindow(place, ofFixedCharges)
  const previous = terms.previousUsage?.timeZone === terms.timeZone ? null : terms.previousUsage
  return {
    base: base.period,
    charges: billsCharges(place)
      ? usagePeriod(charges, terms.usageSince ?? terms.startedAt, previous?.chargesTo)
      : null,
    fixedCharges: billsFixedCharges(place)
      ? usagePeriod(fixedCharges, terms.startedAt, previous?.fixedChargesTo)
      : null,
    baseDuration: base.duration,
    chargesDuration: charges.duration,
    fixedChargesDuration: fixedCharges.duration,
  }
}

/**
 * The usage window of the period in progress, as shown on a subscription; of a terminated one, its last period. On a
 * plan with monthly charges it is the month.
 */
export function currentBillingPeriod(terms: BillingTerms, now: Temporal.Instant): Period {
  const { base, charges } = currentBoundaries(terms, now)
  return charges ?? base
}

/** The same with the days of the full period, whatever part of it the window covers. */
export function currentUsagePeriod(terms: BillingTerms, now: Temporal.Instant): Period & { readonly fullDays: number } {
  const { base, baseDuration, charges, chargesDuration } = currentBoundaries(terms, now)
  return charges === null ? { ...base, fullDays: baseDuration } : { ...charges, fullDays: chargesDuration }
}

function currentBoundaries(terms: BillingTerms, now: Temporal.Instant): Boundaries {
  const sinceStart = latest(now, terms.startedAt)
  const at = terms.terminatedAt === null ? sinceStart : earliest(sinceStart, terms.terminatedAt)
  return billingBoundaries(terms, at, 'current')
}

/** Landmarks of the plan periods around an instant. */
export interface PeriodInstants {
  readonly previousPeriodStart: Temporal.Instant
  readonly currentPeriodStart: Temporal.Instant
  /** Of the period the base fee covers. */
  readonly endOfPeriod: Temporal.Instant
  readonly nextPeriodStartedAt: Temporal.Instant
  /** Of the period that contains the instant, whatever the mode. */
  readonly nextEndOfPeriod: Temporal.Instant
}

/** The starts and ends of the plan periods around an instant, not limited by when the service started or ended. */
export function periodInstants(terms: BillingTerms, at: Temporal.Instant, mode: BoundariesMode): PeriodInstants {
  const place = placeOf(terms, at, mode)
  const { interval, timeZone } = terms
  const covered = periodEndOf(place, baseStart(place), interval)
  return {
    previousPeriodStart: startOfDay(periodStartOf(place, earlierDate(place, interval), interval), timeZone),
    currentPeriodStart: startOfDay(periodStartOf(place, place.date, interval), timeZone),
    endOfPeriod: endOfDay(covered, timeZone),
    nextPeriodStartedAt: startOfDay(covered.add({ days: 1 }), timeZone),
    nextEndOfPeriod: endOfDay(periodEndOf(place, place.date, interval), timeZone),
  }
}

/** The local date on which a scheduled downgrade takes effect: the day after the plan period in progress ends. */
export function downgradeDate(schedule: BillingSchedule, now: Temporal.Instant): Temporal.PlainDate {
  const date = localDate(now, schedule.timeZone)
  return nextPeriodStart(date, schedule.interval, schedule.billingTime, anchorDate(schedule))
}

/** Whether a subscription is terminated as seen from a billing instant; both are compared in whole seconds. */
export function isClosed(terms: BillingTerms, at: Temporal.Instant): boolean {
  if (terms.terminatedAt === null) return false
  return Temporal.Instant.compare(wholeSecond(terms.terminatedAt), wholeSecond(at)) <= 0
}

/** A subscription seen from a billing instant. */
interface Place {
  readonly terms: BillingTerms
  readonly mode: BoundariesMode
  readonly date: Temporal.PlainDate
  readonly anchor: Temporal.PlainDate
  readonly startDate: Temporal.PlainDate
  readonly closed: boolean
}

function placeOf(terms: BillingTerms, at: Temporal.Instant, mode: BoundariesMode): Place {
  return {
    terms,
    mode,
    date: localDate(at, terms.timeZone),
    anchor: anchorDate(terms),
    startDate: localDate(terms.startedAt, terms.timeZone),
    closed: isClosed(terms, at),
  }
}

function baseWindow(place: Place): { period: Period; duration: number } {
  const { terms, closed } = place
  const { timeZone, startedAt, terminatedAt, interval } = terms
  const start = baseStart(place)
  const opening = startOfDay(start, timeZone)
  const startsInside = Temporal.Instant.compare(opening, startedAt) < 0
  const from = startsInside ? startOfDay(place.startDate, timeZone) : opening
  const closing = endOfDay(periodEndOf(place, start, interval), timeZone)
  const end = closed && terminatedAt !== null ? earliest(closing, wholeSecond(terminatedAt)) : closing
  return {
    period: { from, to: latest(latest(end, startedAt), from) },
    duration: periodDuration(startsInside ? place.startDate : start, interval, terms.billingTime, place.anchor),
  }
}

/** In advance, the period that opens; in arrears, the one that closed, or the running one once terminated. */
function baseStart(place: Place): Temporal.PlainDate {
  const { terms, date } = place
  const running = terms.payInAdvance || (place.closed && terms.successor !== 'downgrade')
  return periodStartOf(place, running ? date : earlierDate(place, terms.interval), terms.interval)
}

interface UsageWindow extends Period {
  readonly duration: number
}

/** A usage window before it is limited to the service and joined to the previous one. */
function usageWindow(place: Place, interval: BillingInterval): UsageWindow {
  const { terms } = place
  const start = usageStart(place, interval)
  const from = startOfDay(start, terms.timeZone)
  const closing = endOfDay(periodEndOf(place, start, interval), terms.timeZone)
  const inDuration = Temporal.Instant.compare(from, terms.startedAt) < 0 ? place.startDate : start
  return {
    from,
    to: terms.terminatedAt === null ? closing : earliest(closing, terms.terminatedAt),
    duration: periodDuration(inDuration, interval, terms.billingTime, place.anchor),
  }
}

/**
 * Usage is always billed after the fact, whichever way the base fee is: the period that closed, or the running one once
 * nothing follows that would bill it.
 */
function usageStart(place: Place, interval: BillingInterval): Temporal.PlainDate {
  const { payInAdvance, successor } = place.terms
  const running = place.closed && (payInAdvance ? successor === 'none' : successor !== 'downgrade')
  return periodStartOf(place, running ? place.date : earlierDate(place, interval), interval)
}

function usagePeriod(
  window: UsageWindow,
  since: Temporal.Instant,
  billedTo: Temporal.Instant | null | undefined,
): Period {
  const from = latest(joined(window.from, billedTo), since)
  return { from, to: latest(window.to, from) }
}

/**
 * After a change of time zone the new local midnight is up to a day away from where the last window ended: the next one
 * then opens right after it. Bounds further apart belong to windows that do not follow one another.
 */
function joined(opening: Temporal.Instant, billedTo: Temporal.Instant | null | undefined): Temporal.Instant {
  if (!billedTo) return opening
  const candidate = billedTo.add({ microseconds: 1 })
  return isWithinADay(opening, candidate) ? candidate : opening
}

/** Whether two instants can be the same local midnight in two time zones: they are less than 26 hours apart. */
export function isWithinADay(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Math.abs(a.epochMilliseconds - b.epochMilliseconds) < 26 * 3_600_000
}

/**
 * When only fixed charges are monthly, usage is billed with the plan period, in its first month; it always has a current
 * period. A terminated subscription has no later bill: everything is due.
 */
function billsCharges(place: Place): boolean {
  const { terms, closed, mode } = place
  return !isSplitPlan(terms) || terms.billChargesMonthly || closed || mode === 'current' || isFirstMonth(place)
}

/** The same for fixed charges when only usage is monthly. */
function billsFixedCharges(place: Place): boolean {
  const { terms, closed, mode } = place
  return !isSplitPlan(terms) || terms.billFixedChargesMonthly || closed || mode === 'current' || isFirstMonth(place)
}

function isFirstMonth({ terms, date, anchor }: Place): boolean {
  return isFirstMonthOfPlanPeriod(date, terms.interval, terms.billingTime, anchor)
}

/** A date of the period to look back at: none in current mode, which looks at the period in progress. */
function earlierDate({ terms, mode, date, anchor }: Place, interval: BillingInterval): Temporal.PlainDate {
  return mode === 'current' ? date : previousPeriodDate(date, interval, terms.billingTime, anchor)
}

function periodStartOf({ terms, anchor }: Place, date: Temporal.PlainDate, interval: BillingInterval) {
  return periodStart(date, interval, terms.billingTime, anchor)
}

function periodEndOf({ terms, anchor }: Place, date: Temporal.PlainDate, interval: BillingInterval) {
  return periodEnd(date, interval, terms.billingTime, anchor)
}

function wholeSecond(at: Temporal.Instant): Temporal.Instant {
  return at.round({ smallestUnit: 'second', roundingMode: 'halfExpand' })
}

function latest(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) >= 0 ? a : b
}

function earliest(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) <= 0 ? a : b
}
