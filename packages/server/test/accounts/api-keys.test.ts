import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey, listApiKeys, revokeApiKey } from '../../src/accounts/index.ts'
import { createApi, startTestApp, type TestApp } from '../support/app.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const unauthorized = { status: 401, body: { status: 401, error: 'Unauthorized' } }

describe('API keys', () => {
  it('are the second word of the authorization header, whatever the first', async () => {
    const read = (authorization?: string) =>
      app.api.get('/customers', authorization === undefined ? {} : { authorization })
    expect((await read(`Token ${app.api.apiKey}`)).status).toBe(200)
    expect(await read(app.api.apiKey)).toMatchObject(unauthorized)
    expect(await read('Bearer ')).toMatchObject(unauthorized)
    expect(await read('Bearer 00000000-0000-4000-8000-000000000000')).toMatchObject(unauthorized)
    const response = await fetch(`${app.api.url}/api/v1/customers`)
    expect(await response.json()).toEqual({ status: 401, error: 'Unauthorized' })
  })

  it('show when they were last used, but for sending events', async () => {
    const before = Temporal.Now.instant()
    const { api, ctx } = await app.newOrganization()
    const lastUse = async () => (await listApiKeys(ctx)).map(({ lastUsedAt }) => lastUsedAt)
    expect(await lastUse()).toEqual([null])
    await api.post('/events', { event: { transaction_id: 't', code: 'c', external_subscription_id: 's' } })
    expect(await lastUse()).toEqual([null])
    await api.get('/customers')
    const [used] = await lastUse()
    expect(Temporal.Instant.compare(used ?? before, before)).toBe(1)
    // Once a minute is often enough: requests do not wait for it.
    await api.get('/customers')
    expect(await lastUse()).toEqual([used])
  })

  it('may do what their permissions say, and nothing on a resource they do not name', async () => {
    const { value } = await createApiKey(app.ctx, { permissions: { customer: ['read'] } })
    const api = createApi(app.api.url, value)
    expect((await api.get('/customers')).status).toBe(200)
    expect(await api.post('/customers', { customer: { external_id: 'x' } })).toMatchObject({
      status: 403,
      body: { status: 403, error: 'Forbidden', code: 'write_action_not_allowed_for_customer' },
    })
    expect((await api.delete('/customers/x')).body.code).toBe('write_action_not_allowed_for_customer')
    expect((await api.get('/organizations')).body.code).toBe('read_action_not_allowed_for_organization')
    expect((await api.get('/billing_entities')).body.code).toBe('read_action_not_allowed_for_billing_entity')
  })

  it.each([
    [{}, ['value_is_mandatory']],
    [{ customer: ['read'], moon: ['read'] }, ['contains forbidden keys: ["moon"]']],
    [{ customer: ['read', 'destroy'] }, ['contains forbidden values: ["destroy"]']],
  ])('cannot be made with the permissions %j', async (permissions, codes) => {
    await expect(createApiKey(app.ctx, { permissions })).rejects.toMatchObject({
      status: 422,
      body: { error_details: { permissions: codes } },
    })
  })

  it('are refused before the body is looked at, and unknown paths before the key is', async () => {
    const { value } = await createApiKey(app.ctx, { permissions: { customer: ['read'] } })
    expect((await createApi(app.api.url, value).post('/customers', {})).status).toBe(403)
    expect(await createApi(app.api.url, 'nobody').get('/nowhere')).toMatchObject({
      status: 404,
      body: { status: 404, error: 'Not Found', code: 'resource_not_found' },
    })
  })

  it('stop working at once when they are revoked', async () => {
    const tenant = await app.newOrganization()
    const { id, value } = await createApiKey(tenant.ctx)
    const api = createApi(app.api.url, value)
    expect((await api.get('/customers')).status).toBe(200)
    await revokeApiKey(tenant.ctx, id)
    expect(await api.get('/customers')).toMatchObject(unauthorized)
    expect(await listApiKeys(tenant.ctx)).toHaveLength(1)
  })

  it('cannot all be revoked', async () => {
    const tenant = await app.newOrganization()
    const [only] = await listApiKeys(tenant.ctx)
    await expect(revokeApiKey(tenant.ctx, only?.id ?? '')).rejects.toMatchObject({
      status: 422,
      body: { error_details: { base: ['last_non_expiring_api_key'] } },
    })
    const other = await app.newOrganization()
    await createApiKey(other.ctx)
    await expect(revokeApiKey(other.ctx, only?.id ?? '')).rejects.toMatchObject({ status: 404 })
  })

  it('are not stored: only what they hash to, and how they end', async () => {
    const tenant = await app.newOrganization()
    const [key] = await listApiKeys(tenant.ctx)
    expect(key?.ending).toBe(tenant.api.apiKey.slice(-4))
    const { rows } = await app.server.database.pool.query('select api_keys::text as row from api_keys')
    expect(rows.some(({ row }) => row.includes(tenant.api.apiKey))).toBe(false)
  })
})
