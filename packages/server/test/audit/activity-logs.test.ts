import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiKey } from '../../src/accounts/index.ts'
import { transaction } from '../../src/platform/context.ts'
import { emit } from '../../src/platform/domain-events.ts'
import { newId } from '../../src/platform/ids.ts'
import { addJob } from '../../src/platform/jobs/enqueue.ts'
import { paymentStory } from '../payments/support.ts'
import { createApi, startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { done, inShort, newActivitiesOf, type Wire } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const metric = { name: 'Calls', code: 'calls', aggregation_type: 'count_agg' }
const plan = {
  name: 'Pro',
  code: 'pro',
  interval: 'monthly',
  amount_cents: 1000,
  amount_currency: 'USD',
  pay_in_advance: false,
}
const coupon = {
  name: 'Ten',
  code: 'ten',
  coupon_type: 'fixed_amount',
  amount_cents: 1000,
  amount_currency: 'USD',
  frequency: 'forever',
  expiration: 'no_expiration',
}
const wallet = { external_customer_id: 'acme', name: 'Credits', rate_amount: '1', currency: 'USD' }
const oneOff = { external_customer_id: 'acme', currency: 'USD', fees: [{ add_on_code: 'thing' }] }

/** What is called, in this order, and what is logged of it. */
const calls: readonly (readonly [
  name: string,
  call: (tenant: Tenant, made: Record<string, Wire>) => Promise<{ status: number; body: Wire }>,
  logged: readonly string[],
])[] = [
  [
    'a metric is made',
    ({ api }) => api.post('/billable_metrics', { billable_metric: metric }),
    ['billable_metric.created api BillableMetric'],
  ],
  [
    'and renamed',
    ({ api }) => api.put('/billable_metrics/calls', { billable_metric: { ...metric, name: 'All calls' } }),
    ['billable_metric.updated api BillableMetric (name)'],
  ],
  [
    'nothing of it changes',
    ({ api }) => api.put('/billable_metrics/calls', { billable_metric: { name: 'All calls' } }),
    ['billable_metric.updated api BillableMetric'],
  ],
  [
    'a feature is made',
    ({ api }) => api.post('/features', { feature: { code: 'sso', name: 'SSO' } }),
    ['feature.created api Entitlement::Feature'],
  ],
  ['a plan is made', ({ api }) => api.post('/plans', { plan }), ['plan.created api Plan']],
  [
    'a plan is given the feature',
    ({ api }) => api.post('/plans/pro/entitlements', { entitlements: { sso: {} } }),
    ['plan.updated api Plan'],
  ],
  [
    'a feature changes, and the plans that have it',
    ({ api }) => api.put('/features/sso', { feature: { name: 'Single sign-on' } }),
    ['feature.updated api Entitlement::Feature (name)', 'plan.updated api Plan'],
  ],
  [
    'a plan changes',
    ({ api }) => api.put('/plans/pro', { plan: { ...plan, amount_cents: 2000 } }),
    ['plan.updated api Plan (amount_cents)'],
  ],
  [
    'add-ons are not told of',
    ({ api }) =>
      api.post('/add_ons', { add_on: { name: 'Thing', code: 'thing', amount_cents: 500, amount_currency: 'USD' } }),
    [],
  ],
  ['nor taxes', ({ api }) => api.post('/taxes', { tax: { name: 'VAT', code: 'vat', rate: '20' } }), []],
  [
    'a billing entity changes',
    ({ api }) => api.put('/billing_entities/northwind', { billing_entity: { city: 'Basel', tax_codes: ['vat'] } }),
    ['billing_entities.updated api BillingEntity (city, taxes)'],
  ],
  [
    'the organization changes, and its default billing entity',
    ({ api }) => api.put('/organizations', { organization: { legal_name: 'Northwind Ltd' } }),
    ['billing_entities.updated api BillingEntity (legal_name)'],
  ],
  [
    'a billing entity is made',
    ({ api }) => api.post('/billing_entities', { billing_entity: { name: 'South', code: 'south' } }),
    ['billing_entities.created api BillingEntity'],
  ],
  [
    'a customer is made',
    ({ api }) => api.post('/customers', { customer: { external_id: 'acme', name: 'Acme', currency: 'USD' } }),
    ['customer.created api Customer acme'],
  ],
  [
    'and changed',
    ({ api }) => api.post('/customers', { customer: { external_id: 'acme', name: 'Acme Ltd', tax_codes: ['vat'] } }),
    ['customer.updated api Customer acme (name, taxes)'],
  ],
  ['a coupon is made', ({ api }) => api.post('/coupons', { coupon }), ['coupon.created api Coupon']],
  [
    'and renamed',
    ({ api }) => api.put('/coupons/ten', { coupon: { name: 'Ten off' } }),
    ['coupon.updated api Coupon (name)'],
  ],
  [
    'a customer is given it',
    ({ api }) => api.post('/applied_coupons', { applied_coupon: { external_customer_id: 'acme', coupon_code: 'ten' } }),
    ['applied_coupon.created api Coupon acme'],
  ],
  [
    'it is taken away',
    ({ api }, made) =>
      api.delete(`/customers/acme/applied_coupons/${made['a customer is given it'].applied_coupon.lago_id}`),
    ['applied_coupon.deleted api Coupon acme'],
  ],
  [
    'it is given again',
    ({ api }) => api.post('/coupons', { coupon: { ...coupon, code: 'again', amount_cents: 100 } }),
    ['coupon.created api Coupon'],
  ],
  [
    'to somebody',
    ({ api }) =>
      api.post('/applied_coupons', { applied_coupon: { external_customer_id: 'acme', coupon_code: 'again' } }),
    ['applied_coupon.created api Coupon acme'],
  ],
  [
    'a coupon that somebody has is deleted',
    ({ api }) => api.delete('/coupons/again'),
    ['coupon.deleted api Coupon', 'applied_coupon.deleted api Coupon acme'],
  ],
  ['a wallet is made', ({ api }) => api.post('/wallets', { wallet }), ['wallet.created api Wallet acme']],
  [
    'and renamed',
    ({ api }, made) => api.put(`/wallets/${made['a wallet is made'].wallet.lago_id}`, { wallet: { name: 'Balance' } }),
    ['wallet.updated api Wallet acme (name)'],
  ],
  [
    'it is granted credits',
    ({ api }, made) =>
      api.post('/wallet_transactions', {
        wallet_transaction: { wallet_id: made['a wallet is made'].wallet.lago_id, granted_credits: '20' },
      }),
    [
      'wallet_transaction.created api Wallet acme',
      'wallet.updated api Wallet acme (balance_cents, credits_balance, last_balance_sync_at)',
    ],
  ],
  [
    'a subscription starts',
    ({ api }) =>
      api.post('/subscriptions', {
        subscription: { external_customer_id: 'acme', plan_code: 'pro', external_id: 'sub_1' },
      }),
    ['subscription.started api Subscription acme sub_1'],
  ],
  [
    'it is renamed',
    ({ api }) => api.put('/subscriptions/sub_1', { subscription: { name: 'Main' } }),
    ['subscription.updated api Subscription acme sub_1 (name)'],
  ],
  [
    'it gets prices of its own: its private plan is nobody’s',
    ({ api }) => api.put('/subscriptions/sub_1', { subscription: { plan_overrides: { amount_cents: 900 } } }),
    ['subscription.updated api Subscription acme sub_1 (plan, plan_amount_cents)'],
  ],
  [
    'something is sold',
    ({ api }) => api.post('/invoices', { invoice: oneOff }),
    ['invoice.one_off_created api Invoice acme'],
  ],
  [
    'and taken back',
    ({ api }, made) => {
      const { lago_id, fees } = made['something is sold'].invoice
      const items = [{ fee_id: fees[0].lago_id, amount_cents: 100 }]
      return api.post('/credit_notes', { credit_note: { invoice_id: lago_id, items, offset_amount_cents: 120 } })
    },
    ['credit_note.created api CreditNote acme'],
  ],
  [
    'a customer is asked for what is overdue',
    async ({ api, setClock }, made) => {
      await setClock('2026-03-06T09:00:00Z')
      await api.post('/test_clock/run', { test_clock: { tasks: ['mark_overdue_invoices'] } })
      const lago_invoice_ids = [made['something is sold'].invoice.lago_id]
      return api.post('/payment_requests', {
        payment_request: { external_customer_id: 'acme', email: 'ann@acme.example', lago_invoice_ids },
      })
    },
    ['invoice.payment_overdue system Invoice acme', 'payment_request.created api PaymentRequest acme'],
  ],
  [
    'a subscription ends',
    ({ api }) => api.delete('/subscriptions/sub_1?on_termination_invoice=skip'),
    [
      'subscription.terminated api Subscription acme sub_1',
      'subscription.updated api Subscription acme sub_1 (current_billing_period_ending_at, on_termination_invoice, status, terminated_at)',
    ],
  ],
  [
    'a metric is deleted',
    ({ api }) => api.delete('/billable_metrics/calls'),
    ['billable_metric.deleted api BillableMetric'],
  ],
  [
    'a feature is deleted',
    ({ api }) => api.delete('/features/sso'),
    ['plan.updated api Plan', 'feature.deleted api Entitlement::Feature'],
  ],
  ['a plan is deleted', ({ api }) => api.delete('/plans/pro'), ['plan.deleted api Plan']],
]

describe('what an API key does is logged', () => {
  test('each thing with what it concerns and what it changed', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-03-04T09:00:00Z')
    const news = newActivitiesOf(tenant)
    const made: Record<string, Wire> = {}
    const logged: Record<string, string[]> = {}
    for (const [name, call] of calls) {
      made[name] = await done(call(tenant, made))
      logged[name] = (await news()).map(inShort).toSorted()
    }
    expect(logged).toEqual(Object.fromEntries(calls.map(([name, , expected]) => [name, expected.toSorted()])))
  })
})

describe('an activity', () => {
  test('has the object as it is afterwards, and what its top-level fields were before', async () => {
    const tenant = await app.newOrganization()
    const { api, client } = tenant
    await tenant.setClock('2026-03-04T09:00:00Z')
    await api.post('/billable_metrics', { billable_metric: metric })
    const charge = { billable_metric_id: (await api.get('/billable_metrics/calls')).body.billable_metric.lago_id }
    const charges = [{ ...charge, charge_model: 'standard', properties: { amount: '1' } }]
    const { plan: made } = await done(api.post('/plans', { plan: { ...plan, charges } }))
    await api.put('/plans/pro', { plan: { ...plan, name: 'Professional', amount_cents: 2000 } })

    const { data } = await client.activityLogs.findAllActivityLogs({ 'activity_types[]': ['plan.updated'] })
    const [log] = data.activity_logs
    expect(log?.activity_object_changes).toEqual({ name: ['Pro', 'Professional'], amount_cents: [1000, 2000] })
    expect(log).toMatchObject({
      activity_type: 'plan.updated',
      activity_source: 'api',
      resource_id: made.lago_id,
      resource_type: 'Plan',
      user_email: null,
      external_customer_id: null,
      external_subscription_id: null,
      logged_at: '2026-03-04T09:00:00Z',
      created_at: '2026-03-04T09:00:00Z',
    })
    expect(log?.activity_object).toMatchObject({ lago_id: made.lago_id, charges: [{ billable_metric_code: 'calls' }] })
    expect(Object.keys(log?.activity_object ?? {})).not.toContain('entitlements')
    const one = await client.activityLogs.findActivityLog(log?.activity_id ?? '')
    expect(one.data.activity_log).toEqual(log)
  })

  test('is not there where the operation failed', async () => {
    const tenant = await app.newOrganization()
    const { api, ctx } = tenant
    expect((await api.post('/billable_metrics', { billable_metric: { ...metric, code: '' } })).status).toBe(422)
    expect((await api.post('/customers', { customer: { external_id: 'a', currency: 'XXX' } })).status).toBe(422)
    const { customer } = await done(api.post('/customers', { customer: { external_id: 'acme' } }))
    const failing = transaction(ctx, async tx => {
      await emit(tx, 'customer.deleted', customer.lago_id)
      throw new Error('undone')
    })
    await expect(failing).rejects.toThrow('undone')
    // An object that does not exist, as after a deletion for good, is not told of.
    await transaction(ctx, tx => emit(tx, 'plan.created', newId()))
    await tenant.settle()
    const { activity_logs: logs } = await done(api.get('/activity_logs'))
    expect(logs.map(inShort)).toEqual(['customer.created api Customer acme'])
  })

  test('leaves out the parts of plans and invoices that are too many', async () => {
    const { api } = await app.newOrganization()
    await api.post('/customers', { customer: { external_id: 'acme', currency: 'USD' } })
    await api.post('/add_ons', { add_on: { name: 'T', code: 'thing', amount_cents: 5, amount_currency: 'USD' } })
    await api.post('/billable_metrics', { billable_metric: metric })
    const { billable_metric: calls_ } = await done(api.get('/billable_metrics/calls'))
    const charge = { billable_metric_id: calls_.lago_id, charge_model: 'standard', properties: { amount: '1' } }
    for (const count of [50, 51]) {
      await done(api.post('/plans', { plan: { ...plan, code: `p${count}`, charges: Array(count).fill(charge) } }))
    }
    for (const count of [25, 26]) {
      await done(api.post('/invoices', { invoice: { ...oneOff, fees: Array(count).fill({ add_on_code: 'thing' }) } }))
    }
    const query = 'activity_types[]=plan.created&activity_types[]=invoice.one_off_created'
    const { activity_logs: logs } = await done(api.get(`/activity_logs?${query}`))
    const parts = logs.map(({ activity_object: object }: Wire) => (object.charges ?? object.fees)?.length ?? null)
    expect(parts).toEqual([null, 25, null, 50])
    expect(logs[1].activity_object).toMatchObject({
      customer: { external_id: 'acme', integration_customers: [] },
      ...{ billing_periods: [], subscriptions: [], credits: [], metadata: [], applied_taxes: [], error_details: [] },
      applied_invoice_custom_sections: [],
    })
  })
})

describe('what background work does is logged as the system’s', () => {
  test('a billing run, what follows from it, and once however often it is written', async () => {
    const tenant = await app.newOrganization()
    const { api, ctx } = tenant
    const news = newActivitiesOf(tenant)
    await tenant.setClock('2026-01-15T09:00:00Z')
    await api.post('/plans', { plan })
    for (const id of ['a', 'b']) {
      await api.post('/customers', { customer: { external_id: id, currency: 'USD', net_payment_term: 3 } })
      const subscription = { external_customer_id: id, plan_code: 'pro', external_id: `sub_${id}` }
      await done(api.post('/subscriptions', { subscription: { ...subscription, subscription_at: '2026-01-15' } }))
    }
    await done(api.post('/wallets', { wallet: { ...wallet, external_customer_id: 'b', granted_credits: '5' } }))
    await news()
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    const billed = await news()
    expect(billed.map(inShort).toSorted()).toEqual([
      'invoice.created system Invoice a',
      'invoice.created system Invoice b',
      expect.stringMatching(/^wallet\.updated system Wallet b \(balance_cents, consumed_credits, credits_balance/),
      'wallet_transaction.created system Wallet b',
    ])
    const created = billed.find((log: Wire) => log.external_customer_id === 'a')
    expect(created.activity_object).toMatchObject({ number: expect.any(String), fees: [{}], subscriptions: [{}] })
    expect(created.logged_at).toMatch(/^2026-02-01T00:10:/)

    await tenant.advanceTo('2026-02-06T00:00:00Z')
    expect((await news()).map(inShort).toSorted()).toEqual([
      'invoice.payment_overdue system Invoice a',
      'invoice.payment_overdue system Invoice b',
    ])
    const { invoice } = await done(
      api.put(`/invoices/${created.resource_id}`, { invoice: { payment_status: 'succeeded' } }),
    )
    const [paid] = await news()
    expect(paid.activity_type).toBe('invoice.payment_status_updated')
    expect(paid.activity_object_changes).toMatchObject({
      payment_status: ['pending', 'succeeded'],
      payment_overdue: [true, false],
    })
    expect(invoice.payment_status).toBe('succeeded')

    const rows = await ctx.db
      .selectFrom('activity_logs')
      .select('id')
      .where('organization_id', '=', ctx.org.id)
      .execute()
    const happening = { id: created.activity_id, type: 'invoice.created', objectId: created.resource_id }
    await addJob(ctx.db, {
      task: 'record_activity',
      payload: { organizationId: ctx.org.id, ...happening, at: '2026-02-01T00:10:00Z' },
    })
    await tenant.settle()
    const after = await ctx.db
      .selectFrom('activity_logs')
      .select('id')
      .where('organization_id', '=', ctx.org.id)
      .execute()
    expect(after.length).toBe(rows.length)
  })

  test('an invoice that a provider collects, with what the payment changes of it and of its fees', async () => {
    const story = await paymentStory(app)
    const news = newActivitiesOf({ ...app, api: story.api, settle: story.settle })
    await story.payer('acme', 'pm_card_visa')
    await news()
    await story.bill('acme', 5_000)
    const paid = (await news()).filter((log: Wire) => log.activity_type === 'invoice.payment_status_updated')
    expect(paid.map((log: Wire) => [log.activity_source, log.activity_object_changes])).toEqual([
      [
        'system',
        {
          payment_status: ['pending', 'succeeded'],
          total_due_amount_cents: [5_000, 0],
          total_paid_amount_cents: [0, 5_000],
          refundable_amount_cents: [0, 5_000],
          offsettable_amount_cents: [5_000, 0],
          fees: [
            [expect.objectContaining({ payment_status: 'pending' })],
            [expect.objectContaining({ payment_status: 'succeeded' })],
          ],
        },
      ],
    ])
    // The object is whole all the same.
    expect(paid[0].activity_object).toMatchObject({ customer: { external_id: 'acme' }, total_amount_cents: 5_000 })
  })

  test('money by hand, mails, what is voided, made again and deleted', async () => {
    const tenant = await app.newOrganization()
    const { api } = tenant
    const news = newActivitiesOf(tenant)
    await tenant.setClock('2026-03-04T09:00:00Z')
    const settings = { email: 'billing@northwind.example', email_settings: ['invoice.finalized'] }
    await api.put('/billing_entities/northwind', { billing_entity: settings })
    await api.post('/customers', { customer: { external_id: 'acme', currency: 'USD', email: 'ann@acme.example' } })
    await api.post('/add_ons', { add_on: { name: 'T', code: 'thing', amount_cents: 500, amount_currency: 'USD' } })
    await news()
    const { invoice } = await done(api.post('/invoices', { invoice: oneOff }))
    const logs = await news()
    expect(logs.map(inShort).toSorted()).toEqual([
      'email.sent system Invoice acme',
      'invoice.generated system Invoice acme',
      'invoice.one_off_created api Invoice acme',
    ])
    const mail = logs.find(log => log.activity_type === 'email.sent')
    expect(mail.resource_id).toBe(invoice.lago_id)
    expect(mail.activity_object).toEqual({
      status: 'sent',
      email: {
        subject: expect.stringContaining(invoice.number),
        to: ['ann@acme.example'],
        cc: [],
        bcc: [],
        body_preview: expect.stringContaining('$5.00'),
      },
      document: { type: 'Invoice', number: invoice.number, lago_id: invoice.lago_id },
    })
    await done(api.post(`/invoices/${invoice.lago_id}/resend_email`))
    expect((await news()).map(log => log.activity_object.status)).toEqual(['resent'])

    const payment = { invoice_id: invoice.lago_id, amount_cents: 200, reference: 'wire' }
    await done(api.post('/payments', { payment }))
    const [recorded] = await news()
    expect(inShort(recorded)).toBe('payment.recorded api Invoice acme')
    expect(recorded).toMatchObject({ resource_id: invoice.lago_id, activity_object: { reference: 'wire' } })

    const { invoice: second } = await done(api.post('/invoices', { invoice: oneOff }))
    await news()
    await done(api.post(`/invoices/${second.lago_id}/void`))
    expect((await news()).map(inShort)).toEqual(['invoice.voided api Invoice acme'])
    const { invoice: again } = await done(api.post(`/invoices/${second.lago_id}/regenerate`))
    const made = await news()
    expect(made.map(log => [log.activity_type, log.resource_id])).toEqual(
      expect.arrayContaining([
        ['invoice.one_off_created', again.lago_id],
        ['invoice.regenerated', again.lago_id],
      ]),
    )
    await done(api.delete('/customers/acme'))
    expect((await news()).map(inShort)).toContain('customer.deleted api Customer acme')
  })
})

describe('the list', () => {
  let tenant: Tenant
  beforeAll(async () => {
    tenant = await app.newOrganization()
    const { api } = tenant
    for (const [day, id] of [
      ['2026-05-01T12:00:00Z', 'one'],
      ['2026-05-10T00:00:00Z', 'two'],
      ['2026-05-10T15:30:00Z', 'three'],
    ] as const) {
      await tenant.setClock(day)
      await done(api.post('/customers', { customer: { external_id: id, currency: 'USD' } }))
    }
    await done(api.post('/plans', { plan }))
    const subscription = { external_customer_id: 'one', plan_code: 'pro', external_id: 'sub_1' }
    await done(api.post('/subscriptions', { subscription }))
    await tenant.settle()
  })

  const CUSTOMERS = ['customer three', 'customer two', 'customer one']
  const ALL = ['subscription', 'plan', ...CUSTOMERS]
  test.each([
    ['', ALL],
    ['from_date=2026-05-10', ['subscription', 'plan', 'customer three', 'customer two']],
    ['from_date=2026-05-10T00:00:01Z', ['subscription', 'plan', 'customer three']],
    ['to_date=2026-05-10', ['customer two', 'customer one']],
    ['from_date=2026-05-02&to_date=2026-05-10T15:29:59Z', ['customer two']],
    ['activity_types[]=plan.created&activity_types[]=subscription.started', ['subscription', 'plan']],
    ['activity_types=plan.created', ['plan']],
    ['activity_types[]=plan.updated', []],
    ['activity_sources[]=api', ALL],
    ['activity_sources[]=front&activity_sources[]=system', []],
    ['user_emails[]=ann@acme.example', []],
    ['external_customer_id=one', ['subscription', 'customer one']],
    ['external_customer_id=one&activity_types[]=customer.created', ['customer one']],
    ['external_subscription_id=sub_1', ['subscription']],
    ['resource_types[]=Customer', CUSTOMERS],
    ['resource_types[]=Customer&resource_types[]=Plan', ['plan', ...CUSTOMERS]],
    ['resource_ids[]=nothing', []],
    ['per_page=2&page=2', ['customer three', 'customer two']],
  ])('%s', async (query, expected) => {
    const { activity_logs: logs } = await done(tenant.api.get(`/activity_logs?${query}`))
    const named = logs.map(({ activity_type: type, external_customer_id: id }: Wire) => {
      const [of] = type.split('.')
      return of === 'customer' ? `customer ${id}` : of
    })
    expect(named).toEqual(expected)
  })

  test('by the ids of what it is about', async () => {
    const { plan: made } = await done(tenant.api.get('/plans/pro'))
    const { activity_logs: logs, meta } = await done(
      tenant.api.get(`/activity_logs?resource_ids[]=${made.lago_id}&resource_ids[]=x`),
    )
    expect(logs.map(inShort)).toEqual(['plan.created api Plan'])
    expect(meta).toEqual({ current_page: 1, next_page: null, prev_page: null, total_pages: 1, total_count: 1 })
  })

  test('refuses what is no date, ids that are not there, and keys that may not', async () => {
    const { api, ctx } = tenant
    expect(await api.get('/activity_logs?from_date=soon&to_date=never')).toMatchObject({
      status: 422,
      body: { error_details: { from_date: ['invalid_date'], to_date: ['invalid_date'] } },
    })
    const other = await app.newOrganization()
    const [mine] = (await done(api.get('/activity_logs'))).activity_logs
    expect((await done(other.api.get('/activity_logs'))).activity_logs).toEqual([])
    for (const [caller, id] of [
      [api, newId()],
      [api, 'nothing'],
      [other.api, mine.activity_id],
    ] as const) {
      expect(await caller.get(`/activity_logs/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'activity_log_not_found' },
      })
    }
    const { value } = await createApiKey(ctx, { permissions: { plan: ['read', 'write'] } })
    expect(await createApi(api.url, value).get('/activity_logs')).toMatchObject({
      status: 403,
      body: { code: 'read_action_not_allowed_for_activity_log' },
    })
  })

  test('ends where the organization’s period does; an activity can be read for ever', async () => {
    const { api } = tenant
    const [oldest] = (await done(api.get('/activity_logs'))).activity_logs.toReversed()
    const countAfter = async (now: string, period: number | null) => {
      await done(api.put('/organizations', { organization: { audit_logs_period: period } }))
      await tenant.setClock(now)
      const types = 'activity_types[]=customer.created'
      return (await done(api.get(`/activity_logs?${types}&from_date=2026-01-01`))).meta.total_count
    }
    expect(await countAfter('2026-05-31T12:00:00Z', 30)).toBe(3)
    expect(await countAfter('2026-05-31T12:00:01Z', 30)).toBe(2)
    expect(await countAfter('2026-07-31T00:00:00Z', 30)).toBe(0)
    expect(await countAfter('2026-07-31T00:00:00Z', 100)).toBe(3)
    expect(await countAfter('2036-07-31T00:00:00Z', null)).toBe(3)
    expect(await api.put('/organizations', { organization: { audit_logs_period: -1 } })).toMatchObject({
      body: { error_details: { audit_logs_period: ['value_is_out_of_range'] } },
    })
    await done(api.put('/organizations', { organization: { audit_logs_period: 30 } }))
    expect(await done(api.get(`/activity_logs/${oldest.activity_id}`))).toEqual({ activity_log: oldest })
  })
})
