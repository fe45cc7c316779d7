import { describe, expect, it } from 'vitest'
import type { ChargeProperties } from '../../src/pricing/index.ts'
import {
  isChargeModelName,
  parseChargeModel,
  pricingGroupKeys,
  reduceFilterProperties,
  reduceProperties,
  validateProperties,
} from '../../src/pricing/index.ts'
import { percentageTiers, tiers } from './support.ts'

const standardWith = (properties: ChargeProperties) =>
  validateProperties('standard', { amount: '1', ...properties }, 'sum_agg')

describe('the properties kept for a charge', () => {
  it.each([null, {}])('are the defaults of its model where none are given (%o)', none => {
    const tier = { from_value: 0, to_value: null, per_unit_amount: '0', flat_amount: '0' }
    expect(reduceProperties('standard', none)).toEqual({ amount: '0' })
    expect(reduceProperties('graduated', none)).toEqual({ graduated_ranges: [tier] })
    expect(reduceProperties('volume', none)).toEqual({ volume_ranges: [tier] })
    expect(reduceProperties('package', none)).toEqual({ package_size: 1, amount: '0', free_units: 0 })
    expect(reduceProperties('graduated_percentage', none)).toEqual({
      graduated_percentage_ranges: [{ from_value: 0, to_value: null, rate: '0', fixed_amount: '0', flat_amount: '0' }],
    })
  })

  it.each(['standard', 'graduated', 'volume', 'package', 'graduated_percentage'] as const)(
    'by default are valid: %s',
    model => {
      const properties = reduceProperties(model, null)
      expect(validateProperties(model, properties, 'sum_agg')).toEqual([])
      expect(parseChargeModel(model, properties).model).toBe(model)
    },
  )

  it('are those its model knows, as given', () => {
    const given = { amount: '1', rate: '2', package_size: null, constructor: 'x' }
    expect(reduceProperties('standard', given)).toEqual({ amount: '1' })
    expect(reduceProperties('package', given)).toEqual({ amount: '1', package_size: null })
    expect(reduceProperties('standard', { rate: '2' })).toEqual({})
  })

  it.each([
    [{ pricing_group_keys: ['a', '', 'b'] }, { pricing_group_keys: ['a', 'b'] }],
    [{ grouped_by: ['a', ''] }, { pricing_group_keys: ['a'] }],
    [{ grouped_by: ['a'], pricing_group_keys: ['b'] }, { pricing_group_keys: ['b'] }],
    [{ grouped_by: ['a'], pricing_group_keys: [] }, { pricing_group_keys: ['a'] }],
    [{ pricing_group_keys: [''] }, {}],
    [{ pricing_group_keys: null, presentation_group_keys: [] }, {}],
    [{ presentation_group_keys: [{ value: 'a' }] }, { presentation_group_keys: [{ value: 'a' }] }],
    [{ pricing_group_keys: 'a' }, { pricing_group_keys: 'a' }],
  ])('have group keys under one name, if any: %o gives %o', (given, kept) => {
    expect(reduceProperties('standard', { amount: '1', ...given })).toEqual({ amount: '1', ...kept })
  })

  it('of a filter have neither defaults nor presentation group keys', () => {
    expect(reduceFilterProperties('standard', null)).toEqual({})
    expect(validateProperties('standard', {}, 'sum_agg')).toEqual(['invalid_amount'])
    expect(
      reduceFilterProperties('standard', { amount: '1', grouped_by: ['a'], presentation_group_keys: [{ value: 'b' }] }),
    ).toEqual({ amount: '1', pricing_group_keys: ['a'] })
  })
})

describe('an amount', () => {
  it.each(['0', '0.05', '12.5', '1e-3', '-0', '+2', '.5'])('may be the text %s', amount => {
    expect(standardWith({ amount })).toEqual([])
  })

  it.each([
    '',
    'abc',
    '-1',
    'NaN',
    'Infinity',
    '0x10',
    ' 1',
    '1e99',
    '1e-99',
    '1e999999999',
    12,
    null,
    true,
    {},
    undefined,
  ])('may not be %o', amount => {
    expect(standardWith({ amount })).toEqual(['invalid_amount'])
  })
})

describe('the bounds of tiers', () => {
  const ok: string[] = []
  const one = ['invalid']
  it.each([
    ['0-50, 51-*', ok, ok],
    ['0-50, 50-*', ok, one],
    ['0-50, 52-*', one, ok],
    ['1-50, 51-*', ok, ok],
    ['2-50, 51-*', one, one],
    ['0-50, 51-90', one, one],
    ['0-*, 1-*', one, one],
    ['0-0, 1-*', one, one],
    ['0-0.5, 0.5-*', ok, one],
    ['0-0.5, 1.5-*', ok, ok],
    ['0-50, 60-50, 90-*', ['invalid', 'invalid'], ['invalid', 'invalid']],
  ])('%s', (bounds, graduated, volume) => {
    const texts = bounds.split(', ').map(range => `${range} @1`)
    const codes = (list: string[], key: string) => list.map(code => `${code}_${key}`)

    expect(validateProperties('graduated', { graduated_ranges: tiers(...texts) }, 'sum_agg')).toEqual(
      codes(graduated, 'graduated_ranges'),
    )
    expect(
      validateProperties('graduated_percentage', { graduated_percentage_ranges: percentageTiers(...texts) }, 'sum_agg'),
    ).toEqual(codes(graduated, 'graduated_percentage_ranges'))
    expect(validateProperties('volume', { volume_ranges: tiers(...texts) }, 'sum_agg')).toEqual(
      codes(volume, 'volume_ranges'),
    )
  })

  it('may be numeric text', () => {
    const ranges = [
      { from_value: '0', to_value: '10', per_unit_amount: '1', flat_amount: '0' },
      { from_value: '11', to_value: null, per_unit_amount: '1', flat_amount: '0' },
    ]
    expect(validateProperties('graduated', { graduated_ranges: ranges }, 'sum_agg')).toEqual([])
  })

  it('must be finite', () => {
    const [first, last] = tiers('0-1 @1', '2-* @1')
    const ranges = [{ ...first, to_value: Number.POSITIVE_INFINITY }, last]
    expect(validateProperties('graduated', { graduated_ranges: ranges }, 'sum_agg')).toContain(
      'invalid_graduated_ranges',
    )
  })
})

describe('the errors of properties', () => {
  it.each([
    ['graduated', 'missing_graduated_ranges'],
    ['volume', 'missing_volume_ranges'],
    ['graduated_percentage', 'missing_graduated_percentage_ranges'],
  ] as const)('say that a %s charge has no tiers', (model, code) => {
    for (const ranges of [undefined, null, [], 'x']) {
      const properties = { graduated_ranges: ranges, volume_ranges: ranges, graduated_percentage_ranges: ranges }
      expect(validateProperties(model, properties, 'sum_agg')).toEqual([code])
    }
  })

  it('are grouped by field, in order of the first fault', () => {
    const [first, second, third] = tiers('0-10 @1', '20-30 @1', '31-* @1')
    const valid = { from_value: 0, to_value: null }
    expect(
      validateProperties(
        'graduated',
        { graduated_ranges: [{ ...first, flat_amount: '-1' }, second, third] },
        'sum_agg',
      ),
    ).toEqual(['invalid_amount', 'invalid_graduated_ranges'])
    expect(
      validateProperties(
        'graduated',
        { graduated_ranges: [first, { ...second, flat_amount: 1 }, { ...third, flat_amount: null }] },
        'sum_agg',
      ),
    ).toEqual(['invalid_amount', 'invalid_amount', 'invalid_graduated_ranges'])
    expect(validateProperties('volume', { volume_ranges: [valid] }, 'sum_agg')).toEqual([
      'invalid_amount',
      'invalid_amount',
    ])
    expect(validateProperties('volume', { volume_ranges: [null] }, 'sum_agg')).toEqual([
      'invalid_amount',
      'invalid_amount',
      'invalid_volume_ranges',
    ])
  })

  it('of a package come in the order amount, free units, package size', () => {
    const faulty = { amount: 8, package_size: 0, free_units: -1 }
    const codes = ['invalid_amount', 'invalid_free_units', 'invalid_package_size']
    expect(validateProperties('package', faulty, 'sum_agg')).toEqual(codes)
    expect(validateProperties('package', {}, 'sum_agg')).toEqual(codes)
    expect(validateProperties('package', { amount: '8', package_size: '5', free_units: 1.5 }, 'sum_agg')).toEqual(
      codes.slice(1),
    )
  })

  it('refuse percentages of a latest value', () => {
    const properties = { graduated_percentage_ranges: [{ from_value: 0, to_value: null, rate: '-1', flat_amount: 1 }] }
    expect(validateProperties('graduated_percentage', properties, 'latest_agg')).toEqual([
      'invalid_value',
      'invalid_amount',
      'invalid_rate',
    ])
    expect(validateProperties('standard', { amount: '1' }, 'latest_agg')).toEqual([])
  })

  it.each([[['a', 1]], [['a', ' ']], ['a'], [{ a: 1 }], [5]])('refuse pricing group keys %o', keys => {
    expect(standardWith({ pricing_group_keys: keys })).toEqual(['invalid_type'])
  })

  it.each([
    [[{ value: 'a' }, { value: 'b', options: { display_in_invoice: true } }], []],
    ['a', ['invalid_type']],
    [['a'], ['invalid_type']],
    [[{ value: ' ' }], ['invalid_type']],
    [[{ value: 'a', other: 1 }], ['invalid_type']],
    [[{ value: 'a', options: {} }], ['invalid_type']],
    [[{ value: 'a', options: { display_in_invoice: 'yes' } }], ['invalid_type']],
    [[{ value: 'a', options: { display_in_invoice: true, other: 1 } }], ['invalid_type']],
    [[{ value: 'a' }, { value: 'b' }, { value: 'c' }], ['too_many_keys']],
    [[{ value: 'a' }, { value: 'a' }], ['value_is_duplicated']],
    [
      [{ value: 'a' }, { value: 'a' }, 'b'],
      ['invalid_type', 'too_many_keys', 'value_is_duplicated'],
    ],
  ])('check presentation group keys: %o gives %o', (keys, codes) => {
    expect(standardWith({ presentation_group_keys: keys })).toEqual(codes)
  })

  it('put those of the group keys last', () => {
    expect(
      standardWith({ amount: null, pricing_group_keys: 1, presentation_group_keys: [{ value: 'a' }, { value: 'a' }] }),
    ).toEqual(['invalid_amount', 'invalid_type', 'value_is_duplicated'])
  })
})

describe('a stored charge', () => {
  it('has the exact prices of its properties', () => {
    const { properties } = parseChargeModel('standard', { amount: '0.1', pricing_group_keys: ['team'] })
    expect(JSON.stringify(properties)).toBe('{"amount":"0.1"}')
  })

  it.each([
    ['standard', { amount: 1 }],
    ['package', { amount: '1', package_size: 0, free_units: 0 }],
    ['volume', { volume_ranges: [{ from_value: null, to_value: null, per_unit_amount: '1', flat_amount: '0' }] }],
  ] as const)('is not priced if its properties are faulty: %s %o', (model, properties) => {
    expect(() => parseChargeModel(model, properties)).toThrow(TypeError)
  })

  it('has one of the known models', () => {
    expect(isChargeModelName('volume')).toBe(true)
    expect(isChargeModelName('constructor')).toBe(false)
  })

  it('is split by its group keys, and by target wallet last', () => {
    expect(pricingGroupKeys({ pricing_group_keys: ['team', 'site'] }, false)).toEqual(['team', 'site'])
    expect(pricingGroupKeys({ pricing_group_keys: ['team'] }, true)).toEqual(['team', 'target_wallet_code'])
    expect(pricingGroupKeys({}, true)).toEqual(['target_wallet_code'])
    expect(pricingGroupKeys({ pricing_group_keys: ['target_wallet_code'] }, true)).toEqual(['target_wallet_code'])
  })
})
