import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { type PaymentStory, paymentStory } from './support.ts'

let app: TestApp
let story: PaymentStory

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

beforeEach(async () => {
  story = await paymentStory(app)
})

const OVERDUE = '2026-03-11T00:26:00Z'
const UNKNOWN = '0198c0de-0000-7000-8000-000000000000'

function ask(external_customer_id: string, ids: readonly string[], fields: object = {}) {
  return story.api.post('/payment_requests', {
    payment_request: { external_customer_id, lago_invoice_ids: ids, ...fields },
  })
}

async function offset(invoice: { lago_id: string; fees: { lago_id: string }[] }, cents: number) {
  const items = [{ fee_id: invoice.fees[0]?.lago_id, amount_cents: cents }]
  const note = { invoice_id: invoice.lago_id, offset_amount_cents: cents, items }
  expect((await story.api.post('/credit_notes', { credit_note: note })).status).toBe(200)
}

/** Three invoices, overdue: 10,000 of 12,000, 6,000 of 7,500 and 3,333 are due. */
async function owe(customer: string) {
  const invoices = []
  for (const cents of [12_000, 7_500, 3_333]) {
    invoices.push(await story.bill(customer, cents, { skip_psp: true }))
  }
  await story.payByHand(invoices[0].lago_id, 2_000)
  await offset(invoices[1], 1_500)
  await story.advanceTo(OVERDUE)
  return invoices.map(invoice => invoice.lago_id as string)
}

async function amountsOf(ids: readonly string[]) {
  const invoices = await Promise.all(ids.map(id => story.invoice(id)))
  return invoices.map(one => [one.total_paid_amount_cents, one.total_due_amount_cents, one.payment_status])
}

async function told(work: () => Promise<unknown>) {
  const messages = await receivedWebhooks(story, work)
  return messages.filter(message => /payment/.test(message.webhook_type) && message.object_type !== 'customer')
}

const typesOf = (messages: readonly { webhook_type: string }[]) => messages.map(one => one.webhook_type).toSorted()

describe('a request to pay', () => {
  it('collects what is due on overdue invoices at once', async () => {
    const customer = await story.payer('acme')
    const ids = await owe('acme')
    const messages = await told(async () => {
      const { data } = await story.client.paymentRequests.createPaymentRequest({
        payment_request: {
          external_customer_id: 'acme',
          email: ' ap–1@acme.test ',
          lago_invoice_ids: [...ids, UNKNOWN],
        },
      })
      expect(data.payment_request).toMatchObject({
        amount_cents: 19_333,
        amount_currency: 'USD',
        email: 'ap-1@acme.test',
        payment_status: 'pending',
        customer: { lago_id: customer.lago_id },
      })
      expect(data.payment_request.invoices.map((one: { lago_id: string }) => one.lago_id)).toEqual(ids)
    })
    expect(typesOf(messages)).toEqual([
      'invoice.payment_status_updated',
      'invoice.payment_status_updated',
      'invoice.payment_status_updated',
      'payment_receipt.created',
      'payment_request.created',
      'payment_request.payment_status_updated',
    ])
    expect(await amountsOf(ids)).toEqual([
      [12_000, 0, 'succeeded'],
      [6_000, 0, 'succeeded'],
      [3_333, 0, 'succeeded'],
    ])
    const [payment] = (await story.payments(`invoice_id=${ids[1]}`)).filter(
      (one: { type: string }) => one.type !== 'manual',
    )
    expect(payment).toMatchObject({
      payable_type: 'PaymentRequest',
      amount_cents: 19_333,
      payment_status: 'succeeded',
      invoice_ids: ids,
    })
    const { body } = await story.api.get(`/payment_receipts?invoice_id=${ids[2]}`)
    expect(body.payment_receipts.map((one: { payment: unknown }) => one.payment)).toEqual([payment])
    expect((await story.invoice(ids[0] ?? '')).payment_overdue).toBe(false)
    const [request] = (await story.api.get('/payment_requests')).body.payment_requests
    expect(request).toMatchObject({ payment_status: 'succeeded', lago_id: payment.lago_payable_id })
    const again = await ask('acme', ids)
    expect([again.status, again.body.code]).toEqual([405, 'invoices_not_overdue'])
  })

  it('that is refused leaves the invoices as they are', async () => {
    await story.payer('acme', 'pm_card_chargeDeclined')
    const ids = await owe('acme')
    const before = await amountsOf(ids)
    const messages = await told(() => ask('acme', ids))
    expect(typesOf(messages)).toEqual(['payment_request.created', 'payment_request.payment_failure'])
    const { payment_provider_payment_request_payment_error: failure } = messages.find(
      message => message.webhook_type === 'payment_request.payment_failure',
    )
    expect(failure).toMatchObject({
      lago_payment_request_id: expect.any(String),
      lago_invoice_ids: ids,
      external_customer_id: 'acme',
      provider_error: { error_code: 'card_declined' },
    })
    expect(await amountsOf(ids)).toEqual(before)
    const visa = (await story.api.get('/customers/acme/payment_methods')).body.payment_methods.find(
      (one: { is_default: boolean }) => !one.is_default,
    )
    const payment_method = { payment_method_type: 'provider', payment_method_id: visa.lago_id }
    expect((await ask('acme', ids, { payment_method })).status).toBe(200)
    await story.settle()
    const { body } = await story.api.get('/customers/acme/payment_requests')
    expect(body.payment_requests.map((one: { payment_status: string }) => one.payment_status).toSorted()).toEqual([
      'failed',
      'succeeded',
    ])
  })

  it.each([
    ['succeeded', [12_000, 0, 'succeeded']],
    ['failed', [2_000, 10_000, 'failed']],
  ])('under way keeps its invoices from being charged until it %s', async (status, first) => {
    await story.payer('acme', 'pm_card_processing')
    const ids = await owe('acme')
    await ask('acme', ids)
    await story.settle()
    const retried = await story.api.post(`/invoices/${ids[0]}/retry_payment`)
    expect(retried.body.code).toBe('payment_processor_is_currently_handling_payment')
    expect((await ask('acme', ids)).body.code).toBe('invoices_not_ready_for_payment_processing')
    const payment = (await story.payments()).find((one: { type: string }) => one.type === 'provider')
    const messages = await told(() => story.api.put(`/test_payments/${payment.lago_id}`, { test_payment: { status } }))
    expect(typesOf(messages)).toContain('payment_request.payment_status_updated')
    expect((await amountsOf(ids))[0]).toEqual(first)
    const [request] = (await story.api.get('/payment_requests')).body.payment_requests
    expect(request.payment_status).toBe(status)
  })

  it('waits for its money where nobody collects it', async () => {
    await story.customer('acme', { email: 'ap@acme.test' })
    const ids = await owe('acme')
    const { body } = await ask('acme', ids.slice(0, 1))
    await story.settle()
    const read = await story.api.get(`/payment_requests/${body.payment_request.lago_id}`)
    expect(read.body.payment_request).toMatchObject({
      email: 'ap@acme.test',
      payment_status: 'pending',
      amount_cents: 10_000,
    })
    expect((await story.payments()).every((one: { type: string }) => one.type === 'manual')).toBe(true)
  })

  it('is made for overdue invoices of one currency and one issuer', async () => {
    await story.customer('acme')
    await story.customer('other')
    const [one] = await owe('acme')
    const theirs = await story.bill('other', 100)
    const due = await story.bill('acme', 100)
    const refusal = async (customer: string, ids: string[]) => {
      const { status, body } = await ask(customer, ids)
      return [status, body.code]
    }
    expect(await refusal('nobody', [])).toEqual([404, 'customer_not_found'])
    expect(await refusal('acme', [])).toEqual([404, 'invoice_not_found'])
    expect(await refusal('acme', [theirs.lago_id, UNKNOWN, 'malformed'])).toEqual([404, 'invoice_not_found'])
    expect(await refusal('acme', [one ?? '', due.lago_id])).toEqual([405, 'invoices_not_overdue'])
    await story.api.post('/billing_entities', { billing_entity: { code: 'second', name: 'Second' } })
    const euro = await story.bill('acme', 100, { currency: 'EUR' })
    const second = await story.bill('acme', 100, { billing_entity_code: 'second' })
    await story.advanceTo('2026-03-12T00:26:00Z')
    expect(await refusal('acme', [one ?? '', euro.lago_id])).toEqual([405, 'invoices_have_different_currencies'])
    expect(await refusal('acme', [one ?? '', second.lago_id])).toEqual([
      405,
      'invoices_have_different_billing_entities',
    ])
    const wrong = await ask('acme', [one ?? ''], { payment_method: { payment_method_type: 'cash' } })
    expect(wrong.body.error_details).toEqual({ payment_method: ['invalid_payment_method'] })
    expect((await story.api.get(`/payment_requests/${UNKNOWN}`)).body.code).toBe('payment_request_not_found')

    await ask('acme', [second.lago_id])
    await ask('other', [theirs.lago_id])
    await story.settle()
    const listed = async (query: string) => {
      const { body } = await story.api.get(`/payment_requests?${query}`)
      return (
        body.code ??
        body.payment_requests.map((request: { customer: { external_id: string } }) => request.customer.external_id)
      )
    }
    expect(await listed('external_customer_id=acme')).toEqual(['acme'])
    expect(await listed('payment_status=failed')).toEqual([])
    expect(await listed('payment_status=pending&currency=USD')).toHaveLength(2)
    expect(await listed('currency=EUR')).toEqual([])
    expect(await listed('billing_entity_codes[]=second')).toEqual(['acme'])
    expect(await listed('billing_entity_codes[]=third')).toBe('billing_entity_not_found')
  })
})
