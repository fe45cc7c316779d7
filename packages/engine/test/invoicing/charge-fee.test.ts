import { describe, expect, it } from 'vitest'
import type { ChargeFee } from '../../src/invoicing/index.ts'
import { chargeFees, currentUsageFees, isStoredFee, trueUp } from '../../src/invoicing/index.ts'
import type { BucketUsage } from '../../src/metering/index.ts'
import { bucketUsage } from '../../src/metering/index.ts'
import type { Currency } from '../../src/money/index.ts'
import { decimal } from '../../src/money/index.ts'
import type { ChargeModelName, ChargeProperties } from '../../src/pricing/index.ts'
import { parseChargeModel } from '../../src/pricing/index.ts'
import { filters } from '../metering/support.ts'
import { percentageTiers, tiers } from '../pricing/support.ts'

const usage = (units: string, changes: Partial<BucketUsage> = {}): BucketUsage => ({
  filterId: null,
  groupedBy: {},
  units: decimal(units),
  eventsCount: 3,
  ...changes,
})

function feesOf(currency: Currency, model: ChargeModelName, properties: ChargeProperties, rows: BucketUsage[]) {
  return chargeFees({ currency, chargeModel: parseChargeModel(model, properties), filters: [] }, rows)
}

function feeOf(currency: Currency, model: ChargeModelName, properties: ChargeProperties, units: string): ChargeFee {
  const [fee] = feesOf(currency, model, properties, [usage(units)])
  if (fee === undefined) throw new Error('no fee')
  return fee
}

/** A fee of some cents for one unit. */
const feeOfCents = (amountCents: bigint, changes: Partial<ChargeFee> = {}): ChargeFee => ({
  ...feeOf('USD', 'standard', { amount: '0' }, '1'),
  amountCents,
  preciseAmountCents: String(amountCents),
  ...changes,
})

const zeroFee = (changes: Partial<ChargeFee> = {}) => feeOfCents(0n, { units: '0', eventsCount: 0, ...changes })

describe('the fee for the usage of a charge', () => {
  it.each([
    ['USD', '12.5', '0.0333', 42n, '41.625'],
    ['JPY', '3', '0.5', 2n, '1.5'],
    ['KWD', '7', '0.1234', 864n, '863.8'],
    ['USD', '-4', '2', 0n, '0'],
    ['USD', '123456789.123456', '0.000001', 12346n, '12345.6789123456'],
  ] as const)('in %s: %s units at %s', (currency, units, amount, amountCents, preciseAmountCents) => {
    expect(feeOf(currency, 'standard', { amount }, units)).toMatchObject({ amountCents, preciseAmountCents })
  })

  const graduated = tiers('0-100 @0.10 +5', '101-500 @0.07 +2', '501-* @0.03')
  it.each([
    ['USD', 'graduated', { graduated_ranges: graduated }, '0', 500n],
    ['USD', 'graduated', { graduated_ranges: graduated }, '0.5', 505n],
    ['USD', 'graduated', { graduated_ranges: graduated }, '100.4', 1703n],
    ['USD', 'graduated', { graduated_ranges: graduated }, '101', 1707n],
    ['USD', 'graduated', { graduated_ranges: graduated }, '750.25', 5251n],
    ['JPY', 'graduated', { graduated_ranges: tiers('0-10 @12.5', '11-* @7.25 +99') }, '10.5', 228n],
    ['USD', 'graduated_percentage', { graduated_percentage_ranges: percentageTiers('0-* @1.5 +4') }, '0.5', 401n],
    ['JPY', 'package', { amount: '150', package_size: 7, free_units: 3 }, '17.5', 450n],
    ['USD', 'volume', { volume_ranges: tiers('0-1000 @0.5', '1001-* @0.25 +50') }, '1000.01', 30000n],
    ['KWD', 'volume', { volume_ranges: tiers('0-5 @0.0015', '6-* @0.0012 +0.25') }, '5.5', 257n],
  ] as const)('in %s, %s %o: %s units cost %i', (currency, model, properties, units, amountCents) => {
    expect(feeOf(currency, model, properties, units).amountCents).toBe(amountCents)
  })

  it('has every value that is stored', () => {
    const fee = feeOf('USD', 'graduated', { graduated_ranges: graduated }, '100.4')
    expect(fee).toMatchObject({
      filterId: null,
      groupedBy: {},
      units: '100.4',
      totalAggregatedUnits: '100.4',
      eventsCount: 3,
      amountCents: 1703n,
      preciseAmountCents: '1702.8',
      unitAmountCents: 16n,
      preciseUnitAmount: '0.169601593625498',
    })
    expect(fee.amountDetails).toHaveProperty('graduated_ranges[1].units', '0.4')
  })

  it('has a price of a unit that is cut, not rounded', () => {
    expect(feeOf('USD', 'standard', { amount: '0.0799' }, '3').unitAmountCents).toBe(7n)
  })

  it.each([
    ['standard', { amount: '2' }],
    ['graduated', { graduated_ranges: tiers('0-* @1 +5') }],
    ['volume', { volume_ranges: tiers('0-* @1 +5') }],
  ] as const)('of negative usage is zero: %s', (model, properties) => {
    expect(feeOf('USD', model, properties, '-4')).toMatchObject({
      units: '0',
      totalAggregatedUnits: '0',
      amountCents: 0n,
      preciseAmountCents: '0',
      unitAmountCents: 0n,
      preciseUnitAmount: '0',
      eventsCount: 3,
    })
  })

  it('is zero, units and all, where its tiers give a negative amount', () => {
    const properties = { graduated_ranges: tiers('1-50 @2', '50-* @1') }
    expect(feeOf('USD', 'graduated', properties, '0.5')).toMatchObject({
      units: '0',
      amountCents: 0n,
      preciseAmountCents: '0',
    })
  })

  it('of negative usage keeps the details of what was computed', () => {
    const { amountDetails } = feeOf('USD', 'graduated', { graduated_ranges: tiers('0-* @1 +5') }, '-4')
    expect(amountDetails).toHaveProperty('graduated_ranges[0].units', '-4.0')
    expect(amountDetails).toHaveProperty('graduated_ranges[0].total_with_flat_amount', '1.0')
  })

  it('is made for each filter with its own price, and for each group', () => {
    const [filter] = filters('F region=eu')
    if (filter === undefined) throw new Error('no filter')
    const rows = bucketUsage(
      { pricingGroupKeys: [], filters: [{ ...filter, pricingGroupKeys: ['team'] }] },
      { filters: { region: ['eu'] }, rounding: null },
      {
        aggregation: 'sum_agg',
        dimensions: ['region', 'team'].map(key => ({ key, values: null })),
        cells: [
          { dimensions: ['eu', 'a'], eventsCount: 1, sum: '4' },
          { dimensions: ['eu', 'b'], eventsCount: 1, sum: '3' },
          { dimensions: ['us', 'a'], eventsCount: 1, sum: '10' },
        ],
      },
    )
    const fees = chargeFees(
      {
        currency: 'USD',
        chargeModel: parseChargeModel('standard', { amount: '0.10' }),
        filters: [{ id: 'F', chargeModel: parseChargeModel('standard', { amount: '0.25' }) }],
      },
      rows,
    )
    expect(fees.map(fee => [fee.filterId, fee.groupedBy, fee.amountCents])).toEqual([
      ['F', { team: 'a' }, 100n],
      ['F', { team: 'b' }, 75n],
      [null, {}, 100n],
    ])
  })

  it('cannot be for a filter that the charge does not have', () => {
    expect(() => feesOf('USD', 'standard', { amount: '1' }, [usage('1', { filterId: 'F' })])).toThrow('F')
  })
})

describe('the true-up to a minimum spending', () => {
  it.each([
    [10000n, 31, 31, 6250n, 3750n, '3750', '37.5'],
    [10000n, 31, 12, 1500n, 2371n, '2370.967741935484', '23.70967741935484'],
    [5000n, 30, 29, 0n, 4833n, '4833.333333333333', '48.33333333333333'],
  ])('of %i for %i days, %i of them billed, %i spent', (min, fullPeriodDays, days, spent, cents, precise, unit) => {
    const parent = feeOfCents(spent, { groupedBy: { team: 'a' } })
    expect(trueUp([parent], { minAmountCents: min, days, fullPeriodDays }, { currency: 'USD' })).toEqual({
      parent,
      fee: {
        ...parent,
        units: '1',
        totalAggregatedUnits: '1',
        eventsCount: 0,
        amountCents: cents,
        preciseAmountCents: precise,
        unitAmountCents: cents,
        preciseUnitAmount: unit,
        shortfall: { dueCents: expect.any(String), billedCents: spent.toString() },
      },
    })
  })

  it.each([
    ['it is reached', 10000n, 12, 6250n],
    ['it is reached exactly', 6250n, 31, 6250n],
    ['there is none', 0n, 31, 0n],
    ['less than half a cent is missing', 101n, 29, 94n],
  ])('is not due where %s', (_, minAmountCents, days, spent) => {
    expect(trueUp([feeOfCents(spent)], { minAmountCents, days, fullPeriodDays: 31 }, { currency: 'USD' })).toBeNull()
    expect(
      trueUp(
        [feeOfCents(spent)],
        { minAmountCents: minAmountCents + 10000n, days, fullPeriodDays: 31 },
        { currency: 'USD' },
      ),
    ).not.toBeNull()
  })

  it('counts the rounded cents of all filters and groups, and belongs to the first fee without filter', () => {
    const fees = [
      feeOfCents(100n, { filterId: 'F', preciseAmountCents: '99.6' }),
      feeOfCents(20n, { groupedBy: { team: 'a' } }),
      feeOfCents(30n, { groupedBy: { team: 'b' } }),
    ]
    const result = trueUp(fees, { minAmountCents: 200n, days: 31, fullPeriodDays: 31 }, { currency: 'USD' })
    expect(result?.parent).toBe(fees[1])
    expect(result?.fee).toMatchObject({ amountCents: 50n, preciseAmountCents: '50.4', groupedBy: { team: 'a' } })
  })

  it('is not due without a fee for the default bucket', () => {
    const fees = [feeOfCents(1n, { filterId: 'F' })]
    expect(trueUp(fees, { minAmountCents: 200n, days: 31, fullPeriodDays: 31 }, { currency: 'USD' })).toBeNull()
  })

  it('has its price of a unit in units of the currency', () => {
    const minimum = { minAmountCents: 2500n, days: 30, fullPeriodDays: 30 }
    expect(trueUp([zeroFee()], minimum, { currency: 'KWD' })?.fee.preciseUnitAmount).toBe('2.5')
  })
})

describe('a fee of a period', () => {
  const unreferenced = { isAdjusted: false, hasTrueUp: false }

  it('is dropped without units, amount and events', () => {
    expect(isStoredFee(zeroFee(), unreferenced)).toBe(false)
  })

  it.each([
    ['events that cost nothing', zeroFee({ eventsCount: 2 }), unreferenced],
    ['a flat amount without usage', zeroFee({ amountCents: 500n }), unreferenced],
    ['units without events', zeroFee({ units: '0.00001' }), unreferenced],
    ['an adjustment', zeroFee(), { isAdjusted: true, hasTrueUp: false }],
    ['a true-up', zeroFee(), { isAdjusted: false, hasTrueUp: true }],
  ])('is stored for %s', (_, fee, reference) => {
    expect(isStoredFee(fee, reference)).toBe(true)
  })
})

describe('the fees of current usage', () => {
  it('leave out zero fees of buckets that have others', () => {
    const fees = [
      zeroFee({ filterId: 'F', groupedBy: { team: 'a' } }),
      feeOfCents(5n, { filterId: 'F', groupedBy: { team: 'b' } }),
      zeroFee({ eventsCount: 1 }),
    ]
    expect(currentUsageFees(fees)).toEqual(fees.slice(1))
  })

  it('represent a bucket that has only zero fees by one without a group', () => {
    const fees = [
      zeroFee({ filterId: 'F', groupedBy: { team: 'a' } }),
      zeroFee({ filterId: 'F', groupedBy: { team: 'b' } }),
      zeroFee(),
    ]
    expect(currentUsageFees(fees)).toEqual([zeroFee({ filterId: 'F', groupedBy: { team: null } }), zeroFee()])
  })
})

describe('a charge priced in a pricing unit', () => {
  const pricingUnit = { id: 'unit', code: 'crd', shortName: 'CR', conversionRate: '0.75' }
  const chargeModel = parseChargeModel('standard', { amount: '0.0333' })
  const charge = { currency: 'USD', chargeModel, pricingUnit, filters: [] } as const

  it('has both amounts', () => {
    const [fee] = chargeFees(charge, [usage('12.5')])
    expect(fee).toMatchObject({
      units: '12.5',
      amountCents: 32n,
      preciseAmountCents: '31.5',
      pricingUnitUsage: { pricingUnit, amountCents: 42n, preciseAmountCents: '41.625', unitAmountCents: 3n },
    })
  })

  it('has its minimum in pricing units, which what is missing is converted from', () => {
    const fees = chargeFees(charge, [usage('12.5')])
    const minimum = { minAmountCents: 10000n, days: 12, fullPeriodDays: 31 }
    expect(trueUp(fees, minimum, charge)?.fee).toMatchObject({
      units: '1',
      // 3870.967741935484 - 42
      pricingUnitUsage: { amountCents: 3829n, preciseAmountCents: '3828.967741935484', unitAmountCents: 3829n },
      amountCents: 2872n,
      preciseAmountCents: '2871.75',
      unitAmountCents: 2871n,
      preciseUnitAmount: '28.7175',
    })
    expect(trueUp(fees, { ...minimum, minAmountCents: 108n }, charge)).toBeNull()
  })
})
