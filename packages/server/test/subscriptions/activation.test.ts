import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lines, type Story, storyOf } from '../invoices/billing-support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { runTask } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const PAYMENT = [{ type: 'payment' }]
const linked = { billing_configuration: { payment_provider: 'stripe', sync_with_provider: true, sync: true } }

/** A customer acme whose card is always being processed, and the plans pro (in advance) and basic (in arrears). */
async function begin(at = '2026-06-11T00:00:00Z', customer: object = {}): Promise<Story> {
  const story = storyOf(await app.newOrganization())
  await story.setClock(at)
  await story.customer('acme', { ...linked, ...customer })
  await story.settle()
  await saveCard(story, 'pm_card_processing')
  await story.metric('calls')
  const charges = [await callsCharge(story)]
  await story.plan('pro', { amount_cents: 3000, pay_in_advance: true, charges })
  await story.plan('basic', { amount_cents: 300, charges })
  return story
}

async function saveCard(story: Story, token: string): Promise<string> {
  const { body } = await story.api.post('/test_payment_methods', {
    test_payment_method: { external_customer_id: 'acme', token },
  })
  return body.payment_method.lago_id
}

async function callsCharge(story: Story) {
  const { lago_id: billable_metric_id } = (await story.api.get('/billable_metrics/calls')).body.billable_metric
  return { billable_metric_id, charge_model: 'standard', properties: { amount: '1' } }
}

const order = (story: Story, plan: string, fields: object = {}) =>
  story.api.post('/subscriptions', {
    subscription: { external_customer_id: 'acme', plan_code: plan, external_id: 'sub', ...fields },
  })

/** A subscription that waits for its payment. */
async function gate(story: Story, plan = 'pro', rule: object = {}, fields: object = {}) {
  const { body } = await order(story, plan, { activation_rules: [{ type: 'payment', ...rule }], ...fields })
  await story.settle()
  return body.subscription
}

/** The invoice that is waited for: nobody sees it. */
async function openInvoice(story: Story) {
  return story.ctx.db
    .selectFrom('invoices')
    .selectAll()
    .where('organization_id', '=', story.organizationId)
    .where('status', 'in', ['open', 'closed'])
    .orderBy('created_at', 'desc')
    .executeTakeFirst()
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what is stored
async function rowsOf(story: Story, table: 'payments' | 'refunds'): Promise<any[]> {
  return story.ctx.db.selectFrom(table).selectAll().where('organization_id', '=', story.organizationId).execute()
}

async function settlePayment(story: Story, payment_status: 'succeeded' | 'failed'): Promise<void> {
  const invoice = await openInvoice(story)
  const { status } = await story.api.put(`/invoices/${invoice?.id}`, { invoice: { payment_status } })
  expect(status).toBe(200)
  await story.settle()
}

async function read(story: Story, status = 'active') {
  return (await story.api.get(`/subscriptions/sub?status=${status}`)).body.subscription
}

async function chain(story: Story): Promise<string[]> {
  const { body } = await story.api.get('/subscriptions?status[]=all&external_id=sub')
  return body.subscriptions
    .toSorted((a: { lago_id: string }, b: { lago_id: string }) => (a.lago_id < b.lago_id ? -1 : 1))
    .map((one: { plan_code: string; status: string }) => `${one.plan_code} ${one.status}`)
}

async function billed(story: Story): Promise<string[][]> {
  return (await story.invoices()).map(invoice => [
    invoice.billing_periods
      .map((period: { invoicing_reason: string }) => period.invoicing_reason.replace('subscription_', ''))
      .toSorted()
      .join('+'),
    ...lines(invoice)
      .filter(line => line !== 'charge calls: 0.0 = 0')
      .map(line => line.replace('subscription ', '')),
  ])
}

const told = (messages: { webhook_type: string; subscription?: { plan_code: string } }[]) =>
  messages.map(({ webhook_type: type, subscription }) => [type, subscription?.plan_code].filter(Boolean).join(' '))

describe('rules of activation', () => {
  let refusing: Story
  beforeAll(async () => {
    refusing = await begin()
    await refusing.customer('unlinked')
  })

  it.each<[string, object, object | undefined]>([
    ['no list', { activation_rules: {} }, { activation_rules: ['invalid_format'] }],
    ['another kind', { activation_rules: [{ type: 'approval' }] }, { activation_rules: ['invalid_type'] }],
    ['one kind twice', { activation_rules: [...PAYMENT, ...PAYMENT] }, { activation_rules: ['duplicated_type'] }],
    ...[-1, 1.5, '2', 'soon'].map((timeout_hours): [string, object, object] => [
      `a timeout of ${JSON.stringify(timeout_hours)}`,
      { activation_rules: [{ type: 'payment', timeout_hours }] },
      { timeout_hours: ['value_must_be_positive_or_zero'] },
    ]),
    [
      'payment by hand',
      { activation_rules: PAYMENT, payment_method: { payment_method_type: 'manual' } },
      { customer: ['manual_payment_method_invalid_for_payment_activation_rules'] },
    ],
    [
      'nobody to collect',
      { activation_rules: PAYMENT, external_customer_id: 'unlinked' },
      { customer: ['no_linked_payment_provider'] },
    ],
    [
      'nobody to collect, of a new customer',
      { activation_rules: PAYMENT, external_customer_id: 'stranger' },
      { customer: ['no_linked_payment_provider'] },
    ],
    [
      'nothing to pay with',
      {
        activation_rules: PAYMENT,
        external_customer_id: 'unlinked',
        payment_method: { payment_method_type: 'provider' },
      },
      { customer: ['no_default_payment_method'] },
    ],
    ['no rules', { activation_rules: [] }, undefined],
    ['nothing said', { activation_rules: null }, undefined],
    ['a wait without end', { activation_rules: [{ type: 'payment', timeout_hours: null }] }, undefined],
  ])('refuse %s', async (what, fields, errors) => {
    const answer = await order(refusing, 'pro', {
      external_id: what,
      subscription_at: '2026-07-01T00:00:00Z',
      ...fields,
    })
    expect(answer.body.error_details).toEqual(errors)
    expect(answer.status).toBe(errors === undefined ? 200 : 422)
  })

  it('refuse the payment method of somebody else', async () => {
    const story = await begin()
    const card = await saveCard(story, 'pm_card_visa')
    await story.customer('other', linked)
    await story.settle()
    const fields = {
      activation_rules: PAYMENT,
      payment_method: { payment_method_type: 'provider', payment_method_id: card },
    }
    const answer = await order(story, 'pro', { ...fields, external_customer_id: 'other' })
    expect(answer.body.error_details).toEqual({ customer: ['payment_method_not_found'] })
    expect((await order(story, 'pro', fields)).body.subscription.status).toBe('incomplete')
  })

  it('are kept until the start, and can be changed until then', async () => {
    const story = await begin()
    const later = { subscription_at: '2026-07-01T00:00:00Z' }
    const { body } = await order(story, 'pro', { ...later, activation_rules: [{ type: 'payment', timeout_hours: 48 }] })
    const [rule] = body.subscription.activation_rules
    expect(rule).toEqual({
      lago_id: rule.lago_id,
      type: 'payment',
      timeout_hours: 48,
      status: 'inactive',
      expires_at: null,
      created_at: '2026-06-11T00:00:00Z',
      updated_at: '2026-06-11T00:00:00Z',
    })
    const shown = async () => {
      const { body: list } = await story.api.get('/subscriptions?status[]=pending')
      expect((await read(story, 'pending')).activation_rules).toEqual(list.subscriptions[0].activation_rules)
      return list.subscriptions[0].activation_rules.map((one: { timeout_hours: number }) => one.timeout_hours)
    }
    const put = (fields: object) => story.api.put('/subscriptions/sub', { subscription: fields })
    expect(await shown()).toEqual([48])
    await put({ name: 'Team' })
    expect(await shown()).toEqual([48])
    await put({ activation_rules: [{ type: 'payment', timeout_hours: 5 }] })
    expect(await shown()).toEqual([5])
    await order(story, 'basic', { name: 'Other plan' })
    expect(await shown()).toEqual([5])
    await order(story, 'pro', { activation_rules: [] })
    expect(await shown()).toEqual([])
    await put({ activation_rules: PAYMENT })
    // A start today still has to be paid for; one in the past cannot be waited for.
    await put({ subscription_at: '2026-06-11T09:00:00Z' })
    expect(await shown()).toEqual([0])
    expect((await put({ activation_rules: {} })).body.error_details).toEqual({ activation_rules: ['invalid_format'] })
    await put({ subscription_at: '2026-06-10T09:00:00Z', activation_rules: PAYMENT })
    expect(await read(story)).toMatchObject({ activation_rules: [], started_at: '2026-06-10T09:00:00.000Z' })
    const late = await put({ activation_rules: PAYMENT })
    expect(late.body.error_details).toEqual({ activation_rules: ['subscription_not_pending'] })
  })

  it('do not concern a start in the past, nor what owes nothing in advance', async () => {
    const story = await begin()
    await story.plan('trial', { amount_cents: 3000, pay_in_advance: true, trial_period: 10 })
    const start = async (external_id: string, plan: string, fields: object = {}) => {
      const { body } = await order(story, plan, { external_id, activation_rules: PAYMENT, ...fields })
      await story.settle()
      return [
        body.subscription.status,
        ...body.subscription.activation_rules.map((one: { status: string }) => one.status),
      ]
    }
    expect(await start('past', 'pro', { subscription_at: '2026-06-10T00:00:00Z' })).toEqual(['active'])
    expect(await start('arrears', 'basic')).toEqual(['active', 'not_applicable'])
    expect(await start('trial', 'trial')).toEqual(['active', 'not_applicable'])
    expect(await openInvoice(story)).toBeUndefined()
  })
})

describe('a subscription that has to be paid for', () => {
  it('waits, and becomes active when it is paid', async () => {
    const story = await begin('2026-06-11T00:00:00Z', {
      billing_configuration: { ...linked.billing_configuration, invoice_grace_period: 3 },
    })
    const asked = await receivedWebhooks(story, async () => {
      const waiting = await gate(story, 'pro', { timeout_hours: 24 })
      expect(waiting).toMatchObject({
        status: 'incomplete',
        started_at: '2026-06-11T00:00:00.000Z',
        activated_at: null,
        activation_rules: [{ status: 'pending', expires_at: '2026-06-12T00:00:00Z' }],
      })
    })
    expect(told(asked)).toEqual(['subscription.incomplete pro'])
    expect(asked[0].subscription.activation_rules).toMatchObject([{ status: 'pending' }])
    const invoice = await openInvoice(story)
    expect(invoice).toMatchObject({
      status: 'open',
      number: expect.stringMatching(/-DRAFT$/),
      fees_amount_cents: 2000n,
    })
    expect(await story.invoices()).toEqual([])
    expect((await story.api.get(`/invoices/${invoice?.id}`)).status).toBe(404)

    expect((await order(story, 'pro')).body.error_details).toEqual({ subscription: ['subscription_incomplete'] })
    const put = await story.api.put('/subscriptions/sub', { subscription: { name: 'Team' } })
    expect([put.status, put.body.code]).toEqual([405, 'subscription_incomplete'])
    expect((await story.api.delete('/subscriptions/sub')).status).toBe(404)
    expect((await story.api.get('/subscriptions/sub')).status).toBe(404)
    expect((await read(story, 'incomplete')).status).toBe('incomplete')

    await story.send('sub', 'calls', '2026-06-11T06:00:00Z 3')
    await story.setClock('2026-06-11T12:00:00Z')
    const paid = await receivedWebhooks(story, () => settlePayment(story, 'succeeded'))
    expect(told(paid).toSorted()).toEqual(['invoice.created', 'subscription.started pro'])
    expect(await read(story)).toMatchObject({
      started_at: '2026-06-11T00:00:00.000Z',
      activated_at: '2026-06-11T12:00:00Z',
      activation_rules: [{ status: 'satisfied' }],
    })
    const [issued] = await story.invoices()
    expect(issued).toMatchObject({
      lago_id: invoice?.id,
      status: 'finalized',
      payment_status: 'succeeded',
      issuing_date: '2026-06-11',
      number: expect.stringMatching(/-001$/),
    })
    await story.advanceTo('2026-07-05T00:00:00Z')
    expect(await billed(story)).toEqual([
      ['starting', 'pro: 1.0 = 2000'],
      ['periodic', 'pro: 1.0 = 3000', 'charge calls: 3.0 = 300'],
    ])
  })

  it.each([
    { how: 'refused', rule: 'failed', reason: 'payment_failed' },
    { how: 'late', rule: 'expired', reason: 'timeout' },
  ])('is given up when the payment is $how, and what it took is given back', async ({ how, rule, reason }) => {
    const story = await begin()
    await story.api.post('/coupons', {
      coupon: {
        code: 'once',
        name: 'Once',
        coupon_type: 'fixed_amount',
        amount_cents: 400,
        amount_currency: 'USD',
        frequency: 'once',
        expiration: 'no_expiration',
        reusable: true,
      },
    })
    await story.api.post('/applied_coupons', { applied_coupon: { external_customer_id: 'acme', coupon_code: 'once' } })
    await story.addOn('work')
    const owed = {
      external_customer_id: 'acme',
      skip_psp: true,
      fees: [{ add_on_code: 'work', unit_amount_cents: 900 }],
    }
    const { invoice: billedBefore } = (await story.api.post('/invoices', { invoice: owed })).body
    const items = [{ fee_id: billedBefore.fees[0].lago_id, amount_cents: 300 }]
    const credited = { invoice_id: billedBefore.lago_id, reason: 'other', credit_amount_cents: 300, items }
    const { credit_note: note } = (await story.api.post('/credit_notes', { credit_note: credited })).body
    const { body } = await story.api.post('/wallets', {
      wallet: { external_customer_id: 'acme', rate_amount: '1', currency: 'USD', granted_credits: '5' },
    })
    await story.settle()
    const left = async () => {
      const { wallet } = (await story.api.get(`/wallets/${body.wallet.lago_id}`)).body
      const { applied_coupons: coupons } = (await story.api.get('/applied_coupons')).body
      const { credit_note: read } = (await story.api.get(`/credit_notes/${note.lago_id}`)).body
      const ofNote = [read.credit_status, read.balance_amount_cents]
      return [wallet.balance_cents, coupons[0].status, coupons[0].amount_cents_remaining, ...ofNote]
    }
    await gate(story, 'pro', { timeout_hours: 2 })
    expect(await left()).toEqual([0, 'terminated', 0, 'consumed', 0])
    expect((await openInvoice(story))?.total_amount_cents).toBe(800n)
    const messages = await receivedWebhooks(story, async () => {
      if (how === 'refused') return settlePayment(story, 'failed')
      await story.advanceTo('2026-06-11T02:00:00Z')
      expect((await read(story, 'incomplete')).status).toBe('incomplete')
      await story.advanceTo('2026-06-11T03:00:00Z')
    })
    expect(told(messages).filter(type => type.startsWith('subscription'))).toEqual(['subscription.canceled pro'])
    expect(messages.some(message => message.webhook_type.startsWith('invoice.'))).toBe(false)
    expect(await read(story, 'canceled')).toMatchObject({
      cancellation_reason: reason,
      activation_rules: [{ status: rule }],
      activated_at: null,
    })
    expect((await openInvoice(story))?.status).toBe('closed')
    const { rows } = await sql<{ status: string }>`
      select status from payments where organization_id = ${story.organizationId}`.execute(story.ctx.db)
    expect(rows).toEqual([{ status: 'canceled' }])
    expect(await left()).toEqual([500, 'active', 400, 'available', 300])
    // What comes too late changes nothing, and the external id is free again.
    const late = await story.api.put(`/invoices/${(await openInvoice(story))?.id}`, {
      invoice: { payment_status: 'succeeded' },
    })
    expect(late.status).toBe(404)
    await story.send('sub', 'calls', '2026-06-11T01:00:00Z 3')
    await story.subscribe('sub', 'basic')
    await story.advanceTo('2026-07-02T00:00:00Z')
    expect(await chain(story)).toEqual(['pro canceled', 'basic active'])
  })

  it('has its money sent back when that comes after it was given up', async () => {
    const story = await begin()
    await gate(story, 'pro', { timeout_hours: 1 })
    await story.advanceTo('2026-06-11T03:00:00Z')
    const [{ id, provider_payment_id }] = await rowsOf(story, 'payments')
    const settle = (status: string) => story.api.put(`/test_payments/${id}`, { test_payment: { status } })
    expect((await settle('failed')).body.code).toBe('payment_already_settled')
    const messages = await receivedWebhooks(story, async () => {
      expect((await settle('succeeded')).body.payment.payment_status).toBe('succeeded')
    })
    expect(messages).toEqual([])
    expect(await rowsOf(story, 'refunds')).toMatchObject([
      {
        payment_id: id,
        credit_note_id: null,
        reason: 'subscription_activation_expired',
        amount_cents: 2000n,
        status: 'succeeded',
        provider_refund_id: expect.stringMatching(/^re_test_/),
      },
    ])
    expect(provider_payment_id).toMatch(/^pi_test_/)
    expect((await settle('succeeded')).body.code).toBe('payment_already_settled')
    expect(await read(story, 'canceled')).toMatchObject({ cancellation_reason: 'timeout' })
    expect(await story.invoices()).toEqual([])
  })

  it('becomes active when it is paid by hand, once that is all', async () => {
    const story = await begin()
    await gate(story)
    const invoice = await openInvoice(story)
    const pay = async (amount_cents: number) => {
      const payment = { invoice_id: invoice?.id, amount_cents, reference: 'wire' }
      const answer = await story.api.post('/payments', { payment })
      await story.settle()
      return answer.body.error_details ?? answer.status
    }
    expect(await pay(2001)).toEqual({ amount_cents: ['value_is_out_of_range'] })
    expect(await pay(500)).toBe(200)
    expect((await read(story, 'incomplete')).status).toBe('incomplete')
    expect(await pay(1500)).toBe(200)
    expect(await read(story)).toMatchObject({ status: 'active', activation_rules: [{ status: 'satisfied' }] })
    expect(await story.invoices()).toMatchObject([
      { lago_id: invoice?.id, status: 'finalized', payment_status: 'succeeded', total_paid_amount_cents: 2000 },
    ])
  })

  it.each([
    {
      token: 'pm_card_visa',
      status: 'active',
      invoice: 'finalized',
      heard: ['invoice.created', 'subscription.started pro'],
    },
    { token: 'pm_card_chargeDeclined', status: 'canceled', invoice: 'closed', heard: ['subscription.canceled pro'] },
    { token: 'pm_card_authenticationRequired', status: 'incomplete', invoice: 'open', heard: [] },
  ])('is charged at once: $token', async ({ token, status, invoice, heard }) => {
    const story = await begin()
    await saveCard(story, token)
    const messages = await receivedWebhooks(story, () => gate(story))
    expect((await read(story, status)).status).toBe(status)
    const { rows } = await sql<{ status: string }>`
      select status from invoices where organization_id = ${story.organizationId}`.execute(story.ctx.db)
    expect(rows).toEqual([{ status: invoice }])
    const types = told(messages).filter(type => /^(subscription|invoice\.created)/.test(type))
    expect(types.toSorted()).toEqual([...heard, 'subscription.incomplete pro'].toSorted())
  })

  it('is active at once when nothing is left to pay', async () => {
    const story = await begin()
    await story.api.post('/wallets', {
      wallet: { external_customer_id: 'acme', rate_amount: '1', currency: 'USD', granted_credits: '50' },
    })
    await story.settle()
    await gate(story)
    expect(await read(story)).toMatchObject({ activation_rules: [{ status: 'satisfied' }] })
    expect(await story.invoices()).toMatchObject([
      { status: 'finalized', total_amount_cents: 0, prepaid_credit_amount_cents: 2000 },
    ])
  })

  it('waits for its fixed charges alone where the plan is paid in arrears', async () => {
    const story = await begin()
    await story.addOn('seats')
    const seats = { add_on_code: 'seats', units: '2', charge_model: 'standard', properties: { amount: '5' } }
    await story.plan('seats', { amount_cents: 300, fixed_charges: [{ ...seats, pay_in_advance: true }] })
    await gate(story, 'seats')
    expect((await read(story, 'incomplete')).status).toBe('incomplete')
    const messages = await receivedWebhooks(story, () => settlePayment(story, 'succeeded'))
    expect(told(messages).toSorted()).toEqual(['fee.created', 'invoice.created', 'subscription.started seats'])
    await story.advanceTo('2026-07-02T00:00:00Z')
    expect(await billed(story)).toEqual([
      ['in_advance_charge', 'fixed_charge seats: 2.0 = 1000'],
      ['periodic', 'seats: 1.0 = 200', 'fixed_charge seats: 2.0 = 1000'],
    ])
  })

  it('starts on its day by the clock, and is billed for the running period only when it is paid late', async () => {
    const story = await begin()
    await order(story, 'pro', { subscription_at: '2026-06-21T15:00:00Z', activation_rules: PAYMENT })
    await story.advanceTo('2026-06-21T01:00:00Z')
    expect(await read(story, 'incomplete')).toMatchObject({ started_at: '2026-06-21T00:00:00.000Z' })
    await story.send('sub', 'calls', '2026-06-25 1', '2026-07-10 2', '2026-08-02 4')
    await story.advanceTo('2026-08-03T10:00:00Z')
    expect(await story.invoices()).toEqual([])
    await settlePayment(story, 'succeeded')
    await story.advanceTo('2026-09-01T01:00:00Z')
    expect((await billed(story)).toSorted()).toEqual([
      ['periodic', 'pro: 1.0 = 3000', 'charge calls: 2.0 = 200'],
      ['periodic', 'pro: 1.0 = 3000', 'charge calls: 4.0 = 400'],
      ['starting', 'pro: 1.0 = 1000'],
    ])
  })

  it('is given up with its customer', async () => {
    const story = await begin()
    await gate(story)
    await story.api.delete('/customers/acme')
    await story.settle()
    expect(await read(story, 'canceled')).toMatchObject({ cancellation_reason: 'timeout' })
    expect((await openInvoice(story))?.status).toBe('closed')
  })
})

describe('a change of plan that has to be paid for', () => {
  it('leaves the old plan active until then, and bills it alone', async () => {
    const story = await begin('2026-06-01T00:00:00Z')
    await story.subscribe('sub', 'basic')
    await story.settle()
    await story.send('sub', 'calls', '2026-06-10 5')
    await story.setClock('2026-06-16T00:00:00Z')
    const messages = await receivedWebhooks(story, () => gate(story))
    expect(told(messages)).toEqual(['subscription.incomplete pro'])
    expect(await chain(story)).toEqual(['basic active', 'pro incomplete'])
    expect(await read(story)).toMatchObject({ next_plan_code: 'pro', downgrade_plan_date: null })
    expect((await openInvoice(story))?.fees_amount_cents).toBe(1500n)
    const refused = await story.api.delete('/subscriptions/sub')
    expect(refused.body.error_details).toEqual({ base: ['next_subscription_incomplete'] })

    await story.setClock('2026-06-16T12:00:00Z')
    const paid = await receivedWebhooks(story, () => settlePayment(story, 'succeeded'))
    expect(told(paid).filter(type => type.startsWith('subscription'))).toEqual(
      expect.arrayContaining([
        'subscription.updated basic',
        'subscription.terminated basic',
        'subscription.started pro',
      ]),
    )
    expect(await chain(story)).toEqual(['basic terminated', 'pro active'])
    expect(await billed(story)).toEqual(
      expect.arrayContaining([
        ['starting', 'pro: 1.0 = 1500'],
        ['terminating', 'basic: 1.0 = 150', 'charge calls: 5.0 = 500'],
      ]),
    )
    await story.send('sub', 'calls', '2026-06-20 1')
    await story.advanceTo('2026-07-01T01:00:00Z')
    expect((await billed(story)).at(-1)).toEqual(['periodic', 'pro: 1.0 = 3000', 'charge calls: 1.0 = 100'])
  })

  it('that is not paid leaves everything as it was', async () => {
    const story = await begin('2026-06-01T00:00:00Z')
    await story.subscribe('sub', 'basic', 'acme', { ending_at: '2026-06-20' })
    await gate(story)
    // It cannot end while something waits for its place.
    await story.advanceTo('2026-06-20T06:00:00Z')
    expect(await chain(story)).toEqual(['basic active', 'pro incomplete'])
    await settlePayment(story, 'failed')
    expect(await chain(story)).toEqual(['basic active', 'pro canceled'])
    await runTask(story, 'terminate_ended_subscriptions')
    expect(await chain(story)).toEqual(['basic terminated', 'pro canceled'])
    expect(await billed(story)).toEqual([['terminating', 'basic: 1.0 = 200']])
  })

  it.each([
    {
      told: 'at once',
      paidAt: '2026-07-01T00:30:00Z',
      expected: [
        ['starting', 'small: 1.0 = 100'],
        ['terminating', 'big: 1.0 = 9000', 'charge calls: 2.0 = 200'],
        ['periodic', 'small: 1.0 = 100', 'charge calls: 4.0 = 400'],
      ],
    },
    {
      told: 'ten days later',
      paidAt: '2026-07-11T12:00:00Z',
      expected: [
        ['periodic', 'big: 1.0 = 9000', 'charge calls: 2.0 = 200'],
        ['starting', 'small: 1.0 = 100'],
        ['terminating', 'big: 1.0 = 2903', 'charge calls: 4.0 = 400'],
        ['periodic', 'small: 1.0 = 100'],
      ],
    },
  ])('to a cheaper plan waits from the day of the change on: paid $told', async ({ paidAt, expected }) => {
    const story = await begin('2026-06-01T00:00:00Z')
    await story.plan('big', { amount_cents: 9000, charges: [await callsCharge(story)] })
    await story.plan('small', { amount_cents: 100, pay_in_advance: true, charges: [await callsCharge(story)] })
    await story.subscribe('sub', 'big')
    await order(story, 'small', { activation_rules: PAYMENT })
    expect(await read(story)).toMatchObject({ next_plan_code: 'small', downgrade_plan_date: '2026-07-01' })
    await story.send('sub', 'calls', '2026-06-20 2', '2026-07-05 4')
    await story.advanceTo(paidAt)
    expect(await chain(story)).toEqual(['big active', 'small incomplete'])
    await settlePayment(story, 'succeeded')
    expect(await chain(story)).toEqual(['big terminated', 'small active'])
    await story.advanceTo('2026-08-01T01:00:00Z')
    expect((await billed(story)).toSorted()).toEqual(expected.toSorted())
  })
})
