import { localDate } from '../calendar/index.ts'
import type { Decimal } from '../money/index.ts'
import { ceil, decimal, divideAsPostgres, ZERO } from '../money/index.ts'
import type { ProratedChange } from '../pricing/index.ts'
import { instantOf, type MeteredEvent, microsecondsOf } from './events.ts'
import { spanDays, spanRatio, type UsageSpan } from './span.ts'

/** Units that carry over, weighted by the part of the period that they were in force for. */
export interface ProratedUsage {
  /** Weighted; at most 5 decimals, rounded up. */
  readonly units: Decimal
  /** In force at the end. */
  readonly fullUnits: Decimal
  readonly eventsCount: number
  /** Each change in order of time, what was carried over first. */
  readonly changes: readonly ProratedChange[]
}

const UNIT_DECIMALS = 5

/**
 * A sum that carries over. What was carried counts for the days of the span, an event for the days that were left when it
 * came, its own included.
 *
 *     units = ceil( carried × days of the span / days of the full period + Σ value × days left / days of the full period, 5 )
 *
 * The first quotient is a double, those of events have PostgreSQL's digits.
 *
 * @param events of all time up to the end of the span, in order of time
 */
export function proratedSum(events: readonly MeteredEvent[], span: UsageSpan): ProratedUsage {
  const from = microsecondsOf(span.from)
  const before = events.filter(event => event.at.timestamp < from)
  const within = events.slice(before.length)
  const carried = before.reduce((sum, event) => sum.plus(event.value ?? 0), ZERO)
  const lastDay = localDate(span.to, span.timeZone)
  const changes = within.map((event): ProratedChange => {
    const full = decimal(event.value ?? 0)
    const at = instantOf(event.at)
    const daysLeft = localDate(at, span.timeZone).until(lastDay).days + 1
    return { full, prorated: full.times(quotient(daysLeft, span)), at, days: daysLeft }
  })
  const opening = {
    full: carried,
    prorated: carried.times(decimal(spanRatio(span))),
    at: span.from,
    days: spanDays(span),
  }
  const all = carried.isZero() ? changes : [opening, ...changes]
  return {
    units: ceil(
      all.reduce((sum, change) => sum.plus(change.prorated), ZERO),
      UNIT_DECIMALS,
    ),
    fullUnits: all.reduce((sum, change) => sum.plus(change.full), ZERO),
    eventsCount: events.length,
    changes: all,
  }
}

/**
 * Distinct values that carry over. Each counts for every day that it was present on, its first and its last one included;
 * what is removed and added again on the same day was there all the time.
 *
 * @param events of all time up to the end of the span, in order of time
 */
export function proratedUniqueCount(events: readonly MeteredEvent[], span: UsageSpan): ProratedUsage {
  const operations = [...Map.groupBy(events, event => event.value).values()].flatMap(ofValue =>
    presencesOf(ofValue, span),
  )
  const units = operations.reduce((sum, { days }) => sum.plus(quotient(days, span)), ZERO)
  const fullUnits = operations.reduce((sum, { step }) => sum + step, 0)
  const inOrder = operations.toSorted(
    (a, b) => compare(a.event.at.timestamp, b.event.at.timestamp) || compare(a.event.value ?? '', b.event.value ?? ''),
  )
  const rounded = ceil(units, UNIT_DECIMALS)
  return {
    units: rounded,
    fullUnits: decimal(fullUnits),
    eventsCount: rounded.trunc().toNumber(),
    changes: inOrder.map(({ event, step, days }) => ({
      full: decimal(step),
      prorated: step > 0 ? ceil(quotient(days, span), UNIT_DECIMALS) : ZERO,
      at: step > 0 ? startOf(event, span) : instantOf(event.at),
      days,
    })),
  }
}

interface Operation {
  readonly event: MeteredEvent
  /** 1 for an addition that takes effect, -1 for a removal that does. */
  readonly step: 1 | -1
  /** Of the span that the value was present on since its addition; 0 for removals. */
  readonly days: number
}

/** The operations on one value that take effect. */
function presencesOf(events: readonly MeteredEvent[], span: UsageSpan): Operation[] {
  const kept = withoutTakenBack(events, span)
  const effective = kept.filter((event, place) => {
    const before = kept[place - 1]
    return adds(event) !== (before !== undefined && adds(before))
  })
  return effective.map((event, place) => {
    if (!adds(event)) return { event, step: -1, days: 0 }
    return { event, step: 1, days: daysPresent(event, effective[place + 1], span) }
  })
}

/** All but the removals that are followed by an addition on the same day. */
function withoutTakenBack(events: readonly MeteredEvent[], { timeZone }: UsageSpan): MeteredEvent[] {
  let nextAddition: Temporal.PlainDate | null = null
  const kept: MeteredEvent[] = []
  for (const event of events.toReversed()) {
    const day = localDate(instantOf(event.at), timeZone)
    if (adds(event)) nextAddition = day
    else if (nextAddition?.equals(day)) continue
    kept.push(event)
  }
  return kept.reverse()
}

function daysPresent(addition: MeteredEvent, removal: MeteredEvent | undefined, span: UsageSpan): number {
  const end = removal === undefined ? span.to : instantOf(removal.at)
  if (Temporal.Instant.compare(end, span.from) < 0) return 0
  return localDate(startOf(addition, span), span.timeZone).until(localDate(end, span.timeZone)).days + 1
}

/** From when on what was added is there in the span. */
function startOf(addition: MeteredEvent, { from }: UsageSpan): Temporal.Instant {
  const added = instantOf(addition.at)
  return Temporal.Instant.compare(added, from) < 0 ? from : added
}

function adds({ operation }: MeteredEvent): boolean {
  return operation === null || operation === 'add'
}

function quotient(days: number, { fullDays }: UsageSpan): Decimal {
  return divideAsPostgres(decimal(days), decimal(fullDays))
}

function compare<T extends bigint | string>(a: T, b: T): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
