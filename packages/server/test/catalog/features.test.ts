import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { createPlan, freshCode, invalid, notFound } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const post = (tenant: Tenant, feature: object) => tenant.api.post('/features', { feature })
const put = (tenant: Tenant, code: string, feature: object) => tenant.api.put(`/features/${code}`, { feature })

/** An organization with the features `seats` (max, root), `sso` (provider) and `support` (tier). */
async function withFeatures(): Promise<Tenant> {
  const tenant = await app.newOrganization()
  const features = {
    seats: [
      { code: 'max', name: 'Most', value_type: 'integer' },
      { code: 'root', value_type: 'boolean' },
    ],
    sso: [{ code: 'provider', value_type: 'select', config: { select_options: ['okta', 'google'] } }],
    support: [{ code: 'tier' }],
  }
  for (const [code, privileges] of Object.entries(features)) {
    const { status } = await post(tenant, { code, name: code.toUpperCase(), privileges })
    expect(status).toBe(200)
  }
  return tenant
}

// biome-ignore lint/suspicious/noExplicitAny: what the wire gives
type Wire = any

/** By feature, the values by privilege. */
const valuesOf = (entitlements: Wire[]) =>
  Object.fromEntries(
    entitlements.map(({ code, privileges }) => [
      code,
      Object.fromEntries(privileges.map((privilege: Wire) => [privilege.code, privilege.value])),
    ]),
  )

describe('a feature', () => {
  it('lives through the official client', async () => {
    const { client } = await app.newOrganization()
    const { data: created } = await client.features.createFeature({
      feature: {
        code: ' seats ',
        name: 'Seats',
        description: 'Who may log in',
        privileges: [
          { code: ' max ', name: 'Most', value_type: 'integer' },
          { code: 'root' },
          { code: 'sso', value_type: 'select', config: { select_options: ['okta'] } },
        ],
      },
    })
    expect(created.feature).toEqual({
      code: 'seats',
      name: 'Seats',
      description: 'Who may log in',
      privileges: [
        { code: 'max', name: 'Most', value_type: 'integer', config: {} },
        { code: 'root', name: null, value_type: 'string', config: {} },
        { code: 'sso', name: null, value_type: 'select', config: { select_options: ['okta'] } },
      ],
      created_at: expect.stringMatching(/Z$/),
    })
    expect((await client.features.findFeature('seats')).data).toEqual(created)
    const { data: updated } = await client.features.updateFeature('seats', {
      feature: {
        name: '',
        privileges: [
          { code: 'sso', name: 'Single sign-on', config: { select_options: ['google', 'okta'] }, value_type: 'string' },
          { code: 'new', value_type: 'boolean' },
          { code: 'max' },
        ],
      },
    })
    expect(updated.feature).toEqual({
      ...created.feature,
      name: '',
      privileges: [
        ...created.feature.privileges.slice(0, 2),
        {
          code: 'sso',
          name: 'Single sign-on',
          value_type: 'select',
          config: { select_options: ['okta', 'google'] },
        },
        { code: 'new', name: null, value_type: 'boolean', config: {} },
      ],
    })
    const { data: less } = await client.features.deleteFeaturePrivilege('seats', 'root')
    const kept = updated.feature.privileges.filter(privilege => privilege.code !== 'root')
    expect(less.feature).toEqual({ ...updated.feature, privileges: kept })
    expect((await client.features.findAllFeatures()).data.features).toEqual([less.feature])
    const { data: deleted } = await client.features.destroyFeature('seats')
    expect(deleted.feature).toEqual({ ...less.feature, privileges: [] })
    await expect(client.features.findFeature('seats')).rejects.toMatchObject({ status: 404 })
  })

  const privilege = (fields: object) => ({ code: freshCode('feature'), privileges: [{ code: 'p', ...fields }] })
  it.each([
    [{ code: '  ' }, { code: ['value_is_mandatory'] }],
    [{ name: 'No code' }, { code: ['value_is_mandatory'] }],
    [
      { code: 'c'.repeat(256), name: 'n'.repeat(256), description: 'd'.repeat(601) },
      { code: ['value_is_too_long'], name: ['value_is_too_long'], description: ['value_is_too_long'] },
    ],
    [privilege({ code: null }), { 'privilege.code': ['value_is_mandatory'] }],
    [privilege({ code: 'c'.repeat(256) }), { 'privilege.code': ['value_is_too_long'] }],
    [privilege({ name: 'n'.repeat(256) }), { 'privilege.name': ['value_is_too_long'] }],
    [privilege({ value_type: 'float' }), { 'privilege.value_type': ['value_is_invalid'] }],
    [privilege({ value_type: 'select' }), { 'privilege.config': ['invalid_format'] }],
    [privilege({ value_type: 'select', config: { select_options: [] } }), { 'privilege.config': ['invalid_format'] }],
    [privilege({ value_type: 'select', config: { select_options: [1] } }), { 'privilege.config': ['invalid_format'] }],
    [
      privilege({ value_type: 'select', config: { select_options: ['a'], more: 1 } }),
      { 'privilege.config': ['invalid_format'] },
    ],
    [privilege({ value_type: 'integer', config: { min: 1 } }), { 'privilege.config': ['invalid_format'] }],
    [{ code: 'twice', privileges: [{ code: 'p' }, { code: ' p' }] }, { 'privilege.code': ['value_is_duplicated'] }],
  ])('is refused with %j', async (fields, details) => {
    expect(await post(app, fields)).toMatchObject(invalid(details))
  })

  it('is not changed by a request that is wrong', async () => {
    const tenant = await withFeatures()
    const wrong = async (fields: object, details: Record<string, string[]>) =>
      expect(await put(tenant, 'sso', { description: 'x', ...fields })).toMatchObject(invalid(details))
    const before = (await tenant.api.get('/features/sso')).body
    await wrong({ name: 'n'.repeat(256) }, { name: ['value_is_too_long'] })
    await wrong({ privileges: [{ code: 'p', value_type: 'x' }] }, { 'privilege.value_type': ['value_is_invalid'] })
    await wrong({ privileges: [{ code: 'q' }, { code: 'q' }] }, { 'privilege.code': ['value_is_duplicated'] })
    await wrong(
      { privileges: [{ code: 'provider', config: { select_options: [7] } }] },
      { 'privilege.config': ['invalid_format'] },
    )
    await wrong(
      { privileges: [{ code: 'provider', name: 'n'.repeat(256) }] },
      { 'privilege.name': ['value_is_too_long'] },
    )
    expect((await tenant.api.get('/features/sso')).body).toEqual(before)
    // Options of a type that has none mean nothing.
    const options = { privileges: [{ code: 'tier', config: { select_options: ['gold'] } }] }
    expect((await put(tenant, 'support', options)).body.feature.privileges).toMatchObject([{ config: {} }])
  })

  it('has a code of its own among kept ones, and is not found elsewhere', async () => {
    const [one, two] = [await app.newOrganization(), await app.newOrganization()]
    expect((await post(one, { code: 'a/b', privileges: [{ code: 'p' }] })).status).toBe(200)
    expect(await post(one, { code: ' a/b' })).toMatchObject(invalid({ code: ['value_already_exist'] }))
    expect((await put(one, 'a/b', { code: 'other', name: 'B' })).body.feature).toMatchObject({ code: 'a/b', name: 'B' })
    expect(await put(two, 'a/b', { name: 'B' })).toMatchObject(notFound('feature'))
    expect(await two.api.delete('/features/a/b')).toMatchObject(notFound('feature'))
    expect(await two.api.delete('/features/a%2Fb/privileges/p')).toMatchObject(notFound('feature'))
    expect(await one.api.delete('/features/a%2Fb/privileges/q')).toMatchObject(notFound('privilege'))
    expect((await one.api.delete('/features/a%2Fb/privileges/p')).body.feature.privileges).toEqual([])
    expect((await one.api.delete('/features/a/b')).status).toBe(200)
    expect((await post(one, { code: 'a/b', privileges: [{ code: 'p' }] })).status).toBe(200)
  })

  it('is listed newest first, and searched by code, name and description', async () => {
    const tenant = await app.newOrganization()
    for (const [code, name, description] of [
      ['seats', 'Users', null],
      ['sso', null, 'For 100% of the users'],
      ['api', 'API', ''],
    ]) {
      await post(tenant, { code, name, description })
    }
    const codes = async (query: string) => {
      const { body } = await tenant.api.get(`/features${query}`)
      return body.features.map((feature: Wire) => feature.code)
    }
    expect(await codes('')).toEqual(['api', 'sso', 'seats'])
    expect(await codes('?per_page=2&page=2')).toEqual(['seats'])
    expect(await codes('?search_term=USER')).toEqual(['sso', 'seats'])
    expect(await codes('?search_term=ap')).toEqual(['api'])
    expect(await codes('?search_term=0%25')).toEqual(['sso'])
    expect((await tenant.api.get('/features?search_term=s_o')).body).toMatchObject({
      features: [],
      meta: { total_count: 0 },
    })
  })
})

describe('what a plan entitles to', () => {
  it('is set, changed and removed through the official client', async () => {
    const tenant = await withFeatures()
    const { client } = tenant
    const { code } = await createPlan(tenant)
    const { data: replaced } = await client.plans.createEntitlement(code, {
      entitlements: { seats: { max: '10', root: false }, sso: {} },
    })
    expect(replaced.entitlements).toEqual([
      {
        code: 'seats',
        name: 'SEATS',
        description: null,
        privileges: [
          { code: 'max', name: 'Most', value_type: 'integer', config: {}, value: 10 },
          { code: 'root', name: null, value_type: 'boolean', config: {}, value: false },
        ],
      },
      { code: 'sso', name: 'SSO', description: null, privileges: [] },
    ])
    expect((await client.plans.findAllEntitlements(code)).data).toEqual(replaced)
    const { data: patched } = await client.plans.updateEntitlement(code, {
      entitlements: { seats: { max: 25 }, sso: { provider: 'okta' }, support: { tier: '1' } },
    })
    expect(valuesOf(patched.entitlements)).toEqual({
      seats: { max: 25, root: false },
      sso: { provider: 'okta' },
      support: { tier: '1' },
    })
    const { data: one } = await client.plans.findEntitlement(code, 'sso')
    expect(one.entitlement).toEqual(patched.entitlements[1])
    const { data: less } = await client.plans.removeEntitlementPrivilege(code, 'seats', 'root')
    expect(valuesOf([less.entitlement])).toEqual({ seats: { max: 25 } })
    const { data: removed } = await client.plans.destroyEntitlement(code, 'sso')
    expect(removed).toEqual(one)
    expect(valuesOf((await client.plans.findAllEntitlements(code)).data.entitlements)).toEqual({
      seats: { max: 25 },
      support: { tier: '1' },
    })
    const { data } = await client.plans.findPlan(code)
    expect(valuesOf(data.plan.entitlements as Wire)).toEqual({ seats: { max: 25 }, support: { tier: '1' } })
  })

  it('is replaced as a whole by POST, added to by PATCH', async () => {
    const tenant = await withFeatures()
    const { code } = await createPlan(tenant)
    const write = async (method: 'post' | 'patch', body: unknown) =>
      valuesOf((await tenant.api[method](`/plans/${code}/entitlements`, body)).body.entitlements)
    const all = { seats: { max: 10, root: true }, sso: { provider: 'okta' } }
    expect(await write('post', { entitlements: all })).toEqual(all)
    expect(await write('patch', {})).toEqual(all)
    expect(await write('patch', { entitlements: { seats: {} } })).toEqual(all)
    expect(await write('patch', { entitlements: { seats: { max: 11 } } })).toEqual({
      seats: { max: 11, root: true },
      sso: { provider: 'okta' },
    })
    // No privileges at all: nothing changes of the feature.
    expect(await write('post', { entitlements: { seats: {} } })).toEqual({ seats: { max: 11, root: true } })
    expect(await write('post', { entitlements: { seats: { root: 'false' }, support: { tier: 'gold' } } })).toEqual({
      seats: { root: false },
      support: { tier: 'gold' },
    })
    expect(await write('post', {})).toEqual({})
    await write('post', { entitlements: all })
    expect(await write('post', { entitlements: {} })).toEqual({})
  })

  it.each([
    [{ teams: {} }, notFound('feature')],
    [{ seats: { max: 'x', min: 1 } }, notFound('privilege')],
    [{ seats: { max: 'x' }, teams: {} }, notFound('feature')],
    [{ seats: { max: '010' } }, invalid({ max_privilege_value: ['value_is_invalid'] })],
    [{ seats: { max: 1.5 } }, invalid({ max_privilege_value: ['value_is_invalid'] })],
    [{ seats: { max: [1] } }, invalid({ max_privilege_value: ['value_is_invalid'] })],
    [{ seats: { root: 'yes' } }, invalid({ root_privilege_value: ['value_is_invalid'] })],
    [{ support: { tier: 1 } }, invalid({ tier_privilege_value: ['value_is_invalid'] })],
    [{ sso: { provider: 'github' } }, invalid({ provider_privilege_value: ['value_not_in_select_options'] })],
    [{ seats: { max: null } }, invalid({ 'privilege.value': ['value_is_mandatory'] })],
    [{ support: { tier: '' } }, invalid({ 'privilege.value': ['value_is_mandatory'] })],
  ])('does not change by %j', async (entitlements, answer) => {
    const tenant = await withFeatures()
    const { code } = await createPlan(tenant)
    const path = `/plans/${code}/entitlements`
    const { body: before } = await tenant.api.post(path, { entitlements: { support: { tier: 'gold' } } })
    for (const method of ['post', 'patch'] as const) {
      expect(
        await tenant.api[method](path, { entitlements: { sso: { provider: 'okta' }, ...entitlements } }),
      ).toMatchObject(answer)
    }
    expect((await tenant.api.get(path)).body).toEqual(before)
  })

  it('keeps all digits of an integer', async () => {
    const tenant = await withFeatures()
    const { code } = await createPlan(tenant)
    const response = await fetch(`${tenant.api.url}/api/v1/plans/${code}/entitlements`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${tenant.api.apiKey}`, 'content-type': 'application/json' },
      body: '{"entitlements":{"seats":{"max":12345678901234567891}}}',
    })
    expect(await response.text()).toContain('"value":12345678901234567891')
  })

  it('is not found where it is not', async () => {
    const tenant = await withFeatures()
    const { code } = await createPlan(tenant)
    const { api } = tenant
    await api.post(`/plans/${code}/entitlements`, { entitlements: { seats: { max: 1 } } })
    for (const answer of [
      await api.get('/plans/none/entitlements'),
      await api.post('/plans/none/entitlements', {}),
      await api.patch('/plans/none/entitlements', { entitlements: { x: {} } }),
      await api.get('/plans/none/entitlements/seats'),
      await api.delete('/plans/none/entitlements/seats'),
      await api.delete('/plans/none/entitlements/seats/privileges/max'),
    ]) {
      expect(answer).toMatchObject(notFound('plan'))
    }
    for (const answer of [
      await api.get(`/plans/${code}/entitlements/sso`),
      await api.delete(`/plans/${code}/entitlements/sso`),
      await api.delete(`/plans/${code}/entitlements/none/privileges/max`),
    ]) {
      expect(answer).toMatchObject(notFound('entitlement'))
    }
    expect(await api.delete(`/plans/${code}/entitlements/seats/privileges/root`)).toMatchObject(notFound('privilege'))
  })

  it('goes with a feature, a privilege or the plan that is deleted', async () => {
    const tenant = await withFeatures()
    const { code } = await createPlan(tenant)
    const path = `/plans/${code}/entitlements`
    const shown = async () => valuesOf((await tenant.api.get(path)).body.entitlements)
    await tenant.api.post(path, { entitlements: { seats: { max: 1, root: true }, sso: { provider: 'okta' } } })
    await tenant.api.delete('/features/seats/privileges/root')
    expect(await shown()).toEqual({ seats: { max: 1 }, sso: { provider: 'okta' } })
    await tenant.api.delete('/features/sso')
    expect(await shown()).toEqual({ seats: { max: 1 } })
    await post(tenant, { code: 'sso', privileges: [{ code: 'provider' }] })
    expect(await shown()).toEqual({ seats: { max: 1 } })
    await tenant.api.delete(`/plans/${code}`)
    await tenant.settle()
    const left = await tenant.ctx.db
      .selectFrom('entitlements')
      .innerJoin('entitlement_values', 'entitlement_values.entitlement_id', 'entitlements.id')
      .selectAll()
      .where('entitlements.organization_id', '=', tenant.organizationId)
      .where(eb => eb.or([eb('entitlements.deleted_at', 'is', null), eb('entitlement_values.deleted_at', 'is', null)]))
      .execute()
    expect(left).toEqual([])
  })

  it('is told of by webhooks', async () => {
    const tenant = await withFeatures()
    const { api } = tenant
    const { code } = await createPlan(tenant)
    await createPlan(tenant)
    const path = `/plans/${code}/entitlements`
    const told = async (work: () => Promise<unknown>) => {
      const messages = await receivedWebhooks(tenant, work)
      // Messages of one request are delivered at the same time: they may arrive in any order.
      messages.sort((left, right) => (left.webhook_type < right.webhook_type ? -1 : 1))
      return messages.map(message => [
        message.webhook_type,
        message.feature?.code ?? message.plan.code,
        message.feature?.privileges.map((privilege: Wire) => privilege.code) ?? valuesOf(message.plan.entitlements),
      ])
    }
    const plan = (values: object) => ['plan.updated', code, values]
    const feature = (type: string, ...privileges: string[]) => [`feature.${type}`, 'seats', privileges]
    expect(await told(() => post(tenant, { code: 'extra', privileges: [{ code: 'a' }] }))).toEqual([
      ['feature.created', 'extra', ['a']],
    ])
    expect(await told(() => put(tenant, 'seats', { name: 'Seats' }))).toEqual([feature('updated', 'max', 'root')])
    const values = { seats: { max: 1, root: true } }
    expect(await told(() => api.post(path, { entitlements: values }))).toEqual([plan(values)])
    expect(await told(() => api.patch(path, {}))).toEqual([plan(values)])
    expect(await told(() => api.patch(path, { entitlements: { none: {} } }))).toEqual([])
    const both = [feature('updated', 'max', 'root'), plan(values)]
    expect(await told(() => put(tenant, 'seats', { name: 'Seats' }))).toEqual(both)
    expect(await told(() => api.delete('/features/seats/privileges/root'))).toEqual([
      feature('updated', 'max'),
      plan({ seats: { max: 1 } }),
    ])
    expect(await told(() => api.delete(`${path}/seats/privileges/max`))).toEqual([plan({ seats: {} })])
    expect(await told(() => api.delete('/features/seats'))).toEqual([feature('deleted'), plan({})])
    await api.post(path, { entitlements: { sso: {} } })
    expect(await told(() => api.delete(`${path}/sso`))).toEqual([plan({})])
  })

  it('takes effect one request after the other', async () => {
    const tenant = await withFeatures()
    const { code } = await createPlan(tenant)
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        tenant.api.patch(`/plans/${code}/entitlements`, { entitlements: { seats: { max: index } } }),
      ),
    )
    expect(answers.map(answer => answer.status)).toEqual(Array.from({ length: 6 }, () => 200))
    const { body } = await tenant.api.get(`/plans/${code}/entitlements`)
    expect(body.entitlements).toHaveLength(1)
  })
})
