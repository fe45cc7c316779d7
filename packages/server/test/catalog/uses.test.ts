import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createMetric, createPlan, notFound, planInput, standardCharge } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

it('counts what hangs on each object of the price book', async () => {
  const tenant = await app.newOrganization()
  const { api } = tenant
  await api.post('/taxes', { tax: { name: 'VAT', code: 'vat/ch', rate: 8.1 } })
  await api.post('/features', { feature: { code: 'seats', name: 'Seats' } })
  await api.post('/add_ons', { add_on: { name: 'Setup', code: 'setup', amount_cents: 100, amount_currency: 'EUR' } })
  const coupon = { name: 'Launch', code: 'launch', coupon_type: 'percentage', percentage_rate: '10' }
  await api.post('/coupons', { coupon: { ...coupon, frequency: 'forever', expiration: 'no_expiration' } })
  const metric = await createMetric(tenant)
  const plan = await createPlan(tenant, { charges: [standardCharge(metric)], tax_codes: ['vat/ch'] })
  await createPlan(tenant)
  await api.post(`/plans/${plan.code}/entitlements`, { entitlements: { seats: {} } })
  await api.post('/customers', { customer: { external_id: 'acme', currency: 'EUR', tax_codes: ['vat/ch'] } })
  const subscribe = (external_id: string, extra: object = {}) =>
    api.post('/subscriptions', {
      subscription: { external_customer_id: 'acme', external_id, plan_code: plan.code, ...extra },
    })
  await subscribe('one')
  // A price of its own makes a copy of the plan, which is still the same plan to whoever sells it.
  await subscribe('two', { plan_overrides: { amount_cents: 1 } })
  await subscribe('over')
  await api.delete('/subscriptions/over')
  await api.post('/applied_coupons', { applied_coupon: { external_customer_id: 'acme', coupon_code: 'launch' } })
  const usesOf = async (path: string) => (await api.get(`/uses/${path}`)).body.uses
  const nothing = { plans_count: 0, subscriptions_count: 0, draft_invoices_count: 0, customers_count: 0 }
  const ofPlan = { ...nothing, plans_count: 1, subscriptions_count: 2 }
  expect(await usesOf(`billable_metrics/${metric.code}`)).toMatchObject(ofPlan)
  expect(await usesOf('features/seats')).toMatchObject({ plans_count: 1, lago_id: expect.any(String) })
  expect(await usesOf('add_ons/setup')).toMatchObject(nothing)
  expect(await usesOf('coupons/launch')).toMatchObject({ ...nothing, customers_count: 1 })
  expect(await usesOf('taxes/vat/ch')).toMatchObject({ ...ofPlan, customers_count: 1 })
  expect(await api.get('/uses/features/none')).toMatchObject(notFound('feature'))
  const other = await app.newOrganization()
  expect((await other.api.get('/uses/features/seats')).status).toBe(404)
})

it('counts who has plans, several at once', async () => {
  const tenant = await app.newOrganization()
  const { api } = tenant
  const [sold, unsold] = [await createPlan(tenant), await createPlan(tenant)]
  for (const external_id of ['acme', 'bolt'])
    await api.post('/customers', { customer: { external_id, currency: 'EUR' } })
  const subscribe = (customer: string, external_id: string, extra: object = {}) =>
    api.post('/subscriptions', {
      subscription: { external_customer_id: customer, external_id, plan_code: sold.code, ...extra },
    })
  await subscribe('acme', 'one')
  await subscribe('acme', 'two', { plan_overrides: { amount_cents: 1 } })
  await subscribe('bolt', 'later', { subscription_at: '2090-01-01T00:00:00Z' })
  await subscribe('bolt', 'over')
  await api.delete('/subscriptions/over')
  const { body } = await api.get(`/uses/plans?plan_codes[]=${sold.code}&plan_codes[]=${unsold.code}&plan_codes[]=none`)
  const nothing = {
    active_subscriptions_count: 0,
    pending_subscriptions_count: 0,
    overridden_subscriptions_count: 0,
    customers_count: 0,
    draft_invoices_count: 0,
    attached: false,
  }
  expect(body.plan_uses.toSorted((a: { attached: boolean }) => (a.attached ? -1 : 1))).toEqual([
    {
      ...nothing,
      plan_code: sold.code,
      active_subscriptions_count: 2,
      pending_subscriptions_count: 1,
      overridden_subscriptions_count: 1,
      customers_count: 1,
      attached: true,
    },
    { ...nothing, plan_code: unsold.code },
  ])
})

it('says which part of a plan is at fault', async () => {
  const tenant = await app.newOrganization()
  const metric = await createMetric(tenant, { filters: [{ key: 'region', values: ['eu'] }] })
  const faultOf = async (fields: Record<string, unknown>) => {
    const response = await fetch(`${app.server.url}/api/v1/plans`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.api.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ plan: planInput(fields) }),
    })
    return [response.status, response.headers.get('weir-error-at')]
  }
  const good = standardCharge(metric)
  const filter = { values: { region: ['mars'] }, properties: { amount: '1' } }
  expect(await faultOf({ charges: [good, standardCharge(metric, { properties: { amount: 'x' } })] })).toEqual([
    422,
    'charges.1',
  ])
  expect(await faultOf({ charges: [good, { ...good, filters: [filter] }] })).toEqual([422, 'charges.1.filters.0'])
  expect(await faultOf({ fixed_charges: [{ charge_model: 'standard' }] })).toEqual([404, 'fixed_charges.0'])
  expect(await faultOf({ name: '' })).toEqual([422, null])
})

it('finds coupons and add-ons by a part of their name or code', async () => {
  const { api } = await app.newOrganization()
  for (const [name, code] of [
    ['Setup', 'setup'],
    ['Training 100%', 'course'],
  ]) {
    await api.post('/add_ons', { add_on: { name, code, amount_cents: 100, amount_currency: 'EUR' } })
    const coupon = { name, code, coupon_type: 'percentage', percentage_rate: '10', frequency: 'forever' }
    await api.post('/coupons', { coupon: { ...coupon, expiration: 'no_expiration' } })
  }
  const found = async (term: string) => [
    (await api.get(`/add_ons?search_term=${term}`)).body.add_ons.map((addOn: { code: string }) => addOn.code),
    (await api.get(`/coupons?search_term=${term}`)).body.coupons.map((coupon: { code: string }) => coupon.code),
  ]
  expect(await found('SET')).toEqual([['setup'], ['setup']])
  expect(await found('0%25')).toEqual([['course'], ['course']])
  expect((await found('')).flat()).toHaveLength(4)
})
