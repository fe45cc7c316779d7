import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { succeed } from './billing.ts'

let app: TestApp
let tenant: Tenant
beforeAll(async () => {
  app = await startTestApp({ LOG_LEVEL: 'silent' })
})
beforeEach(async () => {
  tenant = await app.newOrganization()
})
afterAll(() => app.stop())

const metric = (code: string) => ({ billable_metric: { name: 'Calls', code, aggregation_type: 'count_agg' } })
const create = (code: string, key: string, by: Tenant = tenant) =>
  by.api.post('/billable_metrics', metric(code), { 'idempotency-key': key })
const metricCodes = async (): Promise<string[]> => {
  const { billable_metrics } = await succeed(tenant.api.get('/billable_metrics'))
  return billable_metrics.map((one: { code: string }) => one.code)
}

test('the same request with the same key gets the same answer again, and has one effect', async () => {
  const first = await create('calls', 'key-1')
  const second = await create('calls', 'key-1')
  expect(first.status).toBe(200)
  expect(first.headers.has('idempotent-replayed')).toBe(false)
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'))
  expect({ status: second.status, body: second.body }).toEqual({ status: first.status, body: first.body })
  expect(await metricCodes()).toEqual(['calls'])
  // Without the key it is a new request.
  expect((await tenant.api.post('/billable_metrics', metric('calls'))).status).toBe(422)
})

test('a refusal is answered again as well', async () => {
  await create('calls', 'key-1')
  const refused = await create('calls', 'key-2')
  expect(refused.status).toBe(422)
  await tenant.api.delete('/billable_metrics/calls')
  const again = await create('calls', 'key-2')
  expect(again).toMatchObject({ status: 422, body: refused.body })
})

test('a key cannot be used for another body or another path', async () => {
  await create('calls', 'key-1')
  const reused = { status: 409, body: { status: 409, error: 'Conflict', code: 'idempotency_key_reused' } }
  expect(await create('seats', 'key-1')).toMatchObject(reused)
  const elsewhere = await tenant.api.post('/customers', metric('calls'), { 'idempotency-key': 'key-1' })
  expect(elsewhere).toMatchObject(reused)
  expect(await metricCodes()).toEqual(['calls'])
})

test('of identical requests at the same time one has an effect; the others get its answer, or learn that it is under way', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => create('calls', 'key-1')))
  const effects = answers.filter(answer => answer.status === 200 && !answer.headers.has('idempotent-replayed'))
  expect(effects).toHaveLength(1)
  for (const answer of answers) {
    if (answer.status === 200) expect(answer.body).toEqual(effects[0]?.body)
    else expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_key_in_use' } })
  }
  expect(await metricCodes()).toEqual(['calls'])
})

test('a server error is not kept: the retry succeeds', async () => {
  const { pool } = app.server.database
  await pool.query('alter table billable_metrics rename to out_of_order')
  const failed = await create('calls', 'key-1')
  await pool.query('alter table out_of_order rename to billable_metrics')
  expect(failed).toMatchObject({ status: 500, body: { status: 500, error: 'Internal Server Error' } })
  const retried = await create('calls', 'key-1')
  expect(retried.status).toBe(200)
  expect(retried.headers.has('idempotent-replayed')).toBe(false)
})

test('keys belong to their organization', async () => {
  const other = await app.newOrganization()
  await create('calls', 'key-1')
  const answer = await create('seats', 'key-1', other)
  expect(answer.status).toBe(200)
  expect(answer.headers.has('idempotent-replayed')).toBe(false)
})

test('a request that died unanswered does not block its key for ever', async () => {
  await create('calls', 'key-1')
  await tenant.ctx.db
    .updateTable('idempotency_keys')
    .set({ response_status: null, response_body: null, created_at: Temporal.Now.instant().subtract({ minutes: 3 }) })
    .where('organization_id', '=', tenant.organizationId)
    .execute()
  await tenant.api.delete('/billable_metrics/calls')
  expect((await create('calls', 'key-1')).status).toBe(200)
})
