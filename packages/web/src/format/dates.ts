const LOCALE = 'en-US'
const formats = new Map<string, Intl.DateTimeFormat>()

const DAY: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', day: 'numeric' }
const TIME: Intl.DateTimeFormatOptions = { ...DAY, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }

/**
 * An instant as a day, in the zone given (a customer's, where the day has a business meaning), else in the browser's.
 *
 * @example formatDay('2026-01-31T23:00:00Z', 'Europe/Zurich') // 'Feb 1, 2026'
 */
export function formatDay(instant: string, timeZone?: string): string {
  return format(DAY, timeZone).format(new Date(instant))
}

/** A day without time, as the API gives issuing dates: no zone can move it. */
export function formatDate(date: string): string {
  return format(DAY, 'UTC').format(new Date(`${date.slice(0, 10)}T00:00:00Z`))
}

export function formatInstant(instant: string, timeZone?: string): string {
  return format(TIME, timeZone).format(new Date(instant))
}

/** The last instant of a period belongs to the day before the next one begins. */
export function formatPeriod(from: string, to: string, timeZone?: string): string {
  return format(DAY, timeZone).formatRange(new Date(from), new Date(to))
}

/** `Jan 31`: for the axis of a chart. */
export function formatAxisDay(date: string): string {
  return format({ month: 'short', day: 'numeric' }, 'UTC').format(new Date(`${date.slice(0, 10)}T00:00:00Z`))
}

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' })
const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** @example formatAgo('…') // '3 days ago' */
export function formatAgo(instant: string, now = Date.now()): string {
  const seconds = (new Date(instant).getTime() - now) / 1000
  const [unit, size] = UNITS.find(([, least]) => Math.abs(seconds) >= least) ?? ['second', 1]
  return relative.format(Math.round(seconds / size), unit)
}

/** The three readings of an instant: in the customer's zone, the organization's, and UTC. */
export function readings(instant: string, zones: readonly (string | null | undefined)[]): string[] {
  const distinct = [...new Set([...zones.filter(zone => zone != null), 'UTC'])]
  return distinct.map(zone => `${formatInstant(instant, zone)} ${zone}`)
}

/** The day of an instant in a zone, as date inputs take it: `2026-01-31`. */
export function dayIn(instant: string, timeZone: string): string {
  const at = Date.parse(instant)
  return new Date(at + offsetAt(at, timeZone)).toISOString().slice(0, 10)
}

/**
 * The last second of a day in a zone.
 *
 * @example endOfDay('2026-01-31', 'Europe/Zurich') // '2026-01-31T22:59:59.000Z'
 */
export function endOfDay(date: string, timeZone: string): string {
  const local = Date.parse(`${date}T23:59:59Z`)
  // The offset at the end of the day decides, which the first guess may miss by a change of the clocks.
  const guess = local - offsetAt(local, timeZone)
  return new Date(local - offsetAt(guess, timeZone)).toISOString()
}

/** How many milliseconds a zone is ahead of UTC at an instant. */
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
  }).formatToParts(at)
  const of = (type: string) => Number(parts.find(part => part.type === type)?.value)
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return local - Math.floor(at / 1000) * 1000
}

function format(options: Intl.DateTimeFormatOptions, timeZone: string | undefined): Intl.DateTimeFormat {
  const key = `${JSON.stringify(options)} ${timeZone ?? ''}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(LOCALE, { ...options, ...(timeZone !== undefined && { timeZone }) })
  formats.set(key, made)
  return made
}
