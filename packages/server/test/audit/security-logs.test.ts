import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiKey } from '../../src/accounts/index.ts'
import { clockTasks } from '../../src/audit/clock.ts'
import { newId } from '../../src/platform/ids.ts'
import { Browser } from '../console/support.ts'
import { createApi, startTestApp, type TestApp } from '../support/app.ts'
import { done, inShort, type Wire } from './support.ts'

const PASSWORD = 'Weir-and-water-7'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
const ada = { email: 'ada@acme.test', password: PASSWORD }

let app: TestApp
let admin: Browser
let organization: Record<string, string>
beforeAll(async () => {
  app = await startTestApp()
  admin = new Browser(app.server.url)
  organization = { 'weir-organization': app.organizationId, 'user-agent': FIREFOX }
  const signUp = { organization_name: 'Acme', name: 'Ada', ...ada }
  await done(admin.call('POST', '/console/api/sign_up', signUp, { 'user-agent': FIREFOX }))
})
afterAll(() => app.stop())

const known = new Set<string>()
/** What was logged since it was last asked, oldest first. */
async function news(): Promise<Wire[]> {
  const { security_logs: logs } = await done(app.api.get('/security_logs?to_date=2100-01-01'))
  const found = logs.filter((log: Wire) => !known.has(log.log_id)).toReversed()
  for (const { log_id: id } of found) known.add(id)
  return found
}

const told = (logs: Wire[]) => logs.map(log => [log.log_event, log.user_email, log.resources])

test('users: who signs up, is invited, signs in, gets other roles and leaves', async () => {
  const [signedUp, ...others] = await news()
  expect(others).toEqual([])
  expect(signedUp).toEqual({
    log_id: expect.any(String),
    log_type: 'user',
    log_event: 'user.signed_up',
    user_email: 'ada@acme.test',
    api_key_id: null,
    resources: { email: 'ada@acme.test', roles: ['admin'] },
    device_info: {
      browser: 'Firefox',
      os: 'Linux',
      device_type: 'desktop',
      user_agent: FIREFOX,
      ip_address: expect.stringMatching(/127\.0\.0\.1/),
    },
    logged_at: expect.any(String),
    created_at: expect.any(String),
  })
  expect(await done(app.api.get(`/security_logs/${signedUp.log_id}`))).toEqual({ security_log: signedUp })

  const browser = new Browser(app.server.url)
  const signIn = async (agent: string, password = PASSWORD) =>
    (await browser.call('POST', '/console/auth/sign-in/email', { ...ada, password }, { 'user-agent': agent })).status
  expect(await signIn(FIREFOX)).toBe(200)
  expect(await signIn(PHONE, 'wrong')).toBe(401)
  expect(told(await news())).toEqual([])
  expect(await signIn(PHONE)).toBe(200)
  expect(await signIn(PHONE)).toBe(200)
  const signedIn = await news()
  expect(told(signedIn)).toEqual([['user.new_device_logged_in', 'ada@acme.test', {}]])
  expect(signedIn[0].device_info).toMatchObject({ browser: 'Safari', os: 'iOS', device_type: 'mobile' })

  const invitation = { email: 'ben@acme.test', roles: ['finance'] }
  const { token } = await done(admin.call('POST', '/console/api/invitations', invitation, organization))
  const ben = new Browser(app.server.url)
  const accept = `/console/api/invitations/by_token/${token}/accept`
  await done(ben.call('POST', accept, { name: 'Ben', password: PASSWORD }, { 'user-agent': PHONE }))
  const { members } = await done(admin.call('GET', '/console/api/members', undefined, organization))
  const { id } = members.find((member: Wire) => member.email === 'ben@acme.test')
  await done(admin.call('PATCH', `/console/api/members/${id}`, { roles: ['manager', 'finance'] }, organization))
  await done(
    ben.call('POST', '/console/auth/change-password', { currentPassword: PASSWORD, newPassword: `${PASSWORD}8` }),
  )
  await done(admin.call('DELETE', `/console/api/members/${id}`, undefined, organization))
  const email = 'ben@acme.test'
  expect(told(await news())).toEqual([
    ['user.invited', ada.email, { invitee_email: email }],
    ['user.signed_up', email, { email, roles: ['finance'] }],
    ['user.role_edited', ada.email, { email, roles: { deleted: [], added: ['manager'] } }],
    ['user.password_edited', email, { email }],
    ['user.deleted', ada.email, { email }],
  ])
})

test('keys, endpoints and billing entities: what they were and what they are', async () => {
  const { api } = app
  const { api_key: key } = await done(admin.call('POST', '/console/api/api_keys', { name: 'Shop' }, organization))
  await done(admin.call('DELETE', `/console/api/api_keys/${key.id}`, undefined, organization))
  const ending = key.value.slice(-4)
  const permissions = expect.arrayContaining(['plan:read', 'plan:write'])
  expect(told(await news())).toEqual([
    ['api_key.created', ada.email, { name: 'Shop', value_ending: ending, permissions }],
    ['api_key.deleted', ada.email, { name: 'Shop', value_ending: ending }],
  ])

  const url = 'https://example.com/hook'
  const { webhook_endpoint: endpoint } = await done(
    api.post('/webhook_endpoints', { webhook_endpoint: { webhook_url: url, name: 'Hook' } }),
  )
  const path = `/webhook_endpoints/${endpoint.lago_id}`
  await done(api.put(path, { webhook_endpoint: { signature_algo: 'hmac', name: null } }))
  await done(api.delete(path))
  await done(api.put('/organizations', { organization: { webhook_url: url } }))
  const filters = { status: ['finalized'] }
  await done(api.post('/data_exports', { data_export: { resource_type: 'invoices', filters } }))
  const changes = { signature_algo: { deleted: 'jwt', added: 'hmac' }, name: { deleted: 'Hook' } }
  const entity = { billing_entity_name: 'Northwind', billing_entity_code: 'northwind' }
  expect(told(await news())).toEqual([
    ['webhook_endpoint.created', null, { webhook_url: url, signature_algo: 'jwt' }],
    ['webhook_endpoint.updated', null, { webhook_url: url, diff: changes }],
    ['webhook_endpoint.deleted', null, { webhook_url: url, signature_algo: 'hmac' }],
    ['webhook_endpoint.created', null, { webhook_url: url, signature_algo: 'jwt' }],
    ['billing_entity.updated', null, { ...entity, diff: {} }],
    ['export.created', null, { export_type: 'invoices', resource_query: filters }],
  ])

  await done(api.post('/taxes', { tax: { name: 'VAT', code: 'vat', rate: '20' } }))
  await done(api.put('/billing_entities/northwind', { billing_entity: { city: 'Basel', tax_codes: ['vat'] } }))
  await done(api.put('/billing_entities/northwind', { billing_entity: { city: null } }))
  await done(api.post('/billing_entities', { billing_entity: { name: 'South', code: 'south' } }))
  expect(told(await news())).toEqual([
    [
      'billing_entity.updated',
      null,
      { ...entity, diff: { city: { added: 'Basel' }, tax_codes: { deleted: [], added: ['vat'] } } },
    ],
    ['billing_entity.updated', null, { ...entity, diff: { city: { deleted: 'Basel' } } }],
    ['billing_entity.created', null, { billing_entity_name: 'South', billing_entity_code: 'south' }],
  ])
  expect((await api.post('/billing_entities', { billing_entity: { name: 'South', code: 'south' } })).status).toBe(422)
  expect(await news()).toEqual([])
})

test('the list: its end is mandatory, and what it is filtered by', async () => {
  const { api } = app
  const all = (await done(api.get('/security_logs?to_date=2100-01-01'))).security_logs
  const { id: userId } = (await done(admin.call('GET', '/console/api/me'))).user
  const keyId = all.find((log: Wire) => log.api_key_id !== null).api_key_id
  const having = (fits: (log: Wire) => boolean) => all.filter(fits).map((log: Wire) => log.log_id)
  const list = async (query: string) =>
    (await done(api.get(`/security_logs?to_date=2100-01-01&${query}`))).security_logs.map((log: Wire) => log.log_id)
  expect(await list('')).toEqual(having(() => true))
  expect(await list(`user_ids[]=${userId}`)).toEqual(having(log => log.user_email === ada.email))
  expect(await list(`api_key_ids[]=${keyId}`)).toEqual(having(log => log.api_key_id === keyId))
  expect(await list('log_types[]=api_key')).toEqual(having(log => log.log_type === 'api_key'))
  expect(await list('log_events[]=user.invited')).toEqual(having(log => log.log_event === 'user.invited'))
  expect(await list('log_events[]=deleted')).toEqual(having(log => log.log_event.endsWith('.deleted')))
  expect(await list('from_date=2099-01-01')).toEqual([])
  expect(await api.get('/security_logs')).toMatchObject({
    status: 422,
    body: { error_details: { to_date: ['value_is_mandatory'] } },
  })
  expect(await api.get('/security_logs?to_date=soon')).toMatchObject({
    body: { error_details: { to_date: ['invalid_date'] } },
  })
  const other = await app.newOrganization()
  expect((await done(other.api.get('/security_logs?to_date=2100-01-01'))).security_logs).toEqual([])
  for (const [caller, id] of [
    [api, newId()],
    [other.api, all[0].log_id],
  ] as const) {
    expect(await caller.get(`/security_logs/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'security_log_not_found' },
    })
  }
  const { value } = await createApiKey(app.ctx, { permissions: { activity_log: ['read'] } })
  expect(await createApi(api.url, value).get('/security_logs?to_date=2100-01-01')).toMatchObject({
    status: 403,
    body: { code: 'read_action_not_allowed_for_security_log' },
  })
})

test('what a user of the console does is theirs, and only administrators see the logs', async () => {
  await done(admin.call('POST', '/api/v1/customers', { customer: { external_id: 'acme' } }, organization))
  const logs = await done(app.api.get('/activity_logs?activity_sources[]=front&user_emails[]=ada@acme.test'))
  expect(logs.activity_logs.map(inShort)).toEqual(['customer.created front Customer acme'])
  expect((await done(app.api.get('/api_logs?request_paths=*customers'))).api_logs).toEqual([])

  const invitation = { email: 'eve@acme.test', roles: ['finance', 'manager'] }
  const { token } = await done(admin.call('POST', '/console/api/invitations', invitation, organization))
  const eve = new Browser(app.server.url)
  const accept = `/console/api/invitations/by_token/${token}/accept`
  await done(eve.call('POST', accept, { name: 'Eve', password: PASSWORD }))
  for (const path of ['/activity_logs', '/api_logs', '/security_logs?to_date=2100-01-01']) {
    expect((await eve.call('GET', `/api/v1${path}`, undefined, organization)).status).toBe(403)
    expect((await admin.call('GET', `/api/v1${path}`, undefined, organization)).status).toBe(200)
  }
})

test('old logs are deleted, by their real age; those of requests when the organization does not list them either', async () => {
  const { ctx } = app
  const count = async () => {
    const { rows } = await ctx.pool.query(`
      select (select count(*)::int from api_logs where organization_id = '${ctx.org.id}') as api,
        (select count(*)::int from security_logs where organization_id = '${ctx.org.id}') as security,
        (select count(*)::int from activity_logs where organization_id = '${ctx.org.id}') as activity`)
    return rows[0]
  }
  await done(app.api.get('/api_logs'))
  const before = await count()
  const purge = async (days: number, period: number | null) => {
    await ctx.db.updateTable('organizations').set({ audit_logs_period: period }).where('id', '=', ctx.org.id).execute()
    const now = Temporal.Now.instant().add({ hours: days * 24 })
    await clockTasks[0]?.run({ db: ctx.db, now, organizationId: null, config: ctx.config, log: ctx.log })
    return count()
  }
  expect(before.api * before.security * before.activity).toBeGreaterThan(0)
  expect(await purge(89, 30)).toEqual(before)
  expect(await purge(91, null)).toEqual({ ...before, security: 0 })
  expect(await purge(91, 100)).toEqual({ ...before, security: 0 })
  expect(await purge(91, 30)).toEqual({ ...before, security: 0, api: 0 })
})
