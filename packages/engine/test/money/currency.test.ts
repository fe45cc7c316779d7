import { describe, expect, it } from 'vitest'
import { CURRENCIES, currencyExponent, currencySubunits, isCurrency } from '../../src/money/index.ts'

describe('currencies', () => {
  it('are 142, each once', () => {
    expect(CURRENCIES).toHaveLength(142)
    expect(new Set(CURRENCIES).size).toBe(142)
  })

  it('include those with three decimals, and no unknown or lower-case code', () => {
    expect(['BHD', 'IRR', 'JOD', 'KWD', 'EUR'].every(isCurrency)).toBe(true)
    expect(['eur', 'XXX', '', 'constructor'].some(isCurrency)).toBe(false)
  })

  it.each([
    ['USD', 2, 100],
    ['IDR', 2, 100],
    ['TWD', 2, 100],
    ['JPY', 0, 1],
    ['HUF', 0, 1],
    ['CLP', 0, 1],
    ['BHD', 3, 1000],
    ['KWD', 3, 1000],
    ['CLF', 4, 10000],
    ['MRO', 1, 5],
  ] as const)('%s has %i decimals, %i of its smallest unit make one', (currency, exponent, subunits) => {
    expect(currencyExponent(currency)).toBe(exponent)
    expect(currencySubunits(currency)).toBe(subunits)
  })
})
