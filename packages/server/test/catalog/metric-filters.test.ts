import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createMetric, createPlan, freshCode, invalid, standardCharge } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const REGIONS = { key: 'region', values: ['us', 'eu', 'asia'] }
const TIERS = { key: 'tier', values: ['gold', 'iron'] }

interface Filter {
  values: Record<string, string[]>
  lago_id: string
}

/** A metric with regions and tiers, and a plan whose one charge has these filters. */
async function priced(filters: Record<string, string[]>[]) {
  const metric = await createMetric(app, { filters: [REGIONS, TIERS] })
  const plan = await createPlan(app, {
    charges: [standardCharge(metric, { filters: filters.map(values => ({ values, properties: { amount: '2' } })) })],
  })
  return {
    replace: async (declared: unknown[]) =>
      app.api.put(`/billable_metrics/${metric.code}`, { billable_metric: { filters: declared } }),
    chargeFilters: async (): Promise<Filter[]> =>
      (await app.api.get(`/plans/${plan.code}`)).body.plan.charges[0].filters,
    values: async () => {
      const { body } = await app.api.get(`/plans/${plan.code}`)
      return body.plan.charges[0].filters.map((filter: Filter) => filter.values)
    },
  }
}

describe('the filters of a metric', () => {
  it('are shown by key, their values in byte order and without repetition', async () => {
    const metric = await createMetric(app, {
      filters: [
        { key: 'tier', values: ['b', 'a', 'B', 'b', 'é'] },
        { key: 'Region', values: ['eu'] },
        { key: 'region', values: [1, '1', 2] },
      ],
    })
    expect(metric.filters).toEqual([
      { key: 'Region', values: ['eu'] },
      { key: 'region', values: ['1', '2'] },
      { key: 'tier', values: ['B', 'a', 'b', 'é'] },
    ])
  })

  it('take the last of two elements with one key', async () => {
    const metric = await createMetric(app, {
      filters: [
        { key: 'region', values: ['eu'] },
        { key: 'region', values: ['us'] },
      ],
    })
    expect(metric.filters).toEqual([{ key: 'region', values: ['us'] }])
  })

  it.each([
    [[{ key: 'region', values: [] }], { values: ['value_is_mandatory'] }],
    [[{ key: 'region' }], { values: ['value_is_mandatory'] }],
    [[{ key: ' ', values: ['eu'] }], { key: ['value_is_mandatory'] }],
    [[REGIONS, { key: 'tier', values: [] }], { values: ['value_is_mandatory'] }],
  ])('are refused as a whole: %j', async (filters, details) => {
    const code = freshCode('refused')
    const answer = await app.api.post('/billable_metrics', {
      billable_metric: { name: 'Calls', code, aggregation_type: 'count_agg', filters },
    })
    expect(answer).toMatchObject(invalid(details))
    expect((await app.api.get(`/billable_metrics/${code}`)).status).toBe(404)
  })
})

describe('replacing the filters of a metric', () => {
  it('takes values that are gone from the charge filters, and keeps the order of the others', async () => {
    const { replace, values } = await priced([{ region: ['us', 'eu', 'asia'] }, { region: ['eu'], tier: ['iron'] }])
    await replace([{ key: 'region', values: ['asia', 'us', 'mars'] }, TIERS])
    expect(await values()).toEqual([{ region: ['us', 'asia'] }, { tier: ['iron'] }])
  })

  it('deletes charge filters that are left without any value', async () => {
    const { replace, values } = await priced([{ region: ['eu'] }, { region: ['us'] }])
    await replace([{ key: 'region', values: ['us'] }, TIERS])
    expect(await values()).toEqual([{ region: ['us'] }])
  })

  it('leaves the marker for all values alone', async () => {
    const { replace, values } = await priced([{ region: ['__ALL_FILTER_VALUES__'] }])
    await replace([{ key: 'region', values: ['mars'] }])
    expect(await values()).toEqual([{ region: ['__ALL_FILTER_VALUES__'] }])
  })

  it('drops keys that are not named, even where they stand for all values', async () => {
    const { replace, values } = await priced([
      { region: ['eu'], tier: ['gold'] },
      { region: ['us'] },
      { region: ['__ALL_FILTER_VALUES__'] },
    ])
    await replace([TIERS])
    expect(await values()).toEqual([{ tier: ['gold'] }])
  })

  it('keeps charge filters whose values are all still declared as they were', async () => {
    const { replace, chargeFilters } = await priced([{ region: ['us', 'eu'] }])
    const before = await chargeFilters()
    await replace([{ key: 'region', values: ['eu', 'us', 'mars'] }])
    expect(await chargeFilters()).toEqual(before)
  })

  it('by an empty list removes them all', async () => {
    const { replace, values } = await priced([{ region: ['eu'] }, { tier: ['__ALL_FILTER_VALUES__'] }])
    expect((await replace([])).body.billable_metric.filters).toEqual([])
    expect(await values()).toEqual([])
  })

  it('lets a key come back without its earlier charge filters', async () => {
    const { replace, values } = await priced([{ region: ['eu'] }])
    await replace([TIERS])
    await replace([REGIONS, TIERS])
    expect(await values()).toEqual([])
  })

  it('reaches only the charges of that metric', async () => {
    const [first, second] = [await priced([{ region: ['eu'] }]), await priced([{ region: ['eu'] }])]
    await first.replace([])
    expect(await second.values()).toEqual([{ region: ['eu'] }])
  })
})
