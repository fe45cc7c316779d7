import type { Decimal } from '../money/index.ts'
import type { PricedUsage, UsageNeeds } from '../pricing/index.ts'
import type { AdvanceTotal } from './advance-totals.ts'
import type { AggregationCell, AggregationType, MetricRounding } from './aggregation.ts'
import { roundUnits } from './aggregation.ts'
import type { ChargeFilter, ValuesByKey } from './buckets.ts'
import { compileBuckets, resolveConditions } from './buckets.ts'
import type { MeteredEvent } from './events.ts'
import { type Group, groupBy } from './groups.ts'
import { type Measured, measure } from './measure.ts'
import { type PresentedUnits, presentUnits } from './presentation.ts'
import type { UsageSpan } from './span.ts'

/** What decides how the usage of a charge is split, and what has to be known of each part. */
export interface MeteredCharge extends MeteredBucket {
  /** In the order they are shown. */
  readonly filters: readonly MeteredFilter[]
  /** Event properties that split the units for display, whatever their price. */
  readonly presentationKeys?: readonly string[]
  /** Whether units are weighted by the part of the period that they were in force for. */
  readonly prorated?: boolean
  /** Of a charge in advance whose running usage is asked for: what was billed in the period. */
  readonly billedInAdvance?: readonly AdvanceTotal[]
  /** Whether the period that usage is told for is still running. */
  readonly running?: boolean
  /** Of time-weighted metrics that carry over: the levels at the beginning, as they were kept when the last period was billed. */
  readonly openingLevels?: readonly OpeningLevel[]
  /** Whether what has no such level begins at nothing; at what earlier events left otherwise. */
  readonly levelsAreComplete?: boolean
}

/** The default bucket of a charge, or one of its filters. */
export interface MeteredBucket {
  /** The bucket's own: those of a charge do not apply to its filters. */
  readonly pricingGroupKeys: readonly string[]
  /** What the bucket's price has to know beside the units. */
  readonly needs?: UsageNeeds
}

export interface MeteredFilter extends ChargeFilter, MeteredBucket {}

export interface OpeningLevel {
  /** Null for the default bucket. */
  readonly filterId: string | null
  readonly groupedBy: GroupedBy
  /** A decimal as text. */
  readonly level: string
}

export interface Metric {
  /** The values it declares for the keys of filters. */
  readonly filters: ValuesByKey
  readonly rounding: MetricRounding | null
  /** Whether usage carries over from one period to the next. */
  readonly recurring?: boolean
}

/** All aggregations; the time-weighted one cannot be told by cells. */
export type MeteredAggregation = AggregationType | 'weighted_sum_agg'

/** An event property by whose values usage has to be told apart. */
export interface Dimension {
  readonly key: string
  /** The values that matter to filters, any other counts as none; null where every value makes a group of its own. */
  readonly values: readonly string[] | null
}

/** The usage of one metric of a subscription in a period, told apart by the dimensions of all its charges. */
export type MetricUsage<Type extends AggregationType = AggregationType> = UsageInCells<Type> | UsageInEvents

export type UsageInCells<Type extends AggregationType = AggregationType> = {
  readonly [T in Type]: {
    readonly aggregation: T
    readonly dimensions: readonly Dimension[]
    readonly cells: readonly AggregationCell<T>[]
  }
}[Type]

/** Event by event, in order of time: where a price or an aggregation needs it. */
export interface UsageInEvents {
  readonly aggregation: MeteredAggregation
  readonly dimensions: readonly Dimension[]
  readonly events: readonly MeteredEvent[]
}

/** The usage of one bucket and group: what one fee is for. */
export interface BucketUsage extends PricedUsage {
  /** Null for the default bucket. */
  readonly filterId: string | null
  /** The value of each group key; `{}` without group keys. */
  readonly groupedBy: GroupedBy
  /** The units to show in place of those that are priced: of charges in advance, whose freed units are used again. */
  readonly currentUnits?: Decimal
  /** The level at the end of the period, of time-weighted sums. */
  readonly totalUnits?: Decimal
  /** Since when that level has stood. */
  readonly levelSince?: Temporal.Instant
  /** The units, split for display only; absent where nothing is to be split. */
  readonly presented?: readonly PresentedUnits[]
}

export type GroupedBy = Readonly<Record<string, string | null>>

/** The event properties that one query has to group the events of a metric by to answer for all these charges. */
export function dimensionsOf(charges: readonly MeteredCharge[], metric: Pick<Metric, 'filters'>): Dimension[] {
  const filters = charges.flatMap(charge => charge.filters)
  const values = new Map<string, ReadonlySet<string> | null>()
  for (const filter of filters) {
    for (const [key, wanted] of resolveConditions(filter, metric.filters)) {
      values.set(key, wanted.union(values.get(key) ?? new Set<string>()))
    }
  }
  const presentationKeys = charges.flatMap(charge => charge.presentationKeys ?? [])
  const groupKeys = [...charges, ...filters].flatMap(bucket => bucket.pricingGroupKeys).concat(presentationKeys)
  for (const key of groupKeys) values.set(key, null)
  return [...values].map(([key, wanted]) => ({ key, values: wanted && [...wanted] }))
}

/**
 * Whether the usage of a metric has to be told event by event for these charges. Cells say enough of it unless time or
 * the order of events matters.
 */
export function needsEvents(charges: readonly MeteredCharge[], aggregation: MeteredAggregation): boolean {
  if (aggregation === 'weighted_sum_agg') return true
  const buckets = charges.flatMap(charge => [charge, ...charge.filters])
  return (
    charges.some(charge => charge.prorated === true) ||
    buckets.some(
      ({ needs }) => needs?.eventValues === true || (needs?.runningTotal !== undefined && aggregation === 'sum_agg'),
    )
  )
}

/**
 * The usage of a charge, a row for each bucket and group: filters in their order, then the default bucket; groups by their
 * values ascending, those without a value last. A bucket without events has one row of zeros, with null for each group key.
 *
 * @param usage with at least the dimensions of this charge
 * @param span of the usage; needed only for usage event by event
 */
export function bucketUsage(
  charge: MeteredCharge,
  metric: Metric,
  usage: MetricUsage,
  span: UsageSpan | null = null,
): BucketUsage[] {
  const keys = usage.dimensions.map(dimension => dimension.key)
  const { filterIds, bucketsOf } = compileBuckets(charge.filters, metric.filters, keys)
  const rows = <Item extends Dimensioned>(items: readonly Item[], toUsage: (items: readonly Item[]) => MetricUsage) => {
    const itemsOf = itemsByBucket(filterIds.length, items, bucketsOf)
    return filterIds.flatMap((filterId, place) => {
      const bucket = charge.filters[place] ?? charge
      return groupBy(itemsOf[place] ?? [], bucket.pricingGroupKeys, keys).map(group =>
        bucketRow({ charge, bucket, filterId, metric, span }, group, toUsage, keys),
      )
    })
  }
  return 'events' in usage
    ? rows(usage.events, events => ({ ...usage, events }))
    : rows<AggregationCell>(usage.cells, cells => ({ ...usage, cells }) as UsageInCells)
}

/**
 * The usage of one bucket and group of a charge, as {@link bucketUsage} tells it: zeros, with all that a price has to know
 * of no usage, where the group has no events yet.
 */
export function groupUsage(
  charge: MeteredCharge,
  metric: Metric,
  usage: MetricUsage,
  { filterId, groupedBy }: Pick<BucketUsage, 'filterId' | 'groupedBy'>,
  span: UsageSpan | null = null,
): BucketUsage {
  const isAsked = (row: BucketUsage) => row.filterId === filterId && hasSameGroup(row.groupedBy, groupedBy)
  const used = bucketUsage(charge, metric, usage, span).find(isAsked)
  if (used !== undefined) return used
  const unused = bucketUsage(charge, metric, withoutEvents(usage), span).find(row => row.filterId === filterId)
  if (unused === undefined) throw new Error(`Usage of filter ${filterId}, which its charge does not have.`)
  return { ...unused, groupedBy }
}

function withoutEvents(usage: MetricUsage): MetricUsage {
  return 'events' in usage ? { ...usage, events: [] } : { ...usage, cells: [] }
}

interface BucketSetting {
  readonly charge: MeteredCharge
  readonly bucket: MeteredBucket
  readonly filterId: string | null
  readonly metric: Metric
  readonly span: UsageSpan | null
}

function bucketRow<Item extends Dimensioned>(
  { charge, bucket, filterId, metric, span }: BucketSetting,
  group: Group<Item>,
  toUsage: (items: readonly Item[]) => MetricUsage,
  keys: readonly string[],
): BucketUsage {
  const { groupedBy, items } = group
  const isOf = (one: { filterId: string | null; groupedBy: GroupedBy }) =>
    one.filterId === filterId && hasSameGroup(one.groupedBy, groupedBy)
  const measured = measure(toUsage(items), {
    span,
    needs: bucket.needs ?? {},
    prorated: charge.prorated === true,
    recurring: metric.recurring === true,
    openingLevel: charge.openingLevels?.find(isOf)?.level ?? (charge.levelsAreComplete === true ? '0' : null),
    isGrouped: bucket.pricingGroupKeys.length > 0,
    running: charge.running === true,
    inAdvance:
      charge.billedInAdvance === undefined
        ? null
        : {
            billed:
              charge.billedInAdvance.find(one => one.filterId === filterId && isOfGroup(one.groupedBy, groupedBy)) ??
              null,
          },
  })
  const presented = presentUnits(toUsage(items), {
    keys,
    pricingKeys: bucket.pricingGroupKeys,
    presentationKeys: charge.presentationKeys ?? [],
    recurring: metric.recurring === true,
    prorated: charge.prorated === true,
    span,
  })
  return {
    filterId,
    groupedBy,
    ...rounded(measured, metric.rounding),
    ...(presented.length > 0 && { presented }),
  }
}

function rounded(measured: Measured, rounding: MetricRounding | null): Measured {
  const { units, fullUnits, currentUnits } = measured
  return {
    ...measured,
    units: roundUnits(units, rounding),
    ...(fullUnits !== undefined && { fullUnits: roundUnits(fullUnits, rounding) }),
    ...(currentUnits !== undefined && { currentUnits: roundUnits(currentUnits, rounding) }),
  }
}

/** An event in advance that names no wallet was charged in a group without the key. */
function isOfGroup(billed: GroupedBy, group: GroupedBy): boolean {
  return Object.keys(billed).every(key => key in group) && hasSameGroup(group, { ...absent(group), ...billed })
}

function absent(group: GroupedBy): GroupedBy {
  return Object.fromEntries(Object.keys(group).map(key => [key, null]))
}

function hasSameGroup(a: GroupedBy, b: GroupedBy): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every(key => (a[key] ?? null) === (b[key] ?? null))
}

interface Dimensioned {
  readonly dimensions: readonly (string | null)[]
}

/** Many cells have the same dimensions, often the very same list: which buckets count them is found out once. */
function itemsByBucket<Item extends Dimensioned>(
  buckets: number,
  items: readonly Item[],
  bucketsOf: (values: readonly (string | null)[]) => number[],
): Item[][] {
  const byBucket = Array.from({ length: buckets }, (): Item[] => [])
  const ofList = new Map<Dimensioned['dimensions'], number[]>()
  const ofValues = new Map<string, number[]>()
  const found = (dimensions: Dimensioned['dimensions']) =>
    ofValues.getOrInsertComputed(JSON.stringify(dimensions), () => bucketsOf(dimensions))
  for (const item of items) {
    for (const bucket of ofList.getOrInsertComputed(item.dimensions, found)) byBucket[bucket]?.push(item)
  }
  return byBucket
}
