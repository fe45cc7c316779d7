import type { Decimal } from '../money/index.ts'
import { ceil, decimal, floor, round, ZERO } from '../money/index.ts'

/** Where an event stands among the others: by timestamp, then by arrival, then by id. */
export interface EventPosition {
  /** When it happened, in microseconds since the epoch. */
  readonly timestamp: bigint
  /** When it was stored, in microseconds since the epoch. */
  readonly createdAt: bigint
  readonly id: string
}

/**
 * What a store tells of the events of one cell, that is, of those with the same values of the properties that matter for
 * prices. There is no cell without events. Decimals are text.
 */
interface PartialAggregates {
  readonly count_agg: { readonly eventsCount: number }
  readonly sum_agg: {
    readonly eventsCount: number
    readonly sum: string
    /** The sum of what the events say they cost; absent where nobody asked. */
    readonly preciseTotalAmountCents?: string
  }
  readonly max_agg: { readonly eventsCount: number; readonly max: string }
  /** The value of the last event, and its position. */
  readonly latest_agg: { readonly eventsCount: number; readonly value: string; readonly at: EventPosition }
  /** One cell for each distinct value: the operation of its last event, and that event's position. */
  readonly unique_count_agg: {
    /** Null for events without the property, which share one unit. */
    readonly value: string | null
    /** Null where the event names none: it adds. Anything but `add` removes. */
    readonly lastOperation: string | null
    readonly at: EventPosition
  }
}

export type AggregationType = keyof PartialAggregates

/** The events with one combination of property values, aggregated as far as a store can without knowing the prices. */
export type AggregationCell<Type extends AggregationType = AggregationType> = {
  readonly [T in Type]: PartialAggregates[T] & {
    /** The values of the dimensions, in their order; null for a property that is missing or has none of the values asked for. */
    readonly dimensions: readonly (string | null)[]
  }
}[Type]

export interface AggregatedUsage {
  readonly units: Decimal
  /** Of sums: what the events say they cost, in cents. */
  readonly preciseTotalAmountCents?: Decimal
  /** Of unique counts: the number of units, not of events. */
  readonly eventsCount: number
}

/** How a metric rounds the units of each bucket and group, before they are priced. */
export interface MetricRounding {
  readonly function: 'round' | 'ceil' | 'floor'
  /** Decimals kept; null for none, negative for tens, hundreds... */
  readonly precision: number | null
}

type Fold<Cell> = (cells: readonly Cell[]) => AggregatedUsage

/** An aggregation type is added here and in `PartialAggregates`, and nowhere else. */
const folds: { readonly [Type in AggregationType]: Fold<AggregationCell<Type>> } = {
  count_agg: cells => ({ units: decimal(countEvents(cells)), eventsCount: countEvents(cells) }),

  sum_agg: cells => ({
    units: cells.reduce((sum, cell) => sum.plus(cell.sum), ZERO),
    eventsCount: countEvents(cells),
    ...(cells.some(cell => cell.preciseTotalAmountCents !== undefined) && {
      preciseTotalAmountCents: cells.reduce((sum, cell) => sum.plus(cell.preciseTotalAmountCents ?? 0), ZERO),
    }),
  }),

  max_agg: cells => ({
    units: cells.map(cell => decimal(cell.max)).reduce((a, b) => (a.greaterThan(b) ? a : b)),
    eventsCount: countEvents(cells),
  }),

  latest_agg(cells) {
    const value = decimal(cells.reduce(later).value)
    return { units: value.isNegative() ? ZERO : value, eventsCount: countEvents(cells) }
  },

  unique_count_agg(cells) {
    const lastOfValue = new Map<string | null, AggregationCell<'unique_count_agg'>>()
    for (const cell of cells) {
      const known = lastOfValue.get(cell.value)
      lastOfValue.set(cell.value, known === undefined ? cell : later(known, cell))
    }
    const units = [...lastOfValue.values()].filter(isActive).length
    return { units: decimal(units), eventsCount: units }
  },
}

/**
 * The usage of the events of some cells together; 0 without any. Neither the order of the cells nor how the events are
 * divided among them makes a difference.
 *
 * @example foldCells('sum_agg', [{ dimensions: [], eventsCount: 2, sum: '4.5' }]) // { units: 4.5, eventsCount: 2 }
 */
export function foldCells<Type extends AggregationType>(
  type: Type,
  cells: readonly AggregationCell<Type>[],
): AggregatedUsage {
  if (cells.length === 0) return { units: ZERO, eventsCount: 0 }
  return folds[type](cells)
}

/**
 * Units as a metric rounds them: once for each bucket and group, never before events are summed.
 *
 * @example roundUnits(decimal('0.004'), { function: 'ceil', precision: null }) // 1
 */
export function roundUnits(units: Decimal, rounding: MetricRounding | null): Decimal {
  if (rounding === null) return units
  const roundTo = { round, ceil, floor }[rounding.function]
  return roundTo(units, rounding.precision ?? 0)
}

function countEvents(cells: readonly { readonly eventsCount: number }[]): number {
  return cells.reduce((count, cell) => count + cell.eventsCount, 0)
}

/**
 * A value counts 1 when an add takes effect and -1 when a remove does, and an operation takes effect only if the one
 * before it was another. The sum of that is 1 if the last operation adds, else 0, so that no other event has to be known.
 */
function isActive({ lastOperation }: { readonly lastOperation: string | null }): boolean {
  return lastOperation === null || lastOperation === 'add'
}

function later<Cell extends { readonly at: EventPosition }>(a: Cell, b: Cell): Cell {
  return comparePositions(a.at, b.at) < 0 ? b : a
}

/** Earlier first. */
export function comparePositions(a: EventPosition, b: EventPosition): number {
  return compare(a.timestamp, b.timestamp) || compare(a.createdAt, b.createdAt) || compare(a.id, b.id)
}

function compare<T extends bigint | string>(a: T, b: T): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
