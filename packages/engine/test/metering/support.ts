import type { AggregationCell, AggregationType, EventPosition, MeteredFilter } from '../../src/metering/index.ts'
import { decimal, ZERO } from '../../src/money/index.ts'

/** An event as a store sees it: its dimensions, its value, its operation. */
export interface SampleEvent {
  readonly dimensions: readonly (string | null)[]
  readonly value: string
  readonly operation: string | null
  readonly preciseTotalAmountCents?: string | null
  readonly at: EventPosition
}

export function at(timestamp: number, createdAt = 0, id = 'a'): EventPosition {
  return { timestamp: BigInt(timestamp), createdAt: BigInt(createdAt), id }
}

export function byPosition(a: SampleEvent, b: SampleEvent): number {
  const key = ({ at: { timestamp, createdAt, id } }: SampleEvent) =>
    [timestamp, createdAt].map(part => String(part).padStart(20, '0')).join() + id
  return key(a) < key(b) ? -1 : 1
}

/** The cells a store makes of some events, by the definition of each aggregation. */
export const cellsOf: {
  readonly [Type in AggregationType]: (events: readonly SampleEvent[]) => AggregationCell<Type>[]
} = {
  count_agg: events => grouped(events, ({ dimensions }) => dimensions).map(cell => ({ ...common(cell) })),
  sum_agg: events =>
    grouped(events, ({ dimensions }) => dimensions).map(cell => ({
      ...common(cell),
      sum: cell.reduce((sum, { value }) => sum.plus(value), ZERO).toFixed(),
      preciseTotalAmountCents: cell
        .reduce((sum, event) => sum.plus(event.preciseTotalAmountCents ?? 0), ZERO)
        .toFixed(),
    })),
  max_agg: events =>
    grouped(events, ({ dimensions }) => dimensions).map(cell => ({
      ...common(cell),
      max: cell.reduce((max, { value }) => (decimal(value).greaterThan(max) ? value : max), '-1000000000'),
    })),
  latest_agg: events =>
    grouped(events, ({ dimensions }) => dimensions).map(cell => ({ ...common(cell), ...lastOf(cell) })),
  unique_count_agg: events =>
    grouped(events, ({ dimensions, value }) => [...dimensions, value]).map(cell => {
      const { dimensions, value, operation, at } = lastOf(cell)
      return { dimensions, value, lastOperation: operation, at }
    }),
}

/** A filter written `F1 region=eu,us tier=gold`; filters are as old as their place in a list says. */
export function filters(...texts: string[]): MeteredFilter[] {
  return texts.map((text, index) => {
    const [id = '', ...values] = text.split(' ')
    return {
      id,
      values: Object.fromEntries(
        values.map(value => {
          const [key = '', list = ''] = value.split('=')
          return [key, list === 'ALL' ? ['__ALL_FILTER_VALUES__'] : list.split(',')]
        }),
      ),
      createdAt: Temporal.Instant.fromEpochMilliseconds(index * 1000),
      pricingGroupKeys: [],
    }
  })
}

function grouped(events: readonly SampleEvent[], key: (event: SampleEvent) => unknown): SampleEvent[][] {
  return [...Map.groupBy(events, event => JSON.stringify(key(event))).values()]
}

function common(cell: readonly SampleEvent[]) {
  return { dimensions: lastOf(cell).dimensions, eventsCount: cell.length }
}

function lastOf(cell: readonly SampleEvent[]): SampleEvent {
  const last = cell.toSorted(byPosition).at(-1)
  if (last === undefined) throw new Error('a cell has at least one event')
  return last
}
