import { describe, expect, it } from 'vitest'
import {
  adjustedChargeFee,
  adjustedFixedChargeFee,
  adjustedSubscriptionFee,
  emptyChargeFee,
  parseChargeModel,
} from '../../src/index.ts'

const charge = {
  currency: 'EUR' as const,
  filters: [],
  chargeModel: parseChargeModel('graduated', {
    graduated_ranges: [
      { from_value: 0, to_value: 10, per_unit_amount: '1', flat_amount: '2' },
      { from_value: 11, to_value: null, per_unit_amount: '0.5', flat_amount: '0' },
    ],
  }),
}
const usage = emptyChargeFee(charge, null, { team: 'a' })
const values = (units: string | null, unitPreciseAmount: string | null = null) => ({ units, unitPreciseAmount })

describe('an edited line of usage', () => {
  it.each([
    ['is only renamed', values(null), { amountCents: 200n, units: '0' }],
    ['prices its units as they are', values('12'), { amountCents: 1300n, units: '12', totalAggregatedUnits: '12' }],
    [
      'multiplies units and price',
      values('3.5', '1.2345'),
      {
        amountCents: 432n,
        preciseAmountCents: '432.075',
        unitAmountCents: 123n,
        preciseUnitAmount: '1.2345',
        amountDetails: {},
      },
    ],
    ['rounds half away from zero', values('0.5', '0.01'), { amountCents: 1n, preciseAmountCents: '0.5' }],
    ['may cost nothing', values('4', '0'), { amountCents: 0n, units: '4' }],
  ])('%s', (_, adjusted, fee) => {
    expect(adjustedChargeFee(charge, usage, adjusted)).toMatchObject({
      ...fee,
      eventsCount: 0,
      groupedBy: { team: 'a' },
    })
  })

  it('is priced in the pricing unit of its charge, and converted', () => {
    const pricingUnit = { id: 'credits', code: 'credits', shortName: 'CR', conversionRate: '0.75' }
    expect(adjustedChargeFee({ ...charge, pricingUnit }, usage, values('3.5', '1.2345'))).toMatchObject({
      amountCents: 324n,
      preciseAmountCents: '324',
      unitAmountCents: 92n,
      preciseUnitAmount: '0.9225',
      pricingUnitUsage: {
        pricingUnit,
        amountCents: 432n,
        preciseAmountCents: '432.075',
        unitAmountCents: 123n,
        preciseUnitAmount: '1.2345',
      },
    })
  })

  it('keeps how tiers came to the amount', () => {
    expect(adjustedChargeFee(charge, usage, values('12')).amountDetails).toMatchObject({
      graduated_ranges: [{ units: '10.0' }, { units: '2.0' }],
    })
  })
})

it('does not prorate the units of a fixed charge again', () => {
  const fixed = {
    currency: 'EUR' as const,
    chargeModel: parseChargeModel('standard', { amount: '9.99' }),
    prorated: true,
  }
  const fee = { ...usage, units: '7', pricingUnitUsage: null }
  expect(adjustedFixedChargeFee(fixed, fee, values('2'))).toMatchObject({ amountCents: 1998n, units: '2' })
  expect(adjustedFixedChargeFee(fixed, fee, values('2', '1.005'))).toMatchObject({
    amountCents: 201n,
    unitAmountCents: 101n,
  })
})

it('takes units of a base fee as units of what was computed', () => {
  const fee = { amountCents: 2100n, preciseAmountCents: '2100.4', unitAmountCents: 2100n, planAmountCents: 3100n }
  expect(adjustedSubscriptionFee(fee, values('1.5'), 'EUR')).toMatchObject({
    amountCents: 3150n,
    preciseAmountCents: '3150.6',
    unitAmountCents: 2100n,
    preciseUnitAmount: '21',
    units: '1.5',
  })
  expect(adjustedSubscriptionFee(fee, values('2', '10'), 'EUR')).toMatchObject({
    amountCents: 2000n,
    planAmountCents: 3100n,
  })
})
