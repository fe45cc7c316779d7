import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { createCustomer, createPlan, invalid, newTenant, notFound, post, subscribe } from './support.ts'

const NOW = '2026-03-10T14:00:00Z'

let app: TestApp
let tenant: Tenant

beforeAll(async () => {
  app = await startTestApp()
})
beforeEach(async () => {
  tenant = await newTenant(app)
  await tenant.setClock(NOW)
})
afterAll(() => app.stop())

async function totalOf(path: string): Promise<number> {
  return (await tenant.api.get(path)).body.meta.total_count
}

describe('a new subscription', () => {
  it('starts now, with every part of the answer in its place', async () => {
    const plan = await createPlan(tenant)
    const customer = await createCustomer(tenant, { name: 'Acme' })
    const { data } = await tenant.client.subscriptions.createSubscription({
      subscription: { external_customer_id: customer, plan_code: plan, external_id: 'sub' },
    })
    expect(Object.keys(data.subscription)).toEqual([
      ...'lago_id external_id lago_customer_id external_customer_id name plan_code plan_amount_cents'.split(' '),
      ...'plan_amount_currency status billing_time subscription_at started_at trial_ended_at ending_at'.split(' '),
      ...'terminated_at canceled_at created_at previous_plan_code next_plan_code downgrade_plan_date'.split(' '),
      ...'current_billing_period_started_at current_billing_period_ending_at'.split(' '),
      ...'on_termination_credit_note on_termination_invoice progressive_billing_disabled'.split(' '),
      ...'consolidate_invoice purchase_order_number cancellation_reason activated_at entitlements'.split(' '),
      ...'payment_method plan applicable_usage_thresholds applied_invoice_custom_sections activation_rules'.split(' '),
    ])
    expect(data.subscription).toMatchObject({
      external_id: 'sub',
      external_customer_id: customer,
      name: '',
      plan_code: plan,
      plan_amount_cents: 4900,
      plan_amount_currency: 'EUR',
      status: 'active',
      billing_time: 'calendar',
      subscription_at: '2026-03-10T14:00:00Z',
      started_at: '2026-03-10T14:00:00.000Z',
      activated_at: '2026-03-10T14:00:00Z',
      created_at: '2026-03-10T14:00:00Z',
      trial_ended_at: null,
      ending_at: null,
      terminated_at: null,
      canceled_at: null,
      previous_plan_code: null,
      next_plan_code: null,
      downgrade_plan_date: null,
      current_billing_period_started_at: '2026-03-10T14:00:00Z',
      current_billing_period_ending_at: '2026-03-31T23:59:59Z',
      on_termination_credit_note: null,
      on_termination_invoice: 'generate',
      progressive_billing_disabled: false,
      consolidate_invoice: true,
      purchase_order_number: null,
      cancellation_reason: null,
      payment_method: { payment_method_id: null, payment_method_type: 'provider' },
      plan: { code: plan },
      activation_rules: [],
    })
  })

  it('takes what it is given', async () => {
    const created = await subscribe(tenant, {
      external_id: '  sub.1 ',
      name: '  Main ',
      billing_time: 'anniversary',
      ending_at: '2026-12-31T00:00:00Z',
      consolidate_invoice: false,
      progressive_billing_disabled: true,
      purchase_order_number: ' PO-1 ',
      payment_method: { payment_method_type: 'manual' },
    })
    expect(created).toMatchObject({
      external_id: 'sub.1',
      name: 'Main',
      billing_time: 'anniversary',
      ending_at: '2026-12-31T00:00:00Z',
      consolidate_invoice: false,
      progressive_billing_disabled: true,
      purchase_order_number: 'PO-1',
      payment_method: { payment_method_id: null, payment_method_type: 'manual' },
    })
    expect((await tenant.api.get('/subscriptions/sub.1')).body.subscription).toEqual(created)
  })

  it('creates a customer that does not exist, with the currency of the plan and the billing entity asked for', async () => {
    await tenant.api.post('/billing_entities', { billing_entity: { code: 'eu', name: 'EU' } })
    const plan = await createPlan(tenant, { amount_currency: 'JPY' })
    await subscribe(tenant, { plan_code: plan, external_customer_id: ' acme ', billing_entity_code: 'eu' })
    const { body } = await tenant.api.get('/customers/acme')
    expect(body.customer).toMatchObject({ currency: 'JPY', billing_entity_code: 'eu' })
  })

  it('may have another currency than the customer', async () => {
    const customer = await createCustomer(tenant, { currency: 'USD' })
    const created = await subscribe(tenant, { external_customer_id: customer })
    expect(created.plan_amount_currency).toBe('EUR')
    expect((await tenant.api.get(`/customers/${customer}`)).body.customer.currency).toBe('USD')
  })

  it('may be one of many of a customer, to the same plan too', async () => {
    const plan = await createPlan(tenant)
    const customer = await createCustomer(tenant)
    await subscribe(tenant, { external_customer_id: customer, plan_code: plan, external_id: 'a' })
    await subscribe(tenant, { external_customer_id: customer, plan_code: plan, external_id: 'b' })
    expect(await totalOf(`/customers/${customer}/subscriptions`)).toBe(2)
  })
})

describe('the start decides', () => {
  const cases = [
    { zone: 'UTC', at: '2026-03-10T23:30:00Z', status: 'active', started: '2026-03-10T23:30:00.000Z' },
    { zone: 'UTC', at: '2026-03-10', status: 'active', started: '2026-03-10T00:00:00.000Z' },
    { zone: 'UTC', at: '2026-03-09T23:59:59Z', status: 'active', started: '2026-03-09T23:59:59.000Z' },
    { zone: 'UTC', at: '2026-03-11T00:00:00Z', status: 'pending', started: null },
    // 14:00 UTC is 23:00 in Tokyo: an hour later it is tomorrow there.
    { zone: 'Asia/Tokyo', at: '2026-03-10T14:59:59Z', status: 'active', started: '2026-03-10T14:59:59.000Z' },
    { zone: 'Asia/Tokyo', at: '2026-03-10T15:00:00Z', status: 'pending', started: null },
    { zone: 'America/New_York', at: '2026-03-11T03:59:59Z', status: 'active', started: '2026-03-11T03:59:59.000Z' },
    { zone: 'America/New_York', at: '2026-03-11T04:00:00Z', status: 'pending', started: null },
    { zone: 'UTC', at: '2026-03-10T23:30:00+05:00', status: 'active', started: '2026-03-10T18:30:00.000Z' },
  ]
  it.each(cases)('$at in $zone: $status', async ({ zone, at, status, started }) => {
    const customer = await createCustomer(tenant, { timezone: zone })
    const created = await subscribe(tenant, { external_customer_id: customer, subscription_at: at })
    expect(created).toMatchObject({ status, started_at: started })
    expect(created.activated_at).toBe(started?.replace('.000', '') ?? null)
    const isRunning = status === 'active'
    expect(created.current_billing_period_started_at !== null).toBe(isRunning)
  })

  it('a start in the past does not reach back into time that was already invoiced', async () => {
    const customer = await createCustomer(tenant)
    const order = { external_customer_id: customer, external_id: 'again', plan_code: await createPlan(tenant) }
    await tenant.setClock('2026-02-01T00:00:00Z')
    await subscribe(tenant, order)
    await tenant.setClock('2026-02-20T08:30:00Z')
    await tenant.api.delete('/subscriptions/again')
    await tenant.setClock(NOW)
    const again = await subscribe(tenant, { ...order, subscription_at: '2026-02-10T00:00:00Z' })
    expect(again).toMatchObject({
      subscription_at: '2026-02-10T00:00:00Z',
      started_at: '2026-02-20T08:30:00.000Z',
      activated_at: '2026-02-20T08:30:00Z',
    })
  })

  it('unless that time was left out of the invoices', async () => {
    const customer = await createCustomer(tenant)
    const order = { external_customer_id: customer, external_id: 'again', plan_code: await createPlan(tenant) }
    await tenant.setClock('2026-02-01T00:00:00Z')
    await subscribe(tenant, order)
    await tenant.setClock('2026-02-20T08:30:00Z')
    await tenant.api.delete('/subscriptions/again?on_termination_invoice=skip')
    await tenant.setClock(NOW)
    const again = await subscribe(tenant, { ...order, subscription_at: '2026-02-10T00:00:00Z' })
    expect(again.started_at).toBe('2026-02-10T00:00:00.000Z')
  })
})

describe('the same request again', () => {
  it('answers with the subscription there is, and changes nothing', async () => {
    const order = {
      external_customer_id: await createCustomer(tenant),
      plan_code: await createPlan(tenant),
      external_id: 'sub',
    }
    const first = await subscribe(tenant, { ...order, name: 'One' })
    await tenant.setClock('2026-03-12T00:00:00Z')
    const second = await subscribe(tenant, { ...order, name: 'Two', billing_time: 'anniversary' })
    expect(second).toEqual(first)
    expect(await totalOf('/subscriptions')).toBe(1)
  })

  it('gives one subscription when sent many times at once, for a customer that does not exist yet', async () => {
    const order = { external_customer_id: 'newcomer', plan_code: await createPlan(tenant), external_id: 'sub' }
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(tenant, order)))
    expect(answers.map(answer => answer.status)).toEqual(Array(8).fill(200))
    expect(new Set(answers.map(answer => answer.body.subscription.lago_id)).size).toBe(1)
    expect(await totalOf('/subscriptions')).toBe(1)
    expect(await totalOf('/customers')).toBe(1)
  })

  it('answers for one that has not started yet, too', async () => {
    const order = {
      external_customer_id: await createCustomer(tenant),
      plan_code: await createPlan(tenant),
      external_id: 'sub',
    }
    const first = await subscribe(tenant, { ...order, subscription_at: '2026-04-01' })
    const second = await subscribe(tenant, order)
    expect(second).toEqual(first)
    expect(second).toMatchObject({ status: 'pending', subscription_at: '2026-04-01T00:00:00Z' })
  })
})

describe('another plan', () => {
  it('replaces the plan of a subscription that has not started, whatever the prices', async () => {
    const order = { external_customer_id: await createCustomer(tenant), external_id: 'sub' }
    const [small, big] = [await createPlan(tenant), await createPlan(tenant, { amount_cents: 9900 })]
    const first = await subscribe(tenant, { ...order, plan_code: small, name: 'Kept', subscription_at: '2026-04-01' })
    const bigger = await subscribe(tenant, { ...order, plan_code: big, name: '', subscription_at: '2026-05-01' })
    expect(bigger).toMatchObject({
      lago_id: first.lago_id,
      status: 'pending',
      plan_code: big,
      name: 'Kept',
      subscription_at: '2026-04-01T00:00:00Z',
      next_plan_code: null,
    })
    const smaller = await subscribe(tenant, { ...order, plan_code: small, name: 'New' })
    expect(smaller).toMatchObject({ lago_id: first.lago_id, plan_code: small, name: 'New' })
  })
})

describe('external ids', () => {
  it('are taken while a subscription of another customer runs', async () => {
    await subscribe(tenant, { external_id: 'taken' })
    expect(await post(tenant, { external_id: 'taken' })).toMatchObject(
      invalid({ external_id: ['value_already_exist'] }),
    )
    expect((await post(tenant, { external_id: 'Taken' })).status).toBe(200)
  })

  it('go to one of two customers that ask at once', async () => {
    const plan = await createPlan(tenant)
    const customers = [await createCustomer(tenant), await createCustomer(tenant), await createCustomer(tenant)]
    const answers = await Promise.all(
      customers.map(customer =>
        post(tenant, { external_customer_id: customer, external_id: 'wanted', plan_code: plan }),
      ),
    )
    expect(answers.map(answer => answer.status).toSorted()).toEqual([200, 422, 422])
    for (const { body } of answers.filter(answer => answer.status === 422)) {
      expect(body).toEqual(invalid({ external_id: ['value_already_exist'] }).body)
    }
  })

  it('are free again after a termination, also for other customers', async () => {
    await subscribe(tenant, { external_id: 'free' })
    await tenant.api.delete('/subscriptions/free')
    expect((await post(tenant, { external_id: 'free' })).status).toBe(200)
  })

  it('are separate between organizations', async () => {
    await subscribe(tenant, { external_id: 'mine' })
    const other = await newTenant(app)
    expect(await other.api.get('/subscriptions/mine')).toMatchObject(notFound('subscription'))
    expect((await post(other, { external_id: 'mine' })).status).toBe(200)
  })
})

describe('what is refused', () => {
  it('a body without subscription', async () => {
    const { status, body } = await tenant.api.post('/subscriptions', { subscription: {} })
    expect(status).toBe(400)
    expect(body.error).toBe('BadRequest: param is missing or the value is empty or invalid: subscription')
  })

  it('an unknown billing entity, before an unknown plan', async () => {
    const answer = await post(tenant, { billing_entity_code: 'nope', plan_code: 'nope' })
    expect(answer).toMatchObject(notFound('billing_entity'))
    expect(await post(tenant, { plan_code: 'nope', ending_at: 'nope' })).toMatchObject(notFound('plan'))
    expect(await post(tenant, { billing_entity_id: 'nope' })).toMatchObject(notFound('billing_entity'))
  })

  it('everything that is wrong with dates and payment, at once', async () => {
    const answer = await post(tenant, {
      subscription_at: 'soon',
      ending_at: 'later',
      payment_method: { payment_method_type: 'cash' },
      activation_rules: 'payment',
    })
    expect(answer).toMatchObject(
      invalid({
        subscription_at: ['invalid_date'],
        ending_at: ['invalid_date'],
        payment_method: ['invalid_payment_method'],
        activation_rules: ['invalid_format'],
      }),
    )
  })

  const dates = [
    { ending_at: '2026-03-10T23:00:00Z', ok: false },
    { ending_at: '2026-03-11', ok: true },
    { ending_at: '2026-03-11T01:00:00+05:00', ok: true },
    { ending_at: '', ok: true },
    { ending_at: null, ok: true },
    { ending_at: '2026-13-01', ok: false },
    { subscription_at: '2026-04-01', ending_at: '2026-04-01T12:00:00Z', ok: false },
    { subscription_at: '2026-04-01', ending_at: '2026-04-02', ok: true },
    { subscription_at: '', ok: false },
    { subscription_at: '0000-01-01T00:00:00Z', ok: false },
    { subscription_at: '9999-12-31T23:00:00-10:00', ok: false },
    { subscription_at: null, ok: true },
  ]
  it.each(dates)('or not: %o', async ({ ok, ...fields }) => {
    expect((await post(tenant, fields)).status).toBe(ok ? 200 : 422)
  })

  const paymentMethods = [
    { reference: {}, ok: true },
    { reference: { payment_method_type: 'provider', payment_method_id: null }, ok: true },
    { reference: { payment_method_type: 'manual' }, ok: true },
    {
      reference: { payment_method_type: 'provider', payment_method_id: '0198c0de-0000-7000-8000-000000000000' },
      ok: false,
    },
    { reference: { payment_method_id: '0198c0de-0000-7000-8000-000000000000' }, ok: false },
    { reference: { payment_method_type: 'card' }, ok: false },
  ]
  it.each(paymentMethods)('a payment method that cannot be used: %o', async ({ reference, ok }) => {
    expect((await post(tenant, { payment_method: reference })).status).toBe(ok ? 200 : 422)
  })

  it('a blank customer, without creating anything', async () => {
    expect(await post(tenant, { external_customer_id: ' ' })).toMatchObject(
      invalid({ external_customer_id: ['value_is_mandatory'] }),
    )
    expect(await totalOf('/customers')).toBe(0)
  })

  it('what only a new subscription needs, after the customer was created', async () => {
    const answer = await post(tenant, {
      external_customer_id: 'acme',
      external_id: ' ',
      billing_time: 'lunar',
      purchase_order_number: 'x'.repeat(256),
    })
    expect(answer).toMatchObject(
      invalid({
        external_id: ['value_is_mandatory'],
        billing_time: ['value_is_invalid'],
        purchase_order_number: ['value_is_too_long'],
      }),
    )
    expect((await tenant.api.get('/customers/acme')).status).toBe(200)
    expect(await totalOf('/subscriptions?status[]=all')).toBe(0)
  })

  it('usage thresholds given twice', async () => {
    const thresholds = [{ amount_cents: 100 }]
    const answer = await post(tenant, {
      usage_thresholds: thresholds,
      plan_overrides: { usage_thresholds: thresholds },
    })
    expect(answer).toMatchObject(
      invalid({
        'plan_overrides.usage_thresholds': ['incompatible_params'],
        usage_thresholds: ['incompatible_params'],
      }),
    )
  })

  const rules = [
    { rules: [{ type: 'payment' }], errors: { customer: ['no_linked_payment_provider'] } },
    {
      rules: [{ type: 'payment' }],
      method: { payment_method_type: 'provider' },
      errors: { customer: ['no_default_payment_method'] },
    },
    {
      rules: [{ type: 'payment' }],
      method: { payment_method_type: 'manual' },
      errors: { customer: ['manual_payment_method_invalid_for_payment_activation_rules'] },
    },
    {
      rules: [{ type: 'payment', timeout_hours: -1 }],
      errors: { timeout_hours: ['value_must_be_positive_or_zero'], customer: ['no_linked_payment_provider'] },
    },
    { rules: [{ type: 'prayer' }], errors: { activation_rules: ['invalid_type'] } },
    {
      rules: [{ type: 'payment' }, { type: 'payment', timeout_hours: 24 }],
      errors: { activation_rules: ['duplicated_type'], customer: ['no_linked_payment_provider'] },
    },
  ]
  it.each(rules)('to wait for a payment that nobody could make: $errors', async ({ rules, method, errors }) => {
    const answer = await post(tenant, { activation_rules: rules, ...(method && { payment_method: method }) })
    expect(answer).toMatchObject(invalid(errors as Record<string, string[]>))
    expect(answer.body.error_details).toEqual(errors)
    expect(await totalOf('/subscriptions?status[]=all')).toBe(0)
  })

  it('nothing for want of rules', async () => {
    expect((await post(tenant, { plan_overrides: {}, usage_thresholds: [], activation_rules: [] })).status).toBe(200)
  })

  it('the authorization of a card', async () => {
    const { status, body } = await tenant.api.post('/subscriptions', {
      subscription: { external_customer_id: 'a', external_id: 'b', plan_code: await createPlan(tenant) },
      authorization: { amount_cents: 100, amount_currency: 'EUR' },
    })
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'feature_not_available' })
    expect(await totalOf('/customers')).toBe(0)
  })
})
