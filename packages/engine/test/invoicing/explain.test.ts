import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ChargeModelName,
  chargeFees,
  decimal,
  explainFee,
  explainInvoice,
  feeTaxes,
  type PricingUnit,
  parseChargeModel,
  type StoredFee,
} from '../../src/index.ts'

const tiers = (price: (n: number) => object) => [
  { from_value: 0, to_value: 10, ...price(1) },
  { from_value: 11, to_value: 100, ...price(2) },
  { from_value: 101, to_value: null, ...price(3) },
]
const unitTier = (n: number) => ({ per_unit_amount: String(1.333 / n), flat_amount: String(n - 1) })
const models: [ChargeModelName, Record<string, unknown>][] = [
  ['standard', { amount: '0.0333' }],
  ['graduated', { graduated_ranges: tiers(unitTier) }],
  ['volume', { volume_ranges: tiers(unitTier) }],
  ['graduated_percentage', { graduated_percentage_ranges: tiers(n => ({ rate: `${n}.25`, flat_amount: '0.5' })) }],
  ['package', { amount: '7.77', package_size: 7, free_units: 3 }],
  ['percentage', { rate: '1.234', fixed_amount: '0.05' }],
]
const taxes = [
  { code: 'a', rate: 7.7 },
  { code: 'b', rate: 2.5 },
]

function stored(
  model: ChargeModelName,
  properties: Record<string, unknown>,
  units: string,
  pricingUnit?: PricingUnit,
): StoredFee {
  const chargeModel = parseChargeModel(model, properties)
  const [fee] = chargeFees({ currency: 'EUR', chargeModel, filters: [], pricingUnit: pricingUnit ?? null }, [
    { filterId: null, groupedBy: {}, units: decimal(units), eventsCount: 4 },
  ])
  if (fee === undefined) throw new Error('no fee')
  return {
    ...fee,
    kind: 'charge',
    currency: 'EUR',
    preciseCouponsAmountCents: '0.33333',
    isTrueUp: false,
    shortfall: null,
    chargeModel: model,
    properties,
    planAmountCents: null,
    periodDays: 31,
    adjusted: null,
    pricingUnit: pricingUnit ?? null,
    taxes,
  }
}

describe('an explained fee', () => {
  const unit = { id: '1', code: 'credit', shortName: 'CR', conversionRate: '0.37' }

  it.each(models)('of the %s model comes to the cents that were stored', (model, properties) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500_000 }), fc.boolean(), (thousandths, inUnits) => {
        const fee = stored(model, properties, (thousandths / 1000).toFixed(3), inUnits ? unit : undefined)
        const explained = explainFee(fee)
        expect(explained.amountCents).toBe(fee.amountCents)
        // Nothing but the stored model and details is needed to get there.
        expect(explained.steps.map(({ name }) => name)).not.toContain('time')
        expect(explained.taxesAmountCents).toBe(feeTaxes(fee, taxes).taxesAmountCents)
      }),
      { numRuns: 60 },
    )
  })

  it('shows each step before and after rounding', () => {
    expect(explainFee(stored('standard', { amount: '0.0333' }, '12.5')).steps).toEqual([
      { name: 'units', formula: '12.5 × 0.0333', unrounded: '0.41625', rounded: null },
      { name: 'amount', formula: '0.41625 × 100', unrounded: '41.625', rounded: '42.0' },
      { name: 'sub_total_excluding_taxes', formula: '42 - 0.33333', unrounded: '41.66667', rounded: '42.0' },
      { name: 'tax a', formula: '41.66667 × 7.7 %', unrounded: '3.20833359', rounded: '3.0' },
      { name: 'tax b', formula: '41.66667 × 2.5 %', unrounded: '1.04166675', rounded: '1.0' },
      { name: 'taxes', formula: '41.66667 × 7.7 % + 41.66667 × 2.5 %', unrounded: '4.25000034', rounded: '4.0' },
      { name: 'total', formula: '42 + 4', unrounded: '46.0', rounded: null },
    ])
  })

  it.each([
    ['units weighed by time', { units: '10', amountCents: 17n, preciseAmountCents: '16.65' }, ['units', 'time']],
    [
      'a true-up',
      // Less in whole cents than before they were rounded.
      {
        isTrueUp: true,
        shortfall: { dueCents: '3870.967741935484', billedCents: '1500' },
        amountCents: 2371n,
        preciseAmountCents: '2370.4',
      },
      ['missing'],
    ],
    [
      'one that was stored without its minimum',
      { isTrueUp: true, amountCents: 2371n, unitAmountCents: 2371n },
      ['missing'],
    ],
    [
      'a minimum commitment',
      { kind: 'commitment' as const, shortfall: { dueCents: '20000', billedCents: '7453' }, amountCents: 12_547n },
      ['missing'],
    ],
    ['a dynamic price', { chargeModel: 'dynamic', amountCents: 501n, preciseAmountCents: '500.5' }, ['price']],
    [
      'an edit',
      { adjusted: { units: '3.5', unitPreciseAmount: '1.2345' }, amountCents: 432n, preciseAmountCents: '432.075' },
      ['units'],
    ],
    [
      'a part of a plan',
      { kind: 'subscription' as const, planAmountCents: 3100n, amountCents: 2100n, preciseAmountCents: '2100.0' },
      ['plan'],
    ],
    [
      'an add-on',
      {
        kind: 'add_on' as const,
        units: '2.5',
        preciseUnitAmount: '19.99',
        amountCents: 4998n,
        preciseAmountCents: '4997.5',
      },
      ['units'],
    ],
  ])('tells of %s', (_, fields, names) => {
    const fee = { ...stored('standard', { amount: '0.0333' }, '12.5'), ...fields }
    const { steps, amountCents } = explainFee(fee)
    expect(amountCents).toBe(fee.amountCents)
    expect(steps.slice(0, names.length + 1).map(({ name }) => name)).toEqual([...names, 'amount'])
  })

  it('counts the days of a part of a plan', () => {
    const fee = {
      ...stored('standard', { amount: '1' }, '1'),
      kind: 'subscription' as const,
      planAmountCents: 3100n,
      preciseAmountCents: '2100.0',
    }
    expect(explainFee(fee).steps[0]).toMatchObject({ formula: '21 of 31 days × 31', unrounded: '21.0' })
  })
})

it('explains an invoice: taxes are rounded once, credits come last', () => {
  const [a, b] = taxes
  if (a === undefined || b === undefined) throw new Error('no taxes')
  const fee = (...own: typeof taxes) => ({
    amountCents: 333n,
    preciseCouponsAmountCents: '33.33333',
    taxesAmountCents: 23n,
    taxes: own,
  })
  const explained = explainInvoice({
    fees: [fee(a), fee(a), fee(a, b)],
    reductions: [
      { kind: 'prepaid_credit', name: 'wallet', amountCents: 26n, rate: null },
      { kind: 'coupon', name: 'fixed', amountCents: 50n, rate: null },
      { kind: 'coupon', name: 'share', amountCents: 50n, rate: '5.3' },
      { kind: 'credit_note', name: 'CN1', amountCents: 50n, rate: null },
    ],
    collectsTaxedFees: false,
  })
  expect(explained).toMatchObject({ feesAmountCents: 999n, taxesAmountCents: 77n, totalAmountCents: 900n })
  expect(explained.steps.map(({ name, formula, rounded }) => `${name}: ${formula} ${rounded ?? ''}`.trim())).toEqual([
    'fees: 333 + 333 + 333',
    'coupon fixed: 50',
    'coupon share: 949 × 5.3 % 50.0',
    'sub_total_excluding_taxes: 999 - 50 - 50',
    'tax a: 899.00001 × 7.7 % 69.0',
    'tax b: 299.66667 × 2.5 % 7.0',
    'taxes: 69.22300077 + 7.49166675 77.0',
    'sub_total_including_taxes: 899 + 77',
    'credit_note CN1: 50',
    'prepaid_credit wallet: 26',
    'total: 976 - 50 - 26',
  ])
})
