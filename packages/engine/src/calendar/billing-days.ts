import { startOfDay } from './local-days.ts'
import type { BillingInterval } from './periods.ts'
import { nextPeriodStart, periodStart } from './periods.ts'
import type { BillingSchedule } from './schedule.ts'
import { anchorDate, isSplitPlan } from './schedule.ts'

const HOUR = 3_600_000
const TICK = 600_000

/** Whether a subscription is billed on a local date: a period of its plan opens, or a month on a plan with monthly charges. */
export function isBillingDay(schedule: BillingSchedule, date: Temporal.PlainDate): boolean {
  return latestBillingDay(schedule, date).equals(date)
}

/**
 * Whether a period of the plan itself opens on a local date. On a plan with monthly charges the other billing days are
 * not: scheduled downgrades wait for one that is.
 */
export function isPlanPeriodStart(schedule: BillingSchedule, date: Temporal.PlainDate): boolean {
  return periodStart(date, schedule.interval, schedule.billingTime, anchorDate(schedule)).equals(date)
}

/** The last billing day at or before a local date. */
export function latestBillingDay(schedule: BillingSchedule, date: Temporal.PlainDate): Temporal.PlainDate {
  return periodStart(date, billingDayInterval(schedule), schedule.billingTime, anchorDate(schedule))
}

/**
 * The first billing day strictly after a local date.
 *
 * A subscription is never billed periodically on the day it started, so its first billing day is the one after the
 * local date of `started_at`.
 */
export function nextBillingDay(schedule: BillingSchedule, after: Temporal.PlainDate): Temporal.PlainDate {
  return nextPeriodStart(after, billingDayInterval(schedule), schedule.billingTime, anchorDate(schedule))
}

/**
 * The instant the billing run takes up a local day: the first tick, ten minutes past an hour of UTC, at or after its
 * start.
 *
 * @example firstTickOfDay(Temporal.PlainDate.from('2026-07-01'), 'Asia/Kolkata') // 2026-06-30T19:10:00Z, 00:40 local
 */
export function firstTickOfDay(date: Temporal.PlainDate, timeZone: string): Temporal.Instant {
  const start = startOfDay(date, timeZone).epochMilliseconds
  return Temporal.Instant.fromEpochMilliseconds(Math.ceil((start - TICK) / HOUR) * HOUR + TICK)
}

/** Plan periods open on days that also open months, so months alone give the billing days of a split plan. */
function billingDayInterval(schedule: BillingSchedule): BillingInterval {
  return isSplitPlan(schedule) ? 'monthly' : schedule.interval
}
