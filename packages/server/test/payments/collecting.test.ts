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

/** What is told of money while some work is done, by type. */
async function told(work: () => Promise<unknown>) {
  const messages = await receivedWebhooks(story, work)
  const ofMoney = messages.filter(message => /payment/.test(message.webhook_type) && message.object_type !== 'customer')
  return ofMoney.toSorted((a, b) => a.webhook_type.localeCompare(b.webhook_type))
}

async function typesTold(work: () => Promise<unknown>): Promise<string[]> {
  return (await told(work)).map(message => message.webhook_type)
}

function retry(id: string, body?: object) {
  return story.api.post(`/invoices/${id}/retry_payment`, body)
}

const settlePayment = (id: string, status: string) =>
  story.api.put(`/test_payments/${id}`, { test_payment: { status } })

const PAID = ['invoice.payment_status_updated', 'payment_receipt.created', 'payment.succeeded']

describe('an invoice that is issued', () => {
  it.each<[string, object, object, string[]]>([
    [
      'pm_card_visa',
      { payment_status: 'succeeded', total_paid_amount_cents: 5_000, total_due_amount_cents: 0 },
      { status: 'succeeded', payment_status: 'succeeded', provider_payment_id: expect.stringMatching(/^pi_test_/) },
      PAID,
    ],
    [
      'pm_card_chargeDeclined',
      { payment_status: 'failed', total_paid_amount_cents: 0 },
      { status: 'failed', payment_status: 'failed', provider_payment_id: null },
      ['invoice.payment_failure'],
    ],
    [
      'pm_card_authenticationRequired',
      { payment_status: 'failed', total_paid_amount_cents: 0 },
      { status: 'failed', payment_status: 'failed' },
      [],
    ],
    [
      'pm_card_processing',
      { payment_status: 'pending', total_paid_amount_cents: 0 },
      { status: 'processing', payment_status: 'processing' },
      [],
    ],
  ])('is charged to the card %s', async (token, invoice, payment, types) => {
    await story.payer('acme', token)
    let billed = ''
    expect(
      await typesTold(async () => {
        billed = (await story.bill('acme', 5_000)).lago_id
      }),
    ).toEqual([...types].toSorted((a, b) => a.localeCompare(b)))
    expect(await story.invoice(billed)).toMatchObject(invoice)
    const customer = (await story.api.get('/customers/acme')).body.customer
    expect(await story.payments()).toMatchObject([
      {
        ...payment,
        type: 'provider',
        reference: null,
        amount_cents: 5_000,
        amount_currency: 'USD',
        lago_payable_id: billed,
        payable_type: 'Invoice',
        payment_provider_type: 'stripe',
        payment_provider_code: 'stripe',
        provider_customer_id: customer.billing_configuration.provider_customer_id,
        next_action: {},
      },
    ])
  })

  it('says why it could not be charged', async () => {
    const { lago_id } = await story.payer('acme', 'pm_card_chargeDeclined')
    const [failure] = await told(() => story.bill('acme', 5_000))
    expect(failure.payment_provider_invoice_payment_error).toEqual({
      lago_invoice_id: expect.any(String),
      lago_customer_id: lago_id,
      external_customer_id: 'acme',
      provider_customer_id: expect.stringMatching(/^cus_test_/),
      payment_provider: 'stripe',
      payment_provider_code: 'stripe',
      provider_error: { message: 'Your card was declined.', error_code: 'card_declined' },
      error_details: expect.objectContaining({ code: 'card_declined', http_status: 402 }),
    })
  })

  it('tells of the payment with the method that paid', async () => {
    await story.payer('acme', undefined, { payment_provider: 'adyen' })
    const messages = await told(() => story.bill('acme', 5_000))
    const { payment } = messages.find(message => message.webhook_type === 'payment.succeeded')
    expect(payment).toMatchObject({
      status: 'Authorised',
      payment_status: 'succeeded',
      payment_provider_type: 'adyen',
      payment_method: { provider_method_id: 'pm_card_visa', payment_provider_type: 'adyen' },
    })
  })

  it('is not charged where nobody may, or nothing can be, charged', async () => {
    await story.payer('by hand')
    await story.bill('by hand', 100, { payment_method: { payment_method_type: 'manual' } })
    await story.bill('by hand', 100, { skip_psp: true })
    await story.customer('unlinked')
    await story.bill('unlinked', 100)
    await story.payer('without card', undefined, { sync_with_provider: false, provider_customer_id: 'cus_1' })
    await story.bill('without card', 100)
    await story.payer('on pages', undefined, { payment_provider: 'cashfree' })
    await story.bill('on pages', 100)
    await story.customer('partner', {
      account_type: 'partner',
      billing_configuration: { payment_provider: 'stripe', sync_with_provider: true, sync: true },
    })
    await story.bill('partner', 100)
    const forgotten = await story.payer('forgotten')
    const { body } = await story.api.get('/customers/forgotten/payment_methods')
    await story.api.delete(`/customers/forgotten/payment_methods/${body.payment_methods[0].lago_id}`)
    await story.bill('forgotten', 100)
    await story.settle()
    expect(forgotten.lago_id).toEqual(expect.any(String))
    expect(await story.payments()).toEqual([])
  })

  it('is charged to what its subscription names', async () => {
    await story.payer('acme', 'pm_card_chargeDeclined')
    const spare = await story.saveMethod('acme', 'pm_card_mastercard')
    await story.saveMethod('acme', 'pm_card_chargeDeclined')
    const plan = { amount_cents: 700, pay_in_advance: true }
    await story.plan('base', plan)
    const method = { payment_method_type: 'provider', payment_method_id: spare.lago_id }
    await story.subscribe('named', 'base', 'acme', { payment_method: method })
    await story.settle()
    await story.subscribe('by hand', 'base', 'acme', { payment_method: { payment_method_type: 'manual' } })
    await story.settle()
    await story.subscribe('default', 'base', 'acme')
    await story.settle()
    const statuses = Object.fromEntries(
      (await story.invoices()).map(invoice => [invoice.subscriptions[0].external_id, invoice.payment_status]),
    )
    expect(statuses).toEqual({ named: 'succeeded', 'by hand': 'pending', default: 'failed' })
    expect(await story.payments()).toHaveLength(2)
  })
})

describe('a payment that failed', () => {
  it('is tried again with what is due by then, with the method that is named', async () => {
    await story.payer('acme', 'pm_card_chargeDeclined')
    const invoice = await story.bill('acme', 5_000)
    await story.settle()
    await story.payByHand(invoice.lago_id, 1_000)
    const { body } = await story.api.get('/customers/acme/payment_methods')
    const visa = body.payment_methods.find((one: { is_default: boolean }) => !one.is_default)
    const named = { payment_method: { payment_method_type: 'provider', payment_method_id: visa.lago_id } } as const
    await story.client.invoices.retryPayment(invoice.lago_id, named)
    await story.settle()
    expect(await story.invoice(invoice.lago_id)).toMatchObject({
      payment_status: 'succeeded',
      total_paid_amount_cents: 5_000,
    })
    expect(
      (await story.payments()).map((one: Record<string, unknown>) => [one.amount_cents, one.type, one.payment_status]),
    ).toEqual(
      expect.arrayContaining([
        [4_000, 'provider', 'succeeded'],
        [1_000, 'manual', 'succeeded'],
        [5_000, 'provider', 'failed'],
      ]),
    )
    const again = await retry(invoice.lago_id)
    expect([again.status, again.body.code]).toEqual([405, 'invalid_status'])
    expect((await retry('0198c0de-0000-7000-8000-000000000000')).body.code).toBe('invoice_not_found')
  })

  it('is tried again with all that is outstanding of a list', async () => {
    const tellAll = (query = '') => story.api.post(`/invoices/retry_payments${query}`)
    const count = async (query = '') => {
      const { status, body } = await tellAll(query)
      await story.settle()
      return [status, body.retried_payments?.invoices_count]
    }
    for (const id of ['acme', 'beta']) await story.payer(id, 'pm_card_chargeDeclined')
    await story.customer('partner', { account_type: 'partner' })
    const [first, second] = [(await story.bill('acme', 1_000)).lago_id, (await story.bill('beta', 2_000)).lago_id]
    await story.bill('partner', 4_000)
    await story.customer('walkin')
    await story.bill('walkin', 8_000)
    await story.settle()
    for (const id of ['acme', 'beta']) await story.saveMethod(id, 'pm_card_visa')
    expect(await count('?status[]=voided')).toEqual([200, 0])
    expect(await count('?payment_status[]=succeeded')).toEqual([200, 0])
    expect(await count('?external_customer_id=acme')).toEqual([200, 1])
    const statuses = async () => [
      (await story.invoice(first)).payment_status,
      (await story.invoice(second)).payment_status,
    ]
    expect(await statuses()).toEqual(['succeeded', 'failed'])
    // Of who has no provider a webhook says so; what is owed to a partner is not collected.
    expect((await typesTold(async () => expect(await count()).toEqual([200, 2]))).toSorted()).toEqual(
      [...PAID, 'invoice.payment_failure'].toSorted(),
    )
    expect(await statuses()).toEqual(['succeeded', 'succeeded'])
    expect((await tellAll('?status=closed')).body.error_details).toHaveProperty('status')
  })

  it('because the payer was not there may ask the payer the next time', async () => {
    await story.payer('acme', 'pm_card_authenticationRequired')
    const invoice = await story.bill('acme', 5_000)
    await story.settle()
    const wrong = await retry(invoice.lago_id, { payment_method: { payment_method_type: 'card' } })
    expect(wrong.body.error_details).toEqual({ payment_method: ['invalid_payment_method'] })
    const messages = await told(() => retry(invoice.lago_id))
    expect(messages).toMatchObject([
      {
        webhook_type: 'payment.requires_action',
        payment: { status: 'requires_action', payment_status: 'processing', next_action: { type: 'use_test_api' } },
      },
    ])
    expect((await story.invoice(invoice.lago_id)).payment_status).toBe('pending')
    const busy = await retry(invoice.lago_id)
    expect([busy.status, busy.body.code]).toEqual([405, 'payment_processor_is_currently_handling_payment'])
  })
})

describe('a payment on its way', () => {
  it.each([
    ['succeeded', { payment_status: 'succeeded', total_paid_amount_cents: 5_000 }, PAID],
    ['failed', { payment_status: 'failed', total_paid_amount_cents: 0 }, ['invoice.payment_status_updated']],
  ])('%s in the end', async (status, outcome, types) => {
    await story.payer('acme', 'pm_card_processing')
    const invoice = await story.bill('acme', 5_000)
    await story.settle()
    const [payment] = await story.payments()
    const messages = await typesTold(() => settlePayment(payment.lago_id, status))
    expect(messages).toEqual([...types].toSorted((a, b) => a.localeCompare(b)))
    expect(await story.invoice(invoice.lago_id)).toMatchObject(outcome)
    expect((await story.payments())[0]).toMatchObject({ payment_status: status })
    const again = await settlePayment(payment.lago_id, status)
    expect([again.status, again.body.code]).toEqual([405, 'payment_already_settled'])
    expect((await settlePayment(payment.lago_id, 'lost')).body.error_details).toEqual({ status: ['value_is_invalid'] })
    expect((await settlePayment('1', 'failed')).body.code).toBe('payment_not_found')
  })
})

describe('credits that are bought', () => {
  const buy = async (token: string, fields: object = {}) => {
    await story.payer('acme', token)
    const wallet = { external_customer_id: 'acme', rate_amount: '1', currency: 'USD', name: 'w', paid_credits: '5' }
    const { body } = await story.api.post('/wallets', { wallet: { ...wallet, ...fields } })
    await story.settle()
    const read = (await story.api.get(`/wallets/${body.wallet.lago_id}`)).body.wallet
    const transactions = await story.api.get(`/wallets/${body.wallet.lago_id}/wallet_transactions`)
    return { wallet: read, transaction: transactions.body.wallet_transactions[0] }
  }

  it.each([
    ['pm_card_visa', {}, 500, 'settled'],
    ['pm_card_chargeDeclined', {}, 0, 'failed'],
    ['pm_card_visa', { invoice_requires_successful_payment: true }, 500, 'settled'],
    ['pm_card_processing', {}, 0, 'pending'],
  ])('with %s and %j', async (token, fields, balance, status) => {
    const bought = await buy(token, fields)
    expect([bought.wallet.balance_cents, bought.transaction.status]).toEqual([balance, status])
    const seen = await story.invoices()
    expect(seen.map(invoice => invoice.invoice_type)).toEqual(['credit'])
  })

  it('tell of a failure, of which nobody sees the invoice', async () => {
    await story.payer('acme', 'pm_card_chargeDeclined')
    const messages = await told(() => buy('pm_card_chargeDeclined', { invoice_requires_successful_payment: true }))
    expect(messages).toMatchObject([
      {
        webhook_type: 'wallet_transaction.payment_failure',
        payment_provider_wallet_transaction_payment_error: {
          lago_wallet_transaction_id: expect.any(String),
          external_customer_id: 'acme',
          provider_error: { error_code: 'card_declined' },
        },
      },
    ])
    expect(await story.invoices()).toEqual([])
  })

  it('are charged to what the purchase, else the wallet, names', async () => {
    await story.payer('acme', 'pm_card_chargeDeclined')
    const { body } = await story.api.get('/customers/acme/payment_methods')
    const visa = body.payment_methods.find((one: { is_default: boolean }) => !one.is_default)
    const named = { payment_method_type: 'provider', payment_method_id: visa.lago_id }
    const bought = await buy('pm_card_chargeDeclined', { payment_method: named })
    expect(bought.transaction.status).toBe('settled')
    const purchase = (payment_method: object) =>
      story.api.post('/wallet_transactions', {
        wallet_transaction: { wallet_id: bought.wallet.lago_id, paid_credits: '1', payment_method },
      })
    await purchase({ payment_method_type: 'manual' })
    await story.settle()
    expect(await story.payments()).toHaveLength(1)
  })
})

describe('pages to pay on', () => {
  const url = (id: string) => story.api.post(`/invoices/${id}/payment_url`)

  it('say where, until the amount changes, the day is over, or the invoice is paid', async () => {
    await story.payer('acme', undefined, { sync_with_provider: false, provider_customer_id: 'cus_1' })
    const invoice = await story.bill('acme', 5_000)
    const { data } = await story.client.invoices.invoicePaymentUrl(invoice.lago_id)
    expect(data.invoice_payment_details).toEqual({
      lago_customer_id: invoice.customer.lago_id,
      external_customer_id: 'acme',
      payment_provider: 'stripe',
      lago_invoice_id: invoice.lago_id,
      payment_url: expect.stringMatching(/^http.*\/test_payment\//),
    })
    const first = data.invoice_payment_details?.payment_url
    const page = async () => (await url(invoice.lago_id)).body.invoice_payment_details.payment_url
    expect(await page()).toBe(first)
    await story.payByHand(invoice.lago_id, 1_000)
    const second = await page()
    expect(second).not.toBe(first)
    await story.setClock('2026-03-11T12:00:01Z')
    expect(await page()).not.toBe(second)
    await story.payByHand(invoice.lago_id, 4_000)
    const paid = await url(invoice.lago_id)
    expect(paid.body.error_details).toEqual({ base: ['invalid_invoice_status_or_payment_status'] })
  })

  it.each<[string, object | undefined, string]>([
    ['nobody', undefined, 'no_linked_payment_provider'],
    ['gocardless', { payment_provider: 'gocardless' }, 'invalid_payment_provider'],
    [
      'a connection that is not there',
      { payment_provider: 'stripe', payment_provider_code: 'x' },
      'missing_payment_provider',
    ],
    ['no link', { payment_provider: 'stripe' }, 'missing_payment_provider_customer'],
  ])('are not made for %s', async (_name, billing_configuration, reason) => {
    await story.customer('acme')
    if (billing_configuration !== undefined) await story.customer('acme', { billing_configuration })
    const invoice = await story.bill('acme', 5_000)
    expect((await url(invoice.lago_id)).body.error_details).toEqual({ base: [reason] })
    expect((await url('0198c0de-0000-7000-8000-000000000000')).body.code).toBe('invoice_not_found')
  })

  it('are made for credits that wait for their money', async () => {
    await story.payer('acme', 'pm_card_processing')
    const wallet = { external_customer_id: 'acme', rate_amount: '1', currency: 'USD', name: 'w' }
    const { body } = await story.api.post('/wallets', {
      wallet: { ...wallet, paid_credits: '5', granted_credits: '1', invoice_requires_successful_payment: true },
    })
    await story.settle()
    const listed = await story.api.get(`/wallets/${body.wallet.lago_id}/wallet_transactions`)
    const of = (status: string) =>
      listed.body.wallet_transactions.find((one: { transaction_status: string }) => one.transaction_status === status)
    const ask = (id: string) => story.api.post(`/wallet_transactions/${id}/payment_url`)
    const answer = await ask(of('purchased').lago_id)
    expect(answer.body.wallet_transaction_payment_details).toMatchObject({
      lago_wallet_transaction_id: of('purchased').lago_id,
      external_customer_id: 'acme',
      payment_url: expect.stringMatching(/\/test_payment\//),
    })
    const { data } = await story.client.walletTransactions.walletTransactionPaymentUrl(of('purchased').lago_id)
    expect(data).toEqual(answer.body)
    const granted = await ask(of('granted').lago_id)
    expect(granted.body.error_details).toEqual({ base: ['wallet_transaction_not_purchased'] })
    const [payment] = await story.payments()
    expect(payment).toBeUndefined()
    expect((await ask('0198c0de-0000-7000-8000-000000000000')).body.code).toBe('wallet_transaction_not_found')
  })

  it('give whoever may be on one ten minutes before the first attempt', async () => {
    await story.payer('acme')
    await story.payer('visitor', undefined, { sync_with_provider: false, provider_customer_id: 'cus_1' })
    await url((await story.bill('visitor', 100)).lago_id)
    const invoice = await story.bill('acme', 5_000)
    await story.settle()
    await story.advanceTo('2026-03-10T12:09:00Z')
    expect((await story.invoice(invoice.lago_id)).payment_status).toBe('pending')
    await story.advanceTo('2026-03-10T12:10:00Z')
    expect((await story.invoice(invoice.lago_id)).payment_status).toBe('succeeded')
    expect(await story.payments()).toMatchObject([{ created_at: '2026-03-10T12:10:00Z' }])
  })
})

it('charges once, however often it is asked to', async () => {
  await story.payer('acme', 'pm_card_chargeDeclined')
  const invoice = await story.bill('acme', 5_000)
  await story.settle()
  await story.saveMethod('acme', 'pm_card_visa')
  await Promise.all(Array.from({ length: 8 }, () => retry(invoice.lago_id)))
  await story.settle()
  const payments = await story.payments()
  expect(payments.map((one: { payment_status: string }) => one.payment_status).toSorted()).toEqual([
    'failed',
    'succeeded',
  ])
  expect((await story.invoice(invoice.lago_id)).total_paid_amount_cents).toBe(5_000)
})

describe('the pages of the test provider', () => {
  const open = async (url: string, method = 'GET') => {
    const answer = await fetch(url.replace(/^https?:\/\/[^/]+/, story.api.url), { method })
    return { status: answer.status, text: await answer.text() }
  }

  it('save methods and take payments, once', async () => {
    await story.payer('acme', undefined, { sync_with_provider: false, provider_customer_id: 'cus_1' })
    const invoice = await story.bill('acme', 5_000)
    const checkout = (await story.api.post('/customers/acme/checkout_url')).body.customer.checkout_url
    expect((await open(checkout)).text).toContain('Save pm_card_visa')
    expect((await open(`${checkout}?token=pm_card_chargeDeclined`, 'POST')).text).toContain('is saved')
    const { body } = await story.api.post(`/invoices/${invoice.lago_id}/payment_url`)
    const page = body.invoice_payment_details.payment_url
    expect((await open(page)).text).toContain(`Invoice ${invoice.number}: 5000 cents`)
    expect((await open(`${page}?token=pm_card_chargeDeclined`, 'POST')).text).toContain('failed')
    expect((await story.invoice(invoice.lago_id)).payment_status).toBe('failed')
    expect(await typesTold(() => open(`${page}?token=pm_card_authenticationRequired`, 'POST'))).toEqual(
      PAID.toSorted((a, b) => a.localeCompare(b)),
    )
    expect(await story.invoice(invoice.lago_id)).toMatchObject({
      payment_status: 'succeeded',
      total_paid_amount_cents: 5_000,
    })
    const methods = (await story.api.get('/customers/acme/payment_methods')).body.payment_methods
    expect(methods.find((one: { is_default: boolean }) => one.is_default).provider_method_id).toBe(
      'pm_card_authenticationRequired',
    )
    expect((await open(`${page}?token=pm_card_visa`, 'POST')).status).toBe(404)
    expect((await open(`${checkout}?token=gold`, 'POST')).status).toBe(404)
    expect((await open(page.replace(/[^/]+$/, 'x'))).status).toBe(404)
  })

  it('take what is asked for overdue invoices at once, from those who only pay on pages', async () => {
    await story.payer('acme', undefined, { payment_provider: 'cashfree' })
    const invoice = await story.bill('acme', 5_000)
    await story.advanceTo('2026-03-11T00:26:00Z')
    const asked = await story.api.post('/payment_requests', {
      payment_request: { external_customer_id: 'acme', lago_invoice_ids: [invoice.lago_id] },
    })
    const id = asked.body.payment_request.lago_id
    const { body } = await story.api.post(`/payment_requests/${id}/payment_url`)
    await open(`${body.payment_request_payment_details.payment_url}?token=pm_card_visa`, 'POST')
    expect((await story.invoice(invoice.lago_id)).payment_status).toBe('succeeded')
    const again = await story.api.post(`/payment_requests/${id}/payment_url`)
    expect(again.body.error_details).toEqual({ base: ['invalid_payment_status'] })
    expect(await story.payments()).toMatchObject([{ status: 'PAID', payment_status: 'succeeded' }])
  })
})

describe('a subscription that waits for its payment', () => {
  it.each([
    ['pm_card_visa', 'active', ['succeeded']],
    ['pm_card_chargeDeclined', 'canceled', ['failed']],
    // The payer was not there: it is asked by itself, and the subscription waits on.
    ['pm_card_authenticationRequired', 'incomplete', ['failed', 'processing']],
  ])('with %s is %s', async (token, status, attempts) => {
    await story.payer('acme', token)
    await story.plan('base', { amount_cents: 700, pay_in_advance: true })
    const { lago_id } = await story.subscribe('gated', 'base', 'acme', {
      activation_rules: [{ type: 'payment', timeout_hours: 24 }],
    })
    await story.settle()
    const { body } = await story.api.get(`/subscriptions/gated?status=${status}`)
    expect([body.subscription?.lago_id, body.subscription?.status]).toEqual([lago_id, status])
    const rows = await app.ctx.db
      .selectFrom('payments')
      .select('payable_payment_status')
      .where('organization_id', '=', story.organizationId)
      .orderBy('id')
      .execute()
    expect(rows.map(row => row.payable_payment_status)).toEqual(attempts)
  })
})
