import { describe, expect, it } from 'vitest'
import { currencyExponent, decimal, formatDecimal, toCents } from '../../src/money/index.ts'
import {
  type ChargeProperties,
  neededUsage,
  type PricedUsage,
  parseChargeModel,
  price,
  runningSums,
  validateProperties,
} from '../../src/pricing/index.ts'

const RATES = { rate: '2.5', fixed_amount: '0.30' }

interface Free {
  readonly events?: number
  readonly units?: string
}

function propertiesWith(free: Free, others: ChargeProperties = {}): ChargeProperties {
  return {
    ...RATES,
    ...(free.events !== undefined && { free_units_per_events: free.events }),
    ...(free.units !== undefined && { free_units_per_total_aggregation: free.units }),
    ...others,
  }
}

/** The usage of a sum of values, with what the charge needs to know of it. */
function sumOf(values: readonly (number | string)[], properties: ChargeProperties): PricedUsage {
  const decimals = values.map(value => decimal(value))
  const { runningTotal } = neededUsage(parseChargeModel('percentage', properties))
  return {
    units: decimals.reduce((sum, value) => sum.plus(value), decimal(0)),
    eventsCount: values.length,
    eventValues: decimals,
    ...(runningTotal !== undefined && { runningTotal: runningSums(decimals, runningTotal) }),
  }
}

function countOf(events: number): PricedUsage {
  const units = decimal(events)
  return { units, eventsCount: events, runningTotal: { kind: 'count', units } }
}

function charged(properties: ChargeProperties, usage: PricedUsage) {
  const { amount, amountDetails } = price(parseChargeModel('percentage', properties), usage, 'USD')
  return { amount: formatDecimal(amount), amountDetails }
}

describe('percentage charges', () => {
  it.each<[Free, (number | string)[], string]>([
    [{}, [100, '40.5', -20], '3.9125'],
    [{ events: 2 }, [80, 30, 50, 10], '2.1'],
    [{ units: '100' }, [60, 40, 25], '1.225'],
    [{ units: '100' }, [60, 30, 25], '0.675'],
    [{ events: 3, units: '100' }, [20, 30, 70, 40], '2.1'],
    [{ events: 2, units: '10' }, [50, 5, 5], '1.55'],
    [{}, [], '0.0'],
    [{ events: 1 }, [100, -30], '0.3'],
    [{ units: '50' }, [80, -40, 30], '1.4'],
    [{ units: '100' }, [10, 20], '0.0'],
  ])('with %o free, sums of %o cost %s', (free, values, amount) => {
    const properties = propertiesWith(free)
    expect(charged(properties, sumOf(values, properties)).amount).toBe(amount)
  })

  it.each<[Free, number, string]>([
    [{ units: '10' }, 15, '1.925'],
    [{ events: 4 }, 15, '3.575'],
    [{ events: 4 }, 3, '0.0'],
  ])('with %o free, %i events that are counted cost %s', (free, events, amount) => {
    expect(charged(propertiesWith(free), countOf(events)).amount).toBe(amount)
  })

  it('round in currencies of three decimals', () => {
    const properties = { rate: '1.75', fixed_amount: '0.005' }
    const usage = sumOf(['12.345', '0.1'], properties)
    const { amount } = price(parseChargeModel('percentage', properties), usage, 'KWD')
    expect(currencyExponent('KWD')).toBe(3)
    expect([formatDecimal(amount), toCents(amount, 'KWD')]).toEqual(['0.2277875', 228n])
  })

  it.each<[Free, ChargeProperties, number[], string, string]>([
    [{}, { per_transaction_min_amount: '1', per_transaction_max_amount: '2' }, [20, 100, 10], '4.0', '-0.15'],
    [
      { units: '30' },
      { per_transaction_min_amount: '1', per_transaction_max_amount: '2' },
      [20, 100, 10],
      '3.0',
      '-0.1',
    ],
    [
      { events: 1 },
      { per_transaction_min_amount: '1', per_transaction_max_amount: '2' },
      [20, 100, 10],
      '3.0',
      '-0.35',
    ],
    [{ units: '30' }, { per_transaction_min_amount: '1' }, [30, 10], '2.0', '1.15'],
  ])('with %o free and %o for an event, %o cost %s', (free, bounds, values, amount, adjustment) => {
    const properties = propertiesWith(free, bounds)
    expect(charged(properties, sumOf(values, properties))).toMatchObject({
      amount,
      amountDetails: { min_max_adjustment_total_amount: adjustment },
    })
  })

  it('explain what was free, what was paid and what bounds changed', () => {
    const bounds = { per_transaction_min_amount: '1', per_transaction_max_amount: '2' }
    const properties = propertiesWith({ units: '30' }, bounds)
    expect(charged(properties, sumOf([20, 100, 10], properties)).amountDetails).toEqual({
      units: '130.0',
      free_units: '30.0',
      free_events: 1,
      paid_units: '100.0',
      rate: '2.5',
      per_unit_total_amount: '2.5',
      paid_events: 2,
      fixed_fee_unit_amount: '0.3',
      fixed_fee_total_amount: '0.6',
      min_max_adjustment_total_amount: '-0.1',
    })
    expect(charged(propertiesWith({ events: 4 }), countOf(3)).amountDetails).toMatchObject({
      free_units: '3.0',
      free_events: 3,
      paid_units: '0.0',
      paid_events: 0,
      fixed_fee_unit_amount: '0.0',
      fixed_fee_total_amount: '0.0',
      per_unit_total_amount: '0.0',
    })
  })

  it('need single events only where events are bounded or free', () => {
    const needsOf = (properties: ChargeProperties) => neededUsage(parseChargeModel('percentage', properties))
    expect(needsOf(RATES)).toEqual({})
    expect(Object.keys(needsOf(propertiesWith({ events: 1 })))).toEqual(['runningTotal'])
    expect(needsOf({ rate: '1', per_transaction_max_amount: '3' })).toEqual({ eventValues: true })
  })
})

describe('the properties of a percentage charge', () => {
  it.each<[ChargeProperties, string[]]>([
    [{ rate: '1.5' }, []],
    [{ rate: '0', fixed_amount: null, free_units_per_events: null, per_transaction_min_amount: '' }, []],
    [{ rate: 1.5 }, ['invalid_rate']],
    [{ rate: '1', fixed_amount: '-1' }, ['invalid_fixed_amount']],
    [{ rate: '1', free_units_per_events: 0 }, ['invalid_free_units_per_events']],
    [{ rate: '1', free_units_per_events: '3' }, ['invalid_free_units_per_events']],
    [{ rate: '1', free_units_per_total_aggregation: 3 }, ['invalid_free_units_per_total_aggregation']],
    [
      { rate: '1', per_transaction_min_amount: 'a', per_transaction_max_amount: 3 },
      ['invalid_amount', 'invalid_amount'],
    ],
    [{ rate: '1', per_transaction_min_amount: '2', per_transaction_max_amount: '2' }, []],
    [
      { rate: '1', per_transaction_min_amount: '3', per_transaction_max_amount: '2' },
      ['per_transaction_max_lower_than_per_transaction_min'],
    ],
  ])('%o: %o', (properties, codes) => {
    expect(validateProperties('percentage', properties, 'sum_agg')).toEqual(codes)
  })

  it('do not fit a metric of latest values', () => {
    expect(validateProperties('percentage', { rate: 'x' }, 'latest_agg')).toEqual(['invalid_value', 'invalid_rate'])
  })
})

describe('dynamic charges', () => {
  const model = parseChargeModel('dynamic', {})

  it.each([
    ['4', '13', '0.13', '0.0325'],
    ['0', '30', '0.0', '0.0'],
  ])('of %s units take what the events asked: %s cents', (units, cents, amount, unitAmount) => {
    const usage = { units: decimal(units), eventsCount: 2, preciseTotalAmountCents: decimal(cents) }
    const priced = price(model, usage, 'USD')
    expect([formatDecimal(priced.amount), formatDecimal(priced.unitAmount)]).toEqual([amount, unitAmount])
  })

  it('count in the smallest unit of the currency', () => {
    const usage = { units: decimal(1), eventsCount: 1, preciseTotalAmountCents: decimal('1500') }
    expect(price(model, usage, 'JPY').amount.toFixed()).toBe('1500')
    expect(price(model, usage, 'KWD').amount.toFixed()).toBe('1.5')
  })
})
