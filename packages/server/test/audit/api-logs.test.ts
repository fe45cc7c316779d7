import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiKey } from '../../src/accounts/index.ts'
import { newId } from '../../src/platform/ids.ts'
import { type Answer, createApi, startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { done, type Wire } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ WEIR_DOCUMENTS: 'on_demand' })
})
afterAll(() => app.stop())

const metric = { name: 'Calls', code: 'calls', aggregation_type: 'count_agg' }
const event = { transaction_id: 't1', code: 'calls', external_subscription_id: 'sub_1' }

/** What is called, and the status with which it is logged; null: not at all. */
const calls: readonly (readonly [name: string, call: (tenant: Tenant) => Promise<Answer>, logged: number | null])[] = [
  ['POST that succeeds', ({ api }) => api.post('/billable_metrics', { billable_metric: metric }), 200],
  ['PUT that succeeds', ({ api }) => api.put('/billable_metrics/calls', { billable_metric: { name: 'All' } }), 200],
  ['PATCH that succeeds', ({ api }) => api.patch('/billable_metrics/calls', { billable_metric: { name: 'C' } }), 200],
  ['GET', ({ api }) => api.get('/billable_metrics'), null],
  ['what is not found', ({ api }) => api.put('/plans/none', { plan: { name: 'x' } }), 404],
  ['what is wrong', ({ api }) => api.post('/billable_metrics', { billable_metric: { code: 'x' } }), 422],
  ['what the state forbids', ({ api }) => api.post(`/invoices/${newId()}/void`), 404],
  ['DELETE', ({ api }) => api.delete('/billable_metrics/calls'), 200],
  ['a root that is missing', ({ api }) => api.post('/plans', {}), null],
  ['what is no JSON', ({ api }) => api.post('/plans', '{'), null],
  ['an unknown path', ({ api }) => api.post('/nothing', {}), null],
  ['nobody', ({ api }) => createApi(api.url, newId()).post('/plans', { plan: {} }), null],
  [
    'a key that may not',
    async ({ api, ctx }) => {
      const { value } = await createApiKey(ctx, { permissions: { plan: ['read'] } })
      return createApi(api.url, value).post('/plans', { plan: {} })
    },
    null,
  ],
  ['an event', ({ api }) => api.post('/events', { event }), null],
  ['events', ({ api }) => api.post('/events/batch', { events: [event] }), null],
  ['an estimate of fees', ({ api }) => api.post('/events/estimate_fees', { event }), null],
  ['the clock of the sandbox', ({ api }) => api.put('/test_clock', { test_clock: { now: '2026-03-04' } }), null],
]

describe('requests', () => {
  let tenant: Tenant
  beforeAll(async () => {
    tenant = await app.newOrganization()
  })

  test.each(calls)('%s', async (_name, call, logged) => {
    const before = (await done(tenant.api.get('/api_logs'))).meta.total_count
    const { status } = await call(tenant)
    const { api_logs: logs, meta } = await done(tenant.api.get('/api_logs'))
    expect(meta.total_count - before).toBe(logged === null ? 0 : 1)
    if (logged !== null) expect([status, logs[0].http_status]).toEqual([logged, logged])
  })

  test('are logged whole, and found by their id', async () => {
    const { api, client, ctx, organizationId } = await app.newOrganization()
    const id = newId()
    const body = { billable_metric: metric }
    const { body: answer } = await api.post('/billable_metrics?why=because', body, {
      'x-request-id': id,
      'user-agent': 'Lago Test 1.0',
    })
    const { data } = await client.apiLogs.findApiLog(id)
    expect(data.api_log).toEqual({
      request_id: id,
      client: 'Lago Test 1.0',
      http_method: 'post',
      http_status: 200,
      request_origin: api.url,
      request_path: '/api/v1/billable_metrics',
      request_body: { why: 'because', ...body },
      request_response: answer,
      api_version: 'v1',
      api_key_id: expect.any(String),
      logged_at: expect.stringMatching(/Z$/),
      created_at: expect.stringMatching(/Z$/),
    })
    await api.put('/billable_metrics/calls', { billable_metric: { name: 'A' } }, { 'x-request-id': 'mine' })
    const { api_log: put } = await done(api.get('/api_logs/mine'))
    expect(put).toMatchObject({
      http_method: 'put',
      request_body: { code: 'calls', billable_metric: { name: 'A' } },
    })
    const { data: list } = await client.apiLogs.findAllApiLogs({ 'http_methods[]': ['put'] })
    expect(list.api_logs.map(log => log.request_id)).toEqual(['mine'])

    const other = await app.newOrganization()
    for (const [caller, of] of [
      [api, 'nothing'],
      [other.api, id],
    ] as const) {
      expect(await caller.get(`/api_logs/${of}`)).toMatchObject({ status: 404, body: { code: 'api_log_not_found' } })
    }
    const { value } = await createApiKey(ctx, { permissions: { activity_log: ['read'] } })
    expect(await createApi(api.url, value).get('/api_logs')).toMatchObject({
      status: 403,
      body: { code: 'read_action_not_allowed_for_api_log' },
    })
    expect(organizationId).not.toBe(other.organizationId)
  })

  test('keep no secrets, all digits, and not what is too long', async () => {
    const { api } = await app.newOrganization()
    const sent = '{"customer":{"external_id":"a","password":"p","shipping_address":{"Token":"t"},"n":9007199254740993}}'
    await done(api.post('/customers', sent, { 'x-request-id': 'secrets' }))
    const response = await fetch(`${api.url}/api/v1/api_logs/secrets`, {
      headers: { authorization: `Bearer ${api.apiKey}` },
    })
    const text = await response.text()
    expect(text).toContain(
      '"request_body":{"customer":{"external_id":"a","password":"[hidden]","shipping_address":{"Token":"[hidden]"},"n":9007199254740993}}',
    )
    await done(api.post('/customers', { customer: { external_id: 'b', legal_name: 'x'.repeat(70_000) } }))
    const [long] = (await done(api.get('/api_logs'))).api_logs
    expect(long.request_body.left_out).toMatch(/^70\d\d\d characters/)
  })
})

describe('the list', () => {
  let tenant: Tenant
  beforeAll(async () => {
    tenant = await app.newOrganization()
    const { api } = tenant
    const at = (now: string) => tenant.setClock(now)
    await at('2026-05-01T12:00:00Z')
    await api.post('/billable_metrics', { billable_metric: metric }, { 'user-agent': 'a' })
    await at('2026-05-10T00:00:00Z')
    await api.put('/billable_metrics/calls', { billable_metric: { name: 'A' } }, { 'user-agent': 'b' })
    await at('2026-05-10T12:00:00Z')
    await api.post('/customers', { customer: { external_id: 'acme' } }, { 'user-agent': 'b' })
    await api.delete('/plans/none', undefined, { 'user-agent': 'c' })
    await api.post('/billable_metrics', { billable_metric: { code: 'x' } }, { 'user-agent': 'c' })
  })

  const POST = 'post /billable_metrics 200'
  const PUT = 'put /billable_metrics/calls 200'
  const CUSTOMER = 'post /customers 200'
  const DELETE = 'delete /plans/none 404'
  const WRONG = 'post /billable_metrics 422'
  const ALL = [WRONG, DELETE, CUSTOMER, PUT, POST]
  test.each([
    ['', ALL],
    ['from_date=2026-05-10', [WRONG, DELETE, CUSTOMER, PUT]],
    ['to_date=2026-05-10', [PUT, POST]],
    ['http_methods[]=post', [WRONG, CUSTOMER, POST]],
    ['http_methods[]=PUT&http_methods[]=delete', [DELETE, PUT]],
    ['http_statuses[]=404', [DELETE]],
    ['http_statuses[]=404&http_statuses[]=422', [WRONG, DELETE]],
    ['http_statuses[]=succeeded', [CUSTOMER, PUT, POST]],
    ['http_statuses[]=failed', [WRONG, DELETE]],
    ['http_statuses[]=failed&http_statuses[]=404', [WRONG, DELETE]],
    ['http_statuses[]=failed&http_statuses[]=succeeded', []],
    ['http_statuses[]=strange', []],
    ['api_version=v1', ALL],
    ['api_version=v2', []],
    ['request_paths=/api/v1/billable_metrics', [WRONG, POST]],
    ['request_paths=/api/v1/billable_metrics*', [WRONG, PUT, POST]],
    ['request_paths=*/p*s/*', [DELETE]],
    ['request_paths[]=*plans*&request_paths[]=*customers', [DELETE, CUSTOMER]],
    ['request_paths=/api/v1/billable%25', []],
    ['request_paths=/api/v1/billable-metrics', []],
    ['clients[]=a&clients[]=c', [WRONG, DELETE, POST]],
    ['clients[]=b&http_methods[]=put', [PUT]],
    ['per_page=2&page=3', [POST]],
  ])('%s', async (query, expected) => {
    const { api_logs: logs } = await done(tenant.api.get(`/api_logs?${query}`))
    const named = logs.map(
      (log: Wire) => `${log.http_method} ${log.request_path.replace('/api/v1', '')} ${log.http_status}`,
    )
    expect(named).toEqual(expected)
  })

  test('refuses what is no date, and ends where the organization’s period does', async () => {
    const { api } = tenant
    expect(await api.get('/api_logs?from_date=soon')).toMatchObject({
      status: 422,
      body: { error_details: { from_date: ['invalid_date'] } },
    })
    await tenant.setClock('2026-06-09T00:00:01Z')
    expect((await done(api.get('/api_logs?from_date=2026-01-01'))).meta.total_count).toBe(3)
  })
})
