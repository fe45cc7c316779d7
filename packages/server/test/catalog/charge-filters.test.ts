import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createMetric, createPlan, invalid, notFound, planInput, standardCharge } from './support.ts'

let app: TestApp
let metric: { lago_id: string; code: string }
beforeAll(async () => {
  app = await startTestApp()
  metric = await createMetric(app, {
    filters: [
      { key: 'region', values: ['eu', 'us'] },
      { key: 'tier', values: ['gold', 'iron'] },
    ],
  })
})
afterAll(() => app.stop())

type Values = Record<string, unknown>
interface Filter {
  lago_id: string
  values: Values
}

const filter = (values: Values | undefined, amount = '2', fields: object = {}) => ({
  values,
  properties: { amount },
  ...fields,
})

/** A plan with one charge that has these filters. */
async function charged(...filters: object[]) {
  const plan = await createPlan(app, { charges: [standardCharge(metric, { code: 'calls', filters })] })
  const [charge] = plan.charges
  const path = `/plans/${plan.code}/charges/calls`
  return {
    charge,
    path: `${path}/filters`,
    filters: charge.filters,
    replace: async (next: object[]) => {
      const change = { charge_model: 'standard', properties: { amount: '1' }, filters: next }
      const { status, body } = await app.api.put(path, { charge: change })
      return status === 200 ? body.charge.filters : { status, body }
    },
    shown: async (): Promise<Filter[]> => (await app.api.get(`${path}/filters`)).body.filters,
  }
}

const valuesOf = (filters: Filter[]) => filters.map(({ values }) => values)

describe('the filters of a charge', () => {
  it('are shown with their values and price, in the order given', async () => {
    const name = { invoice_display_name: 'Gold' }
    const { filters } = await charged(
      filter({ tier: ['gold'], region: ['us', 'eu'] }, '3', name),
      filter({ region: ['__ALL_FILTER_VALUES__'] }),
    )
    expect(filters).toEqual([
      {
        lago_id: expect.any(String),
        charge_code: 'calls',
        invoice_display_name: 'Gold',
        properties: { amount: '3' },
        values: { tier: ['gold'], region: ['us', 'eu'] },
      },
      expect.objectContaining({ invoice_display_name: null, values: { region: ['__ALL_FILTER_VALUES__'] } }),
    ])
  })

  it.each([
    [filter({}), { values: ['value_is_mandatory'] }],
    [filter(undefined), { values: ['value_is_mandatory'] }],
    [filter({ region: [] }), { values: ['value_is_mandatory'] }],
    [filter({ region: ['mars'] }), { values: ['value_is_invalid'] }],
    [filter({ region: ['eu', 'mars'] }), { values: ['value_is_invalid'] }],
    [filter({ region: ['eu', '__ALL_FILTER_VALUES__'] }), { values: ['value_is_invalid'] }],
    [filter({ region: 'eu' }), { values: ['value_is_invalid'] }],
    // More digits than a number of JavaScript keeps.
    [filter({ region: [2 ** 53] }), { values: ['value_is_invalid'] }],
    [filter({ planet: ['mars'] }), { billable_metric_filter: ['relation_must_exist'], values: ['value_is_invalid'] }],
    [filter({ planet: ['__ALL_FILTER_VALUES__'] }), { billable_metric_filter: ['relation_must_exist'] }],
    [{ values: { region: ['eu'] } }, { properties: ['invalid_amount'] }],
    [{ values: { region: ['eu'] }, properties: { amount: 2 } }, { properties: ['invalid_amount'] }],
  ])('are refused: %j', async (input, details) => {
    const charges = [standardCharge(metric, { filters: [filter({ region: ['eu'] }), input] })]
    expect(await app.api.post('/plans', { plan: planInput({ charges }) })).toMatchObject(invalid(details))
    const { path } = await charged()
    expect(await app.api.post(path, { filter: input })).toMatchObject(invalid(details))
  })

  it('have group keys of their own, but none for presentation', async () => {
    const { filters } = await charged({
      values: { region: ['eu'] },
      properties: { amount: '1', rate: '2', grouped_by: ['team'], presentation_group_keys: [{ value: 'user' }] },
    })
    expect(filters[0].properties).toEqual({ amount: '1', pricing_group_keys: ['team'], grouped_by: ['team'] })
  })
})

describe('giving the filters of a charge again', () => {
  it('keeps those with the same values, in whatever order their keys come', async () => {
    const { filters, replace } = await charged(
      filter({ region: ['eu'], tier: ['gold'] }, '2', { invoice_display_name: 'Named' }),
      filter({ region: ['us'] }),
    )
    const next = await replace([filter({ region: ['us'] }, '5'), filter({ tier: ['gold'], region: ['eu'] }, '6')])
    expect(next).toEqual([
      { ...filters[1], properties: { amount: '5' } },
      { ...filters[0], properties: { amount: '6' }, invoice_display_name: null },
    ])
  })

  it('makes new ones of those with other values, or the same in another order', async () => {
    const { filters, replace } = await charged(filter({ region: ['eu', 'us'] }))
    const next = await replace([filter({ region: ['us', 'eu'] })])
    expect(valuesOf(next)).toEqual([{ region: ['us', 'eu'] }])
    expect(next[0].lago_id).not.toBe(filters[0].lago_id)
  })

  it('deletes those that are not given', async () => {
    const { filters, replace } = await charged(filter({ region: ['eu'] }), filter({ region: ['us'] }))
    expect(await replace([filter({ region: ['us'] })])).toEqual([filters[1]])
    expect(await replace([])).toEqual([])
  })

  it('takes two with the same values for two filters, and gives them back as they were', async () => {
    const twice = [filter({ region: ['eu'] }, '2'), filter({ region: ['eu'] }, '3')]
    const { filters, replace } = await charged(...twice)
    expect(new Set(filters.map((one: Filter) => one.lago_id)).size).toBe(2)
    expect(await replace(twice)).toEqual(filters)
  })

  it('changes nothing when one of them is wrong', async () => {
    const { filters, replace, shown } = await charged(filter({ region: ['eu'] }))
    expect(await replace([filter({ region: ['us'] }), filter({ region: [] })])).toMatchObject({ status: 422 })
    expect(await shown()).toEqual(filters)
  })
})

describe('the filter endpoints', () => {
  it('add, read, change and delete', async () => {
    const { path, filters, shown } = await charged(filter({ region: ['eu'] }))
    const added = await app.api.post(path, { filter: filter({ tier: ['gold'] }, '4') })
    expect(added.status).toBe(200)
    const one = `${path}/${added.body.filter.lago_id}`
    expect((await app.api.get(one)).body).toEqual(added.body)
    expect(await shown()).toEqual([filters[0], added.body.filter])

    const named = await app.api.put(one, { filter: { invoice_display_name: 'Gold', values: { region: ['us'] } } })
    expect(named.body.filter).toEqual({ ...added.body.filter, invoice_display_name: 'Gold' })
    const priced = await app.api.put(one, { filter: { properties: { amount: '9', rate: '1' } } })
    expect(priced.body.filter).toEqual({ ...named.body.filter, properties: { amount: '9' } })

    const deleted = await app.api.delete(one, { filter: { cascade_updates: true } })
    expect(deleted.body.filter).toEqual({ ...priced.body.filter, values: {} })
    expect(await shown()).toEqual(filters)
    expect(await app.api.get(one)).toMatchObject(notFound('charge_filter'))
  })

  it('show the filter that was touched last at the end', async () => {
    const { path, filters, shown } = await charged(filter({ region: ['eu'] }), filter({ region: ['us'] }))
    await app.api.put(`${path}/${filters[0].lago_id}`, { filter: { invoice_display_name: 'Touched' } })
    expect(valuesOf(await shown())).toEqual([{ region: ['us'] }, { region: ['eu'] }])
  })

  it('accept a filter with the values of another', async () => {
    const { path, shown } = await charged(filter({ region: ['eu'] }))
    expect((await app.api.post(path, { filter: filter({ region: ['eu'] }) })).status).toBe(200)
    expect(await shown()).toHaveLength(2)
  })

  it('refuse a price that does not fit the charge', async () => {
    const { path, filters } = await charged(filter({ region: ['eu'] }))
    const answer = await app.api.put(`${path}/${filters[0].lago_id}`, { filter: { properties: { rate: '1' } } })
    expect(answer).toMatchObject(invalid({ properties: ['invalid_amount'] }))
  })

  it('page', async () => {
    const { path } = await charged(filter({ region: ['eu'] }), filter({ region: ['us'] }))
    const { body } = await app.api.get(`${path}?per_page=1&page=2`)
    expect(valuesOf(body.filters)).toEqual([{ region: ['us'] }])
    expect(body.meta).toMatchObject({ current_page: 2, total_pages: 2, total_count: 2 })
  })

  it('look from the outside in: plan, charge, filter, body', async () => {
    const { path } = await charged()
    const { api } = app
    expect(await api.post('/plans/unknown/charges/calls/filters', {})).toMatchObject(notFound('plan'))
    expect(await api.post(path.replace('calls/', 'unknown/'), {})).toMatchObject(notFound('charge'))
    expect(await api.put(`${path}/no-uuid`, {})).toMatchObject(notFound('charge_filter'))
    expect(await api.delete(`${path}/no-uuid`)).toMatchObject(notFound('charge_filter'))
    expect((await api.post(path, {})).status).toBe(400)
  })
})
