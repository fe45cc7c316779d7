import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decimal } from '../../src/money/index.ts'
import { decimal } from '../../src/money/index.ts'
import { parseChargeModel, price } from '../../src/pricing/index.ts'
import { priced, tiers } from './support.ts'

const plusOne = { graduated_ranges: tiers('0-100 @0.10 +5', '101-500 @0.07 +2', '501-* @0.03') }
const adjacent = { graduated_ranges: tiers('0-100 @0.10 +5', '100-500 @0.07 +2', '500-* @0.03') }

describe('graduated charges', () => {
  it.each([
    ['0', '5.0'],
    ['0.5', '5.05'],
    ['100', '15.0'],
    ['100.4', '17.028'],
    ['101', '17.07'],
    ['500', '45.0'],
    ['750.25', '52.5075'],
  ])('%s units cost %s, however the borders of the tiers are written', (units, amount) => {
    expect(priced('graduated', plusOne, units).amount).toBe(amount)
    expect(priced('graduated', adjacent, units).amount).toBe(amount)
  })

  it('cost a fraction of a unit beyond a tier at the price of the next', () => {
    const properties = { graduated_ranges: tiers('0-10 @12.5', '11-* @7.25 +99') }
    expect(priced('graduated', properties, '10.5').amount).toBe('227.625')
  })

  it.each([
    ['6', '11.0'],
    ['12', '16.0'],
  ])('count one unit more where only some tiers are adjacent: %s units cost %s', (units, amount) => {
    const properties = { graduated_ranges: tiers('0-2 @3', '2-10 @1', '11-* @0.5') }
    expect(priced('graduated', properties, units).amount).toBe(amount)
  })

  it('may have fractional borders', () => {
    const properties = { graduated_ranges: tiers('0-0.1 @10', '0.1-* @1') }
    expect(priced('graduated', properties, '1.1').amount).toBe('2.0')
  })

  it('take the price of a unit over all units', () => {
    expect(priced('graduated', plusOne, '100.4').unitAmount).toBe('0.169601593625498')
  })

  it('explain each tier that was reached', () => {
    expect(priced('graduated', plusOne, '100.4').amountDetails).toEqual({
      graduated_ranges: [
        {
          from_value: 0,
          to_value: 100,
          flat_unit_amount: '5.0',
          per_unit_amount: '0.1',
          units: '100.0',
          per_unit_total_amount: '10.0',
          total_with_flat_amount: '15.0',
        },
        {
          from_value: 101,
          to_value: 500,
          flat_unit_amount: '2.0',
          per_unit_amount: '0.07',
          units: '0.4',
          per_unit_total_amount: '0.028',
          total_with_flat_amount: '2.028',
        },
      ],
    })
  })

  it('explain the flat amount that is due without usage', () => {
    expect(priced('graduated', plusOne, '0').amountDetails).toEqual({
      graduated_ranges: [
        {
          from_value: 0,
          to_value: 100,
          flat_unit_amount: '5.0',
          per_unit_amount: '0.0',
          units: '0.0',
          per_unit_total_amount: '0.0',
          total_with_flat_amount: '5.0',
        },
      ],
    })
  })
})

describe('any graduated price list', () => {
  const sizes = fc.array(
    fc.record({ size: fc.integer({ min: 2, max: 500 }), rate: fc.integer({ max: 900, min: 0 }), flat: fc.nat(50) }),
    { minLength: 2, maxLength: 5 },
  )
  type Sizes = { size: number; rate: number; flat: number }[]

  /** Ends of all tiers but the last. */
  function ends(list: Sizes): number[] {
    let end = 0
    return list.slice(0, -1).map(({ size }) => (end += size))
  }

  function model(list: Sizes, step: 0 | 1) {
    const borders = ends(list)
    return parseChargeModel('graduated', {
      graduated_ranges: list.map(({ rate, flat }, index) => ({
        from_value: index === 0 ? 0 : (borders[index - 1] ?? 0) + step,
        to_value: borders[index] ?? null,
        per_unit_amount: decimal(rate).div(1000).toFixed(),
        flat_amount: String(flat),
      })),
    })
  }

  const cost = (list: Sizes, units: Decimal, step: 0 | 1 = 1) =>
    price(model(list, step), { units, eventsCount: 1 }, 'USD').amount
  const quantity = fc.nat(3_000_000).map(thousandths => decimal(thousandths).div(1000))

  it('costs the same whether its borders are adjacent or one apart', () => {
    fc.assert(
      fc.property(sizes, quantity, (list, units) => {
        expect(cost(list, units, 0).toFixed()).toBe(cost(list, units, 1).toFixed())
      }),
    )
  })

  it('never costs less for more units', () => {
    fc.assert(
      fc.property(sizes, quantity, quantity, (list, units, more) => {
        expect(cost(list, units.plus(more)).greaterThanOrEqualTo(cost(list, units))).toBe(true)
      }),
    )
  })

  it('has no jump at a border but the flat amount of the tier that begins', () => {
    const step = decimal('0.000001')
    fc.assert(
      fc.property(sizes, list => {
        for (const [index, end] of ends(list).entries()) {
          const next = list[index + 1] ?? { rate: 0, flat: 0 }
          const rise = cost(list, step.plus(end)).minus(cost(list, decimal(end)))
          expect(rise.toFixed()).toBe(step.times(next.rate).div(1000).plus(next.flat).toFixed())
        }
      }),
    )
  })
})
