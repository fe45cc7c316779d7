import type { AggregationCell, AggregationType, EventPosition } from './aggregation.ts'
import type { UsageSpan } from './span.ts'

/** One event of a metric, as a store tells it where cells do not say enough. */
export interface MeteredEvent {
  /** The values of the dimensions, in their order; null for none. */
  readonly dimensions: readonly (string | null)[]
  /** The text of the aggregated property; null without it. Aggregations of numbers get events with numbers only. */
  readonly value: string | null
  /** Of unique counts; null where the event names none. */
  readonly operation: string | null
  /** What the event itself says it costs, in cents; null where it says nothing. */
  readonly preciseTotalAmountCents: string | null
  readonly at: EventPosition
}

type CellOfEvent = { readonly [Type in AggregationType]: (event: MeteredEvent) => AggregationCell<Type> }

/** Each event as a cell of its own: how events are divided among cells makes no difference to their fold. */
const cellOfEvent: CellOfEvent = {
  count_agg: ({ dimensions }) => ({ dimensions, eventsCount: 1 }),
  sum_agg: ({ dimensions, value, preciseTotalAmountCents }) => ({
    dimensions,
    eventsCount: 1,
    sum: value ?? '0',
    preciseTotalAmountCents: preciseTotalAmountCents ?? '0',
  }),
  max_agg: ({ dimensions, value }) => ({ dimensions, eventsCount: 1, max: value ?? '0' }),
  latest_agg: ({ dimensions, value, at }) => ({ dimensions, eventsCount: 1, value: value ?? '0', at }),
  unique_count_agg: ({ dimensions, value, operation, at }) => ({ dimensions, value, lastOperation: operation, at }),
}

/** Each event as a cell of its own, in the same order: what folds cells folds events. */
export function cellsOfEvents<Type extends AggregationType>(
  aggregation: Type,
  events: readonly MeteredEvent[],
): AggregationCell<Type>[] {
  return events.map(cellOfEvent[aggregation])
}

/** Microseconds since the epoch. */
export function microsecondsOf(at: Temporal.Instant): bigint {
  return at.epochNanoseconds / 1000n
}

/** Those from the beginning of the span on, cut to the millisecond: of metrics that carry over, earlier ones are told too. */
export function within(events: readonly MeteredEvent[], span: UsageSpan): MeteredEvent[] {
  return events.filter(event => isWithin(event, span))
}

/** As {@link within}, for one event. */
export function isWithin({ at }: MeteredEvent, { from }: UsageSpan): boolean {
  return at.timestamp >= (microsecondsOf(from) / 1000n) * 1000n
}

/** When an event happened. The inverse of {@link microsecondsOf}. */
export function instantOf({ timestamp }: Pick<EventPosition, 'timestamp'>): Temporal.Instant {
  return Temporal.Instant.fromEpochNanoseconds(timestamp * 1000n)
}
