import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createMetric, createPlan, standardCharge } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const REGIONS = { key: 'region', values: ['eu', 'us'] }
const TIERS = { key: 'tier', values: ['gold'] }

describe('writers of plans and metrics at the same time', () => {
  it('wait for each other and leave no charge filter without a declared value', async () => {
    const metric = await createMetric(app, { filters: [REGIONS, TIERS] })
    const other = await createMetric(app)
    const filters = [REGIONS, TIERS].map(({ key, values }) => ({
      values: { [key]: values },
      properties: { amount: '2' },
    }))
    const charges = [standardCharge(metric, { code: 'a', filters }), standardCharge(other, { code: 'b' })]
    const plans = [await createPlan(app, { charges }), await createPlan(app, { charges })]
    const { api } = app
    const rounds = plans.flatMap((plan, index) => [
      api.put(`/plans/${plan.code}`, { plan: { charges: plan.charges.toReversed() } }),
      api.put(`/billable_metrics/${metric.code}`, { billable_metric: { filters: index === 0 ? [REGIONS] : [TIERS] } }),
      api.put(`/plans/${plan.code}/charges/a`, { charge: standardCharge(metric, { filters }) }),
      api.delete(`/plans/${plan.code}/charges/a/filters/${plan.charges[0].filters[0].lago_id}`),
      api.post(`/plans/${plan.code}/charges/a/filters`, { filter: filters[1] }),
      api.delete(`/plans/${plan.code}/charges/b`),
      api.post('/plans', { plan: { ...plan, code: `${plan.code}_copy`, metadata: {} } }),
    ])
    const deletion = api.delete(`/billable_metrics/${other.code}`)
    const answers = await Promise.all([...rounds, deletion])
    expect(answers.map(answer => answer.status).filter(status => ![200, 404, 422].includes(status))).toEqual([])

    const { body } = await api.get(`/billable_metrics/${metric.code}`)
    const declared = body.billable_metric.filters.map((filter: { key: string }) => filter.key)
    for (const plan of (await api.get('/plans')).body.plans) {
      for (const charge of plan.charges) {
        expect(charge.code).not.toBe('b')
        for (const filter of charge.filters)
          expect(declared).toEqual(expect.arrayContaining(Object.keys(filter.values)))
      }
    }
  })
})
