import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { createPlan, readBooks, seedSubscriptions, succeed, until } from './billing.ts'

let app: TestApp
let tenant: Tenant
beforeAll(async () => {
  // Few connections, so that a simulation that waits for one while it holds another would show.
  app = await startTestApp({ WEIR_DATABASE_CONNECTIONS: '4' })
})
beforeEach(async () => {
  tenant = await app.newOrganization()
})
afterAll(() => app.stop())

const set = (now: unknown) => tenant.api.put('/test_clock', { test_clock: { now } })
const advance = (to: unknown, by: Tenant = tenant) => by.api.post('/test_clock/advance', { test_clock: { to } })
const invoicesMade = async () => (await readBooks(tenant.ctx.db, tenant.organizationId)).invoices

async function subscribe(by: Tenant): Promise<void> {
  await succeed(by.api.put('/test_clock', { test_clock: { now: '2026-03-01T00:00:00Z' } }))
  await createPlan(by.api, 'startup')
  const times = { startedAt: '2026-02-01T00:00:00Z', nextBillingAt: '2026-04-01T00:00:00Z' }
  const { organizationId } = by
  await seedSubscriptions(by.ctx.db, { organizationId, planCode: 'startup', customers: 1, ...times })
}

describe('the test clock', () => {
  it('is set forward and backward without running anything', async () => {
    await subscribe(tenant)
    for (const now of ['2026-09-01T12:00:00Z', '2026-02-03T00:00:00Z', '2026-12-01T00:00:00.5Z']) {
      expect(await succeed(set(now))).toEqual({ test_clock: { now, frozen: true } })
      expect(await succeed(tenant.api.get('/test_clock'))).toEqual({ test_clock: { now, frozen: true } })
      expect((await succeed(tenant.api.post('/test_clock/settle'))).test_clock).toEqual({
        now,
        frozen: true,
        failed: [],
      })
    }
    expect(await invoicesMade()).toBe(0)
  })

  it('returns to real time', async () => {
    await succeed(set('2030-01-01T00:00:00Z'))
    const realTime = { test_clock: { now: null, frozen: false } }
    expect(await succeed(tenant.api.delete('/test_clock'))).toEqual(realTime)
    expect(await succeed(tenant.api.get('/test_clock'))).toEqual(realTime)
    const { customer } = await succeed(tenant.api.post('/customers', { customer: { external_id: 'ada' } }))
    expect(customer.created_at < '2030').toBe(true)
  })

  it.each([
    ['reading', 'GET', ''],
    ['setting', 'PUT', ''],
    ['leaving', 'DELETE', ''],
    ['advancing', 'POST', '/advance'],
    ['running tasks', 'POST', '/run'],
    ['settling', 'POST', '/settle'],
  ])('is not there for a live organization: %s', async (_what, method, action) => {
    const live = await app.newOrganization({ sandbox: false })
    const response = await fetch(`${live.api.url}/api/v1/test_clock${action}`, {
      method,
      headers: { authorization: `Bearer ${live.api.apiKey}`, 'content-type': 'application/json' },
      ...(method !== 'GET' && { body: JSON.stringify({ test_clock: { now: '2030-01-01', to: '2030-01-01' } }) }),
    })
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({ status: 403, error: 'Forbidden', code: 'feature_unavailable' })
  })

  it.each([
    ['', 'value_is_mandatory'],
    [null, 'value_is_mandatory'],
    ['tomorrow', 'invalid_date'],
    ['2026-02-30T00:00:00Z', 'invalid_date'],
    ['2026-13-01', 'invalid_date'],
    ['0000-01-01', 'invalid_date'],
  ])('refuses %o as a time: %s', async (time, code) => {
    const refusal = (field: string) => ({ status: 422, body: { error_details: { [field]: [code] } } })
    expect(await set(time)).toMatchObject(refusal('now'))
    expect(await advance(time)).toMatchObject(refusal('to'))
  })

  it('advances forward only, and ten years at most', async () => {
    await succeed(set('2026-03-01T00:00:00Z'))
    const outOfRange = { status: 422, body: { error_details: { to: ['value_is_out_of_range'] } } }
    expect(await advance('2026-02-28T23:59:59Z')).toMatchObject(outOfRange)
    expect(await advance('2036-04-01T00:00:00Z')).toMatchObject(outOfRange)
    expect((await advance('2036-03-01T00:00:00Z')).status).toBe(200)
  })

  it('refuses to run a task that does not exist', async () => {
    const answer = await tenant.api.post('/test_clock/run', { test_clock: { tasks: ['bill_subscriptions', 'nap'] } })
    expect(answer).toMatchObject({ status: 422, body: { error_details: { tasks: ['value_is_invalid'] } } })
  })

  it('is moved by one call at a time', async () => {
    await subscribe(tenant)
    const holder = await app.server.database.pool.connect()
    try {
      await holder.query('begin')
      await holder.query('select id from customers where organization_id = $1 for update', [tenant.organizationId])
      const first = advance('2026-04-02T00:00:00Z')
      const busy = { status: 409, body: { status: 409, error: 'Conflict', code: 'test_clock_busy' } }
      // By reading: a call that wants the clock itself could have it before the first one.
      const now = async () => (await succeed(tenant.api.get('/test_clock'))).test_clock.now
      await until(async () => (await now()) !== '2026-03-01T00:00:00Z', 'the first call has moved the clock')
      expect(await tenant.api.post('/test_clock/run', { test_clock: { tasks: [] } })).toMatchObject(busy)
      expect(await advance('2026-05-02T00:00:00Z')).toMatchObject(busy)
      expect(await tenant.api.put('/test_clock', { test_clock: { now: '2026-01-01' } })).toMatchObject(busy)
      expect(await tenant.api.delete('/test_clock')).toMatchObject(busy)
      await holder.query('commit')
      expect(await first).toMatchObject({ status: 200, body: { test_clock: { invoices_created: 1, failed: [] } } })
    } finally {
      holder.release()
    }
    expect((await advance('2026-05-02T00:00:00Z')).body.test_clock.invoices_created).toBe(1)
  })

  it('is moved by many organizations at once, more than there are database connections', async () => {
    const tenants = await Promise.all(Array.from({ length: 8 }, () => app.newOrganization()))
    for (const one of tenants) await subscribe(one)
    const answers = await Promise.all(tenants.map(one => advance('2026-05-02T00:00:00Z', one)))
    for (const { status, body } of answers) {
      expect({ status, made: body.test_clock?.invoices_created }).toEqual({ status: 200, made: 2 })
    }
  })

  it('settles only when the work that a request caused is done', async () => {
    await succeed(set('2026-03-10T00:00:00Z'))
    const terms = { interval: 'monthly', amount_cents: 3100, amount_currency: 'EUR', pay_in_advance: true }
    await succeed(tenant.api.post('/plans', { plan: { name: 'Prepaid', code: 'prepaid', ...terms } }))
    await succeed(tenant.api.post('/customers', { customer: { external_id: 'ada' } }))
    for (let place = 0; place < 10; place += 1) {
      const subscription = { external_customer_id: 'ada', plan_code: 'prepaid', external_id: `sub-${place}` }
      await succeed(tenant.api.post('/subscriptions', { subscription }))
      expect((await succeed(tenant.api.post('/test_clock/settle'))).test_clock.failed).toEqual([])
      expect(await invoicesMade()).toBe(place + 1)
    }
  })
})
