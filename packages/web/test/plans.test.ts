import { isChargeModelName, reduceFilterProperties, reduceProperties, validateProperties } from '@weir/engine'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FullPlan, PlanMetric, Properties } from '../src/api/plans.ts'
import { calculate } from '../src/pages/plans/calculate.ts'
import { chargeBody, chargeDraft, newCharge } from '../src/pages/plans/charge-draft.ts'
import { planChanges } from '../src/pages/plans/plan-diff.ts'
import { newPlan, type PlanDraft, planBody, planDraft } from '../src/pages/plans/plan-draft.ts'
import {
  CHARGE_MODELS,
  emptyPrice,
  priceDraft,
  propertiesOf,
  withoutTier,
  withTierAdded,
  withTierEnd,
} from '../src/pages/plans/price-draft.ts'
import { planProblems, priceProblems } from '../src/pages/plans/problems.ts'

const metric: PlanMetric = {
  lago_id: 'm1',
  name: 'Tokens',
  code: 'tokens',
  aggregation_type: 'sum_agg',
  recurring: false,
  rounding_function: null,
  rounding_precision: null,
  filters: [{ key: 'model', values: ['small', 'large'] }],
}
const names = { metrics: new Map([['tokens', metric]]), addOns: new Map(), privileges: new Map() }

const amount = fc
  .tuple(fc.nat(9_999), fc.nat(9_999))
  .map(([whole, part]) => (part === 0 ? `${whole}` : `${whole}.${part}`))
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const defined = (record: Properties) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))

/** Tiers that follow each other, with a gap of `step` between the end of one and the beginning of the next. */
const tiers = (step: number, price: Properties | ((text: string) => Properties)) =>
  fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), amount, amount), { minLength: 1, maxLength: 4 }).map(list => {
    let from = 0
    return list.map(([size, each, flat], index) => {
      const to = index === list.length - 1 ? null : from + size
      const tier = {
        from_value: from,
        to_value: to,
        ...(price as (text: string) => Properties)(each),
        flat_amount: flat,
      }
      from = (to ?? 0) + step
      return tier
    })
  })
const perUnit = (text: string) => ({ per_unit_amount: text })

const PROPERTIES: Readonly<Record<string, fc.Arbitrary<Properties>>> = {
  standard: fc.record({ amount }),
  graduated: fc.nat(1).chain(step => tiers(step, perUnit).map(graduated_ranges => ({ graduated_ranges }))),
  volume: tiers(1, perUnit).map(volume_ranges => ({ volume_ranges })),
  graduated_percentage: tiers(1, rate => ({ rate })).map(list => ({ graduated_percentage_ranges: list })),
  package: fc.record({ amount, package_size: fc.integer({ min: 1, max: 5000 }), free_units: fc.nat(5000) }),
  percentage: fc
    .record({
      rate: amount,
      fixed_amount: maybe(amount),
      free_units_per_events: maybe(fc.integer({ min: 1, max: 50 })),
      free_units_per_total_aggregation: maybe(amount),
      per_transaction_min_amount: maybe(amount),
    })
    .map(defined),
  dynamic: fc.constant({}),
  custom: fc.constant({}),
}

const groups = fc.uniqueArray(fc.stringMatching(/^[a-z_, ]{1,8}[a-z]$/), { maxLength: 2 })

describe('what is typed', () => {
  test.each(CHARGE_MODELS)('of the model %s goes to the API as it came from there', model => {
    const properties = PROPERTIES[model] ?? fc.constant({})
    fc.assert(
      fc.property(properties, properties, groups, (own, ofFilter, keys) => {
        const grouped = keys.length === 0 ? own : { ...own, pricing_group_keys: keys }
        const charge = {
          lago_id: 'c1',
          lago_billable_metric_id: 'm1',
          billable_metric_code: 'tokens',
          code: 'tokens',
          invoice_display_name: null,
          charge_model: model,
          invoiceable: true,
          regroup_paid_fees: null,
          pay_in_advance: false,
          prorated: false,
          min_amount_cents: 1250,
          accepts_target_wallet: false,
          properties: grouped,
          applied_pricing_unit: null,
          lago_parent_id: null,
          filters: [
            { lago_id: 'f1', invoice_display_name: 'Large', properties: ofFilter, values: { model: ['large'] } },
          ],
          taxes: [],
        }
        const draft = chargeDraft(charge, 'USD', metric)
        expect(chargeBody(draft, 'USD')).toEqual({
          id: 'c1',
          billable_metric_id: 'm1',
          code: 'tokens',
          invoice_display_name: null,
          charge_model: model,
          pay_in_advance: false,
          prorated: false,
          invoiceable: true,
          regroup_paid_fees: null,
          accepts_target_wallet: false,
          min_amount_cents: 1250,
          properties: grouped,
          filters: [{ invoice_display_name: 'Large', values: { model: ['large'] }, properties: ofFilter }],
          tax_codes: [],
        })
        expect(priceProblems(model, draft.price)).toEqual({})
      }),
      { numRuns: 60 },
    )
  })

  test('is refused exactly where the engine refuses it', () => {
    const typed = fc.constantFrom('', '0', '1', '2', '0.5', '1,000', '-1', 'abc', '1e-3', '.5', '3.')
    const tier = fc.record({
      from: fc.constantFrom('0', '1', '2', '11', 'x'),
      to: fc.constantFrom('', '1', '10', '5', 'y'),
      perUnit: typed,
      rate: typed,
      flat: typed,
    })
    const price = fc.record({
      amount: typed,
      packageSize: typed,
      freeUnits: typed,
      rate: typed,
      fixedAmount: typed,
      freeEvents: typed,
      freeTotal: typed,
      min: typed,
      max: typed,
      tiers: fc.array(
        tier.map(fields => ({ ...fields, rest: {} })),
        { minLength: 1, maxLength: 3 },
      ),
    })
    fc.assert(
      fc.property(fc.constantFrom(...CHARGE_MODELS.filter(isChargeModelName)), price, (model, fields) => {
        const draft = {
          ...emptyPrice(),
          ...fields,
          tiers: fields.tiers.map((one, index) => ({ ...one, key: String(index) })),
        }
        const properties = propertiesOf(model, draft)
        // A filter has no defaults, so nothing is put in the place of what is missing.
        const codes = validateProperties(model, reduceFilterProperties(model, properties), 'sum_agg')
        expect(Object.keys(priceProblems(model, draft)).length > 0, codes.join()).toBe(codes.length > 0)
      }),
      { numRuns: 600 },
    )
  })

  test('of a whole plan goes back as it came', () => {
    const body = planBody(planDraft(PLAN, names))
    expect(body).toMatchObject({
      name: 'Scale',
      code: 'scale',
      interval: 'yearly',
      bill_charges_monthly: true,
      bill_fixed_charges_monthly: false,
      amount_cents: 49_900,
      amount_currency: 'USD',
      trial_period: 14,
      tax_codes: ['vat'],
      minimum_commitment: { amount_cents: 100_000, invoice_display_name: 'Floor', tax_codes: [] },
      usage_thresholds: [
        { amount_cents: 5_000, threshold_display_name: 'First', recurring: false },
        { amount_cents: 20_000, threshold_display_name: null, recurring: true },
      ],
      metadata: { crm: '7' },
      fixed_charges: [
        { id: 'x1', add_on_id: 'a1', units: '2.5', charge_model: 'standard', properties: { amount: '10' } },
      ],
    })
    expect(planProblems(planDraft(PLAN, names))).toEqual({})
  })
})

test('tiers stay without holes when one is added, ended elsewhere, or taken out', () => {
  const start = priceDraft('graduated', {
    graduated_ranges: [
      { from_value: 0, to_value: 10, per_unit_amount: '1', flat_amount: '0' },
      { from_value: 10, to_value: null, per_unit_amount: '0.5', flat_amount: '0' },
    ],
  }).tiers
  const bounds = (list: typeof start) => list.map(({ from, to }) => `${from}-${to}`)
  expect(bounds(withTierEnd(start, 0, '25.5'))).toEqual(['0-25.5', '25.5-'])
  expect(bounds(withTierEnd(emptyPrice().tiers, 0, '50'))).toEqual(['0-50', '51-'])
  expect(bounds(withTierAdded(start))).toEqual(['0-10', '10-100', '100-'])
  expect(bounds(withoutTier(withTierAdded(start), 1))).toEqual(['0-10', '10-'])
  expect(bounds(withoutTier(start, 1))).toEqual(['0-'])
})

test('an edit is told part by part, in the words of the plan', () => {
  const before = planDraft(PLAN, names)
  expect(planChanges(before, before)).toEqual([])
  const [charge] = before.charges
  if (charge === undefined) throw new Error('no charge')
  const after: PlanDraft = {
    ...before,
    amount: '599.00',
    charges: [
      { ...charge, price: { ...charge.price, amount: '0.03' }, minAmount: '5' },
      { ...newCharge(metric), key: 'n', displayName: 'More', price: { ...emptyPrice(), amount: '1' } },
    ],
    fixedCharges: [],
  }
  expect(planChanges(before, after)).toEqual([
    {
      key: 'fee',
      title: 'Subscription fee',
      kind: 'changed',
      changes: [{ what: 'Fee', was: '$499.00', becomes: '$599.00' }],
    },
    {
      key: 'c1',
      title: 'Tokens',
      kind: 'changed',
      changes: [
        { what: 'Minimum per period', becomes: '$5.00' },
        { what: 'Price per unit', was: '$0.02', becomes: '$0.03' },
      ],
    },
    { key: 'n', title: 'More', kind: 'added', changes: [{ what: 'Price', becomes: '$1.00' }] },
    { key: 'x1', title: 'setup', kind: 'removed', changes: [{ what: 'Price', was: '$10.00' }] },
  ])
})

test('the calculator adds up tiers, filters, minimum, fixed charges, commitment and taxes', () => {
  const graduated = priceDraft('graduated', {
    graduated_ranges: [
      { from_value: 0, to_value: 100, per_unit_amount: '0.1', flat_amount: '5' },
      { from_value: 101, to_value: null, per_unit_amount: '0.07', flat_amount: '2' },
    ],
  })
  const plan: PlanDraft = {
    ...newPlan('USD'),
    name: 'Scale',
    amount: '10',
    commitment: { amount: '100', displayName: '', taxCodes: [] },
    charges: [
      {
        ...newCharge(metric),
        key: 'c',
        model: 'graduated',
        price: graduated,
        filters: [{ key: 'f', displayName: '', values: { model: ['large'] }, price: graduated }],
        minAmount: '30',
      },
    ],
  }
  const taxes = [{ lago_id: 't', name: 'VAT', code: 'vat', rate: 8.1, applied_to_organization: true }]
  const tried = { c: { units: '100.4' }, 'c/f': { units: '' } }
  const { lines, feesCents, totalCents } = calculate(plan, tried, { taxes, unitName: code => code })
  expect(lines.map(({ key, cents }) => [key, cents])).toEqual([
    ['fee', 1000n],
    // 100 × 0.1 + 5, then 0.4 × 0.07 + 2
    ['c', 1703n],
    // The flat fee of the first tier is due without units.
    ['c/f', 500n],
    ['c!minimum', 797n],
    ['commitment', 6000n],
  ])
  expect(lines[1]?.tiers.map(({ amount: part }) => part)).toEqual(['15.0', '2.028'])
  expect([feesCents, totalCents]).toEqual([10_000n, 10_810n])
})

test('events of the same size are free and bounded as the percentage model says', () => {
  const price = { ...emptyPrice(), rate: '1', fixedAmount: '0.1', freeEvents: '2', max: '3' }
  const plan = { ...newPlan('USD'), charges: [{ ...newCharge(metric), key: 'c', model: 'percentage', price }] }
  const cents = (tried: { units: string; events: string }) =>
    calculate(plan, { c: tried }, { taxes: [], unitName: code => code }).totalCents
  // Ten events of 100: eight pay 1 % and 0.10 each.
  expect(cents({ units: '1000', events: '10' })).toBe(880n)
  // Three of 1000: the third would cost 10.10, and costs 3.
  expect(cents({ units: '3000', events: '3' })).toBe(300n)
})

const PLAN: FullPlan = {
  lago_id: 'p1',
  name: 'Scale',
  invoice_display_name: null,
  created_at: '2026-01-01T00:00:00Z',
  code: 'scale',
  interval: 'yearly',
  description: null,
  amount_cents: 49_900,
  amount_currency: 'USD',
  trial_period: 14,
  pay_in_advance: true,
  bill_charges_monthly: true,
  bill_fixed_charges_monthly: false,
  pending_deletion: false,
  charges: [
    {
      lago_id: 'c1',
      lago_billable_metric_id: 'm1',
      billable_metric_code: 'tokens',
      code: 'tokens',
      invoice_display_name: null,
      charge_model: 'standard',
      invoiceable: true,
      regroup_paid_fees: null,
      pay_in_advance: false,
      prorated: false,
      min_amount_cents: 0,
      accepts_target_wallet: false,
      properties: reduceProperties('standard', { amount: '0.02' }),
      applied_pricing_unit: null,
      lago_parent_id: null,
      filters: [],
      taxes: [],
    },
  ],
  fixed_charges: [
    {
      lago_id: 'x1',
      lago_add_on_id: 'a1',
      add_on_code: 'setup',
      code: 'setup',
      invoice_display_name: null,
      charge_model: 'standard',
      pay_in_advance: false,
      prorated: false,
      properties: { amount: '10' },
      units: '2.5',
      taxes: [],
    },
  ],
  taxes: [{ lago_id: 't1', name: 'VAT', code: 'vat', rate: 8.1 }],
  usage_thresholds: [
    { threshold_display_name: null, amount_cents: 20_000, recurring: true },
    { threshold_display_name: 'First', amount_cents: 5_000, recurring: false },
  ],
  minimum_commitment: { invoice_display_name: 'Floor', amount_cents: 100_000, taxes: [] },
  entitlements: [],
  metadata: { crm: '7' },
}
