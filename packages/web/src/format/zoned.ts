/* Days of a zone as forms have them (`2026-03-11`), and the instants that the API has. */

/** The day that an instant is on in a zone. */
export function localDay(instant: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return parts.format(new Date(instant))
}

/**
 * The instant at which a day begins in a zone.
 *
 * @example startOfDay('2026-03-11', 'Europe/Zurich') // '2026-03-10T23:00:00.000Z'
 */
export function startOfDay(day: string, timeZone: string): string {
  const wanted = Date.parse(`${day}T00:00:00Z`)
  let at = wanted - offsetAt(wanted, timeZone)
  // Where the offset changes in between, that of the day itself counts.
  at = wanted - offsetAt(at, timeZone)
  return new Date(at).toISOString()
}

function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(at))
  const part = (type: string) => Number(parts.find(one => one.type === type)?.value)
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return shown - Math.floor(at / 1000) * 1000
}

/** The day that comes so many days later. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10)
}
