import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { ok, type Scene, sceneOf, unix, type Wire } from './in-advance-support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

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
  const byTeam = { pricing_group_keys: ['team'] }
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

  it.each<[string, object, object, [string, number]]>([
    [
      'free units',
      { charge_model: 'percentage', properties: { ...byTeam, rate: '10', free_units_per_total_aggregation: '100' } },
      { properties: { value: 120, team: 'new' } },
      ['120.0', 200],
    ],
    [
      'bounds for single events',
      { charge_model: 'percentage', properties: { ...byTeam, rate: '1', per_transaction_min_amount: '2' } },
      { properties: { value: 1, team: 'new' } },
      ['1.0', 200],
    ],
    [
      'prices of its own',
      { charge_model: 'dynamic', properties: {} },
      { properties: { value: 2 }, precise_total_amount_cents: '12.345' },
      ['2.0', 12],
    ],
    [
      'prices of its own, by group',
      { charge_model: 'dynamic', properties: byTeam },
      { properties: { value: 2, team: 'new' }, precise_total_amount_cents: '12.345' },
      ['2.0', 12],
    ],
  ])('of a first event has %s', async (_, charge, event, [units, amount_cents]) => {
    const scene = await sceneOf(app, charge)
    expect((await ok(estimate(scene, event))).fees).toMatchObject([{ units, amount_cents }])
  })

  it.each(['', ' ', false, [], {}, null])('of an event whose value is %j is one of no units', async value => {
    expect((await ok(estimate(await refusing(), { properties: { value } }))).fees).toMatchObject([
      { units: '0.0', amount_cents: 0 },
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
    [
      'what is derived being no number',
      { code: 'named', properties: { value: 1 } },
      422,
      { properties: ['value_is_not_valid_number'] },
    ],
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
      await ok(
        scene.api.post('/billable_metrics', {
          billable_metric: { ...metric, code: 'named', expression: "concat(event.properties.value, ' hours')" },
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
