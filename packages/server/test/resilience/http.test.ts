import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import type { Database } from '../../src/platform/db/database.ts'
import { hashKey } from '../../src/platform/secrets.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { connect, until } from './billing.ts'
import { endAll, SANDBOX_KEY, startProcess, type WeirProcess } from './processes.ts'

let database: TestDatabase
let own: Database
let server: WeirProcess
beforeAll(async () => {
  database = await createTestDatabase()
  own = connect(database.url)
  server = await startProcess(database.url, { role: 'api', env: { WEIR_BODY_LIMIT_BYTES: '2048' } })
})
afterAll(async () => {
  await endAll([server])
  await own.close()
  await database.drop()
})

const key = { authorization: `Bearer ${SANDBOX_KEY}` }
const json = { ...key, 'content-type': 'application/json' }

async function ask(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
  const response = await fetch(`${server.url}${path}`, { method, headers, ...(body !== undefined && { body }) })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

describe('a path or verb that does not exist', () => {
  it.each([
    ['GET', '/api/v1/nothing'],
    ['GET', '/nothing'],
    ['GET', '/api/v2/customers'],
    ['POST', '/api/v1/organizations'],
    ['PATCH', '/api/v1/organizations'],
    ['DELETE', '/api/v1/plans'],
    ['PUT', '/health'],
  ])('is not found, without a key: %s %s', async (method, path) => {
    const answer = await ask(method, path)
    expect(answer.status).toBe(404)
    expect(answer.body).toEqual({ status: 404, error: 'Not Found', code: 'resource_not_found' })
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })
})

describe('the API key', () => {
  it.each([
    ['after any scheme word', `Bearer ${SANDBOX_KEY}`, 200],
    ['after another scheme word', `Token ${SANDBOX_KEY}`, 200],
    ['before further words', `Bearer ${SANDBOX_KEY} and more`, 200],
    ['as the only word', SANDBOX_KEY, 401],
    ['after two spaces', `Bearer  ${SANDBOX_KEY}`, 401],
    ['unknown', 'Bearer 00000000-0000-4000-8000-000000000000', 401],
    ['absent', 'Bearer', 401],
  ])('%s', async (_name, authorization, status) => {
    const answer = await ask('GET', '/api/v1/organizations', { authorization })
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.body).toEqual({ status: 401, error: 'Unauthorized' })
  })

  it('is needed', async () => {
    expect((await ask('GET', '/api/v1/organizations')).status).toBe(401)
  })

  it('is refused from the moment it expires', async () => {
    const add = async (value: string, expiresAt: string) => {
      await own.pool.query(
        `insert into api_keys (id, organization_id, key_hash, key_ending, permissions, expires_at, created_at)
         select gen_random_uuid(), organization_id, $1, 'none', permissions, $2, created_at
         from api_keys
         where key_hash = $3`,
        [hashKey(value), expiresAt, hashKey(SANDBOX_KEY)],
      )
      return { authorization: `Bearer ${value}` }
    }
    const expired = await add('an-expired-key', 'now')
    const answer = await ask('GET', '/api/v1/organizations', expired)
    expect(answer).toMatchObject({ status: 401, body: { status: 401, error: 'Unauthorized' } })

    const soon = Temporal.Now.instant().add({ seconds: 1 }).toString()
    const expiring = await add('an-expiring-key', soon)
    expect((await ask('GET', '/api/v1/organizations', expiring)).status).toBe(200)
    await until(async () => (await ask('GET', '/api/v1/organizations', expiring)).status === 401, 'it has expired')
    expect(Temporal.Instant.compare(Temporal.Now.instant(), Temporal.Instant.from(soon))).toBe(1)
  })

  it('is asked for before the body is read', async () => {
    const answer = await ask('POST', '/api/v1/customers', { 'content-type': 'application/json' }, '{"customer":')
    expect(answer.status).toBe(401)
  })
})

describe('the body', () => {
  it.each(['{"customer":', 'customer=ada', '{"customer": NaN}'])('that is not JSON: %s', async body => {
    const answer = await ask('POST', '/api/v1/customers', json, body)
    expect(answer).toMatchObject({ status: 400, body: { status: 400, error: 'Bad Request' } })
    expect(answer.body).not.toHaveProperty('code')
  })

  it.each(['{}', '{"customer":{}}', '{"customer":null}', '', '[]'])('without its root: %s', async body => {
    const answer = await ask('POST', '/api/v1/customers', json, body)
    const error = 'BadRequest: param is missing or the value is empty or invalid: customer'
    expect(answer).toMatchObject({ status: 400, body: { status: 400, error } })
  })

  it('that is too large', async () => {
    const body = (length: number) =>
      JSON.stringify({ customer: { external_id: 'ada', legal_name: 'Ada', padding: 'a'.repeat(length) } })
    expect((await ask('POST', '/api/v1/customers', json, body(1500))).status).toBe(200)
    const answer = await ask('POST', '/api/v1/customers', json, body(3000))
    expect(answer).toMatchObject({ status: 413, body: { status: 413, error: 'Payload Too Large' } })
  })
})

describe('text that the database cannot hold', () => {
  it('is mended where it is sent: NUL characters go, halves of surrogate pairs are replaced', async () => {
    const plan = { name: 'a\0b', code: 'half\ud800', interval: 'monthly', amount_cents: 0, pay_in_advance: false }
    const rest = { amount_currency: 'EUR', metadata: { 'k\0ey': 'whole \ud83d\ude00, half \ude00' } }
    const answer = await ask('POST', '/api/v1/plans', json, JSON.stringify({ plan: { ...plan, ...rest } }))
    expect(answer).toMatchObject({
      status: 200,
      body: { plan: { name: 'ab', code: 'half\ufffd', metadata: { key: 'whole \ud83d\ude00, half \ufffd' } } },
    })
    const privileges = [{ code: 'tier', value_type: 'select', config: { select_options: ['a\0', '\udfff'] } }]
    const feature = await ask('POST', '/api/v1/features', json, JSON.stringify({ feature: { code: 'f', privileges } }))
    expect(feature.body).toMatchObject({ feature: { privileges: [{ config: { select_options: ['a', '\ufffd'] } }] } })
  })

  it.each([
    ['/events?code=%00', 200],
    ['/fees?currency=%00', 200],
    ['/customers/nobody/past_usage?external_subscription_id=%00', 200],
    ['/customers/nobody/past_usage?external_subscription_id=s&billable_metric_code=%00', 404],
    [`/customers/nobody/past_usage?external_subscription_id=s&periods_count=${'9'.repeat(20)}`, 200],
    ['/events/%00', 404],
    ['/plans/%00', 404],
  ])('finds nothing where it is asked for: %s', async (path, status) => {
    const answer = await ask('GET', `/api/v1${path}`, key)
    expect(answer.status).toBe(status)
    if (status === 200) expect(answer.body).toMatchObject({ meta: { total_count: 0 } })
  })
})

describe('the request id', () => {
  it.each([
    ['/api/v1/organizations', 200],
    ['/api/v1/nothing', 404],
    ['/api/v1/customers/nobody', 404],
    ['/health', 200],
  ])('is the one of the client: %s', async (path, status) => {
    const answer = await ask('GET', path, { ...key, 'x-request-id': 'req-42/a' })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-request-id')).toBe('req-42/a')
  })

  it('is made where the client gives none, or none that can be used', async () => {
    const ids = new Set<string | null>()
    for (const headers of [{}, {}, { 'x-request-id': 'x'.repeat(300) }, { 'x-request-id': 'two words' }]) {
      ids.add((await ask('GET', '/health', headers)).headers.get('x-request-id'))
    }
    expect(ids.size).toBe(4)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  })
})

test('an unexpected error tells the client nothing, and the log everything, under the id of the request', async () => {
  await own.pool.query('alter table customers rename to out_of_order')
  const answer = await ask('GET', '/api/v1/customers', { ...key, 'x-request-id': 'the-unlucky-one' })
  await own.pool.query('alter table out_of_order rename to customers')

  expect(answer.status).toBe(500)
  expect(answer.text).toBe('{"status":500,"error":"Internal Server Error"}')
  expect(answer.headers.get('x-request-id')).toBe('the-unlucky-one')
  const line = () =>
    server
      .output()
      .split('\n')
      .find(candidate => candidate.includes('the-unlucky-one'))
  await until(async () => line() !== undefined, 'the log has it')
  expect(JSON.parse(line() ?? '')).toMatchObject({
    level: 50,
    requestId: 'the-unlucky-one',
    method: 'GET',
    url: '/api/v1/customers',
    err: { message: expect.stringContaining('customers'), stack: expect.any(String) },
  })
  expect(line()).not.toContain(SANDBOX_KEY)
  expect((await ask('GET', '/api/v1/customers', key)).status).toBe(200)
})

describe('what operators ask, without a key', () => {
  it('is it healthy', async () => {
    const { status, body } = await ask('GET', '/health')
    expect(status).toBe(200)
    expect(body).toEqual({ version: expect.any(String), github_url: expect.any(String), message: 'Success' })
  })

  it('is it ready', async () => {
    expect(await ask('GET', '/ready')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  it('how long do requests take', async () => {
    await ask('GET', '/api/v1/customers/nobody', key)
    const { status, text } = await ask('GET', '/metrics')
    expect(status).toBe(200)
    expect(text).toMatch(
      /weir_http_request_duration_seconds_count\{method="GET",route="[^"]*customers[^"]*",status="404"\} \d/,
    )
    expect(text).toContain('process_cpu_seconds_total')
  })

  it('which calls are there', async () => {
    const { status, body } = await ask('GET', '/openapi.json')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      openapi: '3.1.0',
      paths: expect.objectContaining({ '/api/v1/customers': expect.anything() }),
    })
  })

  it('where can I read about them', async () => {
    const { status, headers, text } = await ask('GET', '/docs/')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toContain('text/html')
    expect(text).toContain('/openapi.json')
  })
})

test('a process whose database is gone says so, and is back when the database is', async () => {
  const name = new URL(database.url).pathname.slice(1)
  const admin = connect(database.url.replace(/\/[^/]*$/, '/postgres'))
  try {
    await admin.pool.query(`alter database ${name} allow_connections false`)
    await admin.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    expect(await ask('GET', '/health')).toMatchObject({ status: 500, body: { message: 'Unhealthy' } })
    expect(await ask('GET', '/ready')).toMatchObject({ status: 503, body: { status: 'database unreachable' } })
    expect(await ask('GET', '/api/v1/customers', key)).toMatchObject({
      status: 500,
      text: '{"status":500,"error":"Internal Server Error"}',
    })
  } finally {
    await admin.pool.query(`alter database ${name} allow_connections true`)
    await admin.close()
  }
  expect((await ask('GET', '/health')).status).toBe(200)
  expect((await ask('GET', '/api/v1/customers', key)).status).toBe(200)
})
