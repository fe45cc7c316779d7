import type { Decimal } from '../money/index.ts'
import type { PricedUsage } from '../pricing/index.ts'
import type { AggregationCell, AggregationType, MetricRounding } from './aggregation.ts'
import { foldCells, roundUnits } from './aggregation.ts'
import type { ChargeFilter, ValuesByKey } from './buckets.ts'
import { compileBuckets, resolveConditions } from './buckets.ts'

/** What decides how the usage of a charge is split. */
export interface MeteredCharge {
  /** Group keys of the default bucket. */
  readonly pricingGroupKeys: readonly string[]
  /** In the order they are shown. */
  readonly filters: readonly MeteredFilter[]
}

export interface MeteredFilter extends ChargeFilter {
  /** The filter's own; those of the charge do not apply to it. */
  readonly pricingGroupKeys: readonly string[]
}

export interface Metric {
  /** The values it declares for the keys of filters. */
  readonly filters: ValuesByKey
  readonly rounding: MetricRounding | null
}

/** An event property by whose values usage has to be told apart. */
export interface Dimension {
  readonly key: string
  /** The values that matter to filters, any other counts as none; null where every value makes a group of its own. */
  readonly values: readonly string[] | null
}

/** The usage of one metric of a subscription in a period, told apart by the dimensions of all its charges. */
export type MetricUsage<Type extends AggregationType = AggregationType> = {
  readonly [T in Type]: {
    readonly aggregation: T
    readonly dimensions: readonly Dimension[]
    readonly cells: readonly AggregationCell<T>[]
  }
}[Type]

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
  const groupKeys = [...charges, ...filters].flatMap(bucket => bucket.pricingGroupKeys)
  for (const key of groupKeys) values.set(key, null)
  return [...values].map(([key, wanted]) => ({ key, values: wanted && [...wanted] }))
}

/**
 * The usage of a charge, a row for each bucket and group: filters in their order, then the default bucket; groups by their
 * values ascending, those without a value last. A bucket without events has one row of zeros, with null for each group key.
 *
 * @param usage with at least the dimensions of this charge
 */
export function bucketUsage<Type extends AggregationType>(
  charge: MeteredCharge,
  metric: Metric,
  usage: MetricUsage<Type>,
): BucketUsage[] {
  const { aggregation, cells } = usage
  const keys = usage.dimensions.map(dimension => dimension.key)
  const buckets = compileBuckets(charge.filters, metric.filters, keys)
  const cellsOf = cellsByBucket(buckets.filterIds.length, cells, buckets.bucketsOf)

  return buckets.filterIds.flatMap((filterId, place) => {
    const groupKeys = charge.filters[place]?.pricingGroupKeys ?? charge.pricingGroupKeys
    return groupCells(cellsOf[place] ?? [], groupKeys, keys).map(group => {
      const { units, eventsCount } = foldCells(aggregation, group.cells)
      return { filterId, groupedBy: group.groupedBy, units: roundUnits(units, metric.rounding), eventsCount }
    })
  })
}

type DimensionValues = readonly (string | null)[]

interface Group<Cell> {
  readonly values: DimensionValues
  readonly groupedBy: GroupedBy
  readonly cells: Cell[]
}

function cellsByBucket<Cell extends { readonly dimensions: DimensionValues }>(
  buckets: number,
  cells: readonly Cell[],
  bucketsOf: (values: DimensionValues) => number[],
): Cell[][] {
  const byBucket = Array.from({ length: buckets }, (): Cell[] => [])
  for (const cell of cells) {
    for (const bucket of bucketsOf(cell.dimensions)) byBucket[bucket]?.push(cell)
  }
  return byBucket
}

/** The cells by the values of the group keys, of which missing and empty ones are the same; one group of none if there are no cells. */
function groupCells<Cell extends { readonly dimensions: DimensionValues }>(
  cells: readonly Cell[],
  groupKeys: readonly string[],
  keys: readonly string[],
): Group<Cell>[] {
  const places = groupKeys.map(key => placeOf(key, keys))
  const newGroup = (values: DimensionValues): Group<Cell> => ({
    values,
    groupedBy: Object.fromEntries(groupKeys.map((key, index) => [key, values[index] ?? null])),
    cells: [],
  })
  const groups = new Map<string, Group<Cell>>()
  for (const cell of cells) {
    const values = places.map(place => cell.dimensions[place] || null)
    const group = groups.getOrInsertComputed(JSON.stringify(values), () => newGroup(values))
    group.cells.push(cell)
  }
  if (groups.size === 0) return [newGroup([])]
  return [...groups.values()].sort((a, b) => compareValues(a.values, b.values))
}

function placeOf(key: string, keys: readonly string[]): number {
  const place = keys.indexOf(key)
  if (place === -1) throw new Error(`The usage does not tell the values of "${key}", its group needs them.`)
  return place
}

function compareValues(a: DimensionValues, b: DimensionValues): number {
  const place = a.findIndex((value, index) => value !== b[index])
  if (place === -1) return 0
  const [one, other] = [a[place] ?? null, b[place] ?? null]
  if (one === null) return 1
  return other === null || one < other ? -1 : 1
}
