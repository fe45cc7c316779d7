import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ceil, decimal, floor, round, toCents, truncate } from '../../src/money/index.ts'

describe('rounding', () => {
  it.each([
    ['0.125', 2, '0.13'],
    ['-0.125', 2, '-0.13'],
    ['1.005', 2, '1.01'],
    ['2.5', 0, '3'],
    ['1249.5', -2, '1200'],
    ['1250', -2, '1300'],
  ])('%s to %i decimals is %s', (value, decimals, rounded) => {
    expect(round(decimal(value), decimals).toFixed()).toBe(rounded)
  })

  it('up and down go toward the infinities, truncation toward zero', () => {
    expect(ceil(decimal('-17.345'), 2).toFixed()).toBe('-17.34')
    expect(floor(decimal('-17.345'), 2).toFixed()).toBe('-17.35')
    expect(truncate(decimal('-7.99'))).toBe(-7n)
    expect(truncate(decimal('7.99'))).toBe(7n)
  })

  it('treats credits as it treats debits', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.integer({ min: -3, max: 6 }),
        (units, places) => {
          const value = decimal(units).div(1_000_000)
          expect(round(value.negated(), places).toFixed()).toBe(round(value, places).negated().toFixed())
        },
      ),
    )
  })

  it('is never further than half a place away, and never beyond up and down', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.integer({ min: -3, max: 6 }),
        (units, places) => {
          const value = decimal(units).div(1_000_000)
          const half = decimal(10).pow(-places).div(2)
          expect(round(value, places).minus(value).abs().lessThanOrEqualTo(half)).toBe(true)
          expect(floor(value, places).lessThanOrEqualTo(value)).toBe(true)
          expect(ceil(value, places).greaterThanOrEqualTo(value)).toBe(true)
          expect(ceil(value, places).minus(floor(value, places)).lessThanOrEqualTo(half.times(2))).toBe(true)
        },
      ),
    )
  })
})

describe('an amount in the smallest unit of its currency', () => {
  it.each([
    ['USD', '0.125', 13n],
    ['USD', '-0.125', -13n],
    ['USD', '1.005', 101n],
    ['USD', '0.4949', 49n],
    ['JPY', '2.5', 3n],
    ['JPY', '2.4999', 2n],
    ['KWD', '1.2345', 1235n],
    ['KWD', '0.8638', 864n],
    ['CLF', '1.23456', 12346n],
    ['MRO', '12.34', 61n],
  ] as const)('%s %s is %i', (currency, amount, cents) => {
    expect(toCents(decimal(amount), currency)).toBe(cents)
  })

  it('is exact beyond the integers a double can hold', () => {
    expect(toCents(decimal('123456789012345678.905'), 'USD')).toBe(12345678901234567891n)
  })
})
