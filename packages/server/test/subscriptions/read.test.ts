import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { createCustomer, createPlan, newTenant, notFound, read, subscribe, succeed } from './support.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

describe('the current billing period', () => {
  const rows = [
    [
      'monthly',
      'calendar',
      'America/New_York',
      '2026-02-17T04:25:30Z',
      '2026-03-01T03:00:00Z',
      '2026-02-17T04:25:30Z',
      '2026-03-01T04:59:59Z',
    ],
    [
      'monthly',
      'calendar',
      'America/New_York',
      '2026-02-17T04:25:30Z',
      '2026-03-01T06:00:00Z',
      '2026-03-01T05:00:00Z',
      '2026-04-01T03:59:59Z',
    ],
    [
      'monthly',
      'anniversary',
      'UTC',
      '2026-01-31T10:00:00Z',
      '2026-03-30T12:00:00Z',
      '2026-02-28T00:00:00Z',
      '2026-03-30T23:59:59Z',
    ],
    [
      'weekly',
      'anniversary',
      'Asia/Tokyo',
      '2026-12-30T16:00:00Z',
      '2027-01-06T14:59:59Z',
      '2026-12-30T16:00:00Z',
      '2027-01-06T14:59:59Z',
    ],
    [
      'quarterly',
      'anniversary',
      'UTC',
      '2026-11-30T17:00:00Z',
      '2027-03-10T00:00:00Z',
      '2027-02-28T00:00:00Z',
      '2027-05-29T23:59:59Z',
    ],
    [
      'yearly',
      'calendar',
      'UTC',
      '2026-10-20T09:00:00Z',
      '2026-12-05T00:00:00Z',
      '2026-10-20T09:00:00Z',
      '2026-12-31T23:59:59Z',
    ],
    [
      'yearly, charges monthly',
      'calendar',
      'UTC',
      '2026-10-20T09:00:00Z',
      '2026-12-05T00:00:00Z',
      '2026-12-01T00:00:00Z',
      '2026-12-31T23:59:59Z',
    ],
  ] as const

  it.each(rows)('%s, %s, in %s, started %s, at %s', async (interval, billingTime, zone, start, now, from, to) => {
    const tenant = await newTenant(app)
    await tenant.setClock(start)
    const [name] = interval.split(',')
    const plan = await createPlan(tenant, { interval: name, bill_charges_monthly: interval !== name })
    const customer = await createCustomer(tenant, { timezone: zone })
    await subscribe(tenant, {
      external_customer_id: customer,
      external_id: 'sub',
      plan_code: plan,
      billing_time: billingTime,
    })
    await tenant.setClock(now)
    expect(await read(tenant, 'sub')).toMatchObject({
      current_billing_period_started_at: from,
      current_billing_period_ending_at: to,
    })
  })
})

describe('reading a subscription', () => {
  it('gives the active one, or the last one with the status asked for', async () => {
    const tenant = await newTenant(app)
    await tenant.setClock('2026-03-10T14:00:00Z')
    const order = {
      external_customer_id: await createCustomer(tenant),
      plan_code: await createPlan(tenant),
      external_id: 'sub.v1',
    }
    const ended: string[] = []
    for (const day of ['11', '12']) {
      ended.push((await subscribe(tenant, order)).lago_id)
      await tenant.setClock(`2026-03-${day}T14:00:00Z`)
      await tenant.api.delete('/subscriptions/sub.v1')
    }
    const current = await subscribe(tenant, order)
    const { data } = await tenant.client.subscriptions.findSubscription('sub.v1')
    expect(data.subscription).toEqual(current)
    expect((await read(tenant, 'sub.v1', 'terminated')).lago_id).toBe(ended[1])
    for (const path of ['sub.v1?status=pending', 'sub.v1?status=nope', 'nope', 'nope%00']) {
      expect(await tenant.api.get(`/subscriptions/${path}`)).toMatchObject(notFound('subscription'))
    }
  })
})

describe('listing subscriptions', () => {
  let tenant: Tenant
  const ids = async (query = '') => {
    const { subscriptions } = await succeed(tenant.api.get(`/subscriptions${query}`))
    return subscriptions.map((one: { external_id: string }) => one.external_id)
  }

  beforeAll(async () => {
    tenant = await newTenant(app)
    await tenant.api.post('/billing_entities', { billing_entity: { code: 'eu', name: 'EU' } })
    await tenant.setClock('2026-03-10T14:00:00Z')
    await tenant.api.post('/customers', { customer: { external_id: 'acme' } })
    await tenant.api.post('/customers', { customer: { external_id: 'globex', billing_entity_code: 'eu' } })
    const yen = await createPlan(tenant, { amount_currency: 'JPY' })
    const euro = await createPlan(tenant)
    const add = (external_id: string, customer: string, plan_code: string, subscription_at: string, rest = {}) =>
      subscribe(tenant, { external_id, external_customer_id: customer, plan_code, subscription_at, ...rest })
    await add('old', 'acme', euro, '2026-01-01')
    await add('new', 'acme', yen, '2026-03-01')
    await add('middle', 'globex', euro, '2026-02-01')
    await add('override', 'acme', euro, '2026-01-15', { billing_entity_code: 'eu' })
    await add('future', 'acme', euro, '2026-04-01')
    await add('ended', 'globex', euro, '2026-01-20')
    await tenant.api.delete('/subscriptions/ended')
  })

  it('gives the active ones, latest start first, without optional parts', async () => {
    const { data } = await tenant.client.subscriptions.findAllSubscriptions()
    expect(data.subscriptions.map(one => one.external_id)).toEqual(['new', 'middle', 'override', 'old'])
    expect(data.meta).toMatchObject({ total_count: 4, total_pages: 1, current_page: 1 })
    for (const part of ['plan', 'customer', 'entitlements', 'applicable_usage_thresholds']) {
      expect(data.subscriptions[0]).not.toHaveProperty(part)
    }
  })

  it('gives their plans and customers where these are asked for', async () => {
    const { subscriptions } = await succeed(tenant.api.get('/subscriptions?include[]=plan&include[]=customer'))
    expect(
      subscriptions.map((one: { plan: { code: string }; plan_code: string; customer: { external_id: string } }) => [
        one.plan.code === one.plan_code,
        one.customer.external_id,
      ]),
    ).toEqual(['acme', 'globex', 'acme', 'acme'].map(customer => [true, customer]))
    const { subscriptions: planned } = await succeed(tenant.api.get('/subscriptions?include=plan'))
    expect(planned[0]).not.toHaveProperty('customer')
  })

  const filters: [string, string[]][] = [
    ['?status[]=pending', ['future']],
    ['?status=terminated', ['ended']],
    ['?status[]=pending&status[]=terminated', ['future', 'ended']],
    ['?status[]=nope', ['future', 'new', 'middle', 'ended', 'override', 'old']],
    ['?external_customer_id=globex', ['middle']],
    ['?external_customer_id=nobody', []],
    ['?currency=JPY', ['new']],
    ['?external_id=old', ['old']],
    ['?overridden=true', []],
    ['?overriden=false', ['new', 'middle', 'override', 'old']],
    ['?billing_entity_codes[]=eu', ['middle', 'override']],
    ['?billing_entity_codes[]=eu&billing_entity_codes[]=main', ['new', 'middle', 'override', 'old']],
    ['?per_page=2&page=2', ['override', 'old']],
  ]
  it.each(filters)('%s', async (query, expected) => {
    expect(await ids(query)).toEqual(expected)
  })

  it('of one customer', async () => {
    const { data } = await tenant.client.customers.findAllCustomerSubscriptions('acme')
    expect(data.subscriptions.map(one => one.external_id)).toEqual(['new', 'override', 'old'])
    const pending = await succeed(tenant.api.get('/customers/acme/subscriptions?status[]=pending'))
    expect(pending.subscriptions.map((one: { external_id: string }) => one.external_id)).toEqual(['future'])
    expect(await tenant.api.get('/customers/nobody/subscriptions')).toMatchObject(notFound('customer'))
  })

  it('knows unknown billing entities', async () => {
    expect(await tenant.api.get('/subscriptions?billing_entity_codes[]=nope')).toMatchObject(notFound('billing_entity'))
  })

  it('shows nothing of another organization', async () => {
    const other = await newTenant(app)
    expect((await other.api.get('/subscriptions?status[]=all')).body.meta.total_count).toBe(0)
    expect(await other.api.get('/customers/acme/subscriptions')).toMatchObject(notFound('customer'))
  })
})
