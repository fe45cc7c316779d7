import fc from 'fast-check'
import type { ModelCharge, ModelCurrency } from './fees.ts'
import { type Aggregation, ALL, FIELD, type ModelEvent, type ModelMetric, type Scalar } from './metering.ts'
import { DAY, type ModelPeriod } from './over-time.ts'
import type { ModelPrice, RateRange, UnitRange } from './pricing.ts'

/** One thing to be priced, and one stream of events. */
export interface Case {
  readonly charge: ModelCharge
  readonly metric: ModelMetric
  readonly period: ModelPeriod
  readonly currency: ModelCurrency
  readonly events: readonly ModelEvent[]
}

const DECLARED = { region: ['eu', 'us', 'asia'], tier: ['gold', 'iron'] }
const currencies: readonly ModelCurrency[] = [
  { code: 'USD', decimals: 2 },
  { code: 'JPY', decimals: 0 },
  { code: 'KWD', decimals: 3 },
]

const price = fc.oneof(
  fc.constantFrom('0', '1', '2', '0.5', '0.07', '12.5', '0.0333'),
  fc.nat(99_999).map(digits => (digits / 1000).toString()),
)
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

/** Widths of tiers, and whether each begins one later than the one before it ends. */
const borders = fc
  .array(fc.tuple(fc.constantFrom(1, 2, 3, 5, 8, 2.5), fc.constantFrom(0, 1, 1)), { maxLength: 3 })
  .chain(widths =>
    fc.constantFrom(
      widths,
      widths.map(([width]): [number, number] => [width, 1]),
    ),
  )

function ranges<Extra>(extra: fc.Arbitrary<Extra>) {
  return borders.chain(widths =>
    fc.array(extra, { minLength: widths.length + 1, maxLength: widths.length + 1 }).map(extras => {
      let from = 0
      return extras.map((one, place) => {
        const [width, step] = widths[place] ?? [0, 0]
        const to = place === extras.length - 1 ? null : from + width
        const range = { from_value: from, to_value: to, ...one }
        from = (to ?? 0) + step
        return range
      })
    }),
  )
}

const unitRanges: fc.Arbitrary<UnitRange[]> = ranges(fc.record({ per_unit_amount: price, flat_amount: price }))
const rateRanges: fc.Arbitrary<RateRange[]> = ranges(fc.record({ rate: price, flat_amount: price }))
/** Tiers by the total have whole ends, and begin one after the end of the last. */
const wholeRanges = fc
  .array(fc.record({ width: fc.integer({ min: 1, max: 5 }), per_unit_amount: price, flat_amount: price }), {
    minLength: 1,
    maxLength: 4,
  })
  .map(list => {
    let from = 0
    return list.map(({ width, ...amounts }, place): UnitRange => {
      const to = place === list.length - 1 ? null : from + width
      const range = { from_value: from, to_value: to, ...amounts }
      from = (to ?? 0) + 1
      return range
    })
  })

const prices: { readonly [Model in ModelPrice['model']]: fc.Arbitrary<ModelPrice> } = {
  standard: price.map(amount => ({ model: 'standard', properties: { amount } })),
  graduated: unitRanges.map(list => ({ model: 'graduated', properties: { graduated_ranges: list } })),
  graduated_percentage: rateRanges.map(list => ({
    model: 'graduated_percentage',
    properties: { graduated_percentage_ranges: list },
  })),
  volume: wholeRanges.map(list => ({ model: 'volume', properties: { volume_ranges: list } })),
  package: fc
    .record({ amount: price, package_size: fc.integer({ min: 1, max: 7 }), free_units: fc.nat(5) })
    .map(properties => ({ model: 'package', properties })),
  percentage: fc
    .record({
      rate: price,
      fixed_amount: optional(price),
      free_units_per_events: optional(fc.integer({ min: 1, max: 4 })),
      free_units_per_total_aggregation: optional(fc.constantFrom('0', '5', '10.5', '3')),
      per_transaction_min_amount: optional(fc.constantFrom('0', '0.5', '1')),
      per_transaction_max_amount: optional(fc.constantFrom('1', '2.5')),
    })
    .map(properties => ({ model: 'percentage', properties: JSON.parse(JSON.stringify(properties)) })),
  dynamic: fc.constant({ model: 'dynamic', properties: {} }),
}

function modelsFor(aggregation: Aggregation, prorated: boolean): ModelPrice['model'][] {
  if (prorated) return ['standard', 'graduated', 'volume']
  const all: ModelPrice['model'][] = ['standard', 'graduated', 'volume', 'package']
  if (aggregation !== 'latest_agg') all.push('graduated_percentage', 'percentage', 'percentage')
  if (aggregation === 'sum_agg') all.push('dynamic')
  return all
}

const valuesOf = (key: 'region' | 'tier') =>
  fc.oneof(fc.subarray(DECLARED[key], { minLength: 1 }), fc.constant<string[]>([ALL]))
const filterValues = fc.oneof(
  fc.record({ region: valuesOf('region') }),
  fc.record({ tier: valuesOf('tier') }),
  fc.record({ region: valuesOf('region'), tier: valuesOf('tier') }),
) as fc.Arbitrary<Record<string, string[]>>
const groupKeys = fc.oneof(fc.constant<string[]>([]), fc.constantFrom(['team'], ['region'], ['team', 'tier']))

const metrics: fc.Arbitrary<ModelMetric> = fc.record({
  aggregation: fc.constantFrom<Aggregation>(
    'count_agg',
    'sum_agg',
    'sum_agg',
    'max_agg',
    'latest_agg',
    'unique_count_agg',
    'unique_count_agg',
    'weighted_sum_agg',
  ),
  recurring: fc.boolean(),
  declared: fc.constant(DECLARED),
  rounding: fc.oneof(
    { arbitrary: fc.constant(null), weight: 3 },
    {
      arbitrary: fc.record({
        function: fc.constantFrom('round' as const, 'ceil' as const, 'floor' as const),
        precision: fc.constantFrom(null, 0, 1, 2, -1),
      }),
      weight: 1,
    },
  ),
})

const scalars: { readonly [Kind in 'number' | 'name']: fc.Arbitrary<Scalar | undefined> } = {
  number: fc.oneof(
    { arbitrary: fc.integer({ min: -6, max: 20 }), weight: 4 },
    { arbitrary: fc.constantFrom('2.5', '-1.25', '0.001', '7', '13.37', 7.5), weight: 3 },
    { arbitrary: fc.constantFrom('1e2', '+3', '.5', '5.', ' 5', '', 'abc', true, null, undefined), weight: 1 },
  ),
  name: fc.constantFrom('a', 'a', 'b', 'c', 1, true, null, undefined),
}

/** Seldom too early or too late, often at the same time. */
function eventsIn(period: ModelPeriod, kind: 'number' | 'name'): fc.Arbitrary<ModelEvent[]> {
  const offset = fc.oneof(
    { arbitrary: fc.integer({ min: -20, max: 130 }).map(quarters => (BigInt(quarters) * DAY) / 4n), weight: 3 },
    { arbitrary: fc.integer({ min: -1, max: 30 * 86_400 }).map(seconds => BigInt(seconds) * 1_000_123n), weight: 1 },
  )
  return fc.array(
    fc.record({
      at: offset.map(after => (period.from / DAY) * DAY + after),
      properties: fc.record({
        [FIELD]: scalars[kind],
        operation_type: fc.constantFrom(undefined, 'add', 'remove', 'remove', null, 'other'),
        region: fc.constantFrom('eu', 'us', 'asia', 'mars', null, undefined),
        tier: fc.constantFrom('gold', 'iron', '', undefined),
        team: fc.constantFrom('x', 'y', '', 7, undefined),
      }) as unknown as fc.Arbitrary<ModelEvent['properties']>,
      price: fc.constantFrom(undefined, '12.345', '0', '-3', '150'),
    }),
    { maxLength: 12 },
  )
}

const FIRST_OF_JULY = 20_635n * DAY

/** A month of 31 or a "month" of 7 days; some begin late, some end early. */
const periods: fc.Arbitrary<ModelPeriod> = fc
  .record({
    days: fc.constantFrom(31, 30, 7),
    offsetHours: fc.constantFrom(0, 9, -5),
    lateBy: fc.constantFrom(0n, 0n, 0n, (5n * DAY) / 2n, 3n * DAY),
    earlyBy: fc.constantFrom(1n, 1n, 1n, DAY, (4n * DAY) / 3n),
    endedByUpgrade: fc.boolean(),
  })
  .map(({ days, offsetHours, lateBy, earlyBy, endedByUpgrade }) => {
    const midnight = FIRST_OF_JULY - BigInt(offsetHours) * 3_600_000_000n
    return {
      from: midnight + lateBy,
      to: midnight + BigInt(days) * DAY - earlyBy,
      fullDays: days,
      offsetHours,
      endedByUpgrade,
    }
  })

export const cases: fc.Arbitrary<Case> = fc
  .record({ metric: metrics, period: periods, wantsProration: fc.boolean(), running: fc.boolean() })
  .chain(({ metric: any, period, wantsProration, running }) => {
    const mayRecur = ['sum_agg', 'unique_count_agg', 'weighted_sum_agg'].includes(any.aggregation)
    const metric = { ...any, recurring: any.recurring && mayRecur }
    const prorated = wantsProration && metric.recurring && metric.aggregation !== 'weighted_sum_agg'
    const models = modelsFor(metric.aggregation, prorated)
    return fc.constantFrom(...models).chain(model =>
      fc.record({
        metric: fc.constant(metric),
        period: fc.constant(period),
        currency: fc.constantFrom(...currencies),
        charge: fc.record({
          price: prices[model],
          groupKeys,
          prorated: fc.constant(prorated),
          running: fc.constant(running),
          filters: fc.array(fc.record({ age: fc.nat(2), values: filterValues, price: prices[model], groupKeys }), {
            maxLength: 3,
          }),
        }),
        events: eventsIn(period, metric.aggregation === 'unique_count_agg' ? 'name' : 'number'),
      }),
    )
  })
  .map(one => ({
    ...one,
    // Filters of the same age are told apart by their ids: their places.
    charge: {
      ...one.charge,
      filters: one.charge.filters.map((filter, place) => ({ ...filter, age: filter.age * 10 + place })),
    },
  }))
