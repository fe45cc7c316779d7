import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountOf, priced } from './support.ts'

const properties = { amount: '8', package_size: 50, free_units: 120 }

describe('package charges', () => {
  it.each([
    ['0', '0.0', '0'],
    ['80', '0.0', '0'],
    ['120', '0.0', '0'],
    ['120.1', '8.0', '80'],
    ['170', '8.0', '0.16'],
    ['171', '16.0', '0.313725490196078'],
    ['400', '48.0', '0.171428571428571'],
    ['-4', '0.0', '0'],
  ])('%s units, 120 of them free, cost %s: %s for each paid unit', (units, amount, unitAmount) => {
    expect(priced('package', properties, units)).toMatchObject({ amount, unitAmount })
  })

  it.each([
    ['17', '300.0'],
    ['17.5', '450.0'],
  ])('%s units in packages of seven cost %s', (units, amount) => {
    expect(priced('package', { amount: '150', package_size: 7, free_units: 3 }, units).amount).toBe(amount)
  })

  it('do not begin a package for what a double cannot tell from a full one', () => {
    expect(amountOf('package', properties, '170.00000000000000000001')).toBe(8)
  })

  it.each([
    ['171', { free_units: '120.0', paid_units: '51.0', per_package_size: 50, per_package_unit_amount: '8.0' }],
    ['80', { free_units: '120.0', paid_units: '0.0', per_package_size: 50, per_package_unit_amount: '8.0' }],
    ['0', { free_units: '0.0', paid_units: '0.0', per_package_size: 0, per_package_unit_amount: '0.0' }],
  ])('explain %s units', (units, amountDetails) => {
    expect(priced('package', properties, units).amountDetails).toEqual(amountDetails)
  })

  it('never cost less for more units, and cost one package more at most for one package more', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(5_000), (hundredths, more) => {
        const [units, next] = [hundredths / 100, (hundredths + more) / 100]
        const rise = amountOf('package', properties, next) - amountOf('package', properties, units)
        expect(rise).toBeGreaterThanOrEqual(0)
        expect(rise).toBeLessThanOrEqual(8)
      }),
    )
  })
})
