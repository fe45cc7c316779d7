import { describe, expect, it } from 'vitest'
import { advanceFee, instantEstimate, type PricingUnit } from '../../src/invoicing/index.ts'
import { advanceUnits, type RunningTotals, type UsageSpan } from '../../src/metering/index.ts'
import { type Currency, decimal, formatDecimal } from '../../src/money/index.ts'
import {
  type ChargeModelName,
  type ChargeProperties,
  costsTheSameAlways,
  parseChargeModel,
  priceOfEvent,
  priceOfNextEvent,
} from '../../src/pricing/index.ts'
import { percentageTiers, tiers } from '../pricing/support.ts'
import { bill, type Charged, eventAt, june, usageOf } from './advance-support.ts'

const graduated = { graduated_ranges: tiers('0-2 @1 +3', '3-* @0.5 +1') }
const graduatedPercentage = { graduated_percentage_ranges: percentageTiers('0-1000 @3 +10', '1001-* @1.5 +4') }
const aboveHundred = { rate: '2.5', fixed_amount: '0.30', free_units_per_total_aggregation: '100' }

describe('events that are charged one by one', () => {
  it.each<[string, Charged, string[], number[], string[]]>([
    [
      'graduated, counted',
      { model: 'graduated', properties: graduated, aggregation: 'count_agg' },
      ['x', 'x', 'x', 'x'],
      [400, 100, 150, 50],
      ['1', '1', '1', '1'],
    ],
    [
      'in packages',
      { model: 'package', properties: { amount: '2', package_size: 3, free_units: 1 } },
      ['1', '2', '2', '0.5'],
      [0, 200, 200, 0],
      ['1', '2', '2', '0.5'],
    ],
    [
      'with units that are used again',
      { model: 'standard', properties: { amount: '2' } },
      ['10', '-4', '3', '5'],
      [2000, 0, 0, 800],
      ['10', '0', '3', '4'],
    ],
    [
      'a sum that begins below 0',
      { model: 'standard', properties: { amount: '1' } },
      ['-3', '2', '2'],
      [0, 200, 0],
      ['0', '2', '2'],
    ],
    [
      'a percentage above what is free',
      { model: 'percentage', properties: aboveHundred },
      ['60', '60'],
      [0, 80],
      ['60', '60'],
    ],
    [
      'a percentage of bounded events',
      {
        model: 'percentage',
        properties: {
          rate: '2.5',
          fixed_amount: '0.30',
          per_transaction_min_amount: '1',
          per_transaction_max_amount: '2',
        },
      },
      ['20', '100', '10'],
      [100, 200, 100],
      ['20', '100', '10'],
    ],
    [
      'a percentage of bounded events that are counted',
      {
        model: 'percentage',
        properties: { rate: '0', fixed_amount: '0.2', per_transaction_min_amount: '0.5' },
        aggregation: 'count_agg',
      },
      ['x', 'x'],
      [50, 50],
      ['1', '1'],
    ],
    [
      'a percentage of values that are there already',
      { model: 'percentage', properties: { rate: '0', fixed_amount: '0.2' }, aggregation: 'unique_count_agg' },
      ['a', 'a', 'b'],
      [20, 20, 20],
      ['1', '0', '1'],
    ],
    [
      'graduated percentages',
      { model: 'graduated_percentage', properties: graduatedPercentage },
      ['400', '800'],
      [2200, 2500],
      ['400', '800'],
    ],
    [
      'prices of their own',
      { model: 'dynamic', properties: {} },
      ['3 $12.345', '1 $0.655', '1 $-5'],
      [12, 1, -5],
      ['3', '1', '1'],
    ],
    [
      'values added, removed and added again',
      { model: 'standard', properties: { amount: '5' }, aggregation: 'unique_count_agg' },
      ['a', 'b', 'a remove', 'c', 'd', 'a add', 'x remove'],
      [500, 500, 0, 0, 500, 500, 0],
      ['1', '1', '0', '1', '1', '1', '0'],
    ],
    [
      'a value removed first',
      { model: 'standard', properties: { amount: '5' }, aggregation: 'unique_count_agg' },
      ['a remove', 'b'],
      [0, 500],
      ['0', '1'],
    ],
    [
      'in a currency without decimals',
      { model: 'standard', properties: { amount: '0.5' }, currency: 'JPY' },
      ['3', '1'],
      [2, 1],
      ['3', '1'],
    ],
  ])('%s', (_, charged, texts, cents, units) => {
    const { fees } = bill(charged, texts)
    expect(fees.map(fee => Number(fee.amountCents))).toEqual(cents)
    expect(fees.map(fee => fee.units)).toEqual(units)
    expect(fees.map(fee => fee.totalAggregatedUnits)).toEqual(units)
  })

  it('keep the total and the highest one, from which running usage is told', () => {
    const charged: Charged = { model: 'standard', properties: { amount: '1' } }
    const texts = ['10', '-4', '3', '5']
    const { totals } = bill(charged, texts)
    expect(totals.map(({ current, max }) => [current, max])).toEqual([
      ['10', '10'],
      ['6', '10'],
      ['9', '10'],
      ['14', '14'],
    ])
    const running = totals.map((total, place) => {
      const billedInAdvance = [{ filterId: null, groupedBy: {}, ...total }]
      const row = usageOf(charged, texts.slice(0, place + 1).map(eventAt), { billedInAdvance })
      return [row.currentUnits?.toFixed(), row.units.toFixed()]
    })
    expect(running).toEqual([
      ['10', '10'],
      ['6', '10'],
      ['9', '10'],
      ['14', '14'],
    ])
  })

  it('tell how a percentage came about by the difference they make', () => {
    const { fees } = bill({ model: 'percentage', properties: aboveHundred }, ['60', '60'])
    expect(fees[1]?.amountDetails).toEqual({
      rate: '2.5',
      fixed_fee_unit_amount: '0.3',
      units: '60.0',
      free_units: '40.0',
      paid_units: '20.0',
      free_events: '0.0',
      paid_events: '1.0',
      fixed_fee_total_amount: '0.3',
      min_max_adjustment_total_amount: '0.0',
      per_unit_total_amount: '0.5',
    })
  })

  it('tell what they add to each tier of percentages', () => {
    const { fees } = bill({ model: 'graduated_percentage', properties: graduatedPercentage }, ['400', '800'])
    const lower = { from_value: 0, to_value: 1000, rate: '3.0' }
    expect(fees.map(fee => fee.amountDetails.graduated_percentage_ranges)).toEqual([
      [
        {
          ...lower,
          units: '400.0',
          flat_unit_amount: '10.0',
          total_with_flat_amount: '22.0',
          per_unit_total_amount: '0.06',
        },
      ],
      [
        {
          ...lower,
          units: '600.0',
          flat_unit_amount: '0.0',
          total_with_flat_amount: '18.0',
          per_unit_total_amount: '0.03',
        },
        {
          from_value: 1001,
          to_value: null,
          rate: '1.5',
          units: '200.0',
          flat_unit_amount: '4.0',
          total_with_flat_amount: '7.0',
          per_unit_total_amount: '0.04',
        },
      ],
    ])
  })

  it('have details of no other model', () => {
    expect(bill({ model: 'graduated', properties: graduated }, ['1']).fees[0]?.amountDetails).toEqual({})
  })

  it('tell the price of a unit from the rounded amount, and owe a fixed amount without units', () => {
    const third = bill({ model: 'standard', properties: { amount: '0.033' } }, ['3']).fees[0]
    expect(third).toMatchObject({
      amountCents: 10n,
      preciseAmountCents: '9.9',
      unitAmountCents: 3n,
      preciseUnitAmount: '0.033333333333333',
    })
    const nothing = bill({ model: 'standard', properties: { amount: '0.001' } }, ['3']).fees[0]
    expect(nothing).toMatchObject({
      amountCents: 0n,
      preciseAmountCents: '0.3',
      unitAmountCents: 0n,
      preciseUnitAmount: '0',
    })
    const fixed = bill({ model: 'percentage', properties: { rate: '1', fixed_amount: '0.3' } }, ['5', '0']).fees[1]
    expect(fixed).toMatchObject({ units: '0', amountCents: 30n, preciseUnitAmount: '0' })
  })

  const credits: PricingUnit = { id: 'u', code: 'credits', shortName: 'CR', conversionRate: '0.75' }
  it.each<[Currency, string, bigint, string, bigint]>([
    ['USD', '12.3456', 1235n, '926.25', 926n],
    ['KWD', '12.3456', 1235n, '9262.5', 9263n],
    ['JPY', '12.3456', 1200n, '9', 9n],
  ])(
    'in %s, convert %s pricing units from the amount that is rounded to the currency',
    (currency, value, hundredths, precise, cents) => {
      const { fees } = bill({ model: 'standard', properties: { amount: '1' }, currency, pricingUnit: credits }, [value])
      expect(fees[0]).toMatchObject({
        amountCents: cents,
        preciseAmountCents: precise,
        pricingUnitUsage: { amountCents: hundredths },
      })
    },
  )
})

describe('units weighted by the days that are left', () => {
  const prorated = (
    value: string,
    at: string,
    span: Pick<UsageSpan, 'to' | 'fullDays'>,
    billed: RunningTotals | null = null,
  ) =>
    advanceUnits(
      'sum_agg',
      { value, operation: null, timestamp: Temporal.Instant.from(at).epochNanoseconds / 1000n },
      { billed, wasPresent: false, proratedOver: { ...span, timeZone: 'UTC' } },
    )
  const february = { to: Temporal.Instant.from('2026-02-28T23:59:59.999999Z'), fullDays: 28 }

  it.each([
    ['5', '2026-06-11T15:00:00Z', june, '3.33334', '5'],
    ['3', '2026-02-10T00:00:00Z', february, '2.03572', '3'],
    [
      '31',
      '2026-05-21T00:00:00Z',
      { to: Temporal.Instant.from('2026-05-31T23:59:59.999999Z'), fullDays: 31 },
      '11.00001',
      '31',
    ],
    ['-5', '2026-06-11T15:00:00Z', june, '0', '0'],
  ])('%s on %s', (value, at, span, units, shown) => {
    const charged = prorated(value, at, span)
    expect([charged.units.toFixed(), charged.shownUnits.toFixed(), charged.totals?.maxProrated]).toEqual([
      units,
      shown,
      units,
    ])
  })

  it('add up only where the highest total rises', () => {
    const first = prorated('10', '2026-06-16T00:00:00Z', june)
    const second = prorated('-4', '2026-06-21T00:00:00Z', june, first.totals)
    const third = prorated('7', '2026-06-21T00:00:00Z', june, second.totals)
    expect(
      [first, second, third].map(({ units, shownUnits, totals }) => [units.toFixed(), shownUnits.toFixed(), totals]),
    ).toEqual([
      ['5', '10', { current: '10', max: '10', maxProrated: '5' }],
      ['0', '0', { current: '6', max: '10', maxProrated: '5' }],
      ['1', '3', { current: '13', max: '13', maxProrated: '6' }],
    ])
  })

  it('have the amount of their weighted units, and the unit price of those they show', () => {
    const chargeModel = parseChargeModel('standard', { amount: '14' })
    const units = prorated('3', '2026-02-10T00:00:00Z', february)
    expect(costsTheSameAlways(chargeModel)).toBe(true)
    const price = priceOfEvent(
      chargeModel,
      { units: units.units, eventsCount: 1 },
      { units: units.units, isCounted: true },
      'USD',
    )
    expect(advanceFee({ filterId: null, groupedBy: {} }, units, price, { currency: 'USD' })).toMatchObject({
      units: '3',
      amountCents: 2850n,
      preciseAmountCents: '2850.008',
      preciseUnitAmount: '9.5',
    })
  })
})

describe('what an event would cost', () => {
  it('counts it on top of what there is', () => {
    const next = (charged: Charged, texts: string[], value: string) => {
      const row = usageOf(charged, texts.map(eventAt))
      const event = { units: decimal(value), value: decimal(value), preciseTotalAmountCents: decimal('7.5') }
      const chargeModel = parseChargeModel(charged.model, charged.properties)
      return formatDecimal(priceOfNextEvent(chargeModel, row, event, 'USD'))
    }
    expect(next({ model: 'graduated', properties: graduated }, ['1', '1'], '1')).toBe('1.5')
    expect(next({ model: 'graduated', properties: graduated }, ['1'], '1')).toBe('1.0')
    expect(next({ model: 'graduated', properties: graduated }, [], '1')).toBe('1.0')
    expect(next({ model: 'percentage', properties: aboveHundred }, ['60'], '60')).toBe('0.8')
    expect(next({ model: 'percentage', properties: aboveHundred }, ['60', '50'], '60')).toBe('1.8')
    const bounded = { rate: '2.5', fixed_amount: '0.30', per_transaction_max_amount: '2' }
    expect(next({ model: 'percentage', properties: bounded }, ['20'], '100')).toBe('2.0')
    expect(next({ model: 'dynamic', properties: {} }, ['2 $4'], '1')).toBe('0.075')
    const free = { rate: '2', free_units_per_events: 2 }
    expect(next({ model: 'percentage', properties: free, aggregation: 'count_agg' }, ['x', 'x'], '1')).toBe('0.02')
    expect(next({ model: 'percentage', properties: free }, ['10'], '10')).toBe('0.0')
  })

  it.each<[ChargeModelName, ChargeProperties, string, Currency, object | null]>([
    [
      'standard',
      { amount: '0.001' },
      '400',
      'USD',
      { units: '400', amount: '0.4', amountCents: 40n, unitAmountCents: '0.1' },
    ],
    [
      'percentage',
      { rate: '1.9', fixed_amount: '0.10', free_units_per_events: 5 },
      '37',
      'USD',
      { amount: '0.803', amountCents: 80n },
    ],
    ['percentage', { rate: '1', per_transaction_max_amount: '2' }, '1000', 'USD', { amountCents: 200n }],
    ['percentage', { rate: '1', fixed_amount: '3' }, '0', 'USD', { amountCents: 300n, unitAmountCents: '0' }],
    [
      'percentage',
      { rate: '1', per_transaction_min_amount: '3' },
      '-1',
      'USD',
      { units: '0', amount: '0', amountCents: 0n, unitAmountCents: '0' },
    ],
    ['standard', { amount: '0.5' }, '3', 'JPY', { amountCents: 2n }],
    ['graduated', graduated, '3', 'USD', null],
  ])('by itself: %s %o for %s in %s', (model, properties, units, currency, estimate) => {
    const told = instantEstimate(parseChargeModel(model, properties), decimal(units), currency)
    if (estimate === null) expect(told).toBeNull()
    else expect(told).toMatchObject(estimate)
  })
})
