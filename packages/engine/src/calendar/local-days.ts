const DAY = 86_400_000_000_000n
const SECOND = 1_000_000_000n

/** The calendar date an instant falls on in a time zone. Throws a RangeError for an unknown zone. */
export function localDate(at: Temporal.Instant, timeZone: string): Temporal.PlainDate {
  return at.toZonedDateTimeISO(timeZone).toPlainDate()
}

/**
 * The first instant of a local day: midnight, the first instant after the gap where clocks skip midnight, the earlier
 * of the two where midnight comes twice.
 *
 * @example startOfDay(Temporal.PlainDate.from('2026-04-24'), 'Africa/Cairo') // 2026-04-23T22:00:00Z, 01:00 in Cairo
 */
export function startOfDay(date: Temporal.PlainDate, timeZone: string): Temporal.Instant {
  return date.toZonedDateTime(timeZone).toInstant()
}

/**
 * The last microsecond of a local day, 23:59:59.999999: always one microsecond before the next day starts, so that days
 * tile time even on nights when the clock goes back over midnight.
 */
export function endOfDay(date: Temporal.PlainDate, timeZone: string): Temporal.Instant {
  return startOfDay(date.add({ days: 1 }), timeZone).subtract({ microseconds: 1 })
}

/**
 * How many days a window counts for in prorations: the local days it touches when it opens at the start of a day, else
 * its length in started days of 24 hours. Daylight saving shifts do not count: a day of 23 or 25 hours is one day.
 *
 * A window that ends exactly at a local midnight includes the day that starts there. Both ends are instants, `from` at
 * or before `to`; the result is a whole number.
 *
 * @example
 * countDays(startOfDay(firstOfMay, zone), endOfDay(lastOfMay, zone), zone) // 31
 * countDays(startOfDay(firstOfMay, zone), startOfDay(tenthOfMay, zone), zone) // 10
 */
export function countDays(from: Temporal.Instant, to: Temporal.Instant, timeZone: string): number {
  const start = from.toZonedDateTimeISO(timeZone)
  const end = to.toZonedDateTimeISO(timeZone)
  const endClock = wallClock(end)
  const elapsed = (isMidnight(endClock) ? endClock + SECOND : endClock) - openingClock(start)
  const wholeDays = elapsed / DAY
  return Number(elapsed % DAY > 0n ? wholeDays + 1n : wholeDays)
}

/** Nanoseconds shown by the local wall clock, counted as if it never shifted. */
function wallClock(at: Temporal.ZonedDateTime): bigint {
  return at.epochNanoseconds + BigInt(at.offsetNanoseconds)
}

/** The wall clock at the opening of a window; a day whose midnight was skipped opens at the midnight it did not have. */
function openingClock(at: Temporal.ZonedDateTime): bigint {
  const clock = wallClock(at)
  if (isMidnight(clock) || at.startOfDay().epochNanoseconds !== at.epochNanoseconds) return clock
  return clock - (((clock % DAY) + DAY) % DAY)
}

function isMidnight(clock: bigint): boolean {
  return clock % DAY === 0n
}
