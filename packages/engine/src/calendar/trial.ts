import { localDate } from './local-days.ts'

const DAY_IN_MICROSECONDS = 86_400_000_000

/**
 * The instant a free trial ends, or null without one. Days are 24 hours long and may be fractional; the time of day is
 * kept.
 *
 * @param initialStart the earliest start among the customer's subscriptions with the same external id
 * @param trialPeriod the plan's, in days
 */
export function trialEnd(initialStart: Temporal.Instant, trialPeriod: number | null): Temporal.Instant | null {
  if (trialPeriod === null || trialPeriod <= 0) return null
  return initialStart.add({ microseconds: Math.round(trialPeriod * DAY_IN_MICROSECONDS) })
}

/** Whether a trial is still running at an instant; one that has not begun yet counts as running. */
export function isInTrial(trialEndsAt: Temporal.Instant | null, at: Temporal.Instant): boolean {
  return trialEndsAt !== null && Temporal.Instant.compare(trialEndsAt, at) > 0
}

/** Whether an instant falls on the local day on which a trial ends. */
export function isTrialEndDay(trialEndsAt: Temporal.Instant | null, at: Temporal.Instant, timeZone: string): boolean {
  return trialEndsAt !== null && localDate(trialEndsAt, timeZone).equals(localDate(at, timeZone))
}
