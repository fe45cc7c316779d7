import * as q from './rational.ts'

type Rational = q.Rational

export const ALL = '__ALL_FILTER_VALUES__'

export type Scalar = string | number | boolean | null

export interface ModelEvent {
  /** Microseconds since the epoch. */
  readonly at: bigint
  readonly properties: Readonly<Record<string, Scalar>>
  /** Cents, as text; only dynamic prices look at it. */
  readonly price?: string | undefined
}

export type Aggregation = 'count_agg' | 'sum_agg' | 'max_agg' | 'latest_agg' | 'unique_count_agg' | 'weighted_sum_agg'

export interface ModelMetric {
  readonly aggregation: Aggregation
  readonly recurring: boolean
  readonly declared: Readonly<Record<string, readonly string[]>>
  readonly rounding: { readonly function: 'round' | 'ceil' | 'floor'; readonly precision: number | null } | null
}

export interface ModelFilter {
  /** Older filters have lower numbers. */
  readonly age: number
  readonly values: Readonly<Record<string, readonly string[]>>
}

export const FIELD = 'value'

export function textOf(event: ModelEvent, key: string): string | null {
  const value = event.properties[key]
  return value === undefined || value === null ? null : String(value)
}

function matches(event: ModelEvent, filter: ModelFilter, metric: ModelMetric): boolean {
  return Object.keys(filter.values).every(key => {
    const value = textOf(event, key)
    return value !== null && wanted(filter, key, metric).includes(value)
  })
}

function wanted(filter: ModelFilter, key: string, metric: ModelMetric): readonly string[] {
  const values = filter.values[key] ?? []
  return values[0] === ALL ? (metric.declared[key] ?? []) : values
}

/** Whether the events that match both are left to the other filter. */
function yields(one: ModelFilter, other: ModelFilter, metric: ModelMetric): boolean {
  const [keys, others] = [Object.keys(one.values), Object.keys(other.values)]
  if (!keys.every(key => others.includes(key))) return false
  const common = (key: string) => wanted(other, key, metric).filter(value => wanted(one, key, metric).includes(value))
  if (keys.some(key => common(key).length === 0)) return false
  if (others.length > keys.length) return true
  const isWithin = keys.every(key => common(key).length === new Set(wanted(other, key, metric)).size)
  const covers = keys.every(key => common(key).length === new Set(wanted(one, key, metric)).size)
  if (isWithin && covers) return other.age < one.age
  return isWithin
}

/** The events of each filter in turn, and at the end those of none. */
export function eventsOfBuckets(
  events: readonly ModelEvent[],
  filters: readonly ModelFilter[],
  metric: ModelMetric,
): ModelEvent[][] {
  const ofFilters = filters.map(one =>
    events.filter(
      event =>
        matches(event, one, metric) &&
        !filters.some(other => other !== one && yields(one, other, metric) && matches(event, other, metric)),
    ),
  )
  const ofNone = events.filter(event => !filters.some(filter => matches(event, filter, metric)))
  return [...ofFilters, ofNone]
}

/** By the values of the keys, the empty text being none; one group of nobody without events. */
export function groupsOf(
  events: readonly ModelEvent[],
  keys: readonly string[],
): { groupedBy: Record<string, string | null>; events: ModelEvent[] }[] {
  const groups = new Map<string, { groupedBy: Record<string, string | null>; events: ModelEvent[] }>()
  const add = (values: (string | null)[], event: ModelEvent | null) => {
    const name = JSON.stringify(values)
    const group = groups.get(name) ?? {
      groupedBy: Object.fromEntries(keys.map((key, place) => [key, values[place] ?? null])),
      events: [],
    }
    groups.set(name, group)
    if (event !== null) group.events.push(event)
  }
  for (const event of events)
    add(
      keys.map(key => textOf(event, key) || null),
      event,
    )
  if (groups.size === 0)
    add(
      keys.map(() => null),
      null,
    )
  return [...groups.values()]
}

/** Events whose value counts as a number, for the aggregations that need one. */
export function countable(events: readonly ModelEvent[], metric: ModelMetric): ModelEvent[] {
  const inOrder = [...events].sort((a, b) => Number(a.at - b.at))
  if (metric.aggregation === 'count_agg' || metric.aggregation === 'unique_count_agg') return inOrder
  return inOrder.filter(event => {
    const value = event.properties[FIELD]
    return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
  })
}

export function amountIn(event: ModelEvent): Rational {
  const value = event.properties[FIELD]
  return typeof value === 'number' || typeof value === 'string' ? q.parse(value) : q.ZERO
}

export interface Aggregated {
  readonly units: Rational
  readonly count: number
}

/**
 * Whatever time does to it; not rounded.
 *
 * @param events in order of time, countable
 */
export function aggregate(events: readonly ModelEvent[], aggregation: Aggregation): Aggregated {
  const values = events.map(amountIn)
  const [first] = values
  const last = values.at(-1)
  switch (aggregation) {
    case 'count_agg':
      return { units: q.ratio(events.length), count: events.length }
    case 'sum_agg':
    case 'weighted_sum_agg':
      return { units: q.sum(values), count: events.length }
    case 'max_agg':
      return { units: first === undefined ? q.ZERO : values.reduce(q.greater), count: events.length }
    case 'latest_agg':
      return { units: last === undefined || q.isNegative(last) ? q.ZERO : last, count: events.length }
    case 'unique_count_agg': {
      const units = uniqueUnits(events)
      return { units: q.ratio(units), count: units }
    }
  }
}

function uniqueUnits(events: readonly ModelEvent[]): number {
  let units = 0
  for (const value of new Set(events.map(event => textOf(event, FIELD)))) {
    let before = 'remove'
    for (const event of events.filter(one => textOf(one, FIELD) === value)) {
      const operation = textOf(event, 'operation_type') ?? 'add'
      if (operation === 'add' && before !== 'add') units += 1
      if (operation !== 'add' && before === 'add') units -= 1
      before = operation === 'add' ? 'add' : 'remove'
    }
  }
  return units
}

export function rounded(units: Rational, { rounding }: ModelMetric): Rational {
  if (rounding === null) return units
  const mode = rounding.function === 'round' ? 'half away' : rounding.function
  return q.roundTo(units, rounding.precision ?? 0, mode)
}
