import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { createPlan, invalid, newTenant, notFound, read, subscribe, succeed, webhooksOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

// biome-ignore lint/suspicious/noExplicitAny: what the wire gives
type Wire = any

/** A subscription to a plan with seats {max 10, root false}; the feature sso {provider} is not in the plan. */
async function subscribed() {
  const tenant = await newTenant(app)
  const { api } = tenant
  for (const feature of [
    {
      code: 'seats',
      privileges: [
        { code: 'max', name: 'Most', value_type: 'integer' },
        { code: 'root', value_type: 'boolean' },
        { code: 'note' },
      ],
    },
    { code: 'sso', privileges: [{ code: 'provider', value_type: 'select', config: { select_options: ['okta'] } }] },
  ]) {
    await succeed(api.post('/features', { feature }))
  }
  const planCode = await createPlan(tenant)
  await succeed(api.post(`/plans/${planCode}/entitlements`, { entitlements: { seats: { max: 10, root: false } } }))
  const subscription = await subscribe(tenant, { plan_code: planCode })
  const path = `/subscriptions/${subscription.external_id}/entitlements`
  return {
    tenant,
    planCode,
    path,
    externalId: subscription.external_id as string,
    patch: async (entitlements: object) => shown((await succeed(api.patch(path, { entitlements }))).entitlements),
    remove: async (what: string) => shown((await succeed(api.delete(`${path}/${what}`))).entitlements),
    list: async () => shown((await succeed(api.get(path))).entitlements),
  }
}

/** By feature, the values by privilege; those of the subscription's own with an exclamation mark. */
const shown = (entitlements: Wire[]) =>
  Object.fromEntries(
    entitlements.map(({ code, privileges, overrides }) => {
      const values = privileges.map((privilege: Wire) => [
        privilege.code,
        privilege.code in overrides ? `${overrides[privilege.code]}!` : privilege.value,
      ])
      return [code, Object.fromEntries(values)]
    }),
  )

describe('what a subscription is entitled to', () => {
  it('is its plan until it has more, less, or other', async () => {
    const { patch, remove, list } = await subscribed()
    expect(await list()).toEqual({ seats: { max: 10, root: false } })
    expect(await patch({ seats: { max: 25 } })).toEqual({ seats: { max: '25!', root: false } })
    expect(await patch({ seats: { max: '10', root: 'false' } })).toEqual({ seats: { max: 10, root: false } })
    expect(await remove('seats/privileges/root')).toEqual({ seats: { max: 10 } })
    expect(await remove('seats/privileges/root')).toEqual({ seats: { max: 10 } })
    expect(await remove('seats')).toEqual({})
    expect(await remove('seats')).toEqual({})
    expect(await patch({ seats: { root: true } })).toEqual({ seats: { max: 10, root: 'true!' } })
    expect(await patch({ sso: { provider: 'okta' }, seats: { note: 'Hi' } })).toEqual({
      seats: { max: 10, root: 'true!', note: 'Hi!' },
      sso: { provider: 'okta!' },
    })
    expect(await remove('sso/privileges/provider')).toEqual({ seats: { max: 10, root: 'true!', note: 'Hi!' }, sso: {} })
    expect(await remove('sso')).toEqual({ seats: { max: 10, root: 'true!', note: 'Hi!' } })
    expect(await remove('sso')).toEqual({ seats: { max: 10, root: 'true!', note: 'Hi!' } })
    expect(await patch({ sso: {} })).toMatchObject({ sso: {} })
    expect(await patch({ seats: { root: false } })).toMatchObject({ seats: { max: 10, root: false, note: 'Hi!' } })
    expect(await remove('seats/privileges/max')).toMatchObject({ seats: { root: false, note: 'Hi!' } })
    expect(await patch({ seats: { max: 10, root: false } })).toEqual({ seats: { max: 10, root: false }, sso: {} })
    expect(await list()).toEqual({ seats: { max: 10, root: false }, sso: {} })
  })

  it('is read and written through the official client', async () => {
    const { tenant, externalId } = await subscribed()
    const { subscriptions } = tenant.client
    const { data: patched } = await subscriptions.updateSubscriptionEntitlements(externalId, {
      entitlements: { seats: { max: 25 }, sso: { provider: 'okta' } },
    })
    expect(patched.entitlements).toEqual([
      {
        code: 'seats',
        name: null,
        description: null,
        privileges: [
          {
            code: 'max',
            name: 'Most',
            value_type: 'integer',
            config: {},
            value: 25,
            plan_value: 10,
            override_value: 25,
          },
          {
            code: 'root',
            name: null,
            value_type: 'boolean',
            config: {},
            value: false,
            plan_value: false,
            override_value: null,
          },
        ],
        overrides: { max: 25 },
      },
      {
        code: 'sso',
        name: null,
        description: null,
        privileges: [
          {
            code: 'provider',
            name: null,
            value_type: 'select',
            config: { select_options: ['okta'] },
            value: 'okta',
            plan_value: null,
            override_value: 'okta',
          },
        ],
        overrides: { provider: 'okta' },
      },
    ])
    expect((await subscriptions.findAllSubscriptionEntitlements(externalId)).data).toEqual(patched)
    expect((await read(tenant, externalId)).entitlements).toEqual(patched.entitlements)
    const less = await subscriptions.destroySubscriptionEntitlementPrivilege(externalId, 'seats', 'root')
    expect(shown((less.data as Wire).entitlements)).toEqual({ seats: { max: '25!' }, sso: { provider: 'okta!' } })
    const least = await subscriptions.destroySubscriptionEntitlement(externalId, 'seats')
    expect(shown((least.data as Wire).entitlements)).toEqual({ sso: { provider: 'okta!' } })
  })

  it.each([
    [{ teams: {} }, notFound('feature')],
    [{ seats: { min: 1 } }, notFound('privilege')],
    [{ seats: { max: 'many' } }, invalid({ max_privilege_value: ['value_is_invalid'] })],
    [{ sso: { provider: 'x' } }, invalid({ provider_privilege_value: ['value_not_in_select_options'] })],
    [{ seats: { max: null } }, invalid({ 'privilege.value': ['value_is_mandatory'] })],
  ])('does not change by %j, and nobody is told', async (entitlements, answer) => {
    const { tenant, path, list } = await subscribed()
    const body = { entitlements: { seats: { note: 'x' }, ...entitlements } }
    const told = await webhooksOf(tenant, async () => {
      expect(await tenant.api.patch(path, body)).toMatchObject(answer)
    })
    expect(told).toEqual([])
    expect(await list()).toEqual({ seats: { max: 10, root: false } })
  })

  it('is found by the external id and the status of the subscription', async () => {
    const { tenant, path, patch } = await subscribed()
    const { api } = tenant
    await patch({ seats: { max: 25 } })
    const none = notFound('subscription')
    expect(await api.get('/subscriptions/none/entitlements')).toMatchObject(none)
    expect(await api.patch('/subscriptions/none/entitlements', {})).toMatchObject(none)
    expect(await api.delete('/subscriptions/none/entitlements/x')).toMatchObject(none)
    expect(await api.delete('/subscriptions/none/entitlements/x/privileges/y')).toMatchObject(none)
    expect(await api.get(`${path}?status=pending`)).toMatchObject(none)
    expect(await api.delete(`${path}/teams`)).toMatchObject(notFound('feature'))
    expect(await api.delete(`${path}/teams/privileges/x`)).toMatchObject(notFound('feature'))
    expect(await api.delete(`${path}/seats/privileges/x`)).toMatchObject(notFound('privilege'))
    await succeed(api.delete(path.replace('/entitlements', '')))
    expect(await api.get(path)).toMatchObject(none)
    expect(await api.get(`${path}?subscription_status=active&status=terminated`)).toMatchObject(none)
    const query = '?subscription_status=terminated&status=active'
    expect(shown((await succeed(api.get(`${path}${query}`))).entitlements)).toEqual({
      seats: { max: '25!', root: false },
    })
    expect(shown((await succeed(api.delete(`${path}/seats?status=terminated`))).entitlements)).toEqual({})
  })

  it('is told of whenever it is written, changed or not', async () => {
    const { tenant, path, patch, remove } = await subscribed()
    const told = async (work: () => Promise<unknown>) =>
      (await webhooksOf(tenant, work)).map(message => [message.webhook_type, shown(message.subscription.entitlements)])
    const updated = (entitlements: object) => [['subscription.updated', entitlements]]
    const plan = { seats: { max: 10, root: false } }
    expect(await told(() => tenant.api.patch(path, {}))).toEqual(updated(plan))
    expect(await told(() => patch({ seats: { max: 1 } }))).toEqual(updated({ seats: { max: '1!', root: false } }))
    expect(await told(() => remove('sso'))).toEqual(updated({ seats: { max: '1!', root: false } }))
    expect(await told(() => remove('seats/privileges/max'))).toEqual(updated({ seats: { root: false } }))
    expect(await told(() => tenant.api.get(path))).toEqual([])
  })

  it('follows what the plan entitles to later, and what is deleted', async () => {
    const { tenant, planCode, patch, remove, list } = await subscribed()
    const { api } = tenant
    await patch({ seats: { max: 25, note: 'Hi' }, sso: { provider: 'okta' } })
    await remove('seats/privileges/root')
    const entitle = (entitlements: object) => succeed(api.patch(`/plans/${planCode}/entitlements`, { entitlements }))
    await entitle({ seats: { root: true, note: 'Plan' }, sso: {} })
    // In the order of the plan's values: its `note` is newer than its `max`.
    expect(await list()).toEqual({ seats: { max: '25!', note: 'Hi!' }, sso: { provider: 'okta!' } })
    await succeed(api.delete('/features/seats/privileges/note'))
    expect(await list()).toEqual({ seats: { max: '25!' }, sso: { provider: 'okta!' } })
    await succeed(api.post(`/plans/${planCode}/entitlements`, {}))
    expect(await list()).toEqual({ seats: { max: '25!' }, sso: { provider: 'okta!' } })
    await succeed(api.delete('/features/seats'))
    expect(await list()).toEqual({ sso: { provider: 'okta!' } })
  })

  it('is in order of creation, that of the plan first', async () => {
    const { tenant, planCode, patch, path } = await subscribed()
    await patch({ sso: { provider: 'okta' }, seats: { note: 'Hi' } })
    await succeed(tenant.api.post('/features', { feature: { code: 'api', privileges: [] } }))
    const entitlements = { api: {}, sso: {}, seats: { max: 10, root: false, note: 'Plan' } }
    await succeed(tenant.api.patch(`/plans/${planCode}/entitlements`, { entitlements }))
    const { body } = await tenant.api.get(path)
    expect(body.entitlements.map((item: Wire) => item.code)).toEqual(['seats', 'api', 'sso'])
    expect(body.entitlements[0].privileges.map((item: Wire) => item.code)).toEqual(['max', 'root', 'note'])
  })

  it('is that of the plan sold where the subscription has a private copy of it', async () => {
    const { tenant, path, list } = await subscribed()
    const childId = await copyPlan(tenant, path.split('/')[2] ?? '')
    expect(await list()).toEqual({ seats: { max: 10, root: false } })
    expect((await tenant.api.get(path.replace('/entitlements', ''))).body.subscription.plan).toMatchObject({
      lago_id: childId,
    })
  })

  it('does not go over to the next subscription', async () => {
    const { tenant, externalId, patch, list } = await subscribed()
    await patch({ seats: { max: 25 }, sso: { provider: 'okta' } })
    const other = await createPlan(tenant, { amount_cents: 9900 })
    await succeed(tenant.api.post(`/plans/${other}/entitlements`, { entitlements: { seats: { max: 100 } } }))
    const { external_customer_id } = await read(tenant, externalId)
    await succeed(tenant.api.delete(`/subscriptions/${externalId}`))
    await subscribe(tenant, { external_customer_id, external_id: externalId, plan_code: other })
    expect(await list()).toEqual({ seats: { max: 100 } })
  })
})

/** Gives a subscription a private copy of its plan. */
async function copyPlan({ ctx, organizationId }: Tenant, externalId: string): Promise<string> {
  const { id, plan_id } = await ctx.db
    .selectFrom('subscriptions')
    .select(['id', 'plan_id'])
    .where('organization_id', '=', organizationId)
    .where('external_id', '=', externalId)
    .executeTakeFirstOrThrow()
  const plan = await ctx.db.selectFrom('plans').selectAll().where('id', '=', plan_id).executeTakeFirstOrThrow()
  const childId = newId()
  await ctx.db
    .insertInto('plans')
    .values({ ...plan, metadata: null, id: childId, parent_id: plan.id })
    .execute()
  await ctx.db.updateTable('subscriptions').set({ plan_id: childId }).where('id', '=', id).execute()
  return childId
}
