import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountOf, priced, tiers } from './support.ts'

const properties = { volume_ranges: tiers('0-100 @0.5', '101-1000 @0.4 +10', '1001-* @0.25 +50') }

describe('volume charges', () => {
  it.each([
    ['0', '0.0'],
    ['100', '50.0'],
    ['100.2', '50.08'],
    ['101', '50.4'],
    ['1000', '410.0'],
    ['1000.01', '300.0025'],
  ])('price all %s units with the tier they fall into: %s', (units, amount) => {
    expect(priced('volume', properties, units).amount).toBe(amount)
    expect(priced('volume', { volume_ranges: properties.volume_ranges.toReversed() }, units).amount).toBe(amount)
  })

  it('put a fraction beyond a tier into the next', () => {
    expect(priced('volume', { volume_ranges: tiers('0-5 @0.0015', '6-* @0.0012 +0.25') }, '5.5').amount).toBe('0.2566')
  })

  it('bill the flat amount of the first tier without usage, wherever it begins', () => {
    expect(priced('volume', { volume_ranges: tiers('0-5 @1 +3', '6-* @1') }, '0').amount).toBe('3.0')
    expect(priced('volume', { volume_ranges: tiers('1-5 @1 +3', '6-* @1') }, '0').amount).toBe('3.0')
  })

  it('put units between two tiers into the upper one', () => {
    expect(priced('volume', { volume_ranges: tiers('0-50 @1', '52-* @0.5') }, '51').amount).toBe('25.5')
  })

  it('cost nothing for negative usage', () => {
    expect(priced('volume', { volume_ranges: tiers('0-* @1 +3') }, '-4')).toEqual({
      amount: '0.0',
      unitAmount: '0',
      amountDetails: { flat_unit_amount: '0.0', per_unit_amount: '0.0', per_unit_total_amount: '0.0' },
    })
  })

  it.each([
    ['100.2', { flat_unit_amount: '10.0', per_unit_amount: '0.4', per_unit_total_amount: '40.08' }],
    ['0', { flat_unit_amount: '0.0', per_unit_amount: '0.0', per_unit_total_amount: '0.0' }],
  ])('explain %s units', (units, amountDetails) => {
    expect(priced('volume', properties, units).amountDetails).toEqual(amountDetails)
  })

  it('never cost less for more units of the same tier', () => {
    const tierBounds = fc.constantFrom([0, 100], [100.01, 1000], [1000.01, 5000])
    fc.assert(
      fc.property(
        tierBounds,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (bounds, a, b) => {
          const [low = 0, high = 0] = bounds
          const [less, more] = [Math.min(a, b), Math.max(a, b)].map(share => low + share * (high - low))
          expect(amountOf('volume', properties, more ?? 0)).toBeGreaterThanOrEqual(
            amountOf('volume', properties, less ?? 0),
          )
        },
      ),
    )
  })
})
