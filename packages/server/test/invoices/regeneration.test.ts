import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { lines, type Story, storyOf } from './billing-support.ts'

let app: TestApp
let story: Story
// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
let plan: any
// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
let subscription: any
// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
let voided: any

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

beforeEach(async () => {
  story = storyOf(await app.newOrganization())
  await story.setClock('2026-01-01T00:00:00Z')
  await story.tax('vat', 20, { applied_to_organization: true })
  await story.customer('acme', { net_payment_term: 10 })
  const charge = async (code: string, charge_model: string, properties: object, rest: object = {}) => ({
    billable_metric_id: (await story.metric(code)).lago_id,
    charge_model,
    properties,
    ...rest,
  })
  plan = await story.plan('team', {
    amount_cents: 1000,
    charges: [
      await charge('calls', 'standard', { amount: '2' }, { min_amount_cents: 2000 }),
      await charge('share', 'percentage', { rate: '10' }),
      await charge('idle', 'standard', { amount: '3' }),
    ],
  })
  subscription = await story.subscribe('one', 'team')
  await story.send('one', 'calls', '2026-01-10 5')
  await story.send('one', 'share', '2026-01-10 500')
  await story.advanceTo('2026-02-01T12:00:00Z')
})

const fee = (code: string, invoice = voided) =>
  invoice.fees.find((one: { item: { code: string } }) => one.item.code === code)
const ask = (id: string, fields?: object) => story.api.post(`/invoices/${id}/regenerate`, fields && { invoice: fields })
const detail = async (id: string) => (await story.api.get(`/invoices/${id}`)).body.invoice
const outcome = ({ status, body }: { status: number; body: { error_details?: unknown; code?: unknown } }) => [
  status,
  body?.error_details ?? body?.code,
]

async function voidFirst(customer = 'acme') {
  const [invoice] = await story.invoices(customer)
  expect((await story.api.post(`/invoices/${invoice.lago_id}/void`)).status).toBe(200)
  return detail(invoice.lago_id)
}

async function regenerated(fields?: object) {
  const { status, body } = await ask(voided.lago_id, fields)
  expect(body.error_details ?? body.code ?? status).toBe(200)
  return body.invoice
}

async function isExplained(id: string) {
  const { explanation } = (await story.api.get(`/invoices/${id}/explain`)).body
  for (const one of [explanation, ...explanation.fees]) expect(one.computed).toEqual(one.stored)
}

const BEFORE = [
  'subscription team: 1.0 = 1000',
  'charge calls: 5.0 = 1000',
  'charge calls: 1.0 = 1000',
  'charge share: 500.0 = 5000',
]

describe('a voided invoice that is made again as it was', () => {
  it('is a new one with the next number, dated by the day of the voided one, and takes over its periods', async () => {
    voided = await voidFirst()
    await story.setClock('2026-02-20T09:00:00Z')
    const messages = await receivedWebhooks(story, async () => void (await regenerated()))
    const [, invoice] = await story.invoices()
    expect(messages.map(one => one.webhook_type)).toEqual(['invoice.created'])
    expect(messages[0].invoice).toMatchObject({ lago_id: invoice.lago_id, fees: [{}, {}, {}, {}] })
    expect(lines(invoice)).toEqual(BEFORE)
    expect(invoice).toMatchObject({
      status: 'finalized',
      invoice_type: 'subscription',
      payment_status: 'pending',
      number: voided.number.replace(/001$/, '002'),
      sequential_id: 2,
      issuing_date: '2026-02-01',
      payment_due_date: '2026-02-11',
      created_at: '2026-02-20T09:00:00Z',
      fees_amount_cents: 8000,
      taxes_amount_cents: 1600,
      total_amount_cents: 9600,
      billing_periods: voided.billing_periods,
      lago_voided_invoice_id: voided.lago_id,
      lago_regenerated_invoice_id: null,
    })
    expect(await detail(voided.lago_id)).toMatchObject({
      status: 'voided',
      lago_voided_invoice_id: null,
      lago_regenerated_invoice_id: invoice.lago_id,
      fees: voided.fees,
    })
    const originals = invoice.fees.map((one: { lago_original_fee_id: string }) => one.lago_original_fee_id)
    expect(originals).toEqual(voided.fees.map((one: { lago_id: string }) => one.lago_id))
    const [, calls, trueUp] = invoice.fees
    expect(trueUp.lago_true_up_parent_fee_id).toBe(calls.lago_id)
    expect(calls).toMatchObject({
      payment_status: 'pending',
      taxes_amount_cents: 200,
      lago_true_up_fee_id: trueUp.lago_id,
    })
    await isExplained(invoice.lago_id)
  })

  it('is made once; a second time the new one can be voided and made again, from the same first fees', async () => {
    voided = await voidFirst()
    const first = await regenerated()
    expect(outcome(await ask(voided.lago_id))).toEqual([405, 'already_regenerated'])
    expect(outcome(await ask(first.lago_id))).toEqual([405, 'not_regenerable'])
    await story.api.post(`/invoices/${first.lago_id}/void`)
    const root = voided
    voided = first
    const second = await regenerated()
    expect(second.sequential_id).toBe(3)
    expect(fee('team', second).lago_original_fee_id).toBe(fee('team', root).lago_id)
    // Nothing stops the next period from being billed.
    await story.advanceTo('2026-03-01T12:00:00Z')
    expect((await story.invoices()).map(one => one.status)).toEqual(['voided', 'voided', 'finalized', 'finalized'])
  })

  it('has the taxes, coupons, credit notes and prepaid credits of now', async () => {
    const make = async (path: string, root: string, fields: object) => {
      const { status, body } = await story.api.post(path, { [root]: fields })
      expect(body.error_details ?? body.code ?? status).toBe(200)
      return body[root]
    }
    await make('/coupons', 'coupon', {
      name: 'Ten',
      code: 'ten',
      coupon_type: 'fixed_amount',
      amount_cents: 1000,
      amount_currency: 'USD',
      frequency: 'once',
      expiration: 'no_expiration',
    })
    await make('/applied_coupons', 'applied_coupon', { external_customer_id: 'acme', coupon_code: 'ten' })
    await make('/wallets', 'wallet', {
      external_customer_id: 'acme',
      currency: 'USD',
      rate_amount: '1',
      granted_credits: '20',
    })
    await story.settle()
    voided = await voidFirst()
    await story.tax('low', 10)
    await story.customer('acme', { tax_codes: ['low'] })
    const invoice = await regenerated()
    expect(invoice).toMatchObject({
      fees_amount_cents: 8000,
      coupons_amount_cents: 1000,
      sub_total_excluding_taxes_amount_cents: 7000,
      taxes_amount_cents: 700,
      prepaid_credit_amount_cents: 2000,
      total_amount_cents: 5700,
      applied_taxes: [{ tax_code: 'low', amount_cents: 700 }],
    })
    await isExplained(invoice.lago_id)
  })
})

describe('what is edited', () => {
  it('has other units, prices and names; fees that are not named are left out', async () => {
    voided = await voidFirst()
    const [base, calls, , share] = voided.fees
    const idle = plan.charges.find((one: { billable_metric_code: string }) => one.billable_metric_code === 'idle')
    const fields = {
      purchase_order_number: ' PO-7 ',
      fees: [
        { id: base.lago_id, units: 1.5 },
        { id: calls.lago_id, units: '7', invoice_display_name: 'API calls' },
        { id: share.lago_id, units: '3.5', unit_amount_cents: '1.2345' },
        { subscription_id: subscription.lago_id, charge_id: idle.lago_id, units: '2' },
      ],
    }
    const preview = await story.api.post(`/invoices/${voided.lago_id}/regenerate/preview`, { invoice: fields })
    expect(await story.invoices()).toHaveLength(1)
    const invoice = await regenerated(fields)
    const { total_amount_cents } = invoice
    expect(preview.body.invoice).toMatchObject({ lago_id: null, number: '', sequential_id: null, total_amount_cents })
    expect(lines(preview.body.invoice)).toEqual(lines(invoice))
    expect(lines(invoice)).toEqual([
      'subscription team: 1.5 = 1500',
      'charge calls: 7.0 = 1400',
      'charge share: 3.5 = 432',
      'charge idle: 2.0 = 600',
    ])
    expect(invoice).toMatchObject({ purchase_order_number: 'PO-7', fees_amount_cents: 3932, taxes_amount_cents: 786 })
    expect(fee('calls', invoice)).toMatchObject({
      events_count: 0,
      total_aggregated_units: '7.0',
      item: { invoice_display_name: 'API calls' },
    })
    expect(fee('share', invoice)).toMatchObject({ precise_amount: '4.32075', precise_unit_amount: '1.2345' })
    expect(fee('idle', invoice)).toMatchObject({ lago_original_fee_id: null, from_date: calls.from_date })
    await isExplained(invoice.lago_id)
  })

  it('has to be there, and to have a price', async () => {
    voided = await voidFirst()
    const on = { subscription_id: subscription.lago_id }
    const unknown = '00000000-0000-7000-8000-000000000000'
    const id = fee('calls').lago_id
    const table: [object[], number, unknown][] = [
      [[{ id: unknown }], 404, 'fee_not_found'],
      [[{ subscription_id: unknown, charge_id: unknown }], 404, 'subscription_not_found'],
      [[{ ...on, charge_id: unknown }], 404, 'charge_not_found'],
      [[{ ...on, charge_id: plan.charges[0].lago_id, charge_filter_id: unknown }], 404, 'charge_filter_not_found'],
      [[{ ...on, fixed_charge_id: unknown }], 404, 'fixed_charge_not_found'],
      [[{ id: fee('share').lago_id, units: '1' }], 422, { charge: ['invalid_charge_model'] }],
      [[{ id }, { id }], 422, { fees: ['value_already_exist'] }],
      [
        [{ id, units: 'many', unit_amount_cents: '-1' }],
        422,
        { unit_amount_cents: ['value_is_invalid'], units: ['value_is_invalid'] },
      ],
    ]
    for (const [fees, status, told] of table)
      expect(outcome(await ask(voided.lago_id, { fees }))).toEqual([status, told])
    expect(outcome(await ask(unknown))).toEqual([404, 'invoice_not_found'])
    expect((await story.invoices()).length).toBe(1)
  })

  it('may come to nothing: the invoice is closed where empty ones are not wanted', async () => {
    await story.customer('acme', { finalize_zero_amount_invoice: 'skip' })
    voided = await voidFirst()
    expect(await regenerated({ fees: [] })).toMatchObject({ status: 'closed', fees: [], sequential_id: null })
  })
})

describe('invoices of wallet credits', () => {
  const buy = async () => {
    const wallet = { external_customer_id: 'shop', currency: 'USD', rate_amount: '2', name: 'Main', paid_credits: '5' }
    await story.customer('shop')
    const { body } = await story.api.post('/wallets', { wallet })
    await story.settle()
    voided = await voidFirst('shop')
    return body.wallet.lago_id as string
  }
  const walletOf = async (id: string) => (await story.api.get(`/wallets/${id}`)).body.wallet
  const purchasesOf = async (id: string) =>
    (await story.api.get(`/wallets/${id}/wallet_transactions?transaction_status=purchased`)).body.wallet_transactions
  const pay = async (id: string) => {
    const answer = await story.api.put(`/invoices/${id}`, { invoice: { payment_status: 'succeeded' } })
    await story.settle()
    return answer.status
  }

  it('ask for the money of the same credits, which come once', async () => {
    const wallet = await buy()
    const { lago_id: id } = voided.fees[0]
    await story.setClock('2026-02-20T09:00:00Z')
    for (const fees of [[], [{ id, units: '3' }], [{ subscription_id: subscription.lago_id }]]) {
      expect(outcome(await ask(voided.lago_id, { fees }))).toEqual([422, { fees: ['value_is_invalid'] }])
    }
    const messages = await receivedWebhooks(
      story,
      async () =>
        void (await regenerated({ purchase_order_number: 'PO-9', fees: [{ id, invoice_display_name: 'Credits' }] })),
    )
    expect(messages.map(one => one.webhook_type)).toEqual(['invoice.paid_credit_added'])
    const [before, invoice] = await story.invoices('shop')
    expect(invoice).toMatchObject({
      invoice_type: 'credit',
      status: 'finalized',
      payment_status: 'pending',
      number: voided.number.replace(/001$/, '002'),
      issuing_date: '2026-02-01',
      purchase_order_number: 'PO-9',
      total_amount_cents: 1000,
      lago_voided_invoice_id: voided.lago_id,
      fees: [{ lago_original_fee_id: id, units: '5.0', item: { invoice_display_name: 'Credits' } }],
    })
    const [purchase, ...others] = await purchasesOf(wallet)
    expect([purchase.lago_invoice_id, others]).toEqual([invoice.lago_id, []])
    for (const one of [before, invoice]) expect(one.fees[0].item.lago_item_id).toBe(purchase.lago_id)
    await isExplained(invoice.lago_id)
    expect(await pay(invoice.lago_id)).toBe(200)
    expect(await walletOf(wallet)).toMatchObject({ balance_cents: 1000 })
    await story.api.post(`/invoices/${invoice.lago_id}/void`)
    voided = await detail(invoice.lago_id)
    expect(await pay((await regenerated()).lago_id)).toBe(200)
    expect(await walletOf(wallet)).toMatchObject({ balance_cents: 1000 })
  })

  it('bring the credits again that a credit note took back, and none to a wallet that ended', async () => {
    const wallet = await buy()
    const paid = await regenerated()
    const payment = { invoice_id: paid.lago_id, amount_cents: 1000, reference: 'wire' }
    expect((await story.api.post('/payments', { payment })).status).toBe(200)
    await story.settle()
    const items = [{ fee_id: paid.fees[0].lago_id, amount_cents: 1000 }]
    const refund = { invoice_id: paid.lago_id, reason: 'other', refund_amount_cents: 1000, items }
    expect((await story.api.post('/credit_notes', { credit_note: refund })).body.error_details).toBeUndefined()
    expect(await walletOf(wallet)).toMatchObject({ balance_cents: 0 })
    await story.api.post(`/invoices/${paid.lago_id}/void`)
    voided = await detail(paid.lago_id)
    const again = await regenerated()
    expect(await pay(again.lago_id)).toBe(200)
    expect(await walletOf(wallet)).toMatchObject({ balance_cents: 1000 })
    expect(
      (await purchasesOf(wallet)).map((one: { lago_invoice_id: string }) => one.lago_invoice_id).toSorted(),
    ).toEqual([paid.lago_id, again.lago_id].toSorted())
    await story.api.post(`/invoices/${again.lago_id}/void`)
    await story.api.delete(`/wallets/${wallet}`)
    expect(outcome(await ask(again.lago_id))).toEqual([422, { wallet_id: ['wallet_is_terminated'] }])
  })
})

describe('one-off invoices', () => {
  it('are made again as new ones of today, with add-ons that are gone too', async () => {
    await story.addOn('setup')
    await story.addOn('training')
    await story.customer('shop')
    await story.api.post('/invoices', {
      invoice: {
        external_customer_id: 'shop',
        fees: [{ add_on_code: 'setup', units: 2, unit_amount_cents: 1999, description: 'On site' }],
      },
    })
    voided = await voidFirst('shop')
    await story.api.delete('/add_ons/setup')
    await story.setClock('2026-03-05T00:00:00Z')
    const id = voided.fees[0].lago_id
    const invoice = await regenerated({
      fees: [
        { id, unit_amount_cents: '12.345' },
        { add_on_code: 'training', units: 3 },
      ],
    })
    expect(invoice).toMatchObject({ status: 'finalized', issuing_date: '2026-03-05', fees_amount_cents: 2770 })
    expect(invoice.fees).toMatchObject([
      { amount_cents: 2470, description: 'On site', lago_original_fee_id: id, taxes_amount_cents: 494 },
      { amount_cents: 300, lago_original_fee_id: null },
    ])
    expect(outcome(await ask(invoice.lago_id))).toEqual([405, 'not_regenerable'])
    await isExplained(invoice.lago_id)
  })
})
