import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventStore } from '../../src/events/index.ts'
import { billEvents } from '../../src/invoices/advance/bill-events.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'
import { ok, type Scene, sceneOf, unix, type Wire } from './in-advance-support.ts'

let app: TestApp
beforeAll(async () => {
  // One event here cannot be billed, which is logged.
  app = await startTestApp({ LOG_LEVEL: 'silent' })
})
afterAll(() => app?.stop())

/** Units and cents of fees. */
const values = (fees: Wire[]) => fees.map(fee => [fee.units, fee.amount_cents])

/** What was sent to an endpoint, in order. */
const messages = ({ received }: Receiver): Wire[] => received.map(({ body }) => JSON.parse(body.toString()))

/** Sends values in one batch, an hour apart, and gives what was charged for each. */
async function charged(scene: Scene, sent: readonly (string | number | object)[]): Promise<[string, number][]> {
  await scene.sendAll(
    sent.map((value, place) => [
      `e${place}`,
      `2026-06-02T${String(place).padStart(2, '0')}:00:00Z`,
      typeof value === 'object' ? value : { value },
    ]),
  )
  return values(await scene.fees()) as [string, number][]
}

const currentUsage = async ({ api }: Scene) =>
  (await ok(api.get('/customers/acme/current_usage?external_subscription_id=acme-team'))).customer_usage
    .charges_usage[0]

describe('events that are charged as they come', () => {
  const graduated = [
    { from_value: 0, to_value: 2, per_unit_amount: '1', flat_amount: '3' },
    { from_value: 3, to_value: null, per_unit_amount: '0.5', flat_amount: '1' },
  ]
  const unique = { aggregation_type: 'unique_count_agg' }
  const add = (value: string, operation_type?: string) => ({ value, ...(operation_type && { operation_type }) })

  it.each<{
    name: string
    charge: object
    metric?: object
    sent: (string | number | object)[]
    fees: [string, number][]
  }>([
    {
      name: 'sums that use units again',
      charge: { properties: { amount: '2' } },
      sent: [10, -4, '3', 5],
      fees: [
        ['10.0', 2000],
        ['0.0', 0],
        ['3.0', 0],
        ['4.0', 800],
      ],
    },
    {
      name: 'counts in tiers',
      charge: { charge_model: 'graduated', properties: { graduated_ranges: graduated } },
      metric: { aggregation_type: 'count_agg', field_name: null },
      sent: [{}, {}, {}, {}],
      fees: [
        ['1.0', 400],
        ['1.0', 100],
        ['1.0', 150],
        ['1.0', 50],
      ],
    },
    {
      name: 'sums in packages',
      charge: { charge_model: 'package', properties: { amount: '2', package_size: 3, free_units: 1 } },
      sent: [1, 2, 2, 0.5],
      fees: [
        ['1.0', 0],
        ['2.0', 200],
        ['2.0', 200],
        ['0.5', 0],
      ],
    },
    {
      name: 'percentages above what is free',
      charge: {
        charge_model: 'percentage',
        properties: { rate: '2.5', fixed_amount: '0.30', free_units_per_total_aggregation: '100' },
      },
      sent: [60, 60],
      fees: [
        ['60.0', 0],
        ['60.0', 80],
      ],
    },
    {
      name: 'values added, removed and added again',
      charge: { properties: { amount: '5' } },
      metric: unique,
      sent: [add('a'), add('b'), add('a', 'remove'), add('c'), add('d'), add('a', 'add'), add('d', 'add')],
      fees: [
        ['1.0', 500],
        ['1.0', 500],
        ['0.0', 0],
        ['1.0', 0],
        ['1.0', 500],
        ['1.0', 500],
        ['0.0', 0],
      ],
    },
    {
      name: 'events that round by a metric',
      charge: {},
      metric: { rounding_function: 'ceil', rounding_precision: 0 },
      sent: [1.2, 0.5],
      fees: [
        ['1.2', 120],
        ['0.5', 50],
      ],
    },
    {
      name: 'events that say nothing, or no number',
      charge: {},
      sent: [
        {},
        { value: '' },
        { value: ' ' },
        { value: false },
        { value: 'abc' },
        { value: '1e2' },
        { value: null },
        { value: 0 },
      ],
      fees: [['0.0', 0]],
    },
  ])('$name', async ({ charge, metric = {}, sent, fees }) => {
    const scene = await sceneOf(app, { invoiceable: false, ...charge }, { metric })
    expect(await charged(scene, sent)).toEqual(fees)
  })

  it('leave running usage with what was charged', async () => {
    const scene = await sceneOf(app, { invoiceable: false })
    const seen: unknown[] = []
    for (const [place, value] of [10, -4, 3, 5].entries()) {
      await scene.send(`e${place}`, `2026-06-0${place + 1}T00:00:00Z`, { value })
      const { units, amount_cents } = await currentUsage(scene)
      seen.push([units, amount_cents])
    }
    expect(seen).toEqual([
      ['10.0', 1000],
      ['6.0', 1000],
      ['9.0', 1000],
      ['14.0', 1400],
    ])
  })

  it('carry their own price where the model asks for it', async () => {
    const scene = await sceneOf(app, { charge_model: 'dynamic', properties: {}, invoiceable: false })
    await scene.send('a', '2026-06-02T00:00:00Z', { value: 3 }, { precise_total_amount_cents: '12.345' })
    await scene.send('b', '2026-06-03T00:00:00Z', { value: 1 }, { precise_total_amount_cents: '0.655' })
    const fees = await scene.fees()
    expect(fees.map(fee => [fee.amount_cents, fee.precise_amount])).toEqual([
      [12, '0.12345'],
      [1, '0.00655'],
    ])
  })

  it('are weighted by the days that are left where the charge is prorated, and start anew with each period', async () => {
    const scene = await sceneOf(
      app,
      { prorated: true, invoiceable: false, properties: { amount: '30' } },
      { metric: { recurring: true } },
    )
    await scene.send('a', '2026-06-11T15:00:00Z', { value: 5 })
    await scene.advanceTo('2026-07-02T00:00:00Z')
    await scene.send('b', '2026-07-16T00:00:00Z', { value: 1 })
    const fees = (await scene.fees('fee_type=charge')).filter(fee => fee.event_transaction_id !== null)
    expect(fees.map(fee => [fee.units, fee.precise_amount, fee.precise_unit_amount])).toEqual([
      ['5.0', '100.0002', '20.0'],
      ['1.0', '15.4839', '15.48'],
    ])
  })

  it('are charged by the filter with most keys, the oldest of several, and apart by group', async () => {
    const scene = await sceneOf(
      app,
      {
        invoiceable: false,
        properties: { amount: '1', pricing_group_keys: ['team'] },
        filters: [
          { properties: { amount: '10' }, values: { region: ['eu', 'us'] }, invoice_display_name: 'West' },
          { properties: { amount: '20' }, values: { region: ['us'] } },
          {
            properties: { amount: '40', pricing_group_keys: ['team'] },
            values: { region: ['__ALL_FILTER_VALUES__'], tier: ['gold'] },
            invoice_display_name: 'Gold',
          },
        ],
      },
      {
        metric: {
          filters: [
            { key: 'region', values: ['eu', 'us', 'asia'] },
            { key: 'tier', values: ['gold', 'silver'] },
          ],
        },
      },
    )
    const events = [
      { region: 'us', value: 1 },
      { region: 'eu', tier: 'gold', team: 'a', value: 2 },
      { region: 'asia', tier: 'silver', team: 7, value: 3 },
      { value: 4 },
      { team: '', value: -1 },
      { team: 7, value: 1 },
    ]
    await charged(scene, events)
    const fees = await scene.fees()
    expect(
      fees.map(fee => [fee.item.filter_invoice_display_name, fee.item.grouped_by, fee.units, fee.amount_cents]),
    ).toEqual([
      ['West', {}, '1.0', 1000],
      ['Gold', { team: 'a' }, '2.0', 8000],
      [null, { team: '7' }, '3.0', 300],
      [null, { team: null }, '4.0', 400],
      [null, { team: null }, '0.0', 0],
      [null, { team: '7' }, '1.0', 100],
    ])
    const rows = (await currentUsage(scene)).grouped_usage
    expect(rows.map((row: Wire) => [row.grouped_by, row.amount_cents])).toContainEqual([{ team: null }, 400])
  })

  it('count in the order of their times, whenever they come: each in the period that it lies in', async () => {
    const scene = await sceneOf(app, {
      charge_model: 'package',
      properties: { amount: '1', package_size: 10, free_units: 0 },
      invoiceable: false,
    })
    await scene.send('late', '2026-06-20T00:00:00Z', { value: 8 })
    await scene.send('early', '2026-06-10T00:00:00Z', { value: 8 })
    await scene.send('next', '2026-07-01T00:00:00Z', { value: 8 })
    await scene.send('last', '2026-06-30T23:59:59.999Z', { value: 8 })
    expect(values(await scene.fees())).toEqual([
      ['8.0', 100],
      ['8.0', 100],
      ['8.0', 100],
      ['8.0', 100],
    ])
    const periods = (await scene.fees()).map(fee => [fee.from_date, fee.to_date])
    expect(periods[1]).toEqual(['2026-06-01T00:00:00+00:00', '2026-06-30T23:59:59+00:00'])
    expect(periods[2]).toEqual(['2026-07-01T00:00:00+00:00', '2026-07-31T23:59:59+00:00'])
  })

  it('see each other at the same instant in the order they came', async () => {
    const scene = await sceneOf(app, { invoiceable: false, properties: { amount: '5' } }, { metric: unique })
    const event = (id: string, value: string) => ({
      transaction_id: id,
      code: 'seats',
      external_subscription_id: 'acme-team',
      timestamp: unix('2026-06-02T00:00:00Z'),
      properties: { value },
    })
    await ok(
      scene.api.post('/events/batch', { events: [event('1', 'a'), event('2', 'a'), event('3', 'b'), event('4', 'a')] }),
    )
    await scene.settle()
    expect(values(await scene.fees())).toEqual([
      ['1.0', 500],
      ['0.0', 0],
      ['1.0', 500],
      ['0.0', 0],
    ])
  })

  it('are not charged outside of a subscription, nor where nothing is charged in advance', async () => {
    const scene = await sceneOf(app, { invoiceable: false })
    await scene.send('before', '2026-05-31T23:59:59Z', { value: 1 })
    await scene.send('unknown', '2026-06-02T00:00:00Z', { value: 1 }, { external_subscription_id: 'nobody' })
    await scene.send('other', '2026-06-02T00:00:00Z', { value: 1 }, { code: 'other' })
    await scene.setClock('2026-06-10T00:00:00Z')
    await ok(scene.api.delete('/subscriptions/acme-team'))
    await scene.settle()
    await scene.send('after', '2026-06-10T00:00:01Z', { value: 1 })
    await scene.send('within', '2026-06-09T00:00:00Z', { value: 1 })
    expect((await scene.fees('fee_type=charge')).map(fee => fee.event_transaction_id)).toEqual(['within'])
  })
})

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
  const { events } = await eventStore(ctx).list({}, { page: 1, perPage: 1000, offset: 0 })
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
    expect(values(await scene.fees())).toEqual([
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
    expect(clock.failed).toHaveLength(1)
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
