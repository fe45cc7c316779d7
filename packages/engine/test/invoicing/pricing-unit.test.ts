import { describe, expect, it } from 'vitest'
import { feeAmounts, type PricingUnit } from '../../src/invoicing/index.ts'
import { type Currency, decimal } from '../../src/money/index.ts'

const credits = (conversionRate: string): PricingUnit => ({ id: 'unit', code: 'crd', shortName: 'CR', conversionRate })

describe('a fee priced in a pricing unit', () => {
  it.each<[string, string, string, Currency, bigint, bigint, bigint, string, string]>([
    ['12.3456', '0.0789', '0.75', 'USD', 1235n, 7n, 926n, '926.25', '0.0525'],
    ['12.345', '2.469', '1.5', 'JPY', 1235n, 246n, 19n, '18.525', '3.69'],
    ['100', '0.5', '0.0123', 'KWD', 10000n, 50n, 1230n, '1230', '0.00615'],
    ['12.3456', '0.37', '0.37', 'EUR', 1235n, 37n, 457n, '456.95', '0.1369'],
    ['0.004', '0.004', '50', 'EUR', 0n, 0n, 0n, '0', '0'],
  ])(
    '%s of %s each at %s in %s',
    (amount, unit, rate, currency, puCents, puUnitCents, cents, preciseCents, preciseUnit) => {
      const pricingUnit = credits(rate)
      expect(feeAmounts(decimal(amount), decimal(unit), currency, pricingUnit)).toMatchObject({
        amountCents: cents,
        preciseAmountCents: preciseCents,
        preciseUnitAmount: preciseUnit,
        pricingUnitUsage: {
          pricingUnit,
          amountCents: puCents,
          preciseAmountCents: decimal(amount).times(100).toFixed(),
          unitAmountCents: puUnitCents,
          preciseUnitAmount: unit,
        },
      })
    },
  )

  it('is in the currency itself where there is no pricing unit', () => {
    expect(feeAmounts(decimal('17.028'), decimal('0.0799'), 'USD', null)).toEqual({
      amountCents: 1703n,
      preciseAmountCents: '1702.8',
      unitAmountCents: 7n,
      preciseUnitAmount: '0.0799',
      pricingUnitUsage: null,
    })
  })
})
