import type { Aggregation } from './metering.ts'
import { type Change, proratedGraduated } from './prorated-tiers.ts'
import * as q from './rational.ts'

type Rational = q.Rational

interface Range {
  readonly from_value: number
  readonly to_value: number | null
}
export interface UnitRange extends Range {
  readonly per_unit_amount: string
  readonly flat_amount: string
}
export interface RateRange extends Range {
  readonly rate: string
  readonly flat_amount: string
}

export type ModelPrice =
  | { readonly model: 'standard'; readonly properties: { readonly amount: string } }
  | { readonly model: 'graduated'; readonly properties: { readonly graduated_ranges: readonly UnitRange[] } }
  | { readonly model: 'volume'; readonly properties: { readonly volume_ranges: readonly UnitRange[] } }
  | {
      readonly model: 'graduated_percentage'
      readonly properties: { readonly graduated_percentage_ranges: readonly RateRange[] }
    }
  | {
      readonly model: 'package'
      readonly properties: { readonly amount: string; readonly package_size: number; readonly free_units: number }
    }
  | { readonly model: 'percentage'; readonly properties: PercentageProperties }
  | { readonly model: 'dynamic'; readonly properties: Readonly<Record<string, never>> }

export interface PercentageProperties {
  readonly rate: string
  readonly fixed_amount?: string
  readonly free_units_per_events?: number
  readonly free_units_per_total_aggregation?: string
  readonly per_transaction_min_amount?: string
  readonly per_transaction_max_amount?: string
}

export interface PricedEvents {
  readonly units: Rational
  readonly count: number
  readonly aggregation: Aggregation
  /** Those in force at the end, where units are prorated. */
  readonly full: Rational | null
  /** Units before the metric rounds them. */
  readonly counted: Rational
  /** Of each event, in order of time. */
  readonly values: readonly Rational[]
  /** The same of those of the period itself. */
  readonly periodValues: readonly Rational[]
  /** Where units are prorated: each change of the total, in full and prorated. */
  readonly changes: readonly Change[] | null
  /** Of all events, in units of the currency. */
  readonly ownPrice: Rational
}

/** What the units cost, exactly, in units of the currency; and what one costs. */
export function amountOf(price: ModelPrice, usage: PricedEvents): { amount: Rational; unitAmount: Rational } {
  const { units, full, changes } = usage
  const per = (amount: Rational, divisor: Rational) => (q.isZero(divisor) ? q.ZERO : q.over(amount, divisor))
  const plain = (amount: Rational) => ({ amount, unitAmount: per(amount, full ?? units) })
  switch (price.model) {
    case 'standard':
      return plain(q.times(units, q.parse(price.properties.amount)))
    case 'graduated': {
      const ranges = price.properties.graduated_ranges
      if (changes === null) return plain(graduated(ranges, units))
      const amount = proratedGraduated(ranges, changes, units)
      return { amount, unitAmount: per(amount, q.sum(changes.map(change => change.full))) }
    }
    case 'graduated_percentage':
      return plain(graduatedPercentage(price.properties.graduated_percentage_ranges, units))
    case 'volume':
      return plain(volume(price.properties.volume_ranges, units, full ?? units))
    case 'package': {
      const { amount, package_size: size, free_units: free } = price.properties
      const paid = q.minus(units, q.ratio(free))
      if (!q.less(q.ZERO, paid)) return { amount: q.ZERO, unitAmount: q.ZERO }
      const total = q.times(q.ratio(Math.ceil(q.toNumber(paid) / size)), q.parse(amount))
      return { amount: total, unitAmount: q.over(total, paid) }
    }
    case 'percentage':
      return plain(percentage(price.properties, usage))
    case 'dynamic':
      return plain(q.isZero(full ?? units) ? q.ZERO : usage.ownPrice)
  }
}

function graduated(ranges: readonly UnitRange[], units: Rational): Rational {
  const adjacent =
    ranges.length > 1 && ranges.slice(1).every((range, place) => range.from_value === ranges[place]?.to_value)
  let amount = q.ZERO
  for (const range of ranges) {
    const end = range.to_value === null ? null : q.parse(range.to_value)
    const reached = end !== null && !q.less(units, end) ? end : units
    const start = range.from_value === 0 ? q.ZERO : q.minus(q.parse(range.from_value), adjacent ? q.ZERO : q.ONE)
    const inside = q.minus(reached, start)
    amount = q.sum([amount, q.times(inside, q.parse(range.per_unit_amount)), q.parse(range.flat_amount)])
    if (end === null || !q.less(end, units)) break
  }
  return amount
}

function graduatedPercentage(ranges: readonly RateRange[], units: Rational): Rational {
  let amount = q.ZERO
  for (const range of ranges) {
    const end = range.to_value === null ? null : q.parse(range.to_value)
    const from = q.parse(range.from_value)
    let inside: Rational
    if (end !== null && !q.less(units, end)) {
      inside = q.plus(q.minus(end, range.from_value === 0 ? q.ONE : from), q.ONE)
    } else {
      inside = range.from_value === 0 ? units : q.plus(q.minus(units, from), q.ONE)
    }
    const share = q.over(q.times(inside, q.parse(range.rate)), q.ratio(100))
    amount = q.sum([amount, share, q.parse(range.flat_amount)])
    if (end === null || !q.less(end, units)) break
  }
  return amount
}

function volume(ranges: readonly UnitRange[], priced: Rational, units: Rational): Rational {
  if (q.isNegative(units)) return q.ZERO
  const whole = q.ratio(q.ceilOf(units))
  const range = ranges.find(
    ({ from_value: from, to_value: to }) =>
      !q.less(whole, q.parse(from)) && (to === null || !q.less(q.parse(to), units)),
  )
  // Nothing used lies before a first range that begins at 1: it is that range all the same.
  const tier = range ?? (q.isZero(units) ? ranges[0] : undefined)
  if (tier === undefined) return q.ZERO
  return q.plus(q.times(priced, q.parse(tier.per_unit_amount)), q.parse(tier.flat_amount))
}

function percentage(properties: PercentageProperties, usage: PricedEvents): Rational {
  const { units, count, periodValues, aggregation } = usage
  const rate = q.over(q.parse(properties.rate), q.ratio(100))
  const fixed = q.parse(properties.fixed_amount ?? '0')
  const freeEvents = properties.free_units_per_events ?? 0
  const freeTotal = q.parse(properties.free_units_per_total_aggregation ?? '0')
  const { per_transaction_min_amount: min, per_transaction_max_amount: max } = properties
  if ((min !== undefined || max !== undefined) && aggregation !== 'weighted_sum_agg') {
    const perEvent = eventValues(aggregation, periodValues)
    return bounded(perEvent, { rate, fixed, freeEvents, freeTotal, min, max })
  }
  const totals = runningTotals(usage, freeEvents, freeTotal)
  const last = totals.at(-1) ?? q.ZERO
  let free = q.ZERO
  if (!q.isZero(last)) {
    const ofEvents = freeEvents > 0 && freeEvents < totals.length ? totals[freeEvents - 1] : undefined
    if (ofEvents !== undefined) free = ofEvents
    else free = q.isZero(freeTotal) ? last : q.smaller(last, freeTotal)
  }
  const below = totals.filter(total => q.less(total, freeTotal)).length
  const limits = [freeEvents, below].filter(limit => limit !== 0)
  const unpaidEvents = limits.length === 0 ? 0 : Math.min(...limits)
  const share = q.less(units, free) ? q.ZERO : q.times(q.minus(units, free), rate)
  const ofEvents = q.isZero(units) || unpaidEvents >= count ? q.ZERO : q.times(q.ratio(count - unpaidEvents), fixed)
  return q.plus(share, ofEvents)
}

function runningTotals(usage: PricedEvents, freeEvents: number, freeTotal: Rational): Rational[] {
  if (freeEvents === 0 && q.isZero(freeTotal)) return []
  if (usage.aggregation === 'count_agg' || usage.aggregation === 'unique_count_agg') {
    const whole = Number(q.floorOf(usage.counted))
    return Array.from({ length: Math.max(whole, 0) }, (_, place) => q.ratio(place + 1))
  }
  if (usage.aggregation !== 'sum_agg') return []
  const totals: Rational[] = []
  for (const value of usage.values) {
    const before = totals.at(-1) ?? q.ZERO
    if (freeEvents > 0 ? totals.length === freeEvents : q.less(freeTotal, before)) break
    totals.push(q.plus(before, value))
  }
  return totals
}

function eventValues(aggregation: Aggregation, values: readonly Rational[]): Rational[] {
  if (aggregation === 'sum_agg') return [...values]
  if (aggregation !== 'max_agg') return values.map(() => q.ONE)
  const highest = values.reduce((a, b) => q.greater(a, b), values[0] ?? q.ZERO)
  const place = values.findIndex(value => q.same(value, highest))
  return values.map((value, at) => (at === place ? value : q.ZERO))
}

interface Bounds {
  readonly rate: Rational
  readonly fixed: Rational
  readonly freeEvents: number
  readonly freeTotal: Rational
  readonly min: string | undefined
  readonly max: string | undefined
}

function bounded(values: readonly Rational[], { rate, fixed, freeEvents, freeTotal, min, max }: Bounds): Rational {
  let eventsLeft = freeEvents
  let unitsLeft = freeTotal
  let amount = q.ZERO
  for (let value of values) {
    if (eventsLeft > 0 || q.less(q.ZERO, unitsLeft)) {
      eventsLeft -= 1
      if (!q.less(q.ZERO, unitsLeft)) {
        amount = q.ZERO
        continue
      }
      if (q.less(value, unitsLeft)) {
        unitsLeft = q.minus(unitsLeft, value)
        amount = q.ZERO
        continue
      }
      value = q.minus(value, unitsLeft)
      unitsLeft = q.ZERO
      eventsLeft = 0
    }
    let cost = q.plus(q.times(value, rate), fixed)
    if (min !== undefined && q.less(cost, q.parse(min))) cost = q.parse(min)
    else if (max !== undefined && q.less(q.parse(max), cost)) cost = q.parse(max)
    amount = q.plus(amount, cost)
  }
  return amount
}
