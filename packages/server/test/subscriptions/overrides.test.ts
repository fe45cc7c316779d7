import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { createPlan, invalid, newTenant, notFound, post, read, subscribe, succeed } from './support.ts'

const NOW = '2026-04-10T14:00:00Z'
const UNKNOWN = '00000000-0000-4000-8000-000000000000'

let app: TestApp
let tenant: Tenant
let metric: { lago_id: string }
let addOn: { lago_id: string }

beforeAll(async () => {
  app = await startTestApp()
})
beforeEach(async () => {
  tenant = await newTenant(app)
  await tenant.setClock(NOW)
  const billable_metric = {
    name: 'Calls',
    code: 'calls',
    aggregation_type: 'count_agg',
    filters: [{ key: 'region', values: ['eu', 'us'] }],
  }
  metric = (await succeed(tenant.api.post('/billable_metrics', { billable_metric }))).billable_metric
  const add_on = { name: 'Seats', code: 'seats', amount_cents: 500, amount_currency: 'EUR' }
  addOn = (await succeed(tenant.api.post('/add_ons', { add_on }))).add_on
  for (const code of ['vat', 'city']) await succeed(tenant.api.post('/taxes', { tax: { name: code, code, rate: 10 } }))
})
afterAll(() => app.stop())

function filter(region: string, amount: string) {
  return { values: { region: [region] }, properties: { amount }, invoice_display_name: region.toUpperCase() }
}

/** A plan of everything that can be overridden. */
async function wholePlan(fields: Record<string, unknown> = {}) {
  const code = await createPlan(tenant, {
    name: 'Startup',
    description: 'For the first year',
    trial_period: 3,
    tax_codes: ['vat'],
    minimum_commitment: { amount_cents: 1000 },
    usage_thresholds: [{ amount_cents: 5000 }],
    charges: [
      {
        billable_metric_id: metric.lago_id,
        code: 'calls',
        charge_model: 'standard',
        properties: { amount: '1' },
        tax_codes: ['vat'],
        filters: [filter('eu', '2'), filter('us', '3')],
      },
      { billable_metric_id: metric.lago_id, code: 'more', charge_model: 'standard', properties: { amount: '4' } },
    ],
    fixed_charges: [
      {
        add_on_id: addOn.lago_id,
        code: 'seats',
        charge_model: 'standard',
        properties: { amount: '5' },
        units: 6,
        tax_codes: ['vat'],
      },
    ],
    ...fields,
  })
  return (await succeed(tenant.api.get(`/plans/${code}`))).plan
}

const put = (id: string, plan_overrides: unknown, fields: Record<string, unknown> = {}) =>
  tenant.api.put(`/subscriptions/${id}`, { subscription: { plan_overrides, ...fields } })
const charges = async (id: string) => (await succeed(tenant.api.get(`/subscriptions/${id}/charges`))).charges
const fixedCharges = async (id: string) =>
  (await succeed(tenant.api.get(`/subscriptions/${id}/fixed_charges`))).fixed_charges
const pricesOf = (charge: { filters: { values: { region: string[] }; properties: { amount: string } }[] }) =>
  charge.filters.map(({ values, properties }) => [values.region.join(), properties.amount])
const codesOf = (list: readonly object[]) => list.map(one => ('code' in one ? one.code : undefined))

async function plansInTotal(): Promise<number> {
  const { count } = await tenant.ctx.db
    .selectFrom('plans')
    .where('organization_id', '=', tenant.organizationId)
    .select(eb => eb.fn.countAll<bigint>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

describe('a subscription with overridden prices', () => {
  it('is on a private copy of the plan with what was given', async () => {
    const plan = await wholePlan()
    const [calls, more] = plan.charges
    const { external_id: id, ...subscription } = await subscribe(tenant, {
      plan_code: plan.code,
      plan_overrides: {
        amount_cents: 1234,
        amount_currency: 'USD',
        name: 'Special',
        trial_period: 0,
        tax_codes: ['city'],
        minimum_commitment: { amount_cents: 700, tax_codes: ['city'] },
        usage_thresholds: [{ amount_cents: 9000, recurring: true }],
        charges: [
          {
            id: calls.lago_id,
            properties: { amount: '9', left_alone: true },
            min_amount_cents: 50,
            invoice_display_name: 'Our calls',
            charge_model: 'volume',
            code: 'other',
            filters: [filter('us', '8')],
            tax_codes: ['city'],
          },
        ],
        fixed_charges: [{ id: plan.fixed_charges[0].lago_id, units: 2, properties: { amount: '7', dropped: true } }],
      },
    })
    expect(subscription).toMatchObject({ plan_code: plan.code, plan_amount_cents: 1234, plan_amount_currency: 'USD' })
    expect(subscription.plan).toMatchObject({
      parent_id: plan.lago_id,
      code: plan.code,
      name: 'Special',
      description: 'For the first year',
      interval: 'monthly',
      amount_cents: 1234,
      trial_period: 0,
      taxes: [{ code: 'city' }],
      minimum_commitment: { amount_cents: 700, taxes: [{ code: 'city' }] },
      usage_thresholds: [{ amount_cents: 9000, recurring: true }],
    })
    const [ownCalls, ownMore] = subscription.plan.charges
    expect(ownCalls).toMatchObject({
      code: 'calls',
      lago_parent_id: calls.lago_id,
      charge_model: 'standard',
      properties: { amount: '9', left_alone: true },
      min_amount_cents: 50,
      invoice_display_name: 'Our calls',
      taxes: [{ code: 'city' }],
    })
    expect(pricesOf(ownCalls)).toEqual([['us', '8']])
    expect(ownMore).toMatchObject({ code: 'more', lago_parent_id: more.lago_id, properties: { amount: '4' } })
    expect(await fixedCharges(id)).toMatchObject([
      {
        code: 'seats',
        lago_parent_id: plan.fixed_charges[0].lago_id,
        units: '2.0',
        properties: { amount: '7' },
        taxes: [],
      },
    ])
    // The plan itself is what it was, and the only one that is sold.
    expect((await tenant.api.get(`/plans/${plan.code}`)).body.plan).toEqual(plan)
    expect((await tenant.api.get('/plans')).body.meta.total_count).toBe(1)
    expect((await tenant.api.get('/subscriptions?overridden=true')).body.meta.total_count).toBe(1)
  })

  it('has neither taxes nor commitment of the plan unless they are given', async () => {
    const plan = await wholePlan()
    const { plan: own } = await subscribe(tenant, { plan_code: plan.code, plan_overrides: {} })
    expect(own).toMatchObject({ parent_id: plan.lago_id, amount_cents: 4900, taxes: [], usage_thresholds: [] })
    expect(own).not.toHaveProperty('minimum_commitment')
    expect(own.charges.map((charge: { taxes: unknown }) => charge.taxes)).toEqual([[], []])
    expect(pricesOf(own.charges[0])).toEqual([
      ['eu', '2'],
      ['us', '3'],
    ])
    expect(own.applicable_usage_thresholds).toMatchObject([{ amount_cents: 5000 }])
  })

  it('keeps the rate of a pricing unit unless another is given', async () => {
    const pricing_unit = { name: 'Credits', code: 'credits', short_name: 'CR' }
    await succeed(tenant.api.post('/pricing_units', { pricing_unit }))
    const charge = {
      billable_metric_id: metric.lago_id,
      charge_model: 'standard',
      applied_pricing_unit: { code: 'credits', conversion_rate: '2' },
    }
    const plan = await wholePlan({ charges: [charge, charge] })
    const [{ lago_id: id }] = plan.charges
    const plan_overrides = { charges: [{ id, applied_pricing_unit: { conversion_rate: '1.5' } }] }
    const { plan: own } = await subscribe(tenant, { plan_code: plan.code, plan_overrides })
    const rates = own.charges.map((one: { applied_pricing_unit: unknown }) => one.applied_pricing_unit)
    expect(rates).toEqual([
      { code: 'credits', conversion_rate: '1.5' },
      { code: 'credits', conversion_rate: '2.0' },
    ])
  })

  it.each<
    [string, (plan: { charges: { lago_id: string }[]; fixed_charges: { lago_id: string }[] }) => unknown, unknown]
  >([
    ['no name', () => ({ name: ' ' }), invalid({ name: ['value_is_mandatory'] })],
    ['no amount', () => ({ amount_cents: null }), invalid({ amount_cents: ['value_is_mandatory'] })],
    ['no currency', () => ({ amount_currency: 'XXX' }), invalid({ amount_currency: ['value_is_invalid'] })],
    ['an unknown tax', () => ({ tax_codes: ['none'] }), notFound('tax')],
    [
      'a price of another model',
      plan => ({ charges: [{ id: plan.charges[0]?.lago_id, properties: { rate: '1' } }] }),
      invalid({ properties: ['invalid_amount'] }),
    ],
    [
      'a filter on nothing',
      plan => ({ charges: [{ id: plan.charges[0]?.lago_id, filters: [filter('moon', '1')] }] }),
      invalid({ values: ['value_is_invalid'] }),
    ],
    [
      'units that are none',
      plan => ({ fixed_charges: [{ id: plan.fixed_charges[0]?.lago_id, units: 'x', invoice_display_name: 'X' }] }),
      invalid({ units: ['is not a number'] }),
    ],
    [
      'thresholds twice',
      () => ({ usage_thresholds: [{ amount_cents: 1 }, { amount_cents: 1 }] }),
      invalid({ usage_thresholds: ['duplicated_values'] }),
    ],
    [
      'a commitment without amount',
      () => ({ minimum_commitment: { invoice_display_name: 'X' } }),
      invalid({ amount_cents: ['is not a number'] }),
    ],
  ])('is refused as a whole with %s', async (_, overridesOf, answer) => {
    const plan = await wholePlan()
    const plan_overrides = overridesOf(plan)
    expect(await post(tenant, { plan_code: plan.code, plan_overrides })).toMatchObject(answer as object)
    const { external_id: id } = await subscribe(tenant, { plan_code: plan.code })
    expect(await put(id, plan_overrides, { name: 'Renamed' })).toMatchObject(answer as object)
    expect(await read(tenant, id)).toMatchObject({ name: '', plan: { lago_id: plan.lago_id } })
    expect((await tenant.api.get('/subscriptions')).body.meta.total_count).toBe(1)
    expect(await plansInTotal()).toBe(1)
  })

  it('is what it is when the same is asked again', async () => {
    const plan = await wholePlan()
    const order = { plan_code: plan.code, external_id: 'same', external_customer_id: 'one' }
    const first = await subscribe(tenant, order)
    const again = await subscribe(tenant, { ...order, plan_overrides: { amount_cents: 1 } })
    expect(again.plan.lago_id).toBe(first.plan.lago_id)
  })
})

describe('prices that are overridden later', () => {
  it('move the subscription to a copy, with the units that it had of its own', async () => {
    const plan = await wholePlan()
    const [seats] = plan.fixed_charges
    const { external_id: id } = await subscribe(tenant, { plan_code: plan.code })
    const units = { fixed_charges: [{ id: seats.lago_id, units: 9 }] }
    expect((await put(id, units)).body.subscription.plan.parent_id).toBeNull()
    expect(await fixedCharges(id)).toMatchObject([{ lago_id: seats.lago_id, units: '9.0' }])
    const { body } = await put(id, {
      amount_cents: 100,
      fixed_charges: [{ id: seats.lago_id, properties: { amount: '1' } }],
    })
    expect(body.subscription).toMatchObject({ plan_amount_cents: 100, plan: { parent_id: plan.lago_id } })
    expect(await fixedCharges(id)).toMatchObject([
      { lago_parent_id: seats.lago_id, units: '9.0', properties: { amount: '1' } },
    ])
    const kept = await tenant.ctx.db
      .selectFrom('subscription_fixed_charge_units_overrides')
      .select('id')
      .where('organization_id', '=', tenant.organizationId)
      .where('deleted_at', 'is', null)
      .execute()
    expect(kept).toEqual([])
  })

  it('change the copy by the rules of a plan, but for its fixed charges', async () => {
    const plan = await wholePlan()
    const { external_id: id, plan: own } = await subscribe(tenant, { plan_code: plan.code, plan_overrides: {} })
    const [calls] = own.charges
    const [seats] = await fixedCharges(id)
    const { body } = await put(id, {
      name: 'Ours',
      amount_currency: 'USD',
      tax_codes: ['city'],
      usage_thresholds: [{ amount_cents: 3 }],
      minimum_commitment: { amount_cents: 4 },
      charges: [
        { id: calls.lago_id, charge_model: 'standard', properties: { amount: '6', dropped: 1 } },
        { billable_metric_id: metric.lago_id, charge_model: 'package' },
      ],
      fixed_charges: [{ id: seats.lago_id, invoice_display_name: 'Places' }],
    })
    expect(body.subscription.plan).toMatchObject({
      lago_id: own.lago_id,
      name: 'Ours',
      amount_currency: 'EUR',
      taxes: [{ code: 'city' }],
      usage_thresholds: [{ amount_cents: 3 }],
      minimum_commitment: { amount_cents: 4 },
      charges: [
        { lago_id: calls.lago_id, code: 'calls', properties: { amount: '6' } },
        { code: 'calls', lago_parent_id: null, charge_model: 'package' },
      ],
    })
    expect(pricesOf(body.subscription.plan.charges[0])).toEqual([
      ['eu', '2'],
      ['us', '3'],
    ])
    expect(await fixedCharges(id)).toMatchObject([
      { lago_id: seats.lago_id, invoice_display_name: 'Places', units: '6.0', properties: { amount: '5' } },
    ])
    const unknown = { fixed_charges: [{ id: plan.fixed_charges[0].lago_id, units: 1 }] }
    expect(await put(id, { name: 'Not kept', ...unknown })).toMatchObject(notFound('fixed_charge'))
    expect(await put(id, { charges: [{ billable_metric_id: UNKNOWN }] })).toMatchObject(notFound('billable_metrics'))
    expect(await put(id, { minimum_commitment: {}, charges: [] })).toMatchObject({
      body: { subscription: { plan: { name: 'Ours', charges: [] } } },
    })
    expect((await read(tenant, id)).plan).not.toHaveProperty('minimum_commitment')
  })

  it('may lengthen a trial that is not over', async () => {
    const plan = await wholePlan()
    const { external_id: id } = await subscribe(tenant, { plan_code: plan.code })
    const trialEnd = async () =>
      (
        await tenant.ctx.db
          .selectFrom('subscriptions')
          .select('trial_ends_at')
          .where('organization_id', '=', tenant.organizationId)
          .where('external_id', '=', id)
          .executeTakeFirstOrThrow()
      ).trial_ends_at?.toString()
    expect(await trialEnd()).toBe('2026-04-13T14:00:00Z')
    await succeed(put(id, { trial_period: 10 }))
    expect(await trialEnd()).toBe('2026-04-20T14:00:00Z')
  })
})

describe('the charges of a subscription, by the official client', () => {
  it('are its own from the first write on', async () => {
    const plan = await wholePlan()
    const { subscriptions } = tenant.client
    const { external_id: id } = await subscribe(tenant, { plan_code: plan.code })
    const before = await subscriptions.findAllSubscriptionCharges(id)
    expect(codesOf(before.data.charges)).toEqual(['calls', 'more'])
    expect(before.data.charges[0]).toMatchObject({ lago_id: plan.charges[0].lago_id, lago_parent_id: null })
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
    const named = await tenant.api.put(`/subscriptions/${id}/charges/calls`, { charge: { invoice_display_name: 'C' } })
    expect(named.body.charge).toMatchObject({ ...body.charge, invoice_display_name: 'C' })
    const { data } = await subscriptions.findSubscriptionCharge(id, 'calls')
    expect(data.charge).toEqual(named.body.charge)
    expect(await plansInTotal()).toBe(2)
    expect(codesOf(await charges(id))).toEqual(['calls', 'more'])
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
    expect(await plansInTotal()).toBe(1)
  })

  it('that only the subscription has are changed in place', async () => {
    const plan = await wholePlan()
    const { external_id: id } = await subscribe(tenant, { plan_code: plan.code, plan_overrides: {} })
    const own = {
      billable_metric_id: metric.lago_id,
      code: 'own',
      charge_model: 'standard',
      properties: { amount: '1' },
    }
    await succeed(put(id, { charges: [own] }))
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

describe('who is told', () => {
  it('nobody of a copy that is made or of its charges, but of a copy that is changed with its subscription', async () => {
    const plan = await wholePlan()
    const { external_id: id } = await subscribe(tenant, { plan_code: plan.code })
    const { webhook_endpoint } = await succeed(
      tenant.api.post('/webhook_endpoints', { webhook_endpoint: { webhook_url: 'http://127.0.0.1:9/' } }),
    )
    const types = async () => {
      const rows = await tenant.ctx.db
        .selectFrom('webhooks')
        .select('webhook_type')
        .where('organization_id', '=', tenant.organizationId)
        .where('webhook_endpoint_id', '=', webhook_endpoint.lago_id)
        .orderBy('id')
        .execute()
      return rows.map(row => row.webhook_type)
    }
    const settled = () => tenant.api.post('/test_clock/settle')
    await succeed(tenant.api.put(`/subscriptions/${id}/charges/calls`, { charge: { properties: { amount: '7' } } }))
    await succeed(tenant.api.put(`/subscriptions/${id}/fixed_charges/seats`, { fixed_charge: { units: 1 } }))
    await settled()
    expect(await types()).toEqual([])
    await succeed(put(id, { amount_cents: 1 }))
    await settled()
    expect((await types()).toSorted()).toEqual(['plan.updated', 'subscription.updated'])
  })
})
