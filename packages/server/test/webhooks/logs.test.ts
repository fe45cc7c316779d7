import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { clockTasks } from '../../src/webhooks/clock.ts'
import { startWebhookApp, type Tenant, type WebhookApp } from './webhook-app.ts'

let app: WebhookApp
beforeAll(async () => {
  app = await startWebhookApp({}, { worker: false })
})
afterAll(() => app.stop())

const purge = clockTasks.find(task => task.name === 'purge_logs')
const at = (text: string) => Temporal.Instant.from(text)

interface Entry {
  at: string
  type?: string
  status?: string
  httpStatus?: number | null
}

/** Puts lines into the log of an endpoint, and gives their ids. */
async function fillLog(tenant: Tenant, endpointId: string, entries: readonly Entry[]): Promise<string[]> {
  const { db } = await tenant.ctx()
  const rows = entries.map(entry => ({
    id: newId(),
    organization_id: tenant.organizationId,
    webhook_endpoint_id: endpointId,
    event_id: newId(),
    webhook_type: entry.type ?? 'customer.created',
    object_type: 'customer',
    object_id: newId(),
    payload: '{}',
    status: entry.status ?? 'succeeded',
    http_status: entry.httpStatus === undefined ? 200 : entry.httpStatus,
    created_at: at(entry.at),
    updated_at: at(entry.at),
  }))
  await db.insertInto('webhooks').values(rows).execute()
  return rows.map(row => row.id)
}

test('the log shows the newest change first and can be searched', async () => {
  const tenant = await app.newOrganization()
  const endpointId = await tenant.addEndpoint('https://example.com/log')
  const [a, b, c, d] = await fillLog(tenant, endpointId, [
    { at: '2026-01-01T00:00:00Z', httpStatus: 200 },
    { at: '2026-01-02T00:00:00Z', httpStatus: 404, status: 'failed', type: 'customer.updated' },
    { at: '2026-01-03T00:00:00Z', httpStatus: 503, status: 'retrying' },
    { at: '2026-01-04T00:00:00Z', httpStatus: null, status: 'failed' },
  ])
  const find = async (query: string) => {
    const { body } = await tenant.api.get(`/webhook_endpoints/${endpointId}/webhooks?${query}`)
    return body.webhooks.map((webhook: { lago_id: string }) => webhook.lago_id)
  }
  expect(await find('')).toEqual([d, c, b, a])
  expect(await find('per_page=1&page=2')).toEqual([c])
  expect(await find('statuses[]=failed&statuses[]=retrying')).toEqual([d, c, b])
  expect(await find('event_types[]=customer.updated')).toEqual([b])
  expect(await find('from_date=2026-01-02&to_date=2026-01-03')).toEqual([c, b])
  expect(await find(`search_term=${b?.slice(20)}`)).toEqual([b])
  expect(await find('http_statuses[]=404')).toEqual([b])
  expect(await find('http_statuses[]=5xx&http_statuses[]=200')).toEqual([c, a])
  expect(await find('http_statuses[]=404-503')).toEqual([c, b])
  expect(await find('http_statuses[]=timeout')).toEqual([d])

  const wrong = await tenant.api.get(`/webhook_endpoints/${endpointId}/webhooks?http_statuses[]=many&from_date=soon`)
  expect(wrong.body.error_details).toEqual({ from_date: ['invalid_date'], http_statuses: ['value_is_invalid'] })
})

test('logs are kept for 90 days of business time', async () => {
  const tenant = await app.newOrganization()
  const endpointId = await tenant.addEndpoint('https://example.com/log')
  const [, young] = await fillLog(tenant, endpointId, [{ at: '2026-01-01T05:00:00Z' }, { at: '2026-01-02T05:00:00Z' }])
  await tenant.setClock('2026-03-01T00:00:00Z')
  await tenant.advanceTo('2026-04-01T05:00:00Z')
  expect(await tenant.log(endpointId)).toHaveLength(2)
  await tenant.advanceTo('2026-04-02T01:00:00Z')
  expect((await tenant.log(endpointId)).map(webhook => webhook.lago_id)).toEqual([young])
})

test("real days leave the log of an organization alone whose time is steered, and clear the others'", async () => {
  const [steered, real] = [await app.newOrganization(), await app.newOrganization({ sandbox: false })]
  const [steeredEndpoint, realEndpoint] = [
    await steered.addEndpoint('https://example.com'),
    await real.addEndpoint('https://example.com'),
  ]
  await fillLog(steered, steeredEndpoint, [{ at: '2026-01-01T00:00:00Z' }])
  await fillLog(real, realEndpoint, [{ at: '2026-01-01T00:00:00Z' }, { at: '2026-06-01T00:00:00Z' }])
  await steered.setClock('2026-01-02T00:00:00Z')
  await purge?.run({ ...(await real.ctx()), now: at('2026-06-02T01:00:00Z'), organizationId: null })
  expect(await steered.log(steeredEndpoint)).toHaveLength(1)
  expect(await real.log(realEndpoint)).toHaveLength(1)
})

test('answers kept for repeated requests are forgotten after 48 hours', async () => {
  const { db } = await app.ctx()
  const key = (name: string, createdAt: string) => ({
    organization_id: app.organizationId,
    key: name,
    request_hash: Buffer.from('hash'),
    created_at: at(createdAt),
  })
  await db
    .insertInto('idempotency_keys')
    .values([key('old', '2026-06-01T00:00:00Z'), key('young', '2026-06-01T02:00:00Z')])
    .execute()
  await purge?.run({ ...(await app.ctx()), now: at('2026-06-03T01:00:00Z'), organizationId: null })
  const left = await db.selectFrom('idempotency_keys').select('key').execute()
  expect(left.map(row => row.key)).toEqual(['young'])
})
