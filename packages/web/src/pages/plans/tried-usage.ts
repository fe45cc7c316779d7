import {
  type BucketUsage,
  type ChargeModel,
  type Currency,
  type Decimal,
  decimal,
  isChargeModelName,
  neededUsage,
  parseChargeModel,
  roundUnits,
  runningSums,
  ZERO,
} from '@weir/engine'
import { parseMoney } from '../../format/money.ts'
import { ungrouped } from '../../format/numbers.ts'
import type { ChargeDraft } from './charge-draft.ts'
import { type PriceDraft, propertiesOf, readDecimal } from './price-draft.ts'
import { priceProblems } from './problems.ts'

/** What is tried for one line: units, the number of events that brought them, and what these say that they cost. */
export interface Tried {
  readonly units?: string
  readonly events?: string
  readonly amount?: string
  /** The units of further groups, each priced apart. */
  readonly groups?: readonly string[]
}

export type Asked = 'units' | 'events' | 'amount'

/** More events than these cannot be looked at one by one while somebody types. */
const MOST_EVENTS = 50_000

/** The model as the engine reads it; undefined while something of it is missing or wrong. */
export function modelOf(model: string, draft: PriceDraft): ChargeModel | undefined {
  if (!isChargeModelName(model) || Object.keys(priceProblems(model, draft)).length > 0) return undefined
  return parseChargeModel(model, propertiesOf(model, draft))
}

/** Whether the price depends on each event, and there are too many of them to try. */
export function isTooMuch(charge: ChargeDraft, model: ChargeModel, typed: Tried): boolean {
  if (neededUsage(model).eventValues !== true) return false
  const isCounted = ['count_agg', 'unique_count_agg'].includes(charge.metric?.aggregation_type ?? '')
  const events = readDecimal((isCounted ? typed.units : typed.events) ?? '')
  return events?.greaterThan(MOST_EVENTS) === true
}

/** What has to be typed to price a bucket. */
export function asksOf(charge: ChargeDraft, model: ChargeModel | undefined): readonly Asked[] {
  if (charge.model === 'dynamic') return ['units', 'amount']
  const countsItself = ['count_agg', 'unique_count_agg'].includes(charge.metric?.aggregation_type ?? '')
  return model?.model === 'percentage' && !countsItself ? ['units', 'events'] : ['units']
}

/** What is typed as the usage of a bucket. Events are taken to be of the same size. */
export function usageOf(charge: ChargeDraft, model: ChargeModel, currency: Currency, typed: Tried): BucketUsage {
  const { metric } = charge
  const rounding =
    metric?.rounding_function == null
      ? null
      : { function: metric.rounding_function, precision: metric.rounding_precision }
  const units = roundUnits(readDecimal(typed.units ?? '') ?? ZERO, rounding)
  const countsItself = ['count_agg', 'unique_count_agg'].includes(metric?.aggregation_type ?? '')
  const events = countsItself ? units.floor().toNumber() : eventsOf(typed, units)
  const needs = neededUsage(model)
  const single = countsItself ? decimal(1) : events > 0 ? units.div(events) : ZERO
  const looksAtEvents = ['count_agg', 'unique_count_agg', 'sum_agg'].includes(metric?.aggregation_type ?? 'sum_agg')
  return {
    filterId: null,
    groupedBy: {},
    units,
    eventsCount: events,
    ...(charge.prorated && { fullUnits: units }),
    ...(charge.prorated && model.model === 'graduated' && { proratedChanges: [{ full: units, prorated: units }] }),
    ...(needs.runningTotal !== undefined &&
      looksAtEvents && {
        runningTotal: countsItself
          ? { kind: 'count' as const, units }
          : runningSums(repeated(single, events), needs.runningTotal),
      }),
    ...(needs.eventValues === true && { eventValues: [...repeated(single, events)] }),
    ...(needs.preciseTotalAmount === true && {
      preciseTotalAmountCents: decimal(parseMoney(typed.amount ?? '', currency) ?? 0),
    }),
  }
}

function eventsOf({ events }: Tried, units: Decimal): number {
  const typed = Number(ungrouped(events ?? ''))
  if (Number.isSafeInteger(typed) && typed > 0) return typed
  return units.isZero() ? 0 : 1
}

function* repeated(value: Decimal, times: number): Generator<Decimal> {
  for (let count = 0; count < Math.min(times, MOST_EVENTS); count++) yield value
}
