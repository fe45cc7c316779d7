import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventStore } from '../../src/events/index.ts'
import { billEvents } from '../../src/invoices/advance/bill-events.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'
import { feeValues, ok, type Scene, sceneOf, unix, type Wire } from './in-advance-support.ts'

let app: TestApp
beforeAll(async () => {
  // One event here cannot be billed, which is logged.
  app = await startTestApp({ LOG_LEVEL: 'silent' })
})
afterAll(() => app?.stop())

/** What was sent to an endpoint, in order. */
/** Those of documents, which follow every invoice, are left out. */
const messages = ({ received }: Receiver): Wire[] =>
  received
    .map(({ body }) => JSON.parse(body.toString()))
    .filter((message: Wire) => message.webhook_type !== 'invoice.generated')

describe('a fee without an invoice', () => {
  it('tells everything about its event, which its customer’s systems are told of', async () => {
    const receiver = await startReceiver()
    const scene = await sceneOf(
      app,
      {
        invoiceable: false,
        properties: {
          amount: '0.125',
          presentation_group_keys: [{ value: 'team', options: { display_in_invoice: true } }],
        },
      },
      { customer: { timezone: 'America/New_York' } },
    )
    await ok(scene.api.post('/webhook_endpoints', { webhook_endpoint: { webhook_url: receiver.url } }))
    await scene.send('tx-1', '2026-06-15T12:00:00Z', { value: 3, team: 'blue' })
    const [fee] = await scene.fees('event_transaction_id=tx-1')
    expect(fee).toMatchObject({
      lago_invoice_id: null,
      external_subscription_id: 'acme-team',
      external_customer_id: 'acme',
      item: { type: 'charge', code: 'seats', item_type: 'BillableMetric', grouped_by: {}, filters: null },
      pay_in_advance: true,
      invoiceable: false,
      amount_cents: 38,
      precise_amount: '0.375',
      precise_unit_amount: '0.126666666666667',
      units: '3.0',
      total_aggregated_units: '3.0',
      events_count: 1,
      payment_status: 'pending',
      amount_details: {},
      event_transaction_id: 'tx-1',
      from_date: '2026-06-01T00:00:00+00:00',
      to_date: '2026-07-01T23:59:59+00:00',
    })
    expect(await scene.invoices()).toEqual([])
    const { applied_taxes: _, ...told } = fee
    expect(messages(receiver)).toEqual([
      expect.objectContaining({ webhook_type: 'fee.created', object_type: 'fee', fee: told }),
    ])
    await receiver.stop()
  })

  it('shows precise amounts with the digits of a double', async () => {
    const scene = await sceneOf(app, { invoiceable: false, properties: { amount: '1' } })
    await scene.send('tx-1', '2026-06-15T12:00:00Z', { value: '12.34567890123456789' })
    expect(await scene.fees()).toMatchObject([
      { amount_cents: 1235, precise_amount: '12.34567890123457', units: '12.34567890123456789' },
    ])
  })

  it('keeps all digits of what it comes to', async () => {
    const scene = await sceneOf(app, { invoiceable: false })
    await scene.send('tx-1', '2026-06-15T12:00:00Z', { value: '90071992547409.93' })
    const headers = { authorization: `Bearer ${scene.api.apiKey}` }
    const text = await (await fetch(`${scene.api.url}/api/v1/fees`, { headers })).text()
    for (const key of ['amount_cents', 'total_amount_cents', 'sub_total_excluding_taxes_amount_cents']) {
      expect(text).toContain(`"${key}":9007199254740993,`)
    }
  })

  it('says what became of its payment, and goes when it is deleted, but is not charged again', async () => {
    const scene = await sceneOf(app, { invoiceable: false })
    await scene.send('a', '2026-06-02T00:00:00Z', { value: 1 })
    const [{ lago_id: id }] = await scene.fees()
    const times = async () => {
      const { fee } = await ok(scene.api.get(`/fees/${id}`))
      return [fee.payment_status, fee.succeeded_at, fee.failed_at, fee.refunded_at]
    }
    for (const [status, at] of [
      ['succeeded', '2026-06-03T00:00:00Z'],
      ['failed', '2026-06-04T00:00:00Z'],
      ['refunded', '2026-06-05T00:00:00Z'],
      ['refunded', '2026-06-06T00:00:00Z'],
      ['pending', '2026-06-07T00:00:00Z'],
    ] as const) {
      await scene.setClock(at)
      await scene.client.fees.updateFee(id, { fee: { payment_status: status } })
      const [told, ...instants] = await times()
      expect(told).toBe(status)
      expect(instants).toEqual(['succeeded', 'failed', 'refunded'].map(name => (name === status ? at : null)))
    }
    expect((await scene.api.put(`/fees/${id}`, { fee: { payment_status: 'paid' } })).body.error_details).toEqual({
      payment_status: ['value_is_invalid'],
    })
    expect((await scene.api.put(`/fees/${id}`, {})).status).toBe(400)
    const unknown = await scene.api.put('/fees/00000000-0000-7000-8000-000000000000', {
      fee: { payment_status: 'failed' },
    })
    expect([unknown.status, unknown.body.code]).toEqual([404, 'fee_not_found'])

    const { data } = await scene.client.fees.deleteFee(id)
    expect(data.fee.lago_id).toBe(id)
    expect(data.fee).not.toHaveProperty('applied_taxes')
    expect((await scene.api.get(`/fees/${id}`)).status).toBe(404)
    expect(await scene.fees()).toEqual([])
    await rebill(scene)
    expect(await scene.fees()).toEqual([])
  })

  it('is found by what it is about', async () => {
    const scene = await sceneOf(app, { invoiceable: false })
    await scene.send('a', '2026-06-02T00:00:00Z', { value: 1 })
    await scene.setClock('2026-06-05T00:00:00Z')
    await scene.send('b', '2026-06-02T00:00:00Z', { value: 2 })
    const found = async (query: string) => (await scene.fees(query)).map(fee => fee.event_transaction_id)
    expect(await found('event_transaction_id=b')).toEqual(['b'])
    expect(await found('external_customer_id=acme&billable_metric_code=seats&currency=usd&fee_type=charge')).toEqual([
      'a',
      'b',
    ])
    expect(await found('external_customer_id=other')).toEqual([])
    expect(await found('payment_status=succeeded')).toEqual([])
    expect(await found('created_at_from=2026-06-05T00:00:00Z&created_at_to=2026-06-05T00:00:00Z')).toEqual(['b'])
    const refused = await scene.api.get('/fees?created_at_to=x&payment_status=y')
    expect(refused.body.error_details).toEqual({
      payment_status: ['value_is_invalid'],
      created_at_to: ['invalid_date'],
    })
  })
})

/** Has every event of the subscription billed again, as a repeated job would. */
async function rebill({ ctx }: Scene): Promise<void> {
  const { events } = await eventStore(ctx).list({}, { page: 1, perPage: 1000, offset: 0, counted: false })
  await billEvents(ctx, events.toReversed())
}

describe('the invoice of an event', () => {
  it('is issued at once, dated on the day of the event, whatever grace period there is', async () => {
    const receiver = await startReceiver()
    const scene = await sceneOf(
      app,
      {},
      {
        customer: { timezone: 'Asia/Tokyo', billing_configuration: { invoice_grace_period: 5 }, net_payment_term: 10 },
        at: '2026-05-20T00:00:00Z',
      },
    )
    await scene.setClock('2026-06-20T00:00:00Z')
    await ok(scene.api.post('/webhook_endpoints', { webhook_endpoint: { webhook_url: receiver.url } }))
    await scene.send('a', '2026-06-02T20:00:00Z', { value: 10 })
    await scene.send('b', '2026-05-25T20:00:00Z', { value: '2.5' })
    const invoices = await scene.invoices()
    expect(
      invoices.map(({ number, ...invoice }) => [
        number.slice(-3),
        invoice.status,
        invoice.invoice_type,
        invoice.payment_status,
        invoice.issuing_date,
        invoice.payment_due_date,
        invoice.total_amount_cents,
      ]),
    ).toEqual([
      ['001', 'finalized', 'subscription', 'pending', '2026-06-03', '2026-06-13', 1000],
      ['002', 'finalized', 'subscription', 'pending', '2026-05-26', '2026-06-05', 250],
    ])
    expect(invoices[0].billing_periods).toMatchObject([
      {
        invoicing_reason: 'in_advance_charge',
        charges_from_datetime: '2026-05-20T00:00:00Z',
        charges_to_datetime: '2026-05-31T14:59:59Z',
      },
    ])
    expect(invoices[0].fees).toMatchObject([
      {
        invoiceable: true,
        pay_in_advance: true,
        event_transaction_id: 'a',
        from_date: '2026-05-31T15:00:00+00:00',
        to_date: '2026-06-30T14:59:59+00:00',
      },
    ])
    expect(messages(receiver).map((body: Wire) => body.webhook_type)).toEqual([
      'fee.created',
      'invoice.created',
      'fee.created',
      'invoice.created',
    ])
    await receiver.stop()
    const refused = await scene.api.delete(`/fees/${invoices[0].fees[0].lago_id}`)
    expect([refused.status, refused.body.code]).toEqual([405, 'invoiced_fee'])
    expect(
      (await scene.api.put(`/fees/${invoices[0].fees[0].lago_id}`, { fee: { payment_status: 'failed' } })).body.code,
    ).toBe('invoiced_fee')
  })

  it('is closed, and nobody told, when it is about nothing and such invoices are not wanted', async () => {
    const receiver = await startReceiver()
    const scene = await sceneOf(
      app,
      { charge_model: 'package', properties: { amount: '1', package_size: 1, free_units: 2 } },
      { customer: { finalize_zero_amount_invoice: 'skip' } },
    )
    await ok(scene.api.post('/webhook_endpoints', { webhook_endpoint: { webhook_url: receiver.url } }))
    await scene.send('free', '2026-06-02T00:00:00Z', { value: 2 })
    await scene.send('paid', '2026-06-03T00:00:00Z', { value: 1 })
    const invoices = await scene.invoices()
    expect(invoices.map(invoice => [invoice.sequential_id, invoice.fees[0].event_transaction_id])).toEqual([
      [1, 'paid'],
    ])
    expect(feeValues(await scene.fees())).toEqual([
      ['2.0', 0],
      ['1.0', 100],
    ])
    expect(messages(receiver).map((body: Wire) => body.webhook_type)).toEqual(['fee.created', 'invoice.created'])
    await receiver.stop()
  })

  it('is taxed, and priced in the unit of its charge', async () => {
    const scene = await sceneOf(app, {}, { taxes: [{ code: 'vat', rate: 20 }], pricingUnit: '0.75' })
    await scene.send('a', '2026-06-02T00:00:00Z', { value: '12.3456' })
    const [invoice] = await scene.invoices()
    expect(invoice).toMatchObject({
      fees_amount_cents: 926,
      taxes_amount_cents: 185,
      total_amount_cents: 1111,
    })
    expect(invoice.applied_taxes).toMatchObject([{ tax_code: 'vat', amount_cents: 185, fees_amount_cents: 926 }])
    const [fee] = await scene.fees()
    expect(fee).toMatchObject({
      amount_cents: 926,
      precise_amount: '9.2625',
      taxes_amount_cents: 185,
      total_amount_cents: 1111,
      pricing_unit_details: { pricing_unit_code: 'credits', amount_cents: 1235, conversion_rate: '0.75' },
      applied_taxes: [{ tax_code: 'vat', tax_rate: 20, amount_cents: 185 }],
    })
  })

  it('never comes twice, whoever bills the event, nor is one left out', async () => {
    const scene = await sceneOf(app, {})
    const events = Array.from({ length: 12 }, (_, place) => ({
      transaction_id: `e${place}`,
      code: 'seats',
      external_subscription_id: 'acme-team',
      timestamp: unix('2026-06-02T00:00:00Z') + place,
      properties: { value: place - 3 },
    }))
    await ok(scene.api.post('/events/batch', { events }))
    await Promise.all([scene.settle(), rebill(scene), rebill(scene), rebill(scene)])
    await rebill(scene)
    const invoices = await scene.invoices()
    expect(invoices.map(invoice => invoice.sequential_id)).toEqual(events.map((_, place) => place + 1))
    expect(new Set(invoices.map(invoice => invoice.fees[0].event_transaction_id)).size).toBe(12)
  })

  it('is left to the other events’ when one cannot be billed', async () => {
    const scene = await sceneOf(app, { properties: { amount: '1' } })
    const huge = `1${'0'.repeat(30)}`
    const event = (id: string, value: unknown) => ({
      transaction_id: id,
      code: 'seats',
      external_subscription_id: 'acme-team',
      timestamp: unix('2026-06-02T00:00:00Z'),
      properties: { value },
    })
    await ok(scene.api.post('/events/batch', { events: [event('a', 1), event('b', huge), event('c', 1)] }))
    const { test_clock: clock } = await ok(scene.api.post('/test_clock/settle'))
    const own = clock.failed.filter((job: Wire) => job.task === 'bill_events_in_advance')
    expect(own).toHaveLength(1)
    expect((await scene.invoices()).map(invoice => invoice.fees[0].event_transaction_id)).toEqual(['a', 'c'])
  })

  it('belongs to the subscription: another one may use the same transaction id', async () => {
    const scene = await sceneOf(app, {})
    await ok(
      scene.api.post('/subscriptions', {
        subscription: {
          external_customer_id: 'acme',
          plan_code: 'team',
          external_id: 'second',
          purchase_order_number: 'PO-2',
        },
      }),
    )
    await scene.send('same', '2026-06-02T00:00:00Z', { value: 1 })
    await scene.send('same', '2026-06-02T00:00:00Z', { value: 2 }, { external_subscription_id: 'second' })
    const invoices = await scene.invoices()
    expect(
      invoices.map(invoice => [
        invoice.fees[0].external_subscription_id,
        invoice.total_amount_cents,
        invoice.purchase_order_number,
      ]),
    ).toEqual([
      ['acme-team', 100, null],
      ['second', 200, 'PO-2'],
    ])
  })
})
