import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listUsers, resetPassword } from '../../src/console/index.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { Browser } from './support.ts'

const PASSWORD = 'Weir-and-water-7'
let app: TestApp
let admin: Browser
let organizationId: string

const organization = () => ({ 'weir-organization': organizationId })

beforeAll(async () => {
  app = await startTestApp()
  admin = new Browser(app.server.url)
  const signedUp = await admin.call('POST', '/console/api/sign_up', {
    organization_name: 'Acme',
    name: 'Ada',
    email: 'Ada@Acme.test',
    password: PASSWORD,
  })
  expect(signedUp).toMatchObject({ status: 200 })
  organizationId = app.organizationId
})

afterAll(() => app.stop())

/** Invites an address and accepts as a new user. */
async function join(email: string, roles: string[]): Promise<Browser> {
  const invited = await admin.call('POST', '/console/api/invitations', { email, roles }, organization())
  expect(invited.status).toBe(200)
  const browser = new Browser(app.server.url)
  const path = `/console/api/invitations/by_token/${invited.body.token}`
  expect(await browser.call('GET', path)).toMatchObject({ body: { invitation: { email, has_user: false } } })
  expect((await browser.call('POST', `${path}/accept`, { name: 'New', password: PASSWORD })).status).toBe(200)
  expect(await browser.call('GET', path)).toMatchObject({ status: 404 })
  return browser
}

describe('the first sign-up', () => {
  test('makes an administrator of every organization, whose first ones get the company’s name', async () => {
    const { body } = await admin.call('GET', '/console/api/me')
    expect(body.user).toMatchObject({ name: 'Ada', email: 'ada@acme.test' })
    expect(body.organizations.map((one: { name: string; roles: string[] }) => [one.name, one.roles])).toEqual([
      ['Acme', ['admin']],
      ['Acme Sandbox', ['admin']],
      ['Northwind', ['admin']],
    ])
  })

  test('is the only one', async () => {
    const other = new Browser(app.server.url)
    const again = { organization_name: 'Other', name: 'Eve', email: 'eve@acme.test', password: PASSWORD }
    expect(await other.call('POST', '/console/api/sign_up', again)).toMatchObject({
      status: 403,
      body: { code: 'sign_up_closed' },
    })
    expect(await other.call('POST', '/console/auth/sign-up/email', again)).toMatchObject({ status: 404 })
    expect(await other.call('GET', '/console/api/me')).toMatchObject({ body: { user: null, sign_up_open: false } })
  })
})

describe('sessions', () => {
  test('end with signing out; a wrong password starts none', async () => {
    const browser = new Browser(app.server.url)
    const credentials = { email: 'ada@acme.test', password: PASSWORD }
    expect((await browser.call('POST', '/console/auth/sign-in/email', { ...credentials, password: 'x' })).status).toBe(
      401,
    )
    const signedIn = await browser.call('POST', '/console/auth/sign-in/email', credentials)
    expect(signedIn.status).toBe(200)
    expect(signedIn.headers.get('set-cookie')).toMatch(/HttpOnly/)
    expect(signedIn.headers.get('set-cookie')).toMatch(/SameSite=Strict/i)
    expect((await browser.call('GET', '/api/v1/customers', undefined, organization())).status).toBe(200)
    const kept = new Map(browser.cookies)
    expect((await browser.call('POST', '/console/auth/sign-out', {})).status).toBe(200)
    const stolen = { ...organization(), cookie: [...kept].map(([name, value]) => `${name}=${value}`).join('; ') }
    expect((await browser.call('GET', '/api/v1/customers', undefined, stolen)).status).toBe(401)
  })

  test.each([
    ['no organization', {}, 401],
    ['an organization that is none', { 'weir-organization': 'acme' }, 403],
    ['an organization of others', { 'weir-organization': '01890000-0000-7000-8000-000000000000' }, 403],
  ])('a request that names %s is refused', async (_name, headers, status) => {
    expect((await admin.call('GET', '/api/v1/customers', undefined, headers)).status).toBe(status)
  })

  test.each([
    ['from another site', { origin: 'https://evil.test' }],
    ['that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['from a sandboxed frame', { origin: 'null' }],
  ])('a change %s is refused', async (_name, headers) => {
    const customer = { customer: { external_id: 'forged' } }
    const forged = await admin.call('POST', '/api/v1/customers', customer, { ...organization(), ...headers })
    expect(forged).toMatchObject({ status: 403, body: { code: 'foreign_origin' } })
    expect((await admin.call('POST', '/console/api/organizations', { name: 'Forged' }, headers)).status).toBe(403)
    expect((await admin.call('POST', '/console/auth/sign-out', {}, headers)).status).toBe(403)
  })

  test('too many wrong passwords are stopped', async () => {
    const browser = new Browser(app.server.url)
    const wrong = { email: 'ada@acme.test', password: 'wrong' }
    let status = 0
    for (let tries = 0; tries < 12 && status !== 429; tries++) {
      status = (await browser.call('POST', '/console/auth/sign-in/email', wrong)).status
    }
    expect(status).toBe(429)
  })

  test.each([
    ['short', 'Ab1!', ['value_is_too_short']],
    ['of one kind', 'aaaaaaaaaa', ['uppercase_letter_is_missing', 'digit_is_missing', 'special_character_is_missing']],
  ])('a new password that is %s is refused', async (_name, password, codes) => {
    const changed = await admin.call('POST', '/console/auth/change-password', {
      currentPassword: PASSWORD,
      newPassword: password,
    })
    expect(changed).toMatchObject({ status: 422, body: { error_details: { newPassword: codes } } })
  })
})

describe('roles', () => {
  const customer = { customer: { external_id: 'c-roles', name: 'Roles' } }
  const coupon = {
    coupon: {
      name: 'Ten',
      code: 'ten',
      coupon_type: 'percentage',
      percentage_rate: '10',
      frequency: 'once',
      expiration: 'no_expiration',
    },
  }

  test.each([
    // role, may write customers, may write coupons, may read metrics, may change the organization
    ['admin', 200, 200, 200, 200],
    ['finance', 403, 403, 403, 200],
    ['manager', 200, 403, 403, 403],
  ])('%s', async (role, customers, coupons, metrics, settings) => {
    const browser = await join(`${role}@acme.test`, [role])
    const call = async (method: string, path: string, body?: unknown) =>
      (await browser.call(method, path, body, organization())).status
    expect(await call('POST', '/api/v1/customers', customer)).toBe(customers)
    expect(await call('POST', '/api/v1/coupons', coupon)).toBe(coupons)
    expect(await call('GET', '/api/v1/billable_metrics')).toBe(metrics)
    expect(await call('PUT', '/api/v1/organizations', { organization: { city: 'Basel' } })).toBe(settings)
    expect(await call('GET', '/api/v1/invoices')).toBe(200)
    expect(await call('GET', '/console/api/members')).toBe(role === 'admin' ? 200 : 403)
    expect(await call('POST', '/console/api/api_keys', {})).toBe(role === 'admin' ? 200 : 403)
    expect(await call('GET', '/console/api/webhook_signing')).toBe(role === 'admin' ? 200 : 403)
    // Drafts are deleted by administrators alone.
    const unknown = await call('DELETE', '/api/v1/invoices/01890000-0000-7000-8000-000000000000')
    expect(unknown).toBe(role === 'admin' ? 404 : 403)
  })

  test('the rights of several roles add up', async () => {
    const browser = await join('both@acme.test', ['finance', 'manager'])
    expect((await browser.call('POST', '/api/v1/customers', customer, organization())).status).toBe(200)
    expect(
      (await browser.call('PUT', '/api/v1/organizations', { organization: { city: 'Bern' } }, organization())).status,
    ).toBe(200)
  })

  test('are changed and taken away, but never those of the last administrator', async () => {
    const browser = await join('short@acme.test', ['manager'])
    const members = (await admin.call('GET', '/console/api/members', undefined, organization())).body.members
    const { id } = members.find((member: { email: string }) => member.email === 'short@acme.test')
    await admin.call('PATCH', `/console/api/members/${id}`, { roles: ['finance'] }, organization())
    expect((await browser.call('POST', '/api/v1/customers', customer, organization())).status).toBe(403)
    expect((await admin.call('DELETE', `/console/api/members/${id}`, undefined, organization())).status).toBe(200)
    expect((await browser.call('GET', '/api/v1/customers', undefined, organization())).status).toBe(403)

    const mine = (await admin.call('GET', '/console/api/me')).body.organizations.find(
      (one: { name: string }) => one.name === 'Acme',
    )
    const headers = { 'weir-organization': mine.id }
    const [only] = (await admin.call('GET', '/console/api/members', undefined, headers)).body.members
    for (const [method, body] of [
      ['PATCH', { roles: ['finance'] }],
      ['DELETE', undefined],
    ] as const) {
      expect(await admin.call(method, `/console/api/members/${only.id}`, body, headers)).toMatchObject({
        status: 422,
        body: { error_details: { roles: ['last_admin'] } },
      })
    }
  })

  test('a user of the invited address signs in to accept', async () => {
    const mine = (await admin.call('GET', '/console/api/me')).body.organizations.find(
      (one: { name: string }) => one.name === 'Acme',
    )
    const manager = await join('guest@acme.test', ['manager'])
    const invited = await admin.call(
      'POST',
      '/console/api/invitations',
      { email: 'guest@acme.test', roles: ['finance'] },
      { 'weir-organization': mine.id },
    )
    const path = `/console/api/invitations/by_token/${invited.body.token}/accept`
    const stranger = new Browser(app.server.url)
    expect(await stranger.call('POST', path, { name: 'X', password: PASSWORD })).toMatchObject({
      status: 403,
      body: { code: 'sign_in_to_accept' },
    })
    expect((await manager.call('POST', path, {})).status).toBe(200)
    expect((await manager.call('GET', '/api/v1/invoices', undefined, { 'weir-organization': mine.id })).status).toBe(
      200,
    )
  })

  test('a revoked invitation is gone', async () => {
    const { body } = await admin.call(
      'POST',
      '/console/api/invitations',
      { email: 'gone@acme.test', roles: ['admin'] },
      organization(),
    )
    await admin.call('DELETE', `/console/api/invitations/${body.invitation.id}`, undefined, organization())
    expect((await admin.call('GET', `/console/api/invitations/by_token/${body.token}`)).status).toBe(404)
  })
})

test('plans, metrics and subscriptions are found by a part of their names', async () => {
  const make = async (path: string, body: unknown) => expect((await app.api.post(path, body)).status).toBe(200)
  for (const code of ['tokens_in', 'seats']) {
    await make('/billable_metrics', {
      billable_metric: { name: code.toUpperCase(), code, aggregation_type: 'count_agg' },
    })
    await make('/plans', {
      plan: {
        name: `Plan ${code}`,
        code,
        interval: 'monthly',
        amount_cents: 100,
        amount_currency: 'USD',
        pay_in_advance: false,
      },
    })
    await make('/customers', { customer: { external_id: `${code}-co`, name: `Company ${code}` } })
    await make('/subscriptions', {
      subscription: { external_customer_id: `${code}-co`, plan_code: code, external_id: `${code}-sub`, name: 'Main' },
    })
  }
  const found = async (path: string, root: string, term: string) =>
    (await app.api.get(`${path}?search_term=${encodeURIComponent(term)}`)).body[root].map(
      (row: { code?: string; external_id?: string }) => row.code ?? row.external_id,
    )
  expect(await found('/plans', 'plans', 'plan TOKENS')).toEqual(['tokens_in'])
  expect(await found('/plans', 'plans', 'n_')).toEqual([])
  expect(await found('/billable_metrics', 'billable_metrics', 'seat')).toEqual(['seats'])
  expect(await found('/subscriptions', 'subscriptions', 'company seats')).toEqual(['seats-sub'])
  expect(await found('/subscriptions', 'subscriptions', 'in-sub')).toEqual(['tokens_in-sub'])
})

test('a password that the operator resets lets in, and the old sessions end', async () => {
  const browser = await join('forgetful@acme.test', ['finance'])
  expect(await resetPassword(app.server.database.db, 'nobody@acme.test')).toBeUndefined()
  const password = await resetPassword(app.server.database.db, 'Forgetful@acme.test')
  expect(await browser.call('GET', '/console/api/me')).toMatchObject({ body: { user: null } })
  const signIn = (text: unknown) =>
    browser.call('POST', '/console/auth/sign-in/email', { email: 'forgetful@acme.test', password: text })
  await app.server.database.db.deleteFrom('sign_in_attempts').execute()
  expect((await signIn(PASSWORD)).status).toBe(401)
  expect((await signIn(password)).status).toBe(200)
  expect(await listUsers(app.server.database.db)).toContainEqual({
    name: 'New',
    email: 'forgetful@acme.test',
    organizations: 1,
  })
})

test('an API key made in the console works until it is revoked', async () => {
  const { body } = await admin.call('POST', '/console/api/api_keys', { name: 'CI' }, organization())
  const headers = { authorization: `Bearer ${body.api_key.value}` }
  expect((await admin.call('GET', '/api/v1/customers', undefined, headers)).status).toBe(200)
  const { api_keys: keys } = (await admin.call('GET', '/console/api/api_keys', undefined, organization())).body
  expect(keys.at(-1)).toMatchObject({ name: 'CI', ending: body.api_key.value.slice(-4) })
  expect(JSON.stringify(keys)).not.toContain(body.api_key.value)
  expect(
    (await admin.call('DELETE', `/console/api/api_keys/${body.api_key.id}`, undefined, organization())).status,
  ).toBe(200)
  expect((await admin.call('GET', '/api/v1/customers', undefined, headers)).status).toBe(401)
})

test('an organization created in the console belongs to its creator', async () => {
  const { body } = await admin.call('POST', '/console/api/organizations', { name: 'Second', sandbox: true })
  const headers = { 'weir-organization': body.organization.id }
  expect((await admin.call('GET', '/api/v1/test_clock', undefined, headers)).status).toBe(200)
})
