import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { type PaymentStory, paymentStory } from './support.ts'

let app: TestApp
let story: PaymentStory
// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
let invoice: any

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

beforeEach(async () => {
  story = await paymentStory(app)
  await story.customer('acme')
  invoice = await story.bill('acme', 84_250)
})

describe('payments by hand', () => {
  it('add up until the invoice is paid', async () => {
    const amounts = async () => {
      const { total_paid_amount_cents, total_due_amount_cents, payment_status } = await story.invoice(invoice.lago_id)
      return [total_paid_amount_cents, total_due_amount_cents, payment_status]
    }
    const messages = await receivedWebhooks(story, async () => {
      expect((await story.payByHand(invoice.lago_id, 30_000)).status).toBe(200)
      expect(await amounts()).toEqual([30_000, 54_250, 'pending'])
      const tooMuch = await story.payByHand(invoice.lago_id, 60_000)
      expect(tooMuch.body.error_details).toEqual({ amount_cents: ['value_is_out_of_range'] })
      const text = await story.payByHand(invoice.lago_id, '24250')
      expect(text.body.error_details).toEqual({ amount_cents: ['invalid_value'] })
      const note = { invoice_id: invoice.lago_id, offset_amount_cents: 4_250 }
      const items = [{ fee_id: invoice.fees[0].lago_id, amount_cents: 4_250 }]
      expect((await story.api.post('/credit_notes', { credit_note: { ...note, items } })).status).toBe(200)
      expect(await amounts()).toEqual([30_000, 50_000, 'pending'])
      await story.settle()
      expect((await story.payByHand(invoice.lago_id, 50_000)).status).toBe(200)
      expect(await amounts()).toEqual([80_000, 0, 'succeeded'])
    })
    const types = messages.map(message => message.webhook_type)
    expect(types.filter(type => /payment/.test(type)).toSorted()).toEqual([
      'invoice.payment_status_updated',
      'payment_receipt.created',
      'payment_receipt.created',
    ])
    expect((await story.fees())[0].payment_status).toBe('succeeded')
  })

  it('are printed, listed and receipted', async () => {
    await story.customer('other')
    const others = await story.bill('other', 100)
    await story.setClock('2026-03-11T12:00:00Z')
    const { data } = await story.client.payments.createPayment({
      payment: { invoice_id: invoice.lago_id, amount_cents: 100, reference: 'wire 1', paid_at: '2026-03-09' },
    })
    const { payment } = data
    expect(payment).toEqual({
      lago_id: expect.any(String),
      lago_customer_id: invoice.customer.lago_id,
      external_customer_id: 'acme',
      invoice_ids: [invoice.lago_id],
      invoice_numbers: [invoice.number],
      lago_payable_id: invoice.lago_id,
      payable_type: 'Invoice',
      amount_cents: 100,
      amount_currency: 'USD',
      status: 'succeeded',
      payment_status: 'succeeded',
      type: 'manual',
      reference: 'wire 1',
      payment_provider_code: null,
      payment_provider_type: null,
      external_payment_id: null,
      provider_payment_id: null,
      provider_customer_id: null,
      next_action: {},
      created_at: '2026-03-09T00:00:00Z',
    })
    await story.payByHand(others.lago_id, 100, { paid_at: '2026-03-10T08:30:00+02:00', currency: 'EUR' })
    await story.payByHand(invoice.lago_id, 200)
    await story.settle()
    const listed = async (path: string) => {
      const { body } = await story.api.get(path)
      // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
      return (body.payments ?? body.payment_receipts).map((one: any) => one.number ?? one.amount_cents)
    }
    expect(await listed('/payments')).toEqual([200, 100, 100])
    expect(await listed('/payments?per_page=1&page=3')).toEqual([100])
    expect(await listed('/payments?external_customer_id=other')).toEqual([100])
    expect(await listed(`/payments?invoice_id=${invoice.lago_id}`)).toEqual([200, 100])
    expect(await listed('/customers/acme/payments')).toEqual([200, 100])
    expect(await listed(`/customers/other/payments?invoice_id=${invoice.lago_id}`)).toEqual([])
    expect((await story.api.get(`/payments/${payment.lago_id}`)).body.payment).toEqual(payment)

    const { slug } = invoice.customer
    expect(await listed('/payment_receipts')).toHaveLength(3)
    expect((await listed(`/payment_receipts?invoice_id=${invoice.lago_id}`)).toSorted()).toEqual([
      `${slug}-RCPT-000001`,
      `${slug}-RCPT-000002`,
    ])
    const { body } = await story.api.get('/payment_receipts?per_page=100')
    const receipt = body.payment_receipts.find(
      (one: { payment: { lago_id: string } }) => one.payment.lago_id === payment.lago_id,
    )
    expect(receipt).toMatchObject({ payment, created_at: expect.any(String) })
    const read = await story.client.paymentReceipts.findPaymentReceipt(receipt.lago_id)
    expect(read.data.payment_receipt).toEqual(receipt)
  })

  it('of partners get no receipt, nor anybody’s where receipts are off', async () => {
    await story.customer('partner', { account_type: 'partner' })
    const owed = await story.bill('partner', 100)
    await story.payByHand(owed.lago_id, 100)
    expect((await story.api.put('/organizations', { organization: { issue_receipts: false } })).status).toBe(200)
    await story.payByHand(invoice.lago_id, 100)
    await story.settle()
    expect((await story.api.get('/payment_receipts')).body.payment_receipts).toEqual([])
    expect(await story.payments()).toHaveLength(2)
  })

  const CODE = '0198c0de-0000-7000-8000-000000000000'

  it.each<[object, number, unknown]>([
    [{ invoice_id: ' ' }, 422, { invoice_id: ['value_is_mandatory'] }],
    [{ invoice_id: CODE, amount_cents: 0 }, 422, { amount_cents: ['invalid_value'] }],
    [{ amount_cents: 10.5 }, 422, { amount_cents: ['invalid_value'] }],
    [{ amount_cents: null }, 422, { amount_cents: ['invalid_value'] }],
    [{ invoice_id: CODE }, 404, 'invoice_not_found'],
    [{ invoice_id: 'malformed' }, 404, 'invoice_not_found'],
    [{ paid_at: 'tomorrow', reference: '' }, 422, { paid_at: ['invalid_date'] }],
    [{ paid_at: '0000-01-01' }, 422, { paid_at: ['invalid_date'] }],
    [
      { reference: '', amount_cents: 90_000 },
      422,
      { reference: ['value_is_mandatory'], amount_cents: ['value_is_out_of_range'] },
    ],
    [{ reference: 'x'.repeat(41) }, 422, { reference: ['value_is_too_long'] }],
    [{ reference: 'x'.repeat(40) }, 200, undefined],
    [{ amount_cents: 84_250 }, 200, undefined],
  ])('answer %j with %d', async (fields, status, problem) => {
    const answer = await story.payByHand(invoice.lago_id, 100, fields)
    expect([answer.status, answer.body.error_details ?? answer.body.code]).toEqual([status, problem])
  })

  it('are not taken for an invoice that is voided, nor in part for a purchase of credits', async () => {
    await story.api.post(`/invoices/${invoice.lago_id}/void`)
    const refused = await story.payByHand(invoice.lago_id, 100)
    expect([refused.status, refused.body.code]).toEqual([403, 'feature_unavailable'])
    const wallet = { external_customer_id: 'acme', rate_amount: '1', currency: 'USD', name: 'w', paid_credits: '5' }
    const { body } = await story.api.post('/wallets', { wallet })
    await story.settle()
    const credits = (await story.invoices()).find(one => one.invoice_type === 'credit')
    const part = await story.payByHand(credits.lago_id, 100)
    expect(part.body.error_details).toEqual({ amount_cents: ['invalid_amount'] })
    expect((await story.payByHand(credits.lago_id, 500)).status).toBe(200)
    await story.settle()
    expect((await story.api.get(`/wallets/${body.wallet.lago_id}`)).body.wallet.balance_cents).toBe(500)
  })

  it('have filters and ids that must be right', async () => {
    const malformed = await story.api.get('/payments?invoice_id=1')
    expect(malformed.body.error_details).toEqual({ invoice_id: ['is in invalid format'] })
    expect((await story.api.get('/payments/1')).body.code).toBe('payment_not_found')
    expect((await story.api.get(`/payment_receipts/${CODE}`)).body.code).toBe('invoice_not_found')
    expect((await story.api.get('/customers/nobody/payments')).body.code).toBe('customer_not_found')
    const foreign = await app.api.post('/payments', {
      payment: { invoice_id: invoice.lago_id, amount_cents: 1, reference: 'x' },
    })
    expect(foreign.body.code).toBe('invoice_not_found')
  })
})
