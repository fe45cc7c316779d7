import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWebhookApp, type Tenant, type WebhookApp } from './webhook-app.ts'

let app: WebhookApp
beforeAll(async () => {
  app = await startWebhookApp({}, { worker: false })
})
afterAll(() => app.stop())

const create = (tenant: Tenant, input: unknown) => tenant.api.post('/webhook_endpoints', { webhook_endpoint: input })
const details = async (answer: ReturnType<typeof create>) => {
  const { status, body } = await answer
  expect(status).toBe(422)
  return body.error_details
}

test('an endpoint is created, read, changed and deleted', async () => {
  const tenant = await app.newOrganization()
  const { body } = await create(tenant, {
    webhook_url: 'https://example.com/hooks',
    signature_algo: 'hmac',
    name: 'Ledger',
    event_types: ['customer.created', 'invoice.created'],
  })
  const endpoint = body.webhook_endpoint
  expect(endpoint).toEqual({
    lago_id: expect.any(String),
    lago_organization_id: tenant.organizationId,
    webhook_url: 'https://example.com/hooks',
    signature_algo: 'hmac',
    name: 'Ledger',
    event_types: ['customer.created', 'invoice.created'],
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  })
  const path = `/webhook_endpoints/${endpoint.lago_id}`
  expect((await tenant.api.get(path)).body).toEqual({ webhook_endpoint: endpoint })
  const renamed = await tenant.api.put(path, { webhook_endpoint: { name: null } })
  expect(renamed.body).toEqual({ webhook_endpoint: { ...endpoint, name: null } })
  const widened = await tenant.api.patch(path, { webhook_endpoint: { event_types: null, signature_algo: 'jwt' } })
  expect(widened.body.webhook_endpoint).toMatchObject({ event_types: null, signature_algo: 'jwt' })
  expect((await tenant.api.delete(path)).body.webhook_endpoint.lago_id).toBe(endpoint.lago_id)
  expect((await tenant.api.get(path)).status).toBe(404)
})

test('an endpoint is signed with a JWT and hears of everything unless it says otherwise', async () => {
  const tenant = await app.newOrganization()
  const { body } = await create(tenant, { webhook_url: 'https://example.com', signature_algo: null })
  expect(body.webhook_endpoint).toMatchObject({ signature_algo: 'jwt', event_types: null, name: null })
})

test('what is wrong with an endpoint is told field by field', async () => {
  const tenant = await app.newOrganization()
  expect(await details(create(tenant, { name: 'no url' }))).toEqual({
    webhook_url: ['value_is_mandatory', 'url_is_invalid'],
  })
  expect(await details(create(tenant, { webhook_url: 'ftp://example.com', signature_algo: 'md5' }))).toEqual({
    webhook_url: ['url_is_invalid'],
    signature_algo: ['value_is_invalid'],
  })
  expect((await tenant.api.post('/webhook_endpoints', {})).status).toBe(400)
})

test('an address is used once in an organization, also by requests at the same moment', async () => {
  const tenant = await app.newOrganization()
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => create(tenant, { webhook_url: 'https://example.com/once' })),
  )
  expect(answers.map(answer => answer.status).sort()).toEqual([200, 422, 422, 422])
  const refused = answers.find(answer => answer.status === 422)
  expect(refused?.body.error_details).toEqual({ webhook_url: ['value_already_exist'] })
  expect((await create(app, { webhook_url: 'https://example.com/once' })).status).toBe(200)

  const other = await create(tenant, { webhook_url: 'https://example.com/other' })
  const path = `/webhook_endpoints/${other.body.webhook_endpoint.lago_id}`
  const clash = await tenant.api.put(path, { webhook_endpoint: { webhook_url: 'https://example.com/once' } })
  expect(clash.body.error_details).toEqual({ webhook_url: ['value_already_exist'] })
  const same = await tenant.api.put(path, { webhook_endpoint: { webhook_url: 'https://example.com/other' } })
  expect(same.status).toBe(200)
})

test('an organization has at most ten endpoints', async () => {
  const tenant = await app.newOrganization()
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => create(tenant, { webhook_url: `https://example.com/${index}` })),
  )
  expect(answers.filter(answer => answer.status === 200)).toHaveLength(10)
  expect(await details(create(tenant, { webhook_url: 'https://example.com/more' }))).toEqual({
    base: ['Maximum number of webhook endpoints was reached'],
  })
})

test('event types are cleaned, and must be known', async () => {
  const tenant = await app.newOrganization()
  const types = async (url: string, eventTypes: unknown) =>
    (await create(tenant, { webhook_url: url, event_types: eventTypes })).body.webhook_endpoint.event_types
  expect(await types('https://a.example', [' Customer.Created ', '', 'customer.created', 'plan.deleted'])).toEqual([
    'customer.created',
    'plan.deleted',
  ])
  expect(await types('https://b.example', ['*'])).toBeNull()
  expect(await types('https://c.example', [])).toEqual([])
  const refundFailure = ['credit_note.provider_refund_failure', 'credit_note.refund_failure']
  expect(await types('https://d.example', refundFailure)).toEqual(refundFailure)

  const url = 'https://e.example'
  expect(await details(create(tenant, { webhook_url: url, event_types: 'customer.created' }))).toEqual({
    event_types: ['must_be_array'],
  })
  const unknown = ['foo.bar', 'customer.created', 'invoice.add_on_added']
  expect(await details(create(tenant, { webhook_url: url, event_types: unknown }))).toEqual({
    event_types: ['contains invalid types: ["foo.bar", "invoice.add_on_added"]'],
  })
})

test('endpoints are listed by address, page by page', async () => {
  const tenant = await app.newOrganization()
  for (const name of ['c', 'a', 'b']) await create(tenant, { webhook_url: `https://example.com/${name}` })
  const { body } = await tenant.api.get('/webhook_endpoints?page=1&per_page=2')
  expect(body.webhook_endpoints.map((endpoint: { webhook_url: string }) => endpoint.webhook_url)).toEqual([
    'https://example.com/a',
    'https://example.com/b',
  ])
  expect(body.meta).toEqual({ current_page: 1, next_page: 2, prev_page: null, total_pages: 2, total_count: 3 })
})

test("another organization's endpoint is not found, whatever is asked of it", async () => {
  const [owner, stranger] = [await app.newOrganization(), await app.newOrganization()]
  const path = `/webhook_endpoints/${await owner.addEndpoint('https://example.com/mine')}`
  const answers = [
    await stranger.api.get(path),
    await stranger.api.put(path, { webhook_endpoint: { name: 'stolen' } }),
    await stranger.api.delete(path),
    await stranger.api.get(`${path}/webhooks`),
    await stranger.api.get('/webhook_endpoints/no-uuid'),
  ]
  for (const { status, body } of answers) {
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'webhook_endpoint_not_found' })
  }
  expect((await stranger.api.get('/webhook_endpoints')).body.webhook_endpoints).toEqual([])
  expect((await owner.api.get(path)).body.webhook_endpoint.name).toBeNull()
})
