import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { lines, type Story, storyOf } from './billing-support.ts'

let app: TestApp
let story: Story
beforeAll(async () => {
  app = await startTestApp()
  story = storyOf(app)
  await story.setClock('2026-03-10T12:00:00Z')
  await story.customer('acme', { net_payment_term: 30 })
  await story.tax('vat', 8.1)
  await story.tax('city', 2)
  await story.addOn('setup')
})
afterAll(() => app?.stop())

const bill = (invoice: object) => story.api.post('/invoices', { invoice: { external_customer_id: 'acme', ...invoice } })
const fee = (fields: object = {}) => ({ add_on_code: 'setup', ...fields })

describe('a one-off invoice', () => {
  it('is seen before it is made, and leaves nothing behind', async () => {
    const invoice = {
      external_customer_id: 'acme',
      fees: [fee({ units: 2.5, unit_amount_cents: 1999, tax_codes: ['vat'] })],
    }
    const { body } = await app.api.post('/invoices/one_off/preview', { invoice })
    expect(body.invoice).toMatchObject({
      lago_id: null,
      number: '',
      fees: [{ lago_id: null, amount_cents: 4998, taxes_amount_cents: 405 }],
      total_amount_cents: 5403,
    })
    expect((await app.api.get('/invoices')).body.meta.total_count).toBe(0)
    const unknown = await app.api.post('/invoices/one_off/preview', { invoice: { external_customer_id: 'nobody' } })
    expect(unknown.body.code).toBe('customer_not_found')
  })

  it('bills add-ons at once, with the taxes that are named', async () => {
    const messages = await receivedWebhooks(app, async () => {
      const { body } = await bill({
        purchase_order_number: ' PO-7 ',
        fees: [
          fee({ units: 2.5, unit_amount_cents: 1999, tax_codes: ['vat', 'nope'], invoice_display_name: 'Workshop' }),
          fee({ from_datetime: '2026-03-01', to_datetime: '2026-03-31T23:59:59Z', description: 'March' }),
        ],
      })
      expect(body.invoice).toMatchObject({
        invoice_type: 'one_off',
        status: 'finalized',
        payment_status: 'pending',
        issuing_date: '2026-03-10',
        payment_due_date: '2026-04-09',
        net_payment_term: 30,
        currency: 'USD',
        fees_amount_cents: 5098,
        taxes_amount_cents: 405,
        total_amount_cents: 5503,
        total_due_amount_cents: 5503,
        purchase_order_number: 'PO-7',
        sequential_id: 1,
        billing_periods: [],
        subscriptions: [],
        applied_taxes: [{ tax_code: 'vat', amount_cents: 405, fees_amount_cents: 4998 }],
        fees: [
          {
            item: { type: 'add_on', code: 'setup', item_type: 'AddOn', invoice_display_name: 'Workshop' },
            units: '2.5',
            precise_unit_amount: '19.99',
            precise_amount: '49.975',
            amount_cents: 4998,
            taxes_amount_cents: 405,
            external_subscription_id: null,
            from_date: '2026-03-10T12:00:00+00:00',
          },
          {
            description: 'March',
            units: '1.0',
            amount_cents: 100,
            from_date: '2026-03-01T00:00:00+00:00',
            to_date: '2026-03-31T23:59:59+00:00',
          },
        ],
      })
    })
    expect(messages.map(message => message.webhook_type)).toEqual(['invoice.one_off_created'])
    expect(Object.keys(messages[0].invoice)).toEqual(
      expect.arrayContaining(['customer', 'fees', 'applied_taxes', 'applied_invoice_custom_sections']),
    )
    expect(messages[0].invoice).not.toHaveProperty('billing_periods')
    expect(messages[0].invoice).not.toHaveProperty('metadata')
  })

  it('takes the taxes of the add-on, else those of the customer', async () => {
    await story.customer('taxed', { tax_codes: ['city'] })
    await story.api.post('/add_ons', {
      add_on: { code: 'taxed', name: 'Taxed', amount_cents: 1000, amount_currency: 'USD', tax_codes: ['vat'] },
    })
    const { body } = await bill({ external_customer_id: 'taxed', fees: [fee({ add_on_code: 'taxed' }), fee()] })
    expect(body.invoice.fees.map((one: { taxes_rate: number }) => one.taxes_rate)).toEqual([8.1, 2])
    expect(body.invoice).toMatchObject({ taxes_amount_cents: 83, total_amount_cents: 1183 })
  })

  it.each([
    ['no customer', { external_customer_id: 'nobody', fees: [] }, 404, 'customer_not_found'],
    ['no fees', { fees: [] }, 404, 'fees_not_found'],
    [
      'an unknown add-on',
      { fees: [fee(), fee({ add_on_code: 'x' })], billing_entity_code: 'x' },
      404,
      'add_on_not_found',
    ],
    [
      'a payment method that is none',
      { fees: [fee()], payment_method: { payment_method_type: 'card' }, billing_entity_code: 'x' },
      422,
      { payment_method: ['invalid_payment_method'] },
    ],
    [
      'an unknown entity',
      { fees: [fee({ from_datetime: 'x' })], billing_entity_code: 'x' },
      404,
      'billing_entity_not_found',
    ],
    ['half a period', { fees: [fee({ from_datetime: '2026-03-01' })] }, 422, { boundaries: ['values_are_invalid'] }],
    [
      'a period that ends before it begins',
      { fees: [fee({ from_datetime: '2026-03-02', to_datetime: '2026-03-01' })] },
      422,
      { boundaries: ['values_are_invalid'] },
    ],
    ['a currency that is none', { currency: 'XXX', fees: [fee()] }, 422, { currency: ['value_is_invalid'] }],
  ])('refuses %s', async (_, invoice, status, told) => {
    const answer = await bill(invoice)
    expect([answer.status, answer.body.error_details ?? answer.body.code]).toEqual([status, told])
  })

  it('needs its root', async () => {
    expect((await story.api.post('/invoices', {})).status).toBe(400)
  })

  it('is closed when it is empty and such invoices are not wanted', async () => {
    await story.customer('empty', { finalize_zero_amount_invoice: 'skip' })
    const messages = await receivedWebhooks(app, async () => {
      const { body } = await bill({ external_customer_id: 'empty', fees: [fee({ units: '0' })] })
      expect(body.invoice).toMatchObject({ status: 'closed', sequential_id: null, payment_status: 'succeeded' })
      expect(body.invoice.number).toMatch(/-DRAFT$/)
      expect((await story.api.get(`/invoices/${body.invoice.lago_id}`)).status).toBe(404)
    })
    expect(messages).toEqual([])
    const { body } = await bill({ fees: [fee({ units: '0' })] })
    expect(body.invoice).toMatchObject({ status: 'finalized', total_amount_cents: 0, payment_status: 'succeeded' })
  })

  it('rounds each fee once, half away from zero, and keeps what it was before', async () => {
    const fees = [
      fee({ units: 1.5, unit_amount_cents: 1999 }),
      fee({ units: '0.333', unit_amount_cents: 333 }),
      fee({ units: 1.2345, unit_amount_cents: 1000 }),
    ]
    const { body } = await bill({ fees })
    expect(body.invoice.fees).toMatchObject([
      { amount_cents: 2999, precise_amount: '29.985' },
      { amount_cents: 111, precise_amount: '1.10889' },
      { amount_cents: 1235, precise_amount: '12.345' },
    ])
  })

  it('gives its currency to a customer that has none', async () => {
    await story.api.post('/customers', { customer: { external_id: 'free' } })
    const { data } = await app.client.invoices.createInvoice({
      invoice: {
        external_customer_id: 'free',
        currency: 'EUR',
        fees: [{ add_on_code: 'setup', units: '3' } as never],
      },
    })
    expect(lines(data.invoice as never)).toEqual(['add_on setup: 3.0 = 300'])
    expect((await story.api.get('/customers/free')).body.customer.currency).toBe('EUR')
  })
})

it('rounds what a fraction of a unit costs, and its tax, once', async () => {
  const { body } = await bill({ fees: [fee({ units: 2.5, unit_amount_cents: 1999, tax_codes: ['vat'] })] })
  expect(body.invoice).toMatchObject({
    fees_amount_cents: 4998,
    taxes_amount_cents: 405,
    taxes_rate: 8.1,
    total_amount_cents: 5403,
    fees: [{ precise_amount: '49.975' }],
  })
})
