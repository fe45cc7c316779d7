import { describe, expect, it } from 'vitest'
import { percentageTiers, priced } from './support.ts'

const ranges = percentageTiers('0-1000 @3 +10', '1001-* @1.5 +4')

describe('graduated percentage charges', () => {
  it.each([
    ['0', '10.0'],
    ['1000', '40.0'],
    ['1000.5', '44.0075'],
    ['2500', '66.5'],
  ])('of %s cost %s', (units, amount) => {
    expect(priced('graduated_percentage', { graduated_percentage_ranges: ranges }, units).amount).toBe(amount)
  })

  it('count one unit more in a tier that begins where the one before it ends', () => {
    const adjacent = percentageTiers('0-1000 @3 +10', '1000-* @1.5 +4')
    expect(priced('graduated_percentage', { graduated_percentage_ranges: adjacent }, '2500').amount).toBe('66.515')
  })

  it('explain each tier that was reached', () => {
    expect(priced('graduated_percentage', { graduated_percentage_ranges: ranges }, '2500')).toEqual({
      amount: '66.5',
      unitAmount: '0.0266',
      amountDetails: {
        graduated_percentage_ranges: [
          {
            from_value: 0,
            to_value: 1000,
            flat_unit_amount: '10.0',
            rate: '3.0',
            units: '1000.0',
            per_unit_total_amount: '30.0',
            total_with_flat_amount: '40.0',
          },
          {
            from_value: 1001,
            to_value: null,
            flat_unit_amount: '4.0',
            rate: '1.5',
            units: '1500.0',
            per_unit_total_amount: '22.5',
            total_with_flat_amount: '26.5',
          },
        ],
      },
    })
  })
})
