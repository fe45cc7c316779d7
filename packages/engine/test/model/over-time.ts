import { amountIn, FIELD, type ModelEvent, textOf } from './metering.ts'
import type { Change } from './prorated-tiers.ts'
import * as q from './rational.ts'

type Rational = q.Rational

/** In microseconds since the epoch, both ends included. Zones have no daylight saving: a day has 24 hours. */
export interface ModelPeriod {
  readonly from: bigint
  readonly to: bigint
  /** Of the whole period, whatever part of it this is. */
  readonly fullDays: number
  /** East of Greenwich. */
  readonly offsetHours: number
  readonly endedByUpgrade: boolean
}

export const DAY = 86_400_000_000n
const SECOND = 1_000_000n

function wallClock(at: bigint, period: ModelPeriod): bigint {
  return at + BigInt(period.offsetHours) * 3600n * SECOND
}

function dateOf(at: bigint, period: ModelPeriod): number {
  return Number(q.floorOf(q.ratio(wallClock(at, period), DAY)))
}

/** What of the whole period this is: a double, in its shortest decimal form. */
function partOfPeriod(period: ModelPeriod): Rational {
  const end = wallClock(period.to, period)
  const closing = end % DAY === 0n ? end + SECOND : end
  const days = Number(q.ceilOf(q.ratio(closing - wallClock(period.from, period), DAY)))
  return q.parse(String((period.endedByUpgrade ? Math.max(days - 1, 0) : days) / period.fullDays))
}

/** Some days of the whole period, as a quotient of the database: 20 decimals unless it is more than 1. */
function partOfDays(days: number, { fullDays }: ModelPeriod): Rational {
  return q.roundTo(q.ratio(days, fullDays), days <= fullDays ? 20 : 16)
}

export interface Prorated {
  readonly units: Rational
  readonly count: number
  readonly changes: readonly Change[]
}

/** @param events of all time, in order */
export function proratedSum(events: readonly ModelEvent[], period: ModelPeriod): Prorated {
  const carried = q.sum(events.filter(event => event.at < period.from).map(amountIn))
  const changes = events
    .filter(event => event.at >= period.from)
    .map(event => {
      const days = dateOf(period.to, period) - dateOf(event.at, period) + 1
      return { full: amountIn(event), prorated: q.times(amountIn(event), partOfDays(days, period)) }
    })
  const opening = { full: carried, prorated: q.times(carried, partOfPeriod(period)) }
  const all = q.isZero(carried) ? changes : [opening, ...changes]
  return {
    units: q.roundTo(q.sum(all.map(change => change.prorated)), 5, 'ceil'),
    count: events.length,
    changes: all,
  }
}

/** @param events of all time, in order */
export function proratedUniqueCount(events: readonly ModelEvent[], period: ModelPeriod): Prorated {
  const found: { at: bigint; value: string; quotient: Rational; adds: boolean }[] = []
  for (const value of new Set(events.map(event => textOf(event, FIELD)))) {
    const ofValue = events.filter(event => textOf(event, FIELD) === value)
    const kept = ofValue.filter(
      (event, place) =>
        adds(event) ||
        !ofValue.some(
          (other, at) => at > place && adds(other) && dateOf(other.at, period) === dateOf(event.at, period),
        ),
    )
    const effective = kept.filter((event, place) => {
      const before = kept[place - 1]
      return adds(event) ? before === undefined || !adds(before) : before !== undefined && adds(before)
    })
    for (const [place, event] of effective.entries()) {
      const until = effective[place + 1]?.at ?? period.to
      const since = event.at > period.from ? event.at : period.from
      const days = until < period.from ? 0 : dateOf(until, period) - dateOf(since, period) + 1
      found.push({ at: event.at, value: value ?? '', quotient: partOfDays(days, period), adds: adds(event) })
    }
  }
  const units = q.roundTo(q.sum(found.filter(one => one.adds).map(one => one.quotient)), 5, 'ceil')
  const inOrder = found.toSorted((a, b) => Number(a.at - b.at) || (a.value < b.value ? -1 : 1))
  return {
    units,
    count: Number(q.floorOf(units)),
    changes: inOrder.map(one => ({
      full: q.ratio(one.adds ? 1 : -1),
      prorated: one.adds ? q.roundTo(one.quotient, 5, 'ceil') : q.ZERO,
    })),
  }
}

function adds(event: ModelEvent): boolean {
  return (textOf(event, 'operation_type') ?? 'add') === 'add'
}

/** @param events of the period, in order */
export function weightedSum(
  opening: Rational,
  events: readonly ModelEvent[],
  period: ModelPeriod,
  isGrouped: boolean,
): { units: Rational; total: Rational } {
  const end = q.ceilOf(q.ratio(period.to, SECOND)) * SECOND
  const points = [
    { at: period.from, change: opening },
    ...events.map(event => ({ at: event.at, change: amountIn(event) })),
  ]
  const terms = points.map(({ at }, place) => {
    const level = q.sum(points.slice(0, place + 1).map(point => point.change))
    const seconds = q.ratio((points[place + 1]?.at ?? end) - at, SECOND)
    return databaseQuotient(level, seconds, period.fullDays * 86_400)
  })
  const units = q.sum(terms)
  return {
    units: isGrouped ? units : q.roundTo(units, 20, 'ceil'),
    total: q.sum(points.map(point => point.change)),
  }
}

/** level × seconds / nominal with the digits of the database, which counts them in groups of four. */
function databaseQuotient(level: Rational, seconds: Rational, nominal: number): Rational {
  const product = q.times(level, seconds)
  const [dividend, divisor] = [leading(product), leading(q.ratio(nominal))]
  const group = dividend.group - divisor.group - (dividend.digits <= divisor.digits ? 1 : 0)
  const decimals = Math.max(16 - 4 * group, decimalsOf(level) + 6)
  return q.roundTo(q.over(product, q.ratio(nominal)), decimals)
}

/** The first four digits from the left, of those that come in fours around the point, and where they stand. */
function leading(value: Rational): { group: number; digits: number } {
  if (q.isZero(value)) return { group: 0, digits: 0 }
  const size = q.isNegative(value) ? q.minus(q.ZERO, value) : value
  let group = -6
  while (!q.less(size, q.parse(`1e${4 * (group + 1)}`))) group += 1
  return { group, digits: Number(q.floorOf(q.over(size, q.parse(`1e${4 * group}`)))) }
}

function decimalsOf(value: Rational): number {
  let decimals = 0
  while (10n ** BigInt(decimals) % value.d !== 0n) decimals += 1
  return decimals
}
