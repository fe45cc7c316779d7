import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createMetric, invalid, planInput } from './support.ts'

let app: TestApp
let metric: { lago_id: string }
let latest: { lago_id: string }
beforeAll(async () => {
  app = await startTestApp()
  metric = await createMetric(app, { filters: [{ key: 'region', values: ['eu'] }] })
  latest = await createMetric(app, { aggregation_type: 'latest_agg' })
})
afterAll(() => app.stop())

async function price(model: string, properties: unknown, billableMetric = metric) {
  const charge = { billable_metric_id: billableMetric.lago_id, charge_model: model, properties }
  const answer = await app.api.post('/plans', { plan: planInput({ charges: [charge] }) })
  return answer.status === 200 ? answer.body.plan.charges[0].properties : answer
}

const tier = (from: unknown, to: unknown, amounts: object = {}) => ({
  from_value: from,
  to_value: to,
  per_unit_amount: '1',
  flat_amount: '0',
  ...amounts,
})
const rateTier = (from: unknown, to: unknown, amounts: object = {}) => ({
  from_value: from,
  to_value: to,
  rate: '1',
  flat_amount: '0',
  ...amounts,
})

const MODELS = [
  { model: 'graduated', key: 'graduated_ranges', fault: 'invalid_graduated_ranges', make: tier },
  { model: 'volume', key: 'volume_ranges', fault: 'invalid_volume_ranges', make: tier },
  {
    model: 'graduated_percentage',
    key: 'graduated_percentage_ranges',
    fault: 'invalid_graduated_percentage_ranges',
    make: rateTier,
  },
]

describe('the price of a charge', () => {
  const freeTier = { from_value: 0, to_value: null, flat_amount: '0' }

  it.each([
    ['standard', { amount: '0' }],
    ['graduated', { graduated_ranges: [{ ...freeTier, per_unit_amount: '0' }] }],
    ['volume', { volume_ranges: [{ ...freeTier, per_unit_amount: '0' }] }],
    ['package', { package_size: 1, amount: '0', free_units: 0 }],
    ['graduated_percentage', { graduated_percentage_ranges: [{ ...freeTier, rate: '0', fixed_amount: '0' }] }],
  ])('is nothing where a %s charge comes without properties', async (model, properties) => {
    expect(await price(model, undefined)).toEqual(properties)
    expect(await price(model, {})).toEqual(properties)
  })

  it('keeps only what the model knows, as it was given', async () => {
    const given = { amount: '01.50', rate: '2', colour: 'red', presentation_group_keys: [], pricing_group_keys: [] }
    expect(await price('standard', given)).toEqual({ amount: '01.50' })
    expect(await price('graduated', { graduated_ranges: [tier('0', 10.5), tier(10.5, null)] })).toEqual({
      graduated_ranges: [tier('0', 10.5), tier(10.5, null)],
    })
  })

  it('is shown with its group keys under both of their names', async () => {
    const keys = ['team', 'user']
    const shown = { amount: '1', pricing_group_keys: keys, grouped_by: keys }
    expect(await price('standard', { amount: '1', grouped_by: ['team', '', 'user'] })).toEqual(shown)
    expect(await price('standard', { amount: '1', pricing_group_keys: keys })).toEqual(shown)
  })

  it.each([
    ['standard', { amount: 12 }, ['invalid_amount']],
    ['standard', { amount: '' }, ['invalid_amount']],
    ['standard', { amount: 'abc' }, ['invalid_amount']],
    ['standard', { amount: '-1' }, ['invalid_amount']],
    ['standard', { amount: 'NaN' }, ['invalid_amount']],
    ['standard', { amount: null }, ['invalid_amount']],
    ['standard', { rate: '1' }, ['invalid_amount']],
    [
      'package',
      { amount: 'x', package_size: 0, free_units: -1 },
      ['invalid_amount', 'invalid_free_units', 'invalid_package_size'],
    ],
    ['package', { amount: '1' }, ['invalid_free_units', 'invalid_package_size']],
    ['package', { amount: '1', package_size: '10', free_units: 0 }, ['invalid_package_size']],
    ['package', { amount: '1', package_size: 10, free_units: 0.5 }, ['invalid_free_units']],
    ['graduated', { graduated_ranges: [] }, ['missing_graduated_ranges']],
    ['graduated', { amount: '1' }, ['missing_graduated_ranges']],
    ['volume', { volume_ranges: [] }, ['missing_volume_ranges']],
    ['graduated_percentage', { graduated_percentage_ranges: [] }, ['missing_graduated_percentage_ranges']],
    [
      'graduated',
      { graduated_ranges: [tier(0, 50, { flat_amount: '-1' }), tier(52, null)] },
      ['invalid_amount', 'invalid_graduated_ranges'],
    ],
    [
      'graduated',
      { graduated_ranges: [tier(0, null, { per_unit_amount: 1, flat_amount: 1 })] },
      ['invalid_amount', 'invalid_amount'],
    ],
    ['graduated_percentage', { graduated_percentage_ranges: [rateTier(0, null, { rate: '-1' })] }, ['invalid_rate']],
    ['standard', { amount: '1', pricing_group_keys: 'team' }, ['invalid_type']],
    ['standard', { amount: '1', pricing_group_keys: ['team', 7] }, ['invalid_type']],
    ['standard', { amount: '1', presentation_group_keys: ['team'] }, ['invalid_type']],
    [
      'standard',
      { amount: '1', presentation_group_keys: [{ value: 'a' }, { value: 'b' }, { value: 'c' }] },
      ['too_many_keys'],
    ],
    ['standard', { amount: '1', presentation_group_keys: [{ value: 'a' }, { value: 'a' }] }, ['value_is_duplicated']],
  ])('of the %s model is refused: %j', async (model, properties, codes) => {
    expect(await price(model, properties)).toMatchObject(invalid({ properties: codes }))
  })

  it('cannot be a share of the last value', async () => {
    const properties = { graduated_percentage_ranges: [rateTier(0, null)] }
    expect(await price('graduated_percentage', properties, latest)).toMatchObject(
      invalid({ properties: ['invalid_value'] }),
    )
  })
})

describe('tiers', () => {
  // Faults of each list: for the graduated models, and for volume.
  const table: [ranges: [unknown, unknown][], graduated: number, volume: number][] = [
    [
      [
        [0, 50],
        [51, null],
      ],
      0,
      0,
    ],
    [
      [
        [0, 50],
        [50, null],
      ],
      0,
      1,
    ],
    [
      [
        [0, 50],
        [52, null],
      ],
      1,
      0,
    ],
    [
      [
        [1, 50],
        [51, null],
      ],
      0,
      0,
    ],
    [
      [
        [2, 50],
        [51, null],
      ],
      1,
      1,
    ],
    [
      [
        [0, 50],
        [51, 90],
      ],
      1,
      1,
    ],
    [
      [
        [0, null],
        [1, null],
      ],
      1,
      1,
    ],
    [
      [
        [0, 0],
        [1, null],
      ],
      1,
      1,
    ],
    [
      [
        ['0', '50'],
        ['51', null],
      ],
      0,
      0,
    ],
  ]
  const cases = MODELS.flatMap(model =>
    table.map(([ranges, graduated, volume]) => ({
      ...model,
      ranges,
      faults: model.model === 'volume' ? volume : graduated,
    })),
  )

  it.each(cases)(
    'of the $model model from $ranges have $faults faults',
    async ({ model, key, fault, make, ranges, faults }) => {
      const properties = { [key]: ranges.map(([from, to]) => make(from, to)) }
      const answer = await price(model, properties)
      if (faults === 0) return expect(answer).toEqual(properties)
      return expect(answer).toMatchObject(invalid({ properties: Array<string>(faults).fill(fault) }))
    },
  )
})
