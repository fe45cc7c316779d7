import { advanceFee, type ChargeFee, type PricingUnit } from '../../src/invoicing/index.ts'
import {
  type AdvanceAggregation,
  advanceUnits,
  bucketUsage,
  type MeteredCharge,
  type MeteredEvent,
  type RunningTotals,
  type UsageSpan,
} from '../../src/metering/index.ts'
import { type Currency, decimal } from '../../src/money/index.ts'
import {
  type ChargeModelName,
  type ChargeProperties,
  neededUsage,
  parseChargeModel,
  priceOfEvent,
} from '../../src/pricing/index.ts'

export const june: UsageSpan = {
  from: Temporal.Instant.from('2026-06-01T00:00:00Z'),
  to: Temporal.Instant.from('2026-06-30T23:59:59.999999Z'),
  fullDays: 30,
  timeZone: 'UTC',
  endedByUpgrade: false,
}

/** `10`, `a add`, `3 $12.5`: a value, then an operation or what the event says it costs. */
export function eventAt(text: string, place: number): MeteredEvent {
  const [value = '', more] = text.split(' ')
  return {
    dimensions: [],
    value,
    operation: more === undefined || more.startsWith('$') ? null : more,
    preciseTotalAmountCents: more?.startsWith('$') ? more.slice(1) : null,
    at: { timestamp: june.from.epochNanoseconds / 1000n + BigInt(place), createdAt: BigInt(place), id: String(place) },
  }
}

export interface Charged {
  readonly model: ChargeModelName
  readonly properties: ChargeProperties
  readonly aggregation?: AdvanceAggregation
  readonly currency?: Currency
  readonly pricingUnit?: PricingUnit
}

/** The usage of some events, as an invoice or current usage tells it. */
export function usageOf(
  { model, properties, aggregation = 'sum_agg' }: Charged,
  events: readonly MeteredEvent[],
  changes: Partial<MeteredCharge> = {},
) {
  const needs = neededUsage(parseChargeModel(model, properties))
  const [row] = bucketUsage(
    { pricingGroupKeys: [], filters: [], needs, ...changes },
    { filters: {}, rounding: null },
    { aggregation, dimensions: [], events },
    june,
  )
  if (row === undefined) throw new Error('no usage')
  return row
}

export interface Billed {
  readonly fees: ChargeFee[]
  readonly totals: RunningTotals[]
}

/** Bills events one after another, as they arrive. */
export function bill(charged: Charged, texts: readonly string[]): Billed {
  const { model, properties, aggregation = 'sum_agg', currency = 'USD', pricingUnit = null } = charged
  const chargeModel = parseChargeModel(model, properties)
  const events = texts.map(eventAt)
  const billed: Billed = { fees: [], totals: [] }
  for (const [place, event] of events.entries()) {
    const before = events
      .slice(0, place)
      .filter(other => other.value === event.value)
      .at(-1)
    const units = advanceUnits(
      aggregation,
      { ...event, timestamp: event.at.timestamp },
      {
        billed: billed.totals.at(-1) ?? null,
        wasPresent: before !== undefined && (before.operation ?? 'add') === 'add',
        proratedOver: null,
      },
    )
    const usage = usageOf(charged, events.slice(0, place + 1))
    const added = {
      units: units.units,
      isCounted: true,
      preciseTotalAmountCents: decimal(event.preciseTotalAmountCents ?? 0),
    }
    const price = priceOfEvent(chargeModel, usage, added, currency)
    billed.fees.push(advanceFee({ filterId: null, groupedBy: {} }, units, price, { currency, pricingUnit }))
    if (units.totals !== null) billed.totals.push(units.totals)
  }
  return billed
}
