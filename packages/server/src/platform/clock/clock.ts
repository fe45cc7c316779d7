/** Where business time comes from. Everything that decides a date asks `ctx.clock`, never the system. */
export interface Clock {
  now(): Temporal.Instant
}

/** Real time, to the microsecond that the database keeps. */
export const systemClock: Clock = { now: () => Temporal.Now.instant().round('microsecond') }

/** A clock that stands still: an organization's test clock, or the instant a clock task runs for. */
export function frozenClock(instant: Temporal.Instant): Clock {
  return { now: () => instant }
}
