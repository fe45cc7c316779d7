import { compileBuckets, resolveConditions, type ValuesByKey } from './buckets.ts'
import type { GroupedBy, MeteredCharge } from './usage.ts'

/** The bucket and group that an event is charged in. */
export interface EventBucket {
  /** Null for the default bucket. */
  readonly filterId: string | null
  readonly groupedBy: GroupedBy
  /** Whether the usage of the bucket counts the event: where filters overlap, another one may have it. */
  readonly isCounted: boolean
}

/**
 * Where an event is charged: of the filters that match it, the first of those with the most keys, even where another one
 * with fewer values counts it; else the default bucket. The group is what the event has for the keys of that bucket.
 *
 * @param metricFilters the values the metric declares
 * @param propertyOf the text of a property of the event; null without it
 * @example
 * // F1 region=eu,us and F2 region=us: an event of us is charged by F1
 * bucketOfEvent({ filters: [f1, f2], pricingGroupKeys: [] }, { region: ['eu', 'us'] }, () => 'us').filterId // 'F1'
 */
export function bucketOfEvent(
  charge: MeteredCharge,
  metricFilters: ValuesByKey,
  propertyOf: (key: string) => string | null,
): EventBucket {
  const matching = charge.filters
    .map(filter => ({ filter, conditions: resolveConditions(filter, metricFilters) }))
    .filter(({ conditions }) => [...conditions].every(([key, values]) => isOneOf(propertyOf(key), values)))
  const most = Math.max(...matching.map(({ conditions }) => conditions.size))
  const filter = matching.find(({ conditions }) => conditions.size === most)?.filter
  const { pricingGroupKeys } = filter ?? charge
  const keys = [...new Set(charge.filters.flatMap(({ values }) => Object.keys(values)))]
  const { filterIds, bucketsOf } = compileBuckets(charge.filters, metricFilters, keys)
  const filterId = filter?.id ?? null
  return {
    filterId,
    groupedBy: Object.fromEntries(pricingGroupKeys.map(key => [key, propertyOf(key) || null])),
    isCounted: bucketsOf(keys.map(propertyOf)).includes(filterIds.indexOf(filterId)),
  }
}

function isOneOf(value: string | null, values: ReadonlySet<string>): boolean {
  return value !== null && values.has(value)
}
