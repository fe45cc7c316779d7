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

/** Gives money back on a paid invoice. */
async function refund(invoice: { lago_id: string; fees: { lago_id: string }[] }, cents: number) {
  const items = [{ fee_id: invoice.fees[0]?.lago_id, amount_cents: cents }]
  const note = { invoice_id: invoice.lago_id, refund_amount_cents: cents, items, reason: 'order_change' }
  const { status, body } = await story.api.post('/credit_notes', { credit_note: note })
  expect(body.error_details ?? status).toBe(200)
  return body.credit_note
}

const noteOf = async (id: string) => (await story.api.get(`/credit_notes/${id}`)).body.credit_note

const settleRefund = (id: string, status: string) => story.api.put(`/test_refunds/${id}`, { test_refund: { status } })

describe('a refund', () => {
  it.each<[string, string, string]>([
    ['pm_card_visa', 'stripe', 'succeeded'],
    ['pm_card_visa', 'gocardless', 'succeeded'],
    ['pm_card_visa', 'adyen', 'pending'],
    ['pm_card_visa', 'moneyhash', 'pending'],
    ['pm_card_pendingRefund', 'stripe', 'pending'],
    ['pm_card_pendingRefund', 'gocardless', 'pending'],
    ['pm_card_refundFail', 'stripe', 'failed'],
  ])('of %s at %s is %s', async (token, payment_provider, status) => {
    await story.payer('acme', token, { payment_provider })
    const invoice = await story.bill('acme', 5_000)
    await story.settle()
    const messages = await receivedWebhooks(story, async () => {
      await refund(invoice, 2_000)
    })
    const [note] = (await story.api.get('/credit_notes')).body.credit_notes
    expect(note.refund_status).toBe(status)
    const failures = messages.filter(message => message.webhook_type === 'credit_note.refund_failure')
    expect(failures.map(message => message.credit_note_payment_provider_refund_error)).toEqual(
      status !== 'failed'
        ? []
        : [
            {
              lago_credit_note_id: note.lago_id,
              lago_customer_id: invoice.customer.lago_id,
              external_customer_id: 'acme',
              provider_customer_id: expect.stringMatching(/^cus_test_/),
              payment_provider: 'stripe',
              payment_provider_code: 'stripe',
              provider_error: { message: 'The refund could not be processed.', error_code: 'refund_failed' },
            },
          ],
    )
  })

  it.each([
    ['succeeded', []],
    ['failed', ['credit_note.refund_failure']],
  ])('on its way %s in the end, once', async (status, types) => {
    await story.payer('acme', 'pm_card_pendingRefund')
    const invoice = await story.bill('acme', 5_000)
    await story.settle()
    const note = await refund(invoice, 2_000)
    await story.settle()
    const messages = await receivedWebhooks(story, () => settleRefund(note.lago_id, status))
    expect(messages.map(message => message.webhook_type)).toEqual(types)
    expect((await noteOf(note.lago_id)).refund_status).toBe(status)
    expect((await settleRefund(note.lago_id, status)).body.code).toBe('refund_already_settled')
    expect((await settleRefund(note.lago_id, 'lost')).body.error_details).toEqual({ status: ['value_is_invalid'] })
    expect((await settleRefund('1', 'failed')).body.code).toBe('refund_not_found')
  })

  it('of what came by hand is made by hand', async () => {
    await story.customer('acme')
    const invoice = await story.bill('acme', 5_000)
    await story.payByHand(invoice.lago_id, 5_000)
    const note = await refund(invoice, 2_000)
    await story.settle()
    expect((await noteOf(note.lago_id)).refund_status).toBe('pending')
    expect((await settleRefund(note.lago_id, 'succeeded')).body.code).toBe('refund_not_found')
  })

  it('is not made once a dispute was lost, which the bank of the payer may have decided', async () => {
    await story.payer('acme')
    const invoice = await story.bill('acme', 5_000)
    await story.settle()
    const [payment] = await story.payments()
    const messages = await receivedWebhooks(story, () =>
      story.api.put(`/test_payments/${payment.lago_id}`, {
        test_payment: { status: 'disputed', dispute_reason: 'fraudulent' },
      }),
    )
    expect(messages).toMatchObject([
      {
        webhook_type: 'invoice.payment_dispute_lost',
        payment_dispute_lost: { invoice: { lago_id: invoice.lago_id }, provider_error: 'fraudulent' },
      },
    ])
    expect(await story.invoice(invoice.lago_id)).toMatchObject({
      payment_status: 'succeeded',
      payment_dispute_lost_at: '2026-03-10T12:00:00.000Z',
    })
    const note = await refund(invoice, 2_000)
    await story.settle()
    expect((await noteOf(note.lago_id)).refund_status).toBe('pending')
  })
})
