import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWallet, grant, readWallet, transact, transactionsOf } from '../credits/support.ts'
import { type Story, storyOf } from '../invoices/billing-support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { settlementStory } from './support.ts'

let app: TestApp
let story: Story
let settled: ReturnType<typeof settlementStory>
let metrics: Record<'x' | 'y' | 'z', string>
beforeAll(async () => {
  app = await startTestApp()
  story = storyOf(app)
  await story.setClock('2026-06-01T00:00:00Z')
  await story.tax('vat', 20)
  await story.tax('ten', 10)
  for (const [code, rate] of [
    ['5.5', 5.5],
    ['2.1', 2.1],
    ['7.25', 7.25],
    ['7.25 too', 7.25],
    ['5', 5],
    ['5 too', 5],
    ['20', 20],
  ] as const) {
    await story.tax(code, rate)
  }
  const metric = async (code: string): Promise<string> => (await story.metric(code)).lago_id
  metrics = { x: await metric('x'), y: await metric('y'), z: await metric('z') }
  settled = settlementStory(app, story, metrics)
  await story.addOn('thing')
}, 60_000)
afterAll(() => app?.stop())

const percentage = (rate: string, fields: object = {}) => ({
  coupon_type: 'percentage',
  percentage_rate: rate,
  amount_cents: null,
  amount_currency: null,
  ...fields,
})

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
type Wire = any

/** An invoice of one fee, made at once: a yearly plan paid in advance. */
let plans = 0
async function invoiceOf(customer: string, cents: number, fields: object = {}): Promise<Wire> {
  plans += 1
  const code = `single-${plans}`
  const term = { interval: 'yearly', pay_in_advance: true }
  await story.plan(code, { amount_cents: cents, ...term, ...fields })
  await story.subscribe(code, code, customer, { billing_time: 'anniversary' })
  await story.settle()
  const of = (await app.api.get(`/invoices?external_customer_id=${customer}&per_page=100`)).body.invoices
  for (const { lago_id } of of) {
    const { invoice } = (await app.api.get(`/invoices/${lago_id}`)).body
    if (invoice.subscriptions.some(({ external_id }: Wire) => external_id === code)) return invoice
  }
  throw new Error(`${customer} has no invoice of ${code}`)
}

async function coupons(customer: string): Promise<Wire[]> {
  return (await app.api.get(`/applied_coupons?external_customer_id=${customer}`)).body.applied_coupons
}

describe('taxes', () => {
  it.each([
    [1237, ['20'], [247], 247, 20],
    [1237, ['5.5', '2.1'], [68, 26], 94, 7.6],
    [333, ['7.25', '7.25 too'], [24, 24], 48, 14.5],
    [30, ['5', '5 too'], [2, 2], 3, 10],
  ])('of %i cents at %j are %j, together %i', async (unit_amount_cents, tax_codes, amounts, total, rate) => {
    await story.customer('taxed')
    const fees = [{ add_on_code: 'thing', unit_amount_cents, tax_codes }]
    const { body } = await app.api.post('/invoices', {
      invoice: { external_customer_id: 'taxed', currency: 'USD', fees },
    })
    const { invoice } = body
    expect(invoice.taxes_amount_cents).toBe(total)
    const { fee } = (await app.api.get(`/fees/${invoice.fees[0].lago_id}`)).body
    expect(fee).toMatchObject({ taxes_amount_cents: total, taxes_rate: rate })
    expect(fee.applied_taxes.map((tax: Wire) => tax.amount_cents)).toEqual(amounts)
  })
})

describe('coupons', () => {
  const lines = (invoice: Wire) => invoice.credits.map((line: Wire) => [line.item.name, line.amount_cents])
  const shares = (invoice: Wire) =>
    Object.fromEntries(
      invoice.fees.map((fee: Wire) => [fee.item.code, Number(fee.precise_coupons_amount_cents).toFixed(5)]),
    )
  const usage = (id: string, cents: number, tax_codes: readonly string[] = []) => ({
    billable_metric_id: id,
    charge_model: 'standard',
    properties: { amount: String(cents / 100) },
    tax_codes,
  })

  /** Customers with limited coupons, whose targets overlap only after they were given. */
  it('limited to metrics come before those limited to plans, and those before all others', async () => {
    await story.setClock('2026-06-01T00:00:00Z')
    await story.customer('b', { tax_codes: ['ten'] })
    await story.plan('plan-b', { amount_cents: 4100 })
    await settled.giveCoupon('b', 'all', percentage('5', { frequency: 'forever' }))
    await settled.giveCoupon('b', 'plan', {
      amount_cents: 1500,
      frequency: 'forever',
      applies_to: { plan_codes: ['plan-b'] },
    })
    const targets = { applies_to: { billable_metric_codes: ['x', 'y'] } }
    await settled.giveCoupon('b', 'metrics', percentage('10', { frequency: 'forever', ...targets }))
    const charges = [usage(metrics.x, 1333), usage(metrics.y, 2500)]
    expect((await app.api.put('/plans/plan-b', { plan: { charges } })).status).toBe(200)
    await story.subscribe('b', 'plan-b', 'b')

    await story.customer('c')
    await story.plan('plan-c', { amount_cents: 1001, charges: [usage(metrics.x, 700), usage(metrics.y, 300)] })
    await settled.giveCoupon('c', 'xy', percentage('33.33333', { frequency: 'forever', ...targets }))
    const { lago_coupon_id } = await settled.giveCoupon('c', 'x', {
      amount_cents: 5000,
      frequency: 'forever',
      applies_to: { billable_metric_codes: ['z'] },
    })
    await app.ctx.db
      .updateTable('coupon_targets')
      .set({ billable_metric_id: metrics.x })
      .where('coupon_id', '=', lago_coupon_id)
      .execute()
    await settled.giveCoupon('c', 'all', { amount_cents: 100, frequency: 'forever' })
    await story.subscribe('c', 'plan-c', 'c')

    for (const id of ['b', 'c']) for (const code of ['x', 'y']) await story.send(id, code, '2026-06-10 1')
    await story.advanceTo('2026-07-01T01:00:00Z')
    const [b] = await story.invoices('b')
    expect(lines(b)).toEqual([
      ['metrics', 383],
      ['plan', 1500],
      ['all', 303],
    ])
    expect(b).toMatchObject({
      coupons_amount_cents: 2186,
      sub_total_excluding_taxes_amount_cents: 5747,
      taxes_amount_cents: 575,
      sub_total_including_taxes_amount_cents: 6322,
    })
    expect(shares(b)).toEqual({ 'plan-b': '979.11259', x: '419.71848', y: '787.16894' })
    const [c] = await story.invoices('c')
    expect(lines(c)).toEqual([
      ['xy', 333],
      ['x', 466],
      ['all', 100],
    ])
    expect(c).toMatchObject({ sub_total_excluding_taxes_amount_cents: 1102, total_amount_cents: 1102 })
    expect(shares(c)).toEqual({ 'plan-c': '83.27787', x: '700.00000', y: '116.54725' })
  })

  it('of a fixed amount go on with their rest, and come back when an invoice is voided', async () => {
    await story.customer('d')
    await settled.giveCoupon('d', 'once', { amount_cents: 5000 })
    const first = await invoiceOf('d', 3200)
    expect(first).toMatchObject({ coupons_amount_cents: 3200, total_amount_cents: 0, payment_status: 'succeeded' })
    expect(await coupons('d')).toMatchObject([{ status: 'active', amount_cents_remaining: 1800 }])
    expect(await invoiceOf('d', 2500)).toMatchObject({ coupons_amount_cents: 1800, total_amount_cents: 700 })
    expect(await coupons('d')).toMatchObject([{ status: 'terminated', amount_cents_remaining: 0 }])
    expect((await app.api.post(`/invoices/${first.lago_id}/void`)).status).toBe(200)
    expect(await coupons('d')).toMatchObject([
      { status: 'active', amount_cents_remaining: 3200, credits: [{}, {}], terminated_at: null },
    ])
  })

  it('for three invoices last three invoices of something', async () => {
    await story.customer('e')
    await settled.giveCoupon('e', 'three', percentage('10', { frequency: 'recurring', frequency_duration: 3 }))
    const left = async () => {
      const [{ status, frequency_duration_remaining: remaining }] = await coupons('e')
      return [status, remaining]
    }
    await invoiceOf('e', 1000)
    expect(await left()).toEqual(['active', 2])
    await invoiceOf('e', 1000)
    expect(await left()).toEqual(['active', 1])
    expect(await invoiceOf('e', 0)).toMatchObject({ coupons_amount_cents: 0, credits: [] })
    expect(await left()).toEqual(['active', 1])
    const third = await invoiceOf('e', 1000)
    expect(third).toMatchObject({ coupons_amount_cents: 100 })
    expect(await left()).toEqual(['terminated', 0])
    await app.api.post(`/invoices/${third.lago_id}/void`)
    expect(await left()).toEqual(['active', 1])
  })

  it.each([
    ['10', 5, 1],
    ['10', 4, 0],
    ['7', 1050, 74],
    ['15', 333, 50],
    ['100', 333, 333],
    ['250', 333, 333],
  ])('of %s %% take of %i cents %i', async (rate, cents, credit) => {
    const id = `f-${rate}-${cents}`
    await story.customer(id)
    await settled.giveCoupon(id, 'part', percentage(rate))
    expect(await invoiceOf(id, cents)).toMatchObject({
      coupons_amount_cents: credit,
      total_amount_cents: cents - credit,
    })
  })
})

describe('prepaid credits', () => {
  it.each([
    [1234, '1.5', '12.34', '8.22667'],
    [1000, '3', '10.0', '3.33333'],
    [999, '0.7', '9.99', '14.27143'],
  ])('that pay %i cents at %s are %s for %s credits', async (cents, rate, amount, credit_amount) => {
    const id = `rate-${rate}`
    await story.customer(id)
    const { lago_id } = await settled.giveWallet(id, '100', { rate_amount: rate })
    await story.settle()
    await invoiceOf(id, cents)
    const [paid] = await transactionsOf(app, lago_id, 'transaction_status=invoiced')
    expect(paid).toMatchObject({ amount, credit_amount, transaction_type: 'outbound', remaining_amount_cents: null })
  })

  it('that are voided keep their fraction, and their money is rounded', async () => {
    const { lago_id } = await createWallet(app, { rate_amount: '0.9' })
    await grant(app, lago_id, '10')
    const { body } = await transact(app, lago_id, { voided_credits: '3.33789' })
    expect(body.wallet_transactions).toMatchObject([{ amount: '3.0', credit_amount: '3.33789' }])
    expect(await readWallet(app, lago_id)).toMatchObject({
      balance_cents: 600,
      credits_balance: '6.66211',
      consumed_credits: '3.33789',
    })
  })

  it('pay what each wallet may, the largest part first', async () => {
    await story.setClock('2026-08-01T00:00:00Z')
    const w1: [string, object] = ['20', { applies_to: { billable_metric_codes: ['x'] } }]
    const w2: [string, object] = ['50', { applies_to: { fee_types: ['charge'] } }]
    const wallets: Record<string, (readonly [string, object])[]> = {
      rich: [w1, w2, ['100', {}]],
      first: [['30', {}], w1, w2],
    }
    for (const [id, own] of Object.entries(wallets)) {
      await settled.customerWith(id, [
        [4000, 'vat'],
        [2505.4, 'vat'],
        [332.8, '5.5'],
      ])
      for (const [place, [credits, fields]] of own.entries()) {
        await settled.giveWallet(id, credits, { name: `w${place}`, ...fields })
      }
      for (const code of ['x', 'y']) await story.send(id, code, '2026-08-10 1')
    }
    await story.advanceTo('2026-09-01T01:00:00Z')
    const taken = async (id: string) => {
      const { body } = await app.api.get(`/wallets?external_customer_id=${id}`)
      const of: [string, number][] = []
      for (const { lago_id, name } of body.wallets) {
        for (const { amount } of await transactionsOf(app, lago_id, 'transaction_status=invoiced')) {
          of.push([name, Math.round(amount * 100)])
        }
      }
      return Object.fromEntries(of)
    }
    const last = async (id: string) => (await story.invoices(id)).at(-1)
    expect(await last('rich')).toMatchObject({ prepaid_credit_amount_cents: 8157, total_amount_cents: 0 })
    expect(await taken('rich')).toEqual({ w0: 2000, w1: 1357, w2: 4800 })
    expect(await last('first')).toMatchObject({ prepaid_credit_amount_cents: 6357, total_amount_cents: 1800 })
    expect(await taken('first')).toEqual({ w0: 3000, w1: 2000, w2: 1357 })
  })

  it('are taken from transactions by priority, granted ones first, oldest first, as they tell', async () => {
    await story.customer('funded')
    const { lago_id } = await createWallet(app, { external_customer_id: 'funded', currency: 'USD' })
    const ids: Record<string, string> = {}
    const add = async (name: string, at: string, fields: object) => {
      await story.setClock(at)
      const { body } = await transact(app, lago_id, { ...fields })
      await story.settle()
      const [made] = body.wallet_transactions
      ids[made.lago_id] = name
      const { wallet_transaction: now } = (await app.api.get(`/wallet_transactions/${made.lago_id}`)).body
      if (now.lago_invoice_id !== null) {
        await app.api.put(`/invoices/${now.lago_invoice_id}`, { invoice: { payment_status: 'succeeded' } })
      }
      await story.settle()
      return made.lago_id as string
    }
    const p1 = await add('P1', '2026-09-02T00:00:01Z', { paid_credits: '40' })
    await add('G2', '2026-09-02T00:00:02Z', { granted_credits: '3' })
    await add('G1', '2026-09-02T00:00:03Z', { granted_credits: '15' })
    await add('P2', '2026-09-02T00:00:04Z', { paid_credits: '7', priority: 10 })
    await story.setClock('2026-09-02T00:00:05Z')
    expect(await invoiceOf('funded', 3000)).toMatchObject({
      prepaid_credit_amount_cents: 3000,
      prepaid_granted_credit_amount_cents: 1800,
      prepaid_purchased_credit_amount_cents: 1200,
    })
    await story.setClock('2026-09-02T00:00:06Z')
    expect(await invoiceOf('funded', 2600)).toMatchObject({
      prepaid_granted_credit_amount_cents: null,
      prepaid_purchased_credit_amount_cents: 2600,
    })
    const paid = await transactionsOf(app, lago_id, 'transaction_status=invoiced')
    const fundings = async (id: string) => {
      const { body } = await app.api.get(`/wallet_transactions/${id}/fundings`)
      return Object.fromEntries(
        body.wallet_transaction_fundings.map((part: Wire) => [ids[part.wallet_transaction.lago_id], part.amount_cents]),
      )
    }
    expect(await fundings(paid[0].lago_id)).toEqual({ P2: 700, G2: 300, G1: 1500, P1: 500 })
    expect(await fundings(paid[1].lago_id)).toEqual({ P1: 2600 })
    const { body } = await app.api.get(`/wallet_transactions/${p1}`)
    expect(body.wallet_transaction.remaining_amount_cents).toBe(900)
  })
})

describe('notes on top-up invoices', () => {
  /** A purchase of 50 credits at two dollars each. */
  async function purchase(id: string) {
    await story.customer(id)
    const { lago_id } = await createWallet(app, { external_customer_id: id, currency: 'USD', rate_amount: '2' })
    await transact(app, lago_id, { paid_credits: '50' })
    await story.settle()
    const [bought] = await transactionsOf(app, lago_id)
    const { invoice } = (await app.api.get(`/invoices/${bought.lago_invoice_id}`)).body
    return { walletId: lago_id as string, invoice, transactionId: bought.lago_id as string }
  }
  const note = (invoice: Wire, cents: number, fields: object) =>
    app.api.post('/credit_notes', {
      credit_note: {
        invoice_id: invoice.lago_id,
        items: [{ fee_id: invoice.fees[0].lago_id, amount_cents: cents }],
        ...fields,
      },
    })
  const estimate = (invoice: Wire, ...cents: number[]) =>
    app.api.post('/credit_notes/estimate', {
      credit_note: {
        invoice_id: invoice.lago_id,
        items: cents.map(amount_cents => ({ fee_id: invoice.fees[0].lago_id, amount_cents })),
      },
    })

  it('that were paid give back what is left of the purchase, and take the credits away', async () => {
    const { walletId, invoice, transactionId } = await purchase('refunded')
    await app.api.put(`/invoices/${invoice.lago_id}`, { invoice: { payment_status: 'succeeded' } })
    await settled.pay(invoice.lago_id, 10_000)
    await story.settle()
    await invoiceOf('refunded', 3700)
    const { body: estimated } = await estimate(invoice, 6300)
    expect(estimated.estimated_credit_note).toMatchObject({
      max_creditable_amount_cents: 0,
      max_refundable_amount_cents: 6300,
    })
    expect((await estimate(invoice, 6000, 301)).body.error_details).toEqual({
      amount_cents: ['higher_than_wallet_balance'],
    })
    const { body: read } = await app.api.get(`/invoices/${invoice.lago_id}`)
    expect(read.invoice).toMatchObject({ refundable_amount_cents: 6300, creditable_amount_cents: 0 })
    expect((await note(invoice, 6301, { refund_amount_cents: 6301 })).body.error_details).toEqual({
      amount_cents: ['higher_than_wallet_balance'],
    })
    expect((await note(invoice, 100, { credit_amount_cents: 100 })).body.error_details).toMatchObject({
      credit_amount_cents: ['cannot_credit_invoice'],
    })
    expect((await note(invoice, 100, { offset_amount_cents: 100 })).body.error_details).toMatchObject({
      offset_amount_cents: expect.arrayContaining(['cannot_apply_to_paid_invoice']),
    })
    const told = await receivedWebhooks(story, async () => {
      const { body } = await note(invoice, 6300, { refund_amount_cents: 6300 })
      expect(body.credit_note).toMatchObject({ refund_amount_cents: 6300, refund_status: 'pending' })
    })
    const types = told.map(({ webhook_type: type }) => type)
    expect(types).toContain('credit_note.created')
    expect(types).not.toContain('wallet_transaction.created')
    const transactions = await transactionsOf(app, walletId)
    expect(transactions.find(({ transaction_status: of }: Wire) => of === 'voided')).toMatchObject({
      amount: '63.0',
      credit_amount: '31.5',
      lago_credit_note_id: expect.any(String),
    })
    expect(transactions.find(({ lago_id }: Wire) => lago_id === transactionId)).toMatchObject({
      remaining_amount_cents: 0,
    })
    expect(await readWallet(app, walletId)).toMatchObject({ balance_cents: 0, credits_balance: '0.0' })
  })

  it('that were not paid settle all of it, and bring no credits', async () => {
    const { walletId, invoice } = await purchase('unpaid')
    for (const fields of [{ credit_amount_cents: 10_000 }, { refund_amount_cents: 10_000 }]) {
      expect((await note(invoice, 10_000, fields)).body.code).toBe('invalid_type_or_status')
    }
    expect((await estimate(invoice, 100)).body.code).toBe('invalid_type_or_status')
    expect((await note(invoice, 9999, { offset_amount_cents: 9999 })).body.error_details).toEqual({
      offset_amount_cents: ['not_equal_to_total_amount'],
    })
    const { body } = await note(invoice, 10_000, { offset_amount_cents: 10_000 })
    expect(body.credit_note).toMatchObject({ offset_amount_cents: 10_000, credit_amount_cents: 0 })
    await story.settle()
    expect((await app.api.get(`/invoices/${invoice.lago_id}`)).body.invoice).toMatchObject({
      payment_status: 'succeeded',
      total_due_amount_cents: 0,
    })
    expect(await transactionsOf(app, walletId)).toMatchObject([{ status: 'failed', remaining_amount_cents: null }])
    expect(await readWallet(app, walletId)).toMatchObject({ balance_cents: 0 })
  })

  it('are refused once the wallet has ended', async () => {
    const { walletId, invoice } = await purchase('ended')
    await app.api.put(`/invoices/${invoice.lago_id}`, { invoice: { payment_status: 'succeeded' } })
    await settled.pay(invoice.lago_id, 10_000)
    await story.settle()
    await app.api.delete(`/wallets/${walletId}`)
    expect((await note(invoice, 100, { refund_amount_cents: 100 })).body.code).toBe('invalid_type_or_status')
  })
})

it('an upgrade credits the days that were not used, the day itself too', async () => {
  await story.setClock('2027-07-01T00:00:00Z')
  await story.plan('small', { amount_cents: 10_000, pay_in_advance: true, tax_codes: ['vat'] })
  await story.plan('large', { amount_cents: 31_000, pay_in_advance: true, tax_codes: ['vat'] })
  await story.customer('upgraded')
  await story.subscribe('up', 'small', 'upgraded')
  await story.advanceTo('2027-07-09T12:00:00Z')
  await story.subscribe('up', 'large', 'upgraded')
  await story.settle()
  const { body } = await app.api.get('/customers/upgraded/credit_notes')
  const { body: full } = await app.api.get(`/credit_notes/${body.credit_notes[0].lago_id}`)
  expect(full.credit_note).toMatchObject({
    reason: 'order_cancellation',
    credit_amount_cents: 8903,
    credit_status: 'consumed',
    balance_amount_cents: 0,
    items: [{ amount_cents: 7419, precise_amount_cents: '7419.35483' }],
  })
  // 23 days of 1,000 cents and taxes, paid with the note.
  const invoice = (await story.invoices('upgraded')).find(({ fees_amount_cents: cents }: Wire) => cents === 23_000)
  expect(invoice).toMatchObject({ credit_notes_amount_cents: 8903, total_amount_cents: 27_600 - 8903 })
})

describe('ongoing balances', () => {
  const rows: Record<string, [usage: [number, number], draft: number, wallets: [string, object][], string[]]> = {
    limited: [
      [1800, 900],
      2400,
      [
        ['10', { applies_to: { billable_metric_codes: ['x'] } }],
        ['15', {}],
      ],
      ['1000 → 0', '4100 → -2600'],
    ],
    'topped up': [
      [1800, 900],
      2400,
      [
        [
          '10',
          {
            recurring_transaction_rules: [
              { trigger: 'threshold', threshold_credits: '0', method: 'fixed', paid_credits: '1' },
            ],
          },
        ],
        ['15', {}],
      ],
      ['5100 → -4100', '0 → 1500'],
    ],
    'three free ones': [
      [5000, 0],
      0,
      [
        ['12', {}],
        ['8', {}],
        ['5', {}],
      ],
      ['1200 → 0', '800 → 0', '3000 → -2500'],
    ],
  }

  it.each(Object.entries(rows))('are shared by wallets: %s', async (_, [usage, draft, wallets, expected]) => {
    const tenant = storyOf(await app.newOrganization())
    await tenant.setClock('2026-06-01T00:00:00Z')
    const charges = []
    for (const [place, code] of ['x', 'y'].entries()) {
      const { lago_id } = await tenant.metric(code)
      const properties = { amount: String((usage[place] ?? 0) / 100) }
      charges.push({ billable_metric_id: lago_id, charge_model: 'standard', properties })
    }
    await tenant.customer('acme', { billing_configuration: { invoice_grace_period: 3 } })
    await tenant.plan('p', { amount_cents: draft, pay_in_advance: draft > 0, charges })
    await tenant.subscribe('s', 'p')
    const ids: string[] = []
    for (const [place, [credits, fields]] of wallets.entries()) {
      const shared = { external_customer_id: 'acme', currency: 'USD', name: `w${place}`, priority: place + 1 }
      const { lago_id } = await createWallet(tenant, { ...shared, ...fields })
      await grant(tenant, lago_id, credits)
      ids.push(lago_id)
    }
    await tenant.send('s', 'x', '2026-06-01T00:00:00Z 1')
    await tenant.send('s', 'y', '2026-06-01T00:00:00Z 1')
    await tenant.settle()
    await tenant.advanceTo('2026-06-01T00:10:00Z')
    const read = await Promise.all(ids.map(id => readWallet(tenant, id)))
    expect(
      read.map(({ ongoing_usage_balance_cents: used, ongoing_balance_cents: left }) => `${used} → ${left}`),
    ).toEqual(expected)
  })
})
