import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as charges from '../../src/catalog/charges.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'
import { createMetric, createPlan, invalid, notFound, sell, standardCharge } from './support.ts'

let app: TestApp
let metric: { lago_id: string; code: string }
beforeAll(async () => {
  app = await startTestApp()
  metric = await createMetric(app, { filters: [{ key: 'region', values: ['eu', 'us'] }] })
})
afterAll(() => app.stop())

async function emptyPlan() {
  const plan = await createPlan(app)
  const path = `/plans/${plan.code}/charges`
  return {
    plan,
    path,
    add: (fields: Record<string, unknown>) => app.api.post(path, { charge: standardCharge(metric, fields) }),
  }
}

const BAD_REQUEST = {
  status: 400,
  body: { error: 'BadRequest: param is missing or the value is empty or invalid: charge' },
}

describe('the charges of a plan', () => {
  it('are added, read, updated and deleted one by one', async () => {
    const { plan, path, add } = await emptyPlan()
    const filters = [{ values: { region: ['eu'] }, properties: { amount: '2' } }]
    const added = await add({ code: 'calls/eu', filters })
    expect(added.status).toBe(200)
    const one = `${path}/${encodeURIComponent('calls/eu')}`
    expect((await app.api.get(one)).body).toEqual(added.body)
    expect((await app.api.get(`/plans/${plan.code}`)).body.plan.charges).toEqual([added.body.charge])

    const change = {
      charge_model: 'package',
      properties: { amount: '5', package_size: 10, free_units: 1 },
      filters: [],
    }
    const updated = await app.api.put(one, { charge: change })
    expect(updated.body.charge).toEqual({ ...added.body.charge, ...change })

    const deleted = await app.api.delete(one, { charge: { cascade_updates: true } })
    expect(deleted.body).toEqual(updated.body)
    expect(await app.api.get(one)).toMatchObject(notFound('charge'))
    expect((await add({ code: 'calls/eu' })).status).toBe(200)
  })

  it('answer a deletion without the filters that are gone with it', async () => {
    const { path, add } = await emptyPlan()
    await add({ code: 'x', filters: [{ values: { region: ['eu'] }, properties: { amount: '2' } }] })
    const { body } = await app.api.delete(`${path}/x`)
    expect(body.charge).toMatchObject({ code: 'x', filters: [] })
  })

  it('are listed, the newest first', async () => {
    const tenant = await app.newOrganization()
    const own = await createMetric(tenant)
    const plan = await createPlan(tenant)
    for (const day of ['01', '02', '03']) {
      await tenant.setClock(`2026-03-${day}T00:00:00Z`)
      await tenant.api.post(`/plans/${plan.code}/charges`, { charge: standardCharge(own, { code: day }) })
    }
    const { body } = await tenant.api.get(`/plans/${plan.code}/charges?per_page=2`)
    expect(body.charges.map((charge: { code: string }) => charge.code)).toEqual(['03', '02'])
    expect(body.meta).toMatchObject({ total_count: 3, next_page: 2 })
  })

  it('need a code here', async () => {
    const { add } = await emptyPlan()
    expect(await add({})).toMatchObject(invalid({ code: ['value_is_mandatory'] }))
    await add({ code: 'calls' })
    expect(await add({ code: 'calls' })).toMatchObject(invalid({ code: ['value_already_exist'] }))
  })

  it('are created once when many ask at the same time', async () => {
    const { path, add } = await emptyPlan()
    const answers = await Promise.all(Array.from({ length: 5 }, () => add({ code: 'calls' })))
    expect(answers.map(answer => answer.status).toSorted()).toEqual([200, 422, 422, 422, 422])
    expect((await app.api.get(path)).body.meta.total_count).toBe(1)
  })

  it('are looked for from the outside in: plan, charge, body, metric', async () => {
    const { path } = await emptyPlan()
    const { api } = app
    expect(await api.post('/plans/unknown/charges', {})).toMatchObject(notFound('plan'))
    expect(await api.put('/plans/unknown/charges/x', {})).toMatchObject(notFound('plan'))
    expect(await api.put(`${path}/unknown`, {})).toMatchObject(notFound('charge'))
    expect(await api.delete(`${path}/unknown`)).toMatchObject(notFound('charge'))
    expect(await api.post(path, {})).toMatchObject(BAD_REQUEST)
    expect(await api.post(path, { charge: { code: 'x' } })).toMatchObject(notFound('billable_metric'))
    expect(await api.post(path, { charge: { billable_metric_id: 'no uuid' } })).toMatchObject(
      notFound('billable_metric'),
    )
  })

  it('tell everything that is wrong at once', async () => {
    const { add } = await emptyPlan()
    expect(await add({ properties: { amount: 1 }, min_amount_cents: -1, invoiceable: false })).toMatchObject(
      invalid({
        properties: ['invalid_amount'],
        min_amount_cents: ['value_is_out_of_range'],
        code: ['value_is_mandatory'],
        invoiceable: ['must_be_true_unless_pay_in_advance'],
      }),
    )
    expect(await add({ code: 'x', prorated: true })).toMatchObject(
      invalid({ prorated: ['invalid_billable_metric_or_charge_model'] }),
    )
  })

  it('change only in price once the plan was sold', async () => {
    const { plan, path, add } = await emptyPlan()
    const { body } = await add({ code: 'sold' })
    await sell(app, plan.lago_id)
    const change = { charge_model: 'package', code: 'other', properties: { amount: '4' } }
    const updated = await app.api.put(`${path}/sold`, { charge: change })
    expect(updated.body.charge).toEqual({ ...body.charge, properties: { amount: '4' } })
  })

  it('are nobody else told of', async () => {
    const { ctx, events } = recordEvents(app.ctx)
    const { plan } = await emptyPlan()
    await charges.addCharge(ctx, plan.code, standardCharge(metric, { code: 'x' }))
    await charges.editCharge(ctx, plan.code, 'x', { charge_model: 'standard' })
    await charges.removeCharge(ctx, plan.code, 'x', {})
    expect(events).toEqual([])
  })

  it('work with the official client', async () => {
    const { plan } = await emptyPlan()
    const { data } = await app.client.plans.createPlanCharge(plan.code, {
      charge: {
        billable_metric_id: metric.lago_id,
        code: 'sdk',
        charge_model: 'standard',
        properties: { amount: '3' },
      },
    })
    expect(data.charge.code).toBe('sdk')
    const listed = await app.client.plans.findAllPlanCharges(plan.code)
    expect(listed.data.charges).toHaveLength(1)
  })
})
