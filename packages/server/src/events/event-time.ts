const MICROSECONDS = 1_000_000n
const MICROSECONDS_A_DAY = 86_400n * MICROSECONDS

/** What both PostgreSQL and Temporal can hold: 4714 BC to 275760 AD. */
const EARLIEST = -210_866_803_200n * MICROSECONDS
const LATEST = 8_640_000_000_000n * MICROSECONDS

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/

/**
 * Unix time in seconds as microseconds: decimal text, read digit by digit and cut after the sixth fractional one, never
 * through a binary float. Space around it and `_` between digits are fine.
 *
 * @returns undefined when the text is no number, or a time that cannot be stored
 * @example parseUnixSeconds('1700000000.1234567') // 1700000000123456n
 */
export function parseUnixSeconds(text: string): bigint | undefined {
  const [, sign, whole = '', fraction = '', exponent] = DECIMAL.exec(withoutSeparators(text.trim())) ?? []
  const digits = whole + fraction
  if (sign === undefined || digits === '') return undefined
  // The place of the decimal point once seconds are microseconds.
  const point = whole.length + Number(exponent ?? 0) + 6
  const significant = digits.slice(0, Math.max(point, 0)).replace(/^0+/, '')
  if (significant === '') return 0n
  if (point - digits.length + significant.length > 20) return undefined
  const magnitude = BigInt(significant.padEnd(significant.length + point - digits.length, '0'))
  return inRange(sign === '-' ? -magnitude : magnitude)
}

function withoutSeparators(text: string): string {
  return text.includes('_') ? text.replace(/(?<=\d)_(?=\d)/g, '') : text
}

/** As {@link parseUnixSeconds}, for a number. A fraction counts as its shortest decimal. */
export function unixSecondsOf(seconds: number): bigint | undefined {
  if (Number.isSafeInteger(seconds)) return inRange(BigInt(seconds) * MICROSECONDS)
  return Number.isFinite(seconds) ? parseUnixSeconds(String(seconds)) : undefined
}

function inRange(microseconds: bigint): bigint | undefined {
  return microseconds >= EARLIEST && microseconds <= LATEST ? microseconds : undefined
}

/** An instant in microseconds since the epoch, cut to the one before. */
export function microsecondsOf(instant: Temporal.Instant): bigint {
  const { epochNanoseconds } = instant
  const microseconds = epochNanoseconds / 1000n
  return microseconds * 1000n > epochNanoseconds ? microseconds - 1n : microseconds
}

/** ISO 8601 in UTC: `2023-11-14T22:13:20.125Z` with milliseconds, `2023-11-14T22:13:20Z` without, cut to the one before. */
export function formatMicroseconds(microseconds: bigint, precision: 'milliseconds' | 'seconds'): string {
  const inDay = Number(((microseconds % MICROSECONDS_A_DAY) + MICROSECONDS_A_DAY) % MICROSECONDS_A_DAY)
  const date = dateOf(Number((microseconds - BigInt(inDay)) / MICROSECONDS_A_DAY))
  const seconds = Math.floor(inDay / 1_000_000)
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  if (precision === 'seconds') return `${date}T${time}Z`
  return `${date}T${time}.${String(Math.floor((inDay % 1_000_000) / 1000)).padStart(3, '0')}Z`
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`
}

// Events come by the thousand from the same few days, and the calendar is the slow part of printing a time.
const dates = new Map<number, string>()
const MOST_DATES = 1000

function dateOf(day: number): string {
  const known = dates.get(day)
  if (known !== undefined) return known
  const date = Temporal.PlainDate.from('1970-01-01').add({ days: day }).toString()
  if (dates.size === MOST_DATES) dates.clear()
  dates.set(day, date)
  return date
}
