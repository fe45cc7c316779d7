import {
  aggregate,
  amountIn,
  countable,
  eventsOfBuckets,
  groupsOf,
  type ModelEvent,
  type ModelFilter,
  type ModelMetric,
  rounded,
} from './metering.ts'
import { type ModelPeriod, proratedSum, proratedUniqueCount, weightedSum } from './over-time.ts'
import { amountOf, type ModelPrice, type PricedEvents } from './pricing.ts'
import * as q from './rational.ts'

type Rational = q.Rational

export interface ModelBucket {
  readonly price: ModelPrice
  readonly groupKeys: readonly string[]
}

export interface ModelCharge extends ModelBucket {
  readonly filters: readonly (ModelFilter & ModelBucket)[]
  readonly prorated: boolean
  /** Whether the period is still running. */
  readonly running: boolean
}

export interface ModelCurrency {
  readonly code: 'USD' | 'JPY' | 'KWD'
  readonly decimals: number
}

/** As fees are printed; a row a bucket and group. */
export interface ModelFee {
  /** The place of the filter; null for the default bucket. */
  readonly filter: number | null
  readonly groupedBy: Readonly<Record<string, string | null>>
  readonly units: string
  readonly total: string
  readonly count: number
  readonly cents: string
  readonly precise: string
  readonly unitCents: string
  readonly preciseUnit: string
}

/** What a charge costs for these events: by definition, one bucket and group after another. */
export function feesOf(
  charge: ModelCharge,
  metric: ModelMetric,
  events: readonly ModelEvent[],
  period: ModelPeriod,
  currency: ModelCurrency,
): ModelFee[] {
  const counted = countable(events, metric).filter(
    event => event.at <= period.to && (metric.recurring || event.at >= period.from),
  )
  const buckets = eventsOfBuckets(counted, charge.filters, metric)
  return buckets.flatMap((ofBucket, place) => {
    const bucket = charge.filters[place] ?? charge
    return groupsOf(ofBucket, bucket.groupKeys).map(({ groupedBy, events: ofGroup }) => ({
      filter: place < charge.filters.length ? place : null,
      groupedBy,
      ...feeOf(charge, bucket, metric, ofGroup, period, currency),
    }))
  })
}

function feeOf(
  charge: ModelCharge,
  bucket: ModelBucket,
  metric: ModelMetric,
  events: readonly ModelEvent[],
  period: ModelPeriod,
  { decimals }: ModelCurrency,
): Omit<ModelFee, 'filter' | 'groupedBy'> {
  const usage = usageOf(charge, bucket, metric, events, period, decimals)
  const priced = amountOf(bucket.price, usage)
  const isNegative = q.isNegative(usage.units) || q.isNegative(priced.amount)
  const amount = isNegative ? q.ZERO : priced.amount
  const unitAmount = isNegative ? q.ZERO : priced.unitAmount
  const units = isNegative ? q.ZERO : q.greater(usage.shown, q.ZERO)
  const hundred = q.ratio(10n ** BigInt(decimals))
  const perUnit = q.times(unitAmount, hundred)
  return {
    units: q.print(units, 50),
    total: q.print(usage.total ?? units, 50),
    count: usage.count,
    cents: q.print(q.times(q.roundTo(amount, decimals), hundred), 0),
    precise: q.print(q.times(amount, hundred), 15),
    unitCents: q.print(q.ratio(q.isNegative(perUnit) ? q.ceilOf(perUnit) : q.floorOf(perUnit)), 0),
    preciseUnit: q.print(unitAmount, 15),
  }
}

interface Usage extends PricedEvents {
  readonly shown: Rational
  readonly total: Rational | null
}

function usageOf(
  charge: ModelCharge,
  bucket: ModelBucket,
  metric: ModelMetric,
  events: readonly ModelEvent[],
  period: ModelPeriod,
  decimals: number,
): Usage {
  const { aggregation } = metric
  const ofPeriod = events.filter(event => event.at >= period.from)
  const plain = aggregate(events, aggregation)
  const common = {
    aggregation,
    counted: plain.units,
    values: events.map(amountIn),
    periodValues: ofPeriod.map(amountIn),
    ownPrice: q.over(q.sum(events.map(event => q.parse(event.price ?? '0'))), q.ratio(10n ** BigInt(decimals))),
  }
  if (aggregation === 'weighted_sum_agg') {
    const earlier = events.filter(event => event.at < period.from)
    const opening = metric.recurring ? q.sum(earlier.map(amountIn)) : q.ZERO
    const { units, total } = weightedSum(opening, ofPeriod, period, bucket.groupKeys.length > 0)
    const shown = rounded(units, metric)
    return { ...common, units: shown, full: null, count: ofPeriod.length, changes: null, shown, total }
  }
  if (!charge.prorated) {
    const units = rounded(plain.units, metric)
    return { ...common, units, full: null, count: plain.count, changes: null, shown: units, total: null }
  }
  const prorated = aggregation === 'sum_agg' ? proratedSum(events, period) : proratedUniqueCount(events, period)
  const full = rounded(plain.units, metric)
  const lowest = (value: Rational) => (charge.running ? q.greater(value, q.ZERO) : value)
  return {
    ...common,
    units: rounded(lowest(prorated.units), metric),
    full,
    count: prorated.count,
    changes: prorated.changes,
    shown: charge.running ? rounded(lowest(plain.units), metric) : full,
    total: null,
  }
}
