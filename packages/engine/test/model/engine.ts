import { chargeFees, type PricedCharge } from '../../src/invoicing/index.ts'
import type { AggregationType } from '../../src/metering/index.ts'
import {
  bucketUsage,
  type Dimension,
  dimensionsOf,
  type MeteredCharge,
  type MeteredEvent,
  type Metric,
  type MetricUsage,
  needsEvents,
  type UsageInCells,
} from '../../src/metering/index.ts'
import { neededUsage, parseChargeModel } from '../../src/pricing/index.ts'
import { cellsOf, type SampleEvent } from '../metering/support.ts'
import type { ModelBucket, ModelCharge, ModelCurrency, ModelFee } from './fees.ts'
import { FIELD, type ModelEvent, type ModelMetric } from './metering.ts'
import type { ModelPeriod } from './over-time.ts'

/** How a store tells events: in one piece, or in so many parts; one by one where that is needed, or always. */
export interface Telling {
  readonly parts: number
  readonly eventByEvent: boolean
}

/** What the engine makes of the same events, told as a store would. */
export function engineFees(
  charge: ModelCharge,
  metric: ModelMetric,
  events: readonly ModelEvent[],
  period: ModelPeriod,
  currency: ModelCurrency,
  telling: Telling,
): ModelFee[] {
  const metered = meteredCharge(charge)
  const setting: Metric = { filters: metric.declared, rounding: metric.rounding, recurring: metric.recurring }
  const usage = tell(metered, metric, events, period, telling)
  const at = (microseconds: bigint) => Temporal.Instant.fromEpochNanoseconds(microseconds * 1000n)
  const rows = bucketUsage(metered, setting, usage, {
    from: at(period.from),
    to: at(period.to),
    fullDays: period.fullDays,
    timeZone: timeZoneOf(period),
    endedByUpgrade: period.endedByUpgrade,
  })
  return chargeFees(pricedCharge(charge, currency), rows).map(fee => ({
    filter: fee.filterId === null ? null : Number(fee.filterId),
    groupedBy: fee.groupedBy,
    units: fee.units,
    total: fee.totalAggregatedUnits,
    count: fee.eventsCount,
    cents: String(fee.amountCents),
    precise: fee.preciseAmountCents,
    unitCents: String(fee.unitAmountCents),
    preciseUnit: fee.preciseUnitAmount,
  }))
}

/** The sign of the names is the other way round. */
function timeZoneOf({ offsetHours }: ModelPeriod): string {
  return `Etc/GMT${offsetHours > 0 ? '-' : '+'}${Math.abs(offsetHours)}`
}

function meteredCharge(charge: ModelCharge): MeteredCharge {
  const bucket = ({ price, groupKeys }: ModelBucket) => ({
    pricingGroupKeys: groupKeys,
    needs: neededUsage(parseChargeModel(price.model, { ...price.properties })),
  })
  return {
    ...bucket(charge),
    prorated: charge.prorated,
    running: charge.running,
    filters: charge.filters.map((filter, place) => ({
      id: String(place),
      values: filter.values,
      createdAt: Temporal.Instant.fromEpochMilliseconds(filter.age),
      ...bucket(filter),
    })),
  }
}

function pricedCharge(charge: ModelCharge, currency: ModelCurrency): PricedCharge {
  const modelOf = ({ price }: ModelBucket) => parseChargeModel(price.model, { ...price.properties })
  return {
    currency: currency.code,
    chargeModel: modelOf(charge),
    filters: charge.filters.map((filter, place) => ({ id: String(place), chargeModel: modelOf(filter) })),
  }
}

function tell(
  charge: MeteredCharge,
  metric: ModelMetric,
  events: readonly ModelEvent[],
  period: ModelPeriod,
  { parts, eventByEvent }: Telling,
): MetricUsage {
  const { aggregation } = metric
  const dimensions = dimensionsOf([charge], { filters: metric.declared })
  const isCounted = aggregation === 'count_agg' || aggregation === 'unique_count_agg'
  const told = events
    .flatMap((event, place) =>
      isCounted || isNumber(event.properties[FIELD]) ? [meteredEvent(event, place, dimensions)] : [],
    )
    .filter(({ at }) => at.timestamp <= period.to && (metric.recurring || at.timestamp >= period.from))
  if (aggregation === 'weighted_sum_agg' || eventByEvent || needsEvents([charge], aggregation)) {
    const inOrder = told.toSorted((a, b) => Number(a.at.timestamp - b.at.timestamp))
    return { aggregation, dimensions, events: inOrder }
  }
  const cells = Array.from({ length: parts }, (_, part) =>
    cellsOf[aggregation as AggregationType](told.filter((_, place) => place % parts === part) as SampleEvent[]),
  )
  return { aggregation, dimensions, cells: cells.flat() } as UsageInCells
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
}

function meteredEvent(event: ModelEvent, place: number, dimensions: readonly Dimension[]): MeteredEvent {
  const text = (key: string) => {
    const value = event.properties[key]
    return value === undefined || value === null ? null : String(value)
  }
  return {
    dimensions: dimensions.map(({ key, values }) => {
      const value = text(key)
      return values === null || (value !== null && values.includes(value)) ? value : null
    }),
    value: text(FIELD),
    operation: text('operation_type'),
    preciseTotalAmountCents: event.price ?? null,
    at: { timestamp: event.at, createdAt: BigInt(place), id: String(place).padStart(4, '0') },
  }
}
