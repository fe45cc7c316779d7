import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalog, completePlanDeletion } from '../../src/catalog/index.ts'
import * as plans from '../../src/catalog/plans.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'
import { createMetric, createPlan, freshCode, invalid, notFound, planInput, sell, standardCharge } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const post = (fields: Record<string, unknown>) => app.api.post('/plans', { plan: planInput(fields) })
const put = (code: string, fields: Record<string, unknown>) => app.api.put(`/plans/${code}`, { plan: fields })

describe('a plan', () => {
  it('is created with what was given and defaults for the rest', async () => {
    const { status, body } = await post({ code: 'growth', trial_period: 7.5, invoice_display_name: 'Growth plan' })
    expect(status).toBe(200)
    expect(body.plan).toEqual({
      lago_id: expect.any(String),
      name: 'Startup',
      invoice_display_name: 'Growth plan',
      created_at: expect.stringMatching(/Z$/),
      code: 'growth',
      interval: 'monthly',
      description: null,
      amount_cents: 4900,
      amount_currency: 'EUR',
      trial_period: 7.5,
      pay_in_advance: false,
      bill_charges_monthly: null,
      bill_fixed_charges_monthly: null,
      customers_count: 0,
      active_subscriptions_count: 0,
      draft_invoices_count: 0,
      parent_id: null,
      pending_deletion: false,
      charges: [],
      fixed_charges: [],
      usage_thresholds: [],
      applicable_usage_thresholds: [],
      taxes: [],
      entitlements: [],
    })
    expect((await app.api.get('/plans/growth')).body).toEqual(body)
  })

  it('is refused with everything that is wrong with it', async () => {
    expect(await app.api.post('/plans', { plan: { description: 'Nothing else' } })).toMatchObject(
      invalid({
        name: ['value_is_mandatory'],
        code: ['value_is_mandatory'],
        interval: ['value_is_invalid'],
        amount_cents: ['value_is_mandatory'],
        amount_currency: ['value_is_invalid'],
        pay_in_advance: ['value_is_invalid'],
      }),
    )
  })

  it.each([
    [{ name: ' ' }, { name: ['value_is_mandatory'] }],
    [{ interval: 'daily' }, { interval: ['value_is_invalid'] }],
    [{ amount_cents: 'plenty' }, { amount_cents: ['is not a number'] }],
    [{ amount_cents: 1e30 }, { amount_cents: ['value_is_out_of_range'] }],
    [{ amount_currency: 'eur' }, { amount_currency: ['value_is_invalid'] }],
    [{ pay_in_advance: null }, { pay_in_advance: ['value_is_invalid'] }],
    [{ trial_period: 1e7 }, { trial_period: ['value_is_out_of_range'] }],
  ])('is refused with %j', async (fields, details) => {
    expect(await post(fields)).toMatchObject(invalid(details))
  })

  it.each([
    [{ amount_cents: 0 }, { amount_cents: 0 }],
    [{ amount_cents: '1250' }, { amount_cents: 1250 }],
    [{ amount_cents: -500 }, { amount_cents: -500 }],
    [{ pay_in_advance: 'false' }, { pay_in_advance: false }],
    [{ interval: 'yearly' }, { bill_charges_monthly: false, bill_fixed_charges_monthly: false }],
    [
      { interval: 'semiannual', bill_charges_monthly: true },
      { bill_charges_monthly: true, bill_fixed_charges_monthly: false },
    ],
    [{ interval: 'quarterly', bill_charges_monthly: true }, { bill_charges_monthly: null }],
    [{ charges: [], fixed_charges: [], usage_thresholds: [], minimum_commitment: {}, tax_codes: [] }, { charges: [] }],
  ])('takes %j', async (fields, shown) => {
    const { status, body } = await post(fields)
    expect(status).toBe(200)
    expect(body.plan).toMatchObject(shown)
  })

  it('is refused with a tax that does not exist', async () => {
    const code = freshCode('taxed')
    expect(await post({ code, tax_codes: ['vat'] })).toMatchObject(notFound('tax'))
    expect((await app.api.get(`/plans/${code}`)).status).toBe(404)
  })

  it('is found by codes of any characters', async () => {
    const plan = await createPlan(app, { code: 'eu/start up & 100%' })
    const { body } = await app.api.get(`/plans/${encodeURIComponent(plan.code)}`)
    expect(body.plan.lago_id).toBe(plan.lago_id)
    const charges = await app.api.get(`/plans/${encodeURIComponent(plan.code)}/charges`)
    expect(charges.body.charges).toEqual([])
  })

  it('is found by a code with a slash that is not encoded', async () => {
    const plan = await createPlan(app, { code: 'eu/startup' })
    expect((await app.api.get('/plans/eu/startup')).body.plan.lago_id).toBe(plan.lago_id)
  })

  it('belongs to its organization', async () => {
    const plan = await createPlan(app, { metadata: { team: 'a' } })
    const other = await app.newOrganization()
    const path = `/plans/${plan.code}`
    const missing = notFound('plan')
    expect(await other.api.get(path)).toMatchObject(missing)
    expect(await other.api.put(path, { plan: { name: 'Mine' } })).toMatchObject(missing)
    expect(await other.api.delete(path)).toMatchObject(missing)
    expect(await other.api.get(`${path}/charges`)).toMatchObject(missing)
    expect(await other.api.post(`${path}/charges`, { charge: { code: 'x' } })).toMatchObject(missing)
    expect(await other.api.delete(`${path}/metadata`)).toMatchObject(missing)
    expect((await other.api.get('/plans')).body.plans).toEqual([])
    const metric = await createMetric(app)
    const stolen = { plan: planInput({ charges: [standardCharge(metric)] }) }
    expect(await other.api.post('/plans', stolen)).toMatchObject(notFound('billable_metrics'))
    expect((await createPlan(other, { code: plan.code })).code).toBe(plan.code)
  })

  it('is created once when many ask at the same time', async () => {
    const code = freshCode('race')
    const answers = await Promise.all(Array.from({ length: 6 }, () => post({ code })))
    expect(answers.filter(answer => answer.status === 200)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(answer).toMatchObject(invalid({ code: ['value_already_exist'] }))
    }
  })

  it('is listed without its fixed charges, the newest first', async () => {
    const tenant = await app.newOrganization()
    const metric = await createMetric(tenant, { filters: [{ key: 'region', values: ['eu'] }] })
    const filters = [{ values: { region: ['eu'] }, properties: { amount: '2' } }]
    for (const [index, day] of ['01', '02', '03'].entries()) {
      await tenant.setClock(`2026-03-${day}T00:00:00Z`)
      await createPlan(tenant, { code: `plan_${index}`, charges: [standardCharge(metric, { filters })] })
    }
    const { body } = await tenant.api.get('/plans?per_page=2&page=1')
    expect(body.plans.map((plan: { code: string }) => plan.code)).toEqual(['plan_2', 'plan_1'])
    const { fixed_charges, ...listed } = (await tenant.api.get('/plans/plan_2')).body.plan
    expect(body.plans[0]).toEqual(listed)
    expect(body.meta).toMatchObject({ current_page: 1, next_page: 2, total_pages: 2, total_count: 3 })
  })

  it('works with the official client', async () => {
    const metric = await createMetric(app)
    const { data } = await app.client.plans.createPlan({
      plan: {
        name: 'Scale',
        code: 'scale',
        interval: 'yearly',
        amount_cents: 99900,
        amount_currency: 'USD',
        pay_in_advance: true,
        charges: [{ billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '0.01' } }],
      },
    })
    expect(data.plan.charges?.[0]).toMatchObject({ code: metric.code, properties: { amount: '0.01' } })
    await app.client.plans.updatePlan('scale', { plan: { name: 'Scale up' } })
    expect((await app.client.plans.findPlan('scale')).data.plan.name).toBe('Scale up')
    await app.client.plans.destroyPlan('scale')
    await app.settle()
    await expect(app.client.plans.findPlan('scale')).rejects.toMatchObject({ status: 404 })
  })
})

describe('updating a plan', () => {
  it('changes only what is given, null clears', async () => {
    const plan = await createPlan(app, { description: 'Old', trial_period: 30 })
    const { body } = await put(plan.code, { description: null, amount_cents: 5900, trial_period: null })
    expect(body.plan).toEqual({ ...plan, description: null, amount_cents: 5900, trial_period: null })
  })

  it('needs a body before it looks for the plan', async () => {
    expect((await put('unknown', {})).status).toBe(400)
    expect(await put('unknown', { name: 'Here' })).toMatchObject(notFound('plan'))
  })

  it.each([
    [{ interval: null }, { interval: ['value_is_invalid'] }],
    [{ pay_in_advance: null }, { pay_in_advance: ['value_is_invalid'] }],
    [{ amount_cents: null }, { amount_cents: ['value_is_mandatory'] }],
    [{ name: '' }, { name: ['value_is_mandatory'] }],
  ])('refuses %j', async (fields, details) => {
    const plan = await createPlan(app)
    expect(await put(plan.code, fields)).toMatchObject(invalid(details))
  })

  it('refuses the code of another plan', async () => {
    const [plan, other] = [await createPlan(app), await createPlan(app)]
    expect(await put(plan.code, { code: other.code })).toMatchObject(invalid({ code: ['value_already_exist'] }))
    expect((await put(plan.code, { code: plan.code })).status).toBe(200)
  })

  it.each([
    [{ name: 'x' }, true],
    [{ bill_charges_monthly: false }, false],
    [{ interval: 'semiannual' }, true],
    [{ interval: 'monthly' }, null],
    [{ interval: 'monthly', bill_charges_monthly: true }, null],
  ])('splits a yearly plan by month according to the resulting interval: %j', async (fields, expected) => {
    const plan = await createPlan(app, { interval: 'yearly', bill_charges_monthly: true })
    expect((await put(plan.code, fields)).body.plan.bill_charges_monthly).toBe(expected)
  })

  it('keeps what was sold: once somebody subscribed, only names, description, amount and prices change', async () => {
    const plan = await createPlan(app, { interval: 'yearly' })
    await sell(app, plan.lago_id)
    const { status, body } = await put(plan.code, {
      name: 'Renamed',
      invoice_display_name: 'Shown',
      description: 'New',
      amount_cents: 1,
      code: 'other',
      interval: 'monthly',
      pay_in_advance: true,
      amount_currency: 'USD',
      trial_period: 3,
      bill_charges_monthly: true,
      bill_fixed_charges_monthly: true,
    })
    expect(status).toBe(200)
    expect(body.plan).toEqual({
      ...plan,
      name: 'Renamed',
      invoice_display_name: 'Shown',
      description: 'New',
      amount_cents: 1,
    })
  })
})

describe('deleting a plan', () => {
  it('takes effect in the background, and frees the code', async () => {
    const plan = await createPlan(app)
    const { status, body } = await app.api.delete(`/plans/${plan.code}`)
    expect(status).toBe(200)
    expect(body.plan).toEqual({ ...plan, pending_deletion: true })
    await app.settle()
    expect(await app.api.get(`/plans/${plan.code}`)).toMatchObject(notFound('plan'))
    expect(await app.api.delete(`/plans/${plan.code}`)).toMatchObject(notFound('plan'))
    const reborn = await createPlan(app, { code: plan.code })
    expect(reborn.lago_id).not.toBe(plan.lago_id)
  })

  it('waits for its subscriptions to be ended; until then it is found, editable and deleted again', async () => {
    const { ctx, events } = recordEvents(app.ctx)
    const plan = await createPlan(app)
    await plans.requestPlanDeletion(ctx, plan.code)
    const { body } = await put(plan.code, { name: 'Still here' })
    expect(body.plan).toMatchObject({ name: 'Still here', pending_deletion: true })
    expect((await plans.requestPlanDeletion(ctx, plan.code)).pendingDeletion).toBe(true)
    expect(events.filter(event => event.type === 'plan.deletion_requested')).toHaveLength(2)

    await completePlanDeletion(ctx, plan.lago_id)
    expect(await app.api.get(`/plans/${plan.code}`)).toMatchObject(notFound('plan'))
    await completePlanDeletion(ctx, plan.lago_id)
  })

  it('happens only to plans whose deletion was requested', async () => {
    const plan = await createPlan(app)
    await completePlanDeletion(app.ctx, plan.lago_id)
    expect((await app.api.get(`/plans/${plan.code}`)).status).toBe(200)
  })
})

describe('what is told of plans', () => {
  it('is every write, to webhooks and to those who keep draft invoices or subscriptions', async () => {
    const { ctx, events } = recordEvents(app.ctx)
    const code = freshCode('told')
    const plan = await plans.createPlan(ctx, planInput({ code }))
    await plans.updatePlan(ctx, code, { name: 'Startup' })
    await plans.updatePlan(ctx, code, { amount_cents: 1 })
    await plans.requestPlanDeletion(ctx, code)
    expect(events.map(event => event.type)).toEqual([
      'plan.created',
      'plan.prices_changed',
      'plan.updated',
      'plan.amount_changed',
      'plan.prices_changed',
      'plan.updated',
      'plan.deletion_requested',
      'plan.deleted',
    ])
    expect(new Set(events.map(event => event.objectId))).toEqual(new Set([plan.id]))
  })

  it('is nothing when a write fails', async () => {
    const { ctx, events } = recordEvents(app.ctx)
    await expect(plans.createPlan(ctx, planInput({ name: '' }))).rejects.toMatchObject({ status: 422 })
    expect(events).toEqual([])
  })

  it('shows the plan, even when it is gone by then', async () => {
    const metric = await createMetric(app)
    const plan = await createPlan(app, { charges: [standardCharge(metric)], metadata: { team: 'a' } })
    await app.api.delete(`/plans/${plan.code}`)
    await app.settle()
    const deleted = await catalog.webhooks?.['plan.deleted']?.serialize(app.ctx, plan.lago_id)
    const { fixed_charges, applicable_usage_thresholds, entitlements, ...shown } = plan
    expect(deleted).toEqual(shown)
    expect(await catalog.webhooks?.['plan.updated']?.serialize(app.ctx, plan.lago_id)).toEqual({
      ...shown,
      entitlements,
    })
  })
})
