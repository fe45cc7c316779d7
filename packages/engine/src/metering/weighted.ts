import type { Decimal } from '../money/index.ts'
import { ceil, decimal, divideAsPostgres, ZERO } from '../money/index.ts'
import { type MeteredEvent, microsecondsOf } from './events.ts'
import type { UsageSpan } from './span.ts'

/** A level that events raise and lower, weighted by the time that it stood. */
export interface WeightedUsage {
  readonly units: Decimal
  /** Events within the span. */
  readonly eventsCount: number
  /** The level at the end; of metrics that do not carry over, what the span added. */
  readonly totalUnits: Decimal
  /** Since when the level at the end has stood: the last event, or the beginning where there was none. */
  readonly levelSince: Temporal.Instant
}

const SECONDS_A_DAY = 86_400
const MICROSECONDS = 1_000_000
/** Seconds between instants are written with as many decimals. */
const SECOND_DECIMALS = 6
const UNIT_DECIMALS = 20

/**
 * The mean level over the full period: each level times the seconds it stood, over the seconds of the period. Until the
 * end of the span the last level is taken to stay.
 *
 *     units = ceil( Σ level × seconds / (days of the full period × 86,400), 20 )
 *
 * Each quotient has PostgreSQL's digits, and the period its nominal length, whatever daylight saving does.
 *
 * @param opening the level at the beginning; 0 where nothing carries over
 * @param events within the span, in order of time
 * @param isGrouped groups are not rounded
 */
export function weightedSum(
  opening: Decimal,
  events: readonly MeteredEvent[],
  span: UsageSpan,
  isGrouped: boolean,
): WeightedUsage {
  const nominal = decimal(span.fullDays * SECONDS_A_DAY)
  const end = wholeSecondAfter(microsecondsOf(span.to))
  let level = opening
  let since = microsecondsOf(span.from)
  let units = ZERO
  const stand = (until: bigint) => {
    const seconds = decimal(until - since).div(MICROSECONDS)
    const scale = level.decimalPlaces() + SECOND_DECIMALS
    units = units.plus(divideAsPostgres(level.times(seconds), nominal, scale))
    since = until
  }
  for (const event of events) {
    stand(event.at.timestamp)
    level = level.plus(event.value ?? 0)
  }
  stand(end)
  return {
    units: isGrouped ? units : ceil(units, UNIT_DECIMALS),
    eventsCount: events.length,
    totalUnits: level,
    levelSince: instantOf(events.at(-1)) ?? span.from,
  }
}

function instantOf(event: MeteredEvent | undefined): Temporal.Instant | undefined {
  return event && Temporal.Instant.fromEpochNanoseconds(event.at.timestamp * 1000n)
}

function wholeSecondAfter(microseconds: bigint): bigint {
  const second = BigInt(MICROSECONDS)
  return ((microseconds + second - 1n) / second) * second
}
