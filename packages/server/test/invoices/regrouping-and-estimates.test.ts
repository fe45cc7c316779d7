import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { ok, type Scene, sceneOf, unix, type Wire } from './in-advance-support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const regrouped = { invoiceable: false, regroup_paid_fees: 'invoice' }

/** Says of the fees of some events that they were paid at a time. */
async function pay(scene: Scene, at: string, ...events: string[]): Promise<void> {
  await scene.setClock(at)
  for (const event of events) {
    const [fee] = await scene.fees(`event_transaction_id=${event}`)
    await scene.client.fees.updateFee(fee.lago_id, { fee: { payment_status: 'succeeded' } })
  }
}

const collected = async (scene: Scene): Promise<Wire[]> =>
  (await scene.invoices()).filter(invoice => invoice.invoice_type === 'advance_charges')

const eventsOn = (invoice: Wire) => invoice.fees.map((fee: Wire) => fee.event_transaction_id)

describe('fees that were paid without an invoice', () => {
  it('are on one once their period is billed; what is not paid stays alone, and comes later', async () => {
    const scene = await sceneOf(app, regrouped, { taxes: [{ code: 'vat', rate: 20 }] })
    await scene.sendAll([
      ['f1', '2026-06-02T00:00:00Z', { value: 4 }],
      ['f2', '2026-06-03T00:00:00Z', { value: '3.33' }],
      ['f3', '2026-06-04T00:00:00Z', { value: 5 }],
      ['running', '2026-07-01T00:00:00Z', { value: 1 }],
    ])
    await pay(scene, '2026-06-20T00:00:00Z', 'f1', 'f2', 'running')
    await scene.advanceTo('2026-07-02T00:00:00Z')
    const [invoice, ...others] = await collected(scene)
    expect(others).toEqual([])
    expect(invoice).toMatchObject({
      status: 'finalized',
      payment_status: 'succeeded',
      issuing_date: '2026-07-01',
      fees_amount_cents: 733,
      sub_total_excluding_taxes_amount_cents: 733,
      taxes_amount_cents: 147,
      sub_total_including_taxes_amount_cents: 880,
      total_amount_cents: 880,
      total_paid_amount_cents: 880,
      total_due_amount_cents: 0,
      applied_taxes: [{ tax_code: 'vat', amount_cents: 147, fees_amount_cents: 733 }],
      billing_periods: [
        {
          invoicing_reason: 'in_advance_charge_periodic',
          subscription_from_datetime: '2026-06-01T00:00:00Z',
          charges_from_datetime: '2026-06-01T00:00:00Z',
          charges_to_datetime: '2026-06-30T23:59:59Z',
        },
      ],
    })
    expect(eventsOn(invoice)).toEqual(['f1', 'f2'])
    const row = await scene.ctx.db
      .selectFrom('invoices')
      .select('taxes_rate')
      .where('id', '=', invoice.lago_id)
      .executeTakeFirst()
    expect(row?.taxes_rate).toBe(20.05)
    const [refused] = await scene.fees('event_transaction_id=f1')
    expect((await scene.api.put(`/fees/${refused.lago_id}`, { fee: { payment_status: 'failed' } })).body.code).toBe(
      'invoiced_fee',
    )

    await pay(scene, '2026-07-10T00:00:00Z', 'f3')
    await scene.advanceTo('2026-08-02T00:00:00Z')
    const again = await collected(scene)
    expect(again.map(eventsOn)).toEqual([
      ['f1', 'f2'],
      ['f3', 'running'],
    ])
    expect(again[1].issuing_date).toBe('2026-08-01')
  })

  it('stay paid, with the taxes they had, on an invoice that is made again', async () => {
    const scene = await sceneOf(app, regrouped, { taxes: [{ code: 'vat', rate: 20 }] })
    await scene.sendAll([
      ['f1', '2026-06-02T00:00:00Z', { value: 4 }],
      ['f2', '2026-06-03T00:00:00Z', { value: '3.33' }],
    ])
    await pay(scene, '2026-06-20T00:00:00Z', 'f1', 'f2')
    await scene.advanceTo('2026-07-02T00:00:00Z')
    const [voided] = await collected(scene)
    await ok(scene.api.post(`/invoices/${voided.lago_id}/void`))
    await ok(scene.api.put('/taxes/vat', { tax: { rate: 10 } }))
    const [first, second] = voided.fees
    const path = `/invoices/${voided.lago_id}/regenerate`
    for (const fees of [[], [{ id: first.lago_id, units: '1' }]]) {
      const { body } = await scene.api.post(path, { invoice: { fees } })
      expect(body.error_details).toEqual({ fees: ['value_is_invalid'] })
    }
    const { invoice } = await ok(scene.api.post(path, { invoice: { fees: [{ id: second.lago_id }] } }))
    expect(invoice).toMatchObject({
      status: 'finalized',
      payment_status: 'succeeded',
      number: expect.not.stringMatching(voided.number),
      issuing_date: '2026-07-01',
      fees_amount_cents: 333,
      taxes_amount_cents: 67,
      total_paid_amount_cents: 400,
      total_due_amount_cents: 0,
      applied_taxes: [{ tax_code: 'vat', tax_rate: 20, amount_cents: 67 }],
      billing_periods: voided.billing_periods,
      lago_voided_invoice_id: voided.lago_id,
      fees: [{ lago_original_fee_id: second.lago_id, payment_status: 'succeeded', succeeded_at: second.succeeded_at }],
    })
    expect((await scene.api.post(path)).body.code).toBe('already_regenerated')
    await scene.advanceTo('2026-08-02T00:00:00Z')
    expect(await collected(scene)).toHaveLength(2)
  })

  it('stay alone where no charge asks for an invoice of them', async () => {
    const scene = await sceneOf(app, { invoiceable: false })
    await scene.send('a', '2026-06-02T00:00:00Z', { value: 4 })
    await pay(scene, '2026-06-20T00:00:00Z', 'a')
    await scene.advanceTo('2026-07-02T00:00:00Z')
    expect(await collected(scene)).toEqual([])
  })

  it('are collected at once when the subscription ends, also without a last invoice, with one for each order number', async () => {
    const scene = await sceneOf(app, regrouped)
    await scene.send('first', '2026-06-02T00:00:00Z', { value: 1 })
    await pay(scene, '2026-06-03T00:00:00Z', 'first')
    await ok(scene.api.delete('/subscriptions/acme-team?on_termination_invoice=skip'))
    await scene.settle()
    expect((await collected(scene)).map(invoice => [eventsOn(invoice), invoice.issuing_date])).toEqual([
      [['first'], '2026-06-03'],
    ])
    expect((await collected(scene))[0].billing_periods[0].charges_to_datetime).toBe('2026-06-03T00:00:00Z')

    await scene.send('late', '2026-06-02T12:00:00Z', { value: 2 })
    await pay(scene, '2026-06-04T00:00:00Z', 'late')
    const subscription = {
      external_customer_id: 'acme',
      plan_code: 'team',
      external_id: 'acme-team',
      purchase_order_number: 'PO-2',
    }
    await ok(scene.api.post('/subscriptions', { subscription }))
    await scene.send('second', '2026-06-05T00:00:00Z', { value: 3 })
    await pay(scene, '2026-06-06T00:00:00Z', 'second')
    await scene.advanceTo('2026-07-02T00:00:00Z')
    const [, ...later] = await collected(scene)
    expect(later.map(invoice => [invoice.purchase_order_number, eventsOn(invoice)])).toEqual([
      [null, ['late']],
      ['PO-2', ['second']],
    ])
  })

  it('are collected by the clock task where the billing run left them', async () => {
    const scene = await sceneOf(app, regrouped)
    await scene.send('a', '2026-06-02T00:00:00Z', { value: 4 })
    await pay(scene, '2026-06-20T00:00:00Z', 'a')
    await scene.advanceTo('2026-07-01T00:05:00Z')
    // What a server that died in between leaves: the job is gone, the period is billed.
    await ok(scene.api.post('/test_clock/run', { test_clock: { tasks: ['bill_advance_charges'] } }))
    expect(await collected(scene)).toEqual([])
    await scene.ctx.db
      .updateTable('fees')
      .set({ payment_status: 'pending' })
      .where('organization_id', '=', scene.organizationId)
      .where('fee_type', '=', 'charge')
      .execute()
    await scene.advanceTo('2026-07-01T00:12:00Z')
    await scene.ctx.db
      .updateTable('fees')
      .set({ payment_status: 'succeeded' })
      .where('organization_id', '=', scene.organizationId)
      .where('fee_type', '=', 'charge')
      .execute()
    for (const _ of [1, 2])
      await ok(scene.api.post('/test_clock/run', { test_clock: { tasks: ['bill_advance_charges'] } }))
    const invoices = await collected(scene)
    expect(invoices.map(invoice => [eventsOn(invoice), invoice.total_amount_cents])).toEqual([[['a'], 400]])
  })
})

describe('an estimate', () => {
  const graduated = {
    charge_model: 'graduated',
    properties: {
      graduated_ranges: [
        { from_value: 0, to_value: 2, per_unit_amount: '1', flat_amount: '3' },
        { from_value: 3, to_value: null, per_unit_amount: '0.5', flat_amount: '1' },
      ],
    },
  }
  const estimate = (scene: Scene, event: object, path = 'estimate_fees') =>
    scene.api.post(`/events/${path}`, { event: { code: 'seats', external_subscription_id: 'acme-team', ...event } })

  it('is what the event would add to what was used so far, and nothing is stored', async () => {
    const scene = await sceneOf(app, graduated, { taxes: [{ code: 'vat', rate: 10 }] })
    await scene.send('a', '2026-06-01T00:00:00Z', { value: 2 })
    const { data } = await scene.client.events.eventEstimateFees({
      event: { code: 'seats', external_subscription_id: 'acme-team', properties: { value: 4 } },
    })
    expect(data.fees).toMatchObject([
      {
        lago_id: null,
        lago_invoice_id: null,
        amount_cents: 300,
        taxes_amount_cents: 30,
        total_amount_cents: 330,
        units: '4.0',
        events_count: 1,
        pay_in_advance: true,
        invoiceable: true,
        created_at: null,
        amount_details: {},
        applied_taxes: [{ tax_code: 'vat', tax_rate: 10, amount_cents: 30 }],
        event_transaction_id: expect.any(String),
        from_date: '2026-06-01T00:00:00+00:00',
        to_date: '2026-06-30T23:59:59+00:00',
      },
    ])
    await scene.settle()
    expect(await scene.fees('fee_type=charge')).toHaveLength(1)
    const again = (await ok(estimate(scene, { properties: { value: 4 }, timestamp: unix('2020-01-01T00:00:00Z') })))
      .fees
    expect(again[0].amount_cents).toBe(300)
    expect((await ok(estimate(scene, {}))).fees).toMatchObject([{ units: '0.0', amount_cents: 0 }])
  })

  it('knows what is there, what is free, and what is used again', async () => {
    const unique = await sceneOf(
      app,
      { properties: { amount: '5' }, invoiceable: false },
      { metric: { aggregation_type: 'unique_count_agg' } },
    )
    await unique.send('a', '2026-06-01T00:00:00Z', { value: 'x' })
    const costs = async (properties: object) => (await ok(estimate(unique, { properties }))).fees[0].amount_cents
    expect([await costs({ value: 'x' }), await costs({ value: 'y' })]).toEqual([0, 500])

    const free = await sceneOf(app, {
      charge_model: 'percentage',
      properties: { rate: '2.5', fixed_amount: '0.30', free_units_per_total_aggregation: '100' },
    })
    await free.send('a', '2026-06-01T00:00:00Z', { value: 60 })
    expect((await ok(estimate(free, { properties: { value: 60 } }))).fees).toMatchObject([
      { units: '60.0', amount_cents: 80 },
    ])
  })

  it.each<[string, object, number, unknown]>([
    ['no subscription', { external_subscription_id: 'nobody', timestamp: 'x' }, 404, 'subscription_not_found'],
    ['a blank subscription', { external_subscription_id: ' ' }, 404, 'subscription_not_found'],
    ['a time that is no number', { timestamp: '2026-06-01T00:00:00Z' }, 422, { timestamp: ['invalid_format'] }],
    ['an unknown code', { code: 'nothing' }, 404, 'billable_metric_not_found'],
    [
      'a value that is no number',
      { properties: { value: 'many' } },
      422,
      { properties: ['value_is_not_valid_number'] },
    ],
    ['a metric that is not charged in advance', { code: 'other' }, 422, { code: ['does_not_match_an_instant_charge'] }],
    ['an expression that fails', { code: 'derived' }, 422, 'expression_evaluation_failed: Variable: hours not found'],
  ])('is refused for %s', async (_, event, status, reason) => {
    const answer = await estimate(await refusing(), event)
    expect([answer.status, answer.body.error_details ?? answer.body.code]).toEqual([status, reason])
  })

  let shared: Promise<Scene> | undefined
  function refusing(): Promise<Scene> {
    shared ??= sceneOf(app, {}).then(async scene => {
      const metric = { name: 'm', aggregation_type: 'sum_agg', field_name: 'value' }
      await ok(scene.api.post('/billable_metrics', { billable_metric: { ...metric, code: 'other' } }))
      await ok(
        scene.api.post('/billable_metrics', {
          billable_metric: { ...metric, code: 'derived', expression: 'event.properties.hours * 2' },
        }),
      )
      return scene
    })
    return shared
  }

  it('of an event by itself needs no look at any other', async () => {
    const scene = await sceneOf(
      app,
      {
        properties: { amount: '0.001' },
        filters: [{ properties: { amount: '0.002' }, values: { region: ['eu'] }, invoice_display_name: 'Europe' }],
      },
      { metric: { rounding_function: 'ceil', rounding_precision: 0, filters: [{ key: 'region', values: ['eu'] }] } },
    )
    const instant = async (event: object) => estimate(scene, event, 'estimate_instant_fees')
    const { body } = await instant({ properties: { value: '399.5' }, transaction_id: 'mine' })
    expect(body.fees).toEqual([
      expect.objectContaining({
        lago_id: null,
        lago_charge_filter_id: null,
        amount_cents: '40.0',
        total_amount_cents: '40.0',
        precise_amount: '0.4',
        precise_total_amount: '0.4',
        precise_unit_amount: '0.1',
        units: '400.0',
        taxes_amount_cents: 0,
        amount_details: null,
        event_transaction_id: 'mine',
      }),
    ])
    expect(body.fees[0]).not.toHaveProperty('applied_taxes')
    const { data } = await scene.client.events.eventEstimateInstantFees({
      event: { code: 'seats', external_subscription_id: 'acme-team', properties: { value: '400' } } as never,
    })
    expect(data.fees).toMatchObject([{ units: '400.0', event_transaction_id: expect.any(String) }])
    expect((await instant({ properties: { value: 400, region: 'eu' } })).body.fees).toMatchObject([
      {
        amount_cents: '80.0',
        item: { filters: { region: ['eu'] }, filter_invoice_display_name: 'Europe', grouped_by: {} },
      },
    ])
    expect((await instant({ properties: { value: -4 } })).body.fees).toMatchObject([{ amount_cents: 0, units: '0.0' }])
    expect((await instant({})).body.fees).toMatchObject([{ amount_cents: '0.0', precise_unit_amount: '0.0' }])
    expect((await instant({ code: 'nothing' })).body.error_details).toEqual({
      code: ['does_not_match_an_instant_charge'],
    })
    expect((await instant({ properties: { value: 'many' } })).body.error_details).toEqual({
      properties: ['value_is_not_valid_number'],
    })
    expect((await instant({ external_subscription_id: 'nobody' })).body.code).toBe('subscription_not_found')
  })

  it('of several events by themselves is in the order of their subscriptions', async () => {
    const scene = await sceneOf(app, { charge_model: 'percentage', properties: { rate: '1.9', fixed_amount: '0.10' } })
    await ok(
      scene.api.post('/subscriptions', {
        subscription: { external_customer_id: 'acme', plan_code: 'team', external_id: 'second' },
      }),
    )
    const batch = (events: unknown) => scene.api.post('/events/batch_estimate_instant_fees', { events })
    const event = (external_subscription_id: string, value: number, code = 'seats') => ({
      code,
      external_subscription_id,
      properties: { value },
    })
    const { fees } = await ok(
      batch([
        event('second', 37),
        { event: event('acme-team', 10) },
        event('second', 0),
        event('second', 1, 'nothing'),
      ]),
    )
    expect(fees.map((fee: Wire) => [fee.external_subscription_id, fee.amount_cents])).toEqual([
      ['second', '80.0'],
      ['second', '10.0'],
      ['acme-team', '29.0'],
    ])
    const { data } = await scene.client.events.eventBatchEstimateInstantFees({
      events: [{ event: event('acme-team', 37) }] as never,
    })
    expect(data.fees).toMatchObject([{ amount_cents: '80.0' }])
    expect((await batch([])).body.error_details).toEqual({ events: ['no_events'] })
    expect((await batch([event('nobody', 1)])).body.code).toBe('subscription_not_found')
    const arrears = await sceneOf(app, { pay_in_advance: false })
    const refused = await arrears.api.post('/events/batch_estimate_instant_fees', { events: [event('acme-team', 1)] })
    expect(refused.body.error_details).toEqual({ code: ['does_not_match_an_instant_charge'] })
  })
})
