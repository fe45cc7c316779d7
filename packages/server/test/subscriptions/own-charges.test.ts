import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { invalid, newTenant, notFound, read, subscribe, succeed } from './support.ts'
import { codesOf, createPriceBook, createWholePlan, filter, type PriceBook, plansInTotal } from './whole-plan.ts'

let app: TestApp
let tenant: Tenant
let prices: PriceBook

beforeAll(async () => {
  app = await startTestApp()
})
beforeEach(async () => {
  tenant = await newTenant(app)
  await tenant.setClock('2026-04-10T14:00:00Z')
  prices = await createPriceBook(tenant)
})
afterAll(() => app.stop())

const wholePlan = (fields?: Record<string, unknown>) => createWholePlan(tenant, prices, fields)
const UNKNOWN = '00000000-0000-4000-8000-000000000000'
const charges = async (id: string) => (await succeed(tenant.api.get(`/subscriptions/${id}/charges`))).charges

describe('the charges of a subscription, by the official client', () => {
  it('are its own from the first write on', async () => {
    const plan = await wholePlan()
    const { subscriptions } = tenant.client
    const { external_id: id } = await subscribe(tenant, { plan_code: plan.code })
    const before = await subscriptions.findAllSubscriptionCharges(id)
    // The later one of a payload is the newer one.
    expect(codesOf(before.data.charges)).toEqual(['more', 'calls'])
    expect(before.data.charges[1]).toMatchObject({ lago_id: plan.charges[0].lago_id, lago_parent_id: null })
    const { body } = await tenant.api.put(`/subscriptions/${id}/charges/calls`, {
      charge: { properties: { amount: '7' }, min_amount_cents: 30, tax_codes: ['city'], filters: [filter('eu', '1')] },
    })
    expect(body.charge).toMatchObject({
      lago_parent_id: plan.charges[0].lago_id,
      code: 'calls',
      properties: { amount: '7' },
      min_amount_cents: 30,
      taxes: [{ code: 'city' }],
      filters: [{ properties: { amount: '1' } }],
    })
    const named = await subscriptions.overrideSubscriptionCharge(id, 'calls', { charge: { invoice_display_name: 'C' } })
    expect(named.data.charge).toMatchObject({ ...body.charge, invoice_display_name: 'C' })
    const { data } = await subscriptions.findSubscriptionCharge(id, 'calls')
    expect(data.charge).toEqual(named.data.charge)
    expect(await plansInTotal(tenant)).toBe(2)
    expect(codesOf(await charges(id))).toEqual(['more', 'calls'])
  })

  it('have filters of their own', async () => {
    const plan = await wholePlan()
    const { subscriptions } = tenant.client
    const { external_id: externalId } = await subscribe(tenant, { plan_code: plan.code })
    const [eu, us] = plan.charges[0].filters
    const shown = async () => {
      const { data } = await subscriptions.findAllSubscriptionChargeFilters(externalId, 'calls')
      return data.filters.map(one => [one.invoice_display_name, one.properties])
    }
    // The id of the filter of the plan is good for the first write.
    const edited = await subscriptions.updateSubscriptionChargeFilter(externalId, 'calls', eu.lago_id, {
      filter: { properties: { amount: '5' } },
    })
    expect(edited.data.filter).toMatchObject({ charge_code: 'calls', values: eu.values, properties: { amount: '5' } })
    expect(edited.data.filter.lago_id).not.toBe(eu.lago_id)
    expect(await shown()).toEqual([
      ['US', { amount: '3' }],
      ['EU', { amount: '5' }],
    ])
    expect(await tenant.api.get(`/subscriptions/${externalId}/charges/calls/filters/${us.lago_id}`)).toMatchObject(
      notFound('charge_filter'),
    )
    const filterId = edited.data.filter.lago_id
    const gone = await subscriptions.destroySubscriptionChargeFilter(externalId, 'calls', filterId)
    expect(gone.data.filter).toEqual(edited.data.filter)
    const created = await subscriptions.createSubscriptionChargeFilter(externalId, 'calls', {
      filter: { values: { region: ['eu', 'us'] }, properties: { amount: '0.5' } },
    })
    const found = await subscriptions.findSubscriptionChargeFilter(externalId, 'calls', created.data.filter.lago_id)
    expect(found.data).toEqual(created.data)
    expect(await shown()).toEqual([
      ['US', { amount: '3' }],
      [null, { amount: '0.5' }],
    ])
    expect((await tenant.api.get(`/plans/${plan.code}/charges/calls/filters`)).body.filters).toHaveLength(2)
  })

  it('are refused as a whole where they are wrong', async () => {
    const plan = await wholePlan()
    const { external_id: id } = await subscribe(tenant, { plan_code: plan.code })
    const base = `/subscriptions/${id}/charges`
    const [eu] = plan.charges[0].filters
    const answers = await Promise.all([
      tenant.api.put('/subscriptions/none/charges/calls', { charge: {} }),
      tenant.api.put(`${base}/none`, {}),
      tenant.api.put(`${base}/calls/filters/${UNKNOWN}`, {}),
      tenant.api.delete(`${base}/more/filters/${eu.lago_id}`),
      tenant.api.put(`${base}/calls`, { charge: { properties: {} } }),
      tenant.api.put(`${base}/calls`, { charge: { properties: { amount: 1 } } }),
      tenant.api.put(`${base}/calls`, { charge: { min_amount_cents: -1 } }),
      tenant.api.put(`${base}/calls`, { charge: { tax_codes: ['none'] } }),
      tenant.api.post(`${base}/calls/filters`, { filter: { properties: { amount: '1' } } }),
      tenant.api.post(`${base}/calls/filters`, { filter: filter('moon', '1') }),
      tenant.api.post(`${base}/calls/filters`, { filter: filter('eu', '1') }),
      tenant.api.put(`${base}/calls/filters/${eu.lago_id}`, { filter: { properties: {} } }),
      tenant.api.put(`${base}/calls`, {}),
    ])
    expect(answers).toMatchObject([
      notFound('subscription'),
      notFound('charge'),
      notFound('charge_filter'),
      notFound('charge_filter'),
      invalid({ properties: ['invalid_amount'] }),
      invalid({ properties: ['invalid_amount'] }),
      invalid({ min_amount_cents: ['value_is_out_of_range'] }),
      notFound('tax'),
      invalid({ values: ['value_is_mandatory'] }),
      invalid({ values: ['value_is_invalid'] }),
      invalid({ values: ['value_already_exists'] }),
      invalid({ properties: ['invalid_amount'] }),
      { status: 400 },
    ])
    expect((await read(tenant, id)).plan.lago_id).toBe(plan.lago_id)
    expect(await plansInTotal(tenant)).toBe(1)
  })

  it('that only the subscription has are changed in place', async () => {
    const plan = await wholePlan()
    const { external_id: id } = await subscribe(tenant, { plan_code: plan.code, plan_overrides: {} })
    const own = {
      billable_metric_id: prices.metric.lago_id,
      code: 'own',
      charge_model: 'standard',
      properties: { amount: '1' },
    }
    await succeed(tenant.api.put(`/subscriptions/${id}`, { subscription: { plan_overrides: { charges: [own] } } }))
    await succeed(tenant.api.post(`/subscriptions/${id}/charges/own/filters`, { filter: filter('eu', '1') }))
    expect(await charges(id)).toMatchObject([
      { code: 'own', lago_parent_id: null, filters: [{ values: { region: ['eu'] } }] },
    ])
  })

  it('are found by the status of the subscription', async () => {
    const plan = await wholePlan()
    const { external_id: id } = await subscribe(tenant, { plan_code: plan.code, subscription_at: '2026-06-01' })
    expect(await tenant.api.get(`/subscriptions/${id}/charges`)).toMatchObject(notFound('subscription'))
    for (const query of [
      'subscription_status=pending',
      'status=pending',
      'subscription_status=pending&status=active',
    ]) {
      expect(codesOf((await tenant.api.get(`/subscriptions/${id}/charges?${query}`)).body.charges)).toHaveLength(2)
    }
    const fixed = await tenant.client.subscriptions.findAllSubscriptionFixedCharges(id, {
      subscription_status: 'pending',
    })
    expect(fixed.data).toMatchObject({ fixed_charges: [{ code: 'seats', units: '6.0' }], meta: { total_count: 1 } })
    const one = await tenant.client.subscriptions.findSubscriptionFixedCharge(id, 'seats', {
      subscription_status: 'pending',
    })
    expect(one.data.fixed_charge).toEqual(fixed.data.fixed_charges[0])
  })
})
