import { describe, expect, it } from 'vitest'
import { type ChargeTerms, chargeProblems } from '../../src/catalog/charge-rules.ts'
import { automaticCode } from '../../src/catalog/charge-set.ts'
import { AGGREGATION_TYPES, CHARGE_MODELS } from '../../src/catalog/types.ts'

const RANGE = { from_value: 0, to_value: null, per_unit_amount: '1', flat_amount: '0' }

const PROPERTIES: Record<string, Record<string, unknown>> = {
  standard: { amount: '1' },
  graduated: { graduated_ranges: [RANGE] },
  volume: { volume_ranges: [RANGE] },
  package: { amount: '1', package_size: 10, free_units: 0 },
  percentage: { rate: '1' },
  graduated_percentage: {
    graduated_percentage_ranges: [{ from_value: 0, to_value: null, rate: '1', flat_amount: '0' }],
  },
}

function problems(change: Partial<ChargeTerms>, codeTaken = false) {
  const model = change.chargeModel === undefined ? 'standard' : change.chargeModel
  const terms: ChargeTerms = {
    code: 'calls',
    chargeModel: model,
    properties: PROPERTIES[model ?? ''] ?? {},
    payInAdvance: false,
    prorated: false,
    invoiceable: true,
    regroupPaidFees: null,
    minAmountCents: 0,
    metric: { aggregationType: 'sum_agg', recurring: false },
    ...change,
  }
  return chargeProblems(terms, codeTaken).details
}

const metric = (aggregationType: ChargeTerms['metric']['aggregationType'], recurring = false) => ({
  aggregationType,
  recurring,
})

const INCOMPATIBLE = ['invalid_aggregation_type_or_charge_model']
const NOT_PRORATABLE = { prorated: ['invalid_billable_metric_or_charge_model'] }

describe('charge rules', () => {
  it.each([
    [{ chargeModel: 'bespoke' }, { charge_model: ['value_is_invalid'] }],
    [{ chargeModel: null }, { charge_model: ['value_is_invalid', 'value_is_mandatory'] }],
    [{ minAmountCents: -1 }, { min_amount_cents: ['value_is_out_of_range'] }],
    [{ minAmountCents: Number.NaN }, { min_amount_cents: ['is not a number'] }],
    [{ code: ' ' }, { code: ['value_is_mandatory'] }],
    [{ payInAdvance: true, minAmountCents: 1 }, { min_amount_cents: ['not_compatible_with_pay_in_advance'] }],
    [{ invoiceable: false }, { invoiceable: ['must_be_true_unless_pay_in_advance'] }],
    [{ regroupPaidFees: 'monthly' }, { regroup_paid_fees: ['value_is_invalid'] }],
    [
      { regroupPaidFees: 'invoice', payInAdvance: true },
      { regroup_paid_fees: ['only_compatible_with_pay_in_advance_and_non_invoiceable'] },
    ],
    [{ regroupPaidFees: 'invoice', payInAdvance: true, invoiceable: false }, {}],
    [{ properties: { amount: '-1' } }, { properties: ['invalid_amount'] }],
    [{ chargeModel: 'volume', payInAdvance: true }, { pay_in_advance: INCOMPATIBLE }],
  ])('judge %j', (change, details) => {
    expect(problems(change)).toEqual(details)
  })

  it('tell of a code that is taken', () => {
    expect(problems({}, true)).toEqual({ code: ['value_already_exist'] })
  })

  it('report everything at once, in the order of the rules', () => {
    const details = problems({
      chargeModel: 'custom',
      minAmountCents: -1,
      code: null,
      invoiceable: false,
      prorated: true,
      regroupPaidFees: 'invoice',
    })
    expect(JSON.stringify(details)).toBe(
      JSON.stringify({
        min_amount_cents: ['value_is_out_of_range'],
        code: ['value_is_mandatory'],
        regroup_paid_fees: ['only_compatible_with_pay_in_advance_and_non_invoiceable'],
        prorated: ['invalid_billable_metric_or_charge_model'],
        charge_model: INCOMPATIBLE,
        invoiceable: ['must_be_true_unless_pay_in_advance'],
      }),
    )
  })

  const everywhere = ['standard', 'graduated', 'package', 'volume']
  const table = CHARGE_MODELS.flatMap(model => AGGREGATION_TYPES.map(aggregation => ({ model, aggregation })))

  it.each(table)('pair the model $model with $aggregation', ({ model, aggregation }) => {
    const details = problems({ chargeModel: model, metric: metric(aggregation) })
    if (everywhere.includes(model)) return expect(details).toEqual({})
    if (model === 'percentage' || model === 'graduated_percentage') {
      return expect(details).toEqual(aggregation === 'latest_agg' ? { properties: ['invalid_value'] } : {})
    }
    const only = model === 'dynamic' ? 'sum_agg' : 'custom_agg'
    expect(details).toEqual(aggregation === only ? {} : { charge_model: INCOMPATIBLE })
  })

  it.each(AGGREGATION_TYPES)('allow pay in advance with %s where the units add up', aggregation => {
    const allowed = ['count_agg', 'sum_agg', 'unique_count_agg', 'custom_agg'].includes(aggregation)
    expect(problems({ payInAdvance: true, metric: metric(aggregation) })).toEqual(
      allowed ? {} : { pay_in_advance: INCOMPATIBLE },
    )
  })

  it.each([
    { model: 'standard', payInAdvance: false, allowed: true },
    { model: 'volume', payInAdvance: false, allowed: true },
    { model: 'graduated', payInAdvance: false, allowed: true },
    { model: 'package', payInAdvance: false, allowed: false },
    { model: 'graduated_percentage', payInAdvance: false, allowed: false },
    { model: 'standard', payInAdvance: true, allowed: true },
    { model: 'graduated', payInAdvance: true, allowed: false },
  ])('prorate $model, in advance $payInAdvance: $allowed', ({ model, payInAdvance, allowed }) => {
    const change = { chargeModel: model, payInAdvance, prorated: true }
    expect(problems({ ...change, metric: metric('sum_agg', true) })).toEqual(allowed ? {} : NOT_PRORATABLE)
    expect(problems({ ...change, metric: metric('sum_agg') })).toEqual(NOT_PRORATABLE)
  })

  it('never prorate a weighted sum, which is prorated by nature', () => {
    expect(problems({ prorated: true, metric: metric('weighted_sum_agg', true) })).toEqual(NOT_PRORATABLE)
  })
})

describe('the automatic code of a charge', () => {
  it.each([
    [[], 'calls'],
    [['calls'], 'calls_2'],
    [['calls', 'calls_2'], 'calls_3'],
    [['calls', 'calls_7'], 'calls_8'],
    [['calls_7'], 'calls'],
    [['calls', 'calls_x', 'calls_2_3', 'recalls_9'], 'calls_2'],
    [['calls', 'calls_99999999999999999999'], 'calls_100000000000000000000'],
  ])('beside %j is %s', (taken, code) => {
    expect(automaticCode('calls', taken)).toBe(code)
  })
})
