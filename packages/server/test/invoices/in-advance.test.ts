import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { feeValues, ok, type Scene, sceneOf, unix, type Wire } from './in-advance-support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

/** Sends values in one batch, an hour apart, and gives what was charged for each. */
async function charged(scene: Scene, sent: readonly (string | number | object)[]): Promise<[string, number][]> {
  await scene.sendAll(
    sent.map((value, place) => [
      `e${place}`,
      `2026-06-02T${String(place).padStart(2, '0')}:00:00Z`,
      typeof value === 'object' ? value : { value },
    ]),
  )
  return feeValues(await scene.fees()) as [string, number][]
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
      name: 'percentages within bounds for each event, above what is free',
      charge: {
        charge_model: 'percentage',
        properties: {
          rate: '2.5',
          fixed_amount: '0.30',
          free_units_per_total_aggregation: '30',
          per_transaction_min_amount: '1',
          per_transaction_max_amount: '2',
        },
      },
      sent: [20, 100, 10],
      fees: [
        ['20.0', 0],
        ['100.0', 200],
        ['10.0', 100],
      ],
    },
    {
      name: 'percentages of counted events, the first two free',
      charge: { charge_model: 'percentage', properties: { rate: '10', fixed_amount: '1', free_units_per_events: 2 } },
      metric: { aggregation_type: 'count_agg', field_name: null },
      sent: [{}, {}, {}],
      fees: [
        ['1.0', 0],
        ['1.0', 0],
        ['1.0', 110],
      ],
    },
    {
      // What came before the first unit is not taken off: the flat amount is asked for with it once more.
      name: 'graduated percentages over a border',
      charge: {
        charge_model: 'graduated_percentage',
        properties: {
          graduated_percentage_ranges: [
            { from_value: 0, to_value: 1000, rate: '3', flat_amount: '10' },
            { from_value: 1001, to_value: null, rate: '1.5', flat_amount: '4' },
          ],
        },
      },
      sent: [0, 1000, 0.5, 0],
      fees: [
        ['0.0', 1000],
        ['1000.0', 4000],
        ['0.5', 401],
        ['0.0', 0],
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
    await scene.send('without', '2026-06-04T00:00:00Z', { value: 1 })
    await scene.send('back', '2026-06-05T00:00:00Z', { value: -1 }, { precise_total_amount_cents: '-5' })
    const fees = await scene.fees()
    expect(fees.map(fee => [fee.units, fee.amount_cents, fee.precise_amount])).toEqual([
      ['3.0', 12, '0.12345'],
      ['1.0', 1, '0.00655'],
      ['1.0', 0, '0.0'],
      ['0.0', -5, '-0.05'],
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

  it('are split for display by what is charged in full, of which units that are used again are none', async () => {
    const shown = { value: 'team', options: { display_in_invoice: true } }
    const scene = await sceneOf(
      app,
      { prorated: true, invoiceable: false, properties: { amount: '30', presentation_group_keys: [shown] } },
      { metric: { ...unique, recurring: true } },
    )
    expect(await charged(scene, [add('a'), add('a', 'remove'), add('b')])).toEqual([
      ['1.0', 2900],
      ['0.0', 0],
      ['1.0', 0],
    ])
    const split = (await scene.fees()).map(fee => fee.presentation_breakdowns)
    expect(split).toEqual(['1.0', '0.0', '0.0'].map(units => [{ presentation_by: { team: null }, units }]))
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

  it('are charged apart by the wallet that they name, if they name one', async () => {
    const scene = await sceneOf(app, { invoiceable: false, accepts_target_wallet: true })
    await charged(scene, [{ value: 5 }, { value: 2, target_wallet_code: 'gold' }, { value: -3 }, { value: 1 }])
    const fees = await scene.fees()
    expect(fees.map(fee => [fee.item.grouped_by, fee.units, fee.amount_cents])).toEqual([
      [{}, '5.0', 500],
      [{ target_wallet_code: 'gold' }, '2.0', 200],
      [{}, '0.0', 0],
      [{}, '1.0', 0],
    ])
    const rows = (await currentUsage(scene)).grouped_usage
    expect(rows.map((row: Wire) => [row.grouped_by.target_wallet_code, row.units, row.amount_cents])).toEqual([
      ['gold', '2.0', 200],
      [null, '3.0', 500],
    ])
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
    expect(feeValues(await scene.fees())).toEqual([
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
    expect(feeValues(await scene.fees())).toEqual([
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
