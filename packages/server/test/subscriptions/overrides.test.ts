import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { invalid, newTenant, notFound, post, read, subscribe, succeed } from './support.ts'
import { createPriceBook, createWholePlan, filter, type PriceBook, plansInTotal } from './whole-plan.ts'

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
const put = (id: string, plan_overrides: unknown, fields: Record<string, unknown> = {}) =>
  tenant.api.put(`/subscriptions/${id}`, { subscription: { plan_overrides, ...fields } })
const fixedCharges = async (id: string) =>
  (await succeed(tenant.api.get(`/subscriptions/${id}/fixed_charges`))).fixed_charges
const pricesOf = (charge: { filters: { values: { region: string[] }; properties: { amount: string } }[] }) =>
  charge.filters.map(({ values, properties }) => [values.region.join(), properties.amount])

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
      billable_metric_id: prices.metric.lago_id,
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
    expect(await plansInTotal(tenant)).toBe(1)
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
        { billable_metric_id: prices.metric.lago_id, charge_model: 'package' },
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
    expect(await put(id, { charges: [{ billable_metric_id: '00000000-0000-4000-8000-000000000000' }] })).toMatchObject(
      notFound('billable_metrics'),
    )
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
