/** In place of a list of values: all values that the metric declares for the key. */
export const ALL_FILTER_VALUES = '__ALL_FILTER_VALUES__'

/** Values by key: those a metric declares for its filters, or those a charge filter asks for. */
export type ValuesByKey = Readonly<Record<string, readonly string[]>>

/** A filter of a charge: it prices the events that have one of its values for each of its keys. */
export interface ChargeFilter {
  readonly id: string
  readonly values: ValuesByKey
  /** Of two filters with the same values the older one has the events; of the same age, the one with the lower id. */
  readonly createdAt: Temporal.Instant
}

/** Which buckets of a charge count an event. */
export interface Buckets {
  /** The filters in the given order, then null: the default bucket, for events that match no filter. */
  readonly filterIds: readonly (string | null)[]
  /**
   * The buckets that count the events with these values, as places in `filterIds`.
   *
   * @param values of the dimensions the buckets were compiled for, in their order
   */
  bucketsOf(values: readonly (string | null)[]): number[]
}

type Conditions = ReadonlyMap<string, ReadonlySet<string>>

interface ResolvedFilter {
  readonly filter: ChargeFilter
  readonly conditions: Conditions
}

/** Conditions with each key replaced by its place among the dimensions. */
type CompiledConditions = readonly (readonly [dimension: number, values: ReadonlySet<string>])[]

/**
 * Prepares the filters of a charge to assign many events fast.
 *
 * A filter counts the events that match it and are not claimed by a more specific filter: one with more keys, or with the
 * same keys and fewer values, or an older one with the same values. Filters with different keys, or with the same keys and
 * values of which only some are common, both count the events that match both.
 *
 * @param metricFilters the values the metric declares
 * @param dimensions keys of the event properties whose values are to be told, all those of the filters among them
 * @example
 * const buckets = compileBuckets([eu, euGold], { region: ['eu', 'us'], tier: ['gold'] }, ['region', 'tier'])
 * buckets.bucketsOf(['eu', 'gold']) // [1]
 * buckets.bucketsOf(['mars', null]) // [2], the default bucket
 */
export function compileBuckets(
  filters: readonly ChargeFilter[],
  metricFilters: ValuesByKey,
  dimensions: readonly string[],
): Buckets {
  const resolved = filters.map(filter => ({ filter, conditions: resolveConditions(filter, metricFilters) }))
  const places = new Map(dimensions.map((key, place) => [key, place]))
  const buckets = resolved.map(one => ({
    conditions: compile(one.conditions, places),
    exclusions: resolved.filter(other => excludes(other, one)).map(other => compile(other.conditions, places)),
  }))
  const all = buckets.map(bucket => bucket.conditions).filter(conditions => conditions.length > 0)
  const withDefault = [...buckets, { conditions: [], exclusions: all }]

  return {
    filterIds: [...filters.map(filter => filter.id), null],
    bucketsOf: values =>
      withDefault.flatMap(({ conditions, exclusions }, place) =>
        matches(conditions, values) && !exclusions.some(exclusion => matches(exclusion, values)) ? [place] : [],
      ),
  }
}

/** The values a filter asks for, by key, with the marker for all values replaced by those the metric declares now. */
export function resolveConditions(filter: Pick<ChargeFilter, 'values'>, metricFilters: ValuesByKey): Conditions {
  const declared = new Map(Object.entries(metricFilters))
  return new Map(
    Object.entries(filter.values).map(([key, values]) => [
      key,
      new Set(values.includes(ALL_FILTER_VALUES) ? declared.get(key) : values),
    ]),
  )
}

/** Whether the events that match both filters are left to `other`. */
function excludes(other: ResolvedFilter, one: ResolvedFilter): boolean {
  if (other === one || !everyKey(one, other, (values, others) => !values.isDisjointFrom(others))) return false
  if (other.conditions.size > one.conditions.size) return true
  if (!everyKey(one, other, (values, others) => others.isSubsetOf(values))) return false
  const isSame = everyKey(one, other, (values, others) => values.size === others.size)
  return !isSame || isOlder(other.filter, one.filter)
}

/** Whether `other` has every key of `one`, with values for which the relation holds. */
function everyKey(
  one: ResolvedFilter,
  other: ResolvedFilter,
  relation: (values: ReadonlySet<string>, others: ReadonlySet<string>) => boolean,
): boolean {
  for (const [key, values] of one.conditions) {
    const others = other.conditions.get(key)
    if (others === undefined || !relation(values, others)) return false
  }
  return true
}

function isOlder(a: ChargeFilter, b: ChargeFilter): boolean {
  const age = Temporal.Instant.compare(a.createdAt, b.createdAt)
  return age < 0 || (age === 0 && a.id < b.id)
}

function compile(conditions: Conditions, places: ReadonlyMap<string, number>): CompiledConditions {
  return [...conditions].map(([key, values]) => {
    const place = places.get(key)
    if (place === undefined) throw new Error(`The usage does not tell the values of "${key}", a filter needs them.`)
    return [place, values]
  })
}

function matches(conditions: CompiledConditions, values: readonly (string | null)[]): boolean {
  return conditions.every(([dimension, accepted]) => {
    const value = values[dimension]
    return typeof value === 'string' && accepted.has(value)
  })
}
