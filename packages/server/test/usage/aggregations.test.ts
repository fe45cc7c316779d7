import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { keepLevels } from '../../src/usage/index.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { chargeUsageOf, type Fields, type Metered, meter, type Sent, send, values } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const JUNE = '2026-06-30T12:00:00Z'

/** The units, the levels and the number of events of the only charge. */
async function measured(now: string, metric: Fields, events: readonly Sent[], charge: Fields = {}, query = '') {
  await app.setClock(now)
  const metered = await meter(app, { metric, charges: [charge] }, events)
  return numbersOf(await chargeUsageOf(metered, query))
}

function numbersOf(usage: Fields) {
  return [usage.units, usage.total_aggregated_units, usage.events_count, usage.amount_cents]
}

const any = (...list: unknown[]): Sent[] =>
  list.map((value, index) => ({ at: `2026-06-10T00:00:0${index}Z`, properties: { value } }))

describe('what counts as a number', () => {
  const mixed = any('4', '2.5', '-1.25', '1e2', '+3', null, true, 7.0)

  it.each([
    ['sum_agg', {}, '12.25', 1225],
    ['max_agg', {}, '7.0', 700],
    ['latest_agg', {}, '7.0', 700],
    ['sum_agg', { rounding_function: 'ceil', rounding_precision: 1 }, '12.3', 1230],
    ['sum_agg', { rounding_function: 'round', rounding_precision: -1 }, '10.0', 1000],
    ['max_agg', { rounding_function: 'floor' }, '7.0', 700],
  ])('is added up, and nothing else: %s %o', async (aggregation_type, rounding, units, cents) => {
    expect(await measured(JUNE, { aggregation_type, ...rounding }, mixed)).toEqual([units, units, 4, cents])
  })

  it('makes nothing of the rest but events that are counted', async () => {
    expect(await measured(JUNE, { aggregation_type: 'count_agg' }, mixed)).toEqual(['8.0', '8.0', 8, 800])
    const none = any('.5', '5.', ' 5', '', 'abc', '1e2', { a: 1 }, [1])
    expect(await measured(JUNE, {}, none)).toEqual(['0.0', '0.0', 0, 0])
  })

  it('may be negative: the row is then zero but for its events', async () => {
    for (const aggregation_type of ['sum_agg', 'max_agg', 'latest_agg']) {
      expect(await measured(JUNE, { aggregation_type }, any('-3', '-4'))).toEqual(['0.0', '0.0', 2, 0])
    }
  })
})

describe('the latest value', () => {
  it('is that of the last event to arrive of those at the same time', async () => {
    await app.setClock(JUNE)
    const at = (value: unknown, day = '10'): Sent => ({ at: `2026-06-${day}T00:00:00Z`, properties: { value } })
    const metered = await meter(app, { metric: { aggregation_type: 'latest_agg' } }, [at(1), at(2)])
    expect((await chargeUsageOf(metered)).units).toBe('2.0')
    await send(metered, [at(9, '08'), at(3), at('1e3', '11')])
    expect((await chargeUsageOf(metered)).units).toBe('3.0')
  })
})

describe('unique counts', () => {
  const events = (text: string): Sent[] =>
    text.split(', ').map((item, index) => {
      const [value, operation] = item.split(':')
      const properties = { ...(value && { value }), ...(operation && { operation_type: operation }) }
      return { at: `2026-06-10T00:00:0${index}Z`, properties }
    })

  it.each([
    ['a:add, a:add, b:add', 2],
    ['a:remove, a:add', 1],
    ['a:add, a:remove, a:add, a:remove', 0],
    ['a, , ', 2],
    ['a:add, a:gone', 0],
  ])('of %s: %i', async (text, units) => {
    const shown = `${units}.0`
    expect(await measured(JUNE, { aggregation_type: 'unique_count_agg' }, events(text))).toEqual([
      shown,
      shown,
      units,
      units * 100,
    ])
  })

  it('compares values as text, and sees only the period', async () => {
    const metric = { aggregation_type: 'unique_count_agg' }
    expect((await measured(JUNE, metric, any(1, '1', true, 'true')))[0]).toBe('2.0')
    expect((await measured(JUNE, metric, values('05-30 a add', '06-02 a remove', '06-03 b add')))[0]).toBe('1.0')
  })
})

describe('the period of an event', () => {
  it('has both its ends, in the time zone of the customer', async () => {
    await app.setClock(JUNE)
    const at = (...instants: string[]) => instants.map(instant => ({ at: instant, properties: { value: '1' } }))
    const sent = at(
      '2026-06-01T03:59:59.999Z',
      '2026-06-01T04:00:00Z',
      '2026-07-01T03:59:59.999Z',
      '2026-07-01T04:00:00Z',
    )
    const metered = await meter(app, { customer: { timezone: 'America/New_York' } }, sent)
    expect((await chargeUsageOf(metered)).units).toBe('2.0')
  })

  it('begins with the subscription, to the millisecond', async () => {
    await app.setClock(JUNE)
    const sent = ['2026-06-10T10:00:00.999Z', '2026-06-10T10:00:01Z', '2026-06-29T00:00:00Z'].map(at => ({
      at,
      properties: { value: '1' },
    }))
    const metered = await meter(app, { subscriptionAt: '2026-06-10T10:00:01Z' }, sent)
    expect((await chargeUsageOf(metered)).units).toBe('2.0')
  })
})

describe('metrics that carry over', () => {
  const history = values('02-03 10', '06-05 -4', '07-02 100')

  it('sum up the events of all time, also from before the subscription', async () => {
    expect(await measured(JUNE, { recurring: true }, [...values('01-01 1'), ...history])).toEqual([
      '7.0',
      '7.0',
      3,
      700,
    ])
    await app.setClock(JUNE)
    const late = await meter(app, { metric: { recurring: true }, subscriptionAt: '2026-06-15T00:00:00Z' }, history)
    expect((await chargeUsageOf(late)).units).toBe('6.0')
  })

  it('count the values of all time that are still there', async () => {
    const metric = { aggregation_type: 'unique_count_agg', recurring: true }
    const events = values('01-05 a add', '02-05 b add', '06-05 b remove', '06-07 c add')
    expect(await measured(JUNE, metric, events)).toEqual(['2.0', '2.0', 2, 200])
  })

  it('are not seen by metrics that do not', async () => {
    expect((await measured(JUNE, {}, history))[0]).toBe('0.0')
  })
})

describe('time-weighted sums', () => {
  const weighted = { aggregation_type: 'weighted_sum_agg', weighted_interval: 'seconds' }
  const april = values('04-06 10', '04-16T12:00 -4')

  it('are the mean level of the month', async () => {
    expect(await measured('2026-04-20T00:00:00Z', weighted, april)).toEqual(['6.4', '6.0', 2, 640])
  })

  it.each([
    [true, '8.032258064516129', '9.0', 803],
    [false, '2.032258064516129', '3.0', 203],
  ])('carry over (%s)', async (recurring, units, level, cents) => {
    const events = [...april, ...values('05-11 3')]
    expect(await measured('2026-05-12T00:00:00Z', { ...weighted, recurring }, events)).toEqual([units, level, 1, cents])
  })

  it('are over the nominal length of a month in which clocks change', async () => {
    await app.setClock('2026-03-31T12:00:00Z')
    const first = [{ at: '2026-02-28T23:00:00Z', properties: { value: '10' } }]
    const metered = await meter(app, { metric: weighted, customer: { timezone: 'Europe/Paris' } }, first)
    // 31 days less an hour
    expect(numbersOf(await chargeUsageOf(metered))).toEqual(['9.9865591397849462', '10.0', 1, 999])
  })

  it('of groups begin at the levels that were kept of each, and have no others', async () => {
    await app.setClock('2026-05-12T00:00:00Z')
    const charge = { properties: { amount: '1', pricing_group_keys: ['team'] } }
    const events = [
      ...april.map(event => ({ ...event, properties: { ...event.properties, team: 'a' } })),
      { at: '2026-04-20T00:00:00Z', properties: { value: '31', team: 'late' } },
      { at: '2026-05-01T00:00:00Z', properties: { value: '31', team: 'new' } },
    ]
    const metered = await meter(app, { metric: { ...weighted, recurring: true }, charges: [charge] }, events)
    const rows = async () =>
      (await chargeUsageOf(metered)).grouped_usage.map((row: Fields) => [
        row.grouped_by,
        row.units,
        row.total_aggregated_units,
      ])
    expect(await rows()).toEqual([
      [{ team: 'a' }, '6.0', '6.0'],
      [{ team: 'late' }, '31.0', '31.0'],
      [{ team: 'new' }, '31.0', '31.0'],
    ])
    const kept = {
      externalSubscriptionId: metered.subscription,
      chargeId: metered.plan.charges[0].lago_id,
      filterId: null,
      since: Temporal.Instant.from('2026-04-16T12:00:00Z'),
      span: {
        from: Temporal.Instant.from('2026-04-01T00:00:00Z'),
        to: Temporal.Instant.from('2026-04-30T23:59:59.999999Z'),
      },
    }
    await keepLevels(app.ctx, [
      { ...kept, groupedBy: { team: 'a' }, level: '7' },
      { ...kept, groupedBy: { team: 'b' }, level: '0' },
    ])
    expect(await rows()).toEqual([
      [{ team: 'a' }, '7.0', '7.0'],
      [{ team: 'new' }, '31.0', '31.0'],
    ])
    expect((await chargeUsageOf(metered, '&skip_grouping=true')).units).toBe('38.0')
    expect((await chargeUsageOf(metered, '&group[team]=a')).units).toBe('7.0')
    expect((await chargeUsageOf(metered, '&group[team]=late')).units).toBe('0.0')
  })
})

describe('prorated charges', () => {
  const carried = '05-20 8'

  it.each([
    ['', '2026-06-30T12:00:00Z', values(carried, '06-11T15:00 5', '06-21 -3'), '10.0', 3, 1033],
    ['with noise', '2026-07-10T00:00:00Z', values('07-16 31'), '31.0', 1, 1600],
    ['of one long month', '2026-07-10T00:00:00Z', values('07-12 1'), '1.0', 1, 65],
    ['of one short month', '2026-02-20T00:00:00Z', values('01-20 6', '02-15 -2'), '4.0', 2, 500],
    ['below zero', '2026-06-30T12:00:00Z', values('06-01 -3', '06-30 5'), '2.0', 2, 0],
  ])('weigh a sum %s', async (_, now, events, units, count, cents) => {
    expect(await measured(now, { recurring: true }, events, { prorated: true })).toEqual([units, units, count, cents])
  })

  it('are rounded by the metric, what is priced and what is shown', async () => {
    const metric = { recurring: true, rounding_function: 'ceil' }
    // 8 all month and 5.5 for 20 of 30 days
    const usage = await measured(JUNE, metric, values('05-20 8', '06-11 5.5'), { prorated: true })
    expect(usage).toEqual(['14.0', '14.0', 2, 1200])
  })

  it('weigh each value of a unique count by the days it was there', async () => {
    const lives = values(
      '06-01 c add',
      '06-03 d add',
      '06-03 e add',
      '06-20 d remove',
      '07-02 e remove',
      '07-05T08:00 a add',
      '07-09T20:00 a remove',
      '07-10T09:00 b add',
      '07-10T11:00 b remove',
      '07-10T17:00 b add',
      '07-12 b remove',
    )
    const metric = { aggregation_type: 'unique_count_agg', recurring: true }
    const charge = { prorated: true, charge_model: 'standard', properties: { amount: '1000' } }
    expect(await measured('2026-07-20T00:00:00Z', metric, lives, charge)).toEqual(['1.0', '1.0', 1, 132259])
    const dozen = { ...charge, properties: { amount: '12' } }
    const june = values('05-01 a add', '06-11 b add', '06-20 b remove', '06-25 c add')
    expect(await measured(JUNE, metric, june, dozen)).toEqual(['2.0', '2.0', 1, 1840])
  })

  it('of graduated prices divide what changes among tiers', async () => {
    const graduated_ranges = [
      { from_value: 0, to_value: 10, per_unit_amount: '2', flat_amount: '0' },
      { from_value: 11, to_value: null, per_unit_amount: '1', flat_amount: '5' },
    ]
    const charge = { prorated: true, charge_model: 'graduated', properties: { graduated_ranges } }
    expect(await measured(JUNE, { recurring: true }, values('05-01 8', '06-16 6'), charge)).toEqual([
      '14.0',
      '14.0',
      2,
      2500,
    ])
  })
})

describe('volume prices', () => {
  const volume_ranges = [
    { from_value: 1, to_value: 10, per_unit_amount: '2', flat_amount: '1' },
    { from_value: 12, to_value: null, per_unit_amount: '1', flat_amount: '0' },
  ]

  it.each([
    ['0', '0.0', 100],
    ['10', '10.0', 2100],
    // Between two tiers: the higher one.
    ['10.5', '10.5', 1050],
    ['12', '12.0', 1200],
    ['-3', '0.0', 0],
  ])('of %s units are those of their tier', async (value, units, cents) => {
    const charge = { charge_model: 'volume', properties: { volume_ranges } }
    expect(await measured(JUNE, {}, values(`06-10 ${value}`), charge)).toEqual([units, units, 1, cents])
  })
})

describe('charges in advance', () => {
  interface Total {
    readonly current: string
    readonly max: string
    readonly maxProrated?: string
    readonly at?: string
  }

  /** What billing keeps after each event. */
  async function bill(
    { subscription, plan }: Metered,
    { current, max, maxProrated, at = '2026-06-20T00:00:00Z' }: Total,
  ) {
    await app.ctx.db
      .insertInto('advance_totals')
      .values({
        id: newId(),
        organization_id: app.organizationId,
        external_subscription_id: subscription,
        charge_id: plan.charges[0].lago_id,
        grouped_by: '{}',
        event_transaction_id: newId(),
        timestamp: Temporal.Instant.from(at),
        current,
        max,
        max_prorated: maxProrated ?? null,
        created_at: Temporal.Instant.from(at),
      })
      .execute()
  }

  const inAdvance = { pay_in_advance: true }

  it.each<[string[], Total, string, number]>([
    [['06-02 10'], { current: '10', max: '10' }, '10.0', 1000],
    [['06-02 10', '06-03 -4'], { current: '6', max: '10' }, '6.0', 1000],
    [['06-02 10', '06-03 -4', '06-04 3'], { current: '9', max: '10' }, '9.0', 1000],
    [['06-02 10', '06-03 -4', '06-04 8'], { current: '14', max: '14' }, '14.0', 1400],
    // Billed in an earlier period: it says nothing of this one.
    [['06-02 10'], { current: '6', max: '99', at: '2026-05-31T00:00:00Z' }, '10.0', 1000],
  ])('price the highest total of %o', async (texts, total, units, cents) => {
    await app.setClock(JUNE)
    const metered = await meter(app, { charges: [inAdvance] }, values(...texts))
    await bill(metered, total)
    const usage = await chargeUsageOf(metered)
    expect([usage.units, usage.amount_cents]).toEqual([units, cents])
  })

  it('count their events', async () => {
    expect(await measured(JUNE, { aggregation_type: 'count_agg' }, values('06-01', '06-02'), inAdvance)).toEqual([
      '2.0',
      '2.0',
      2,
      200,
    ])
  })

  it.each<[string, Total | null, string, number]>([
    ['nothing billed, a whole month', null, '2026-01-01T00:00:00Z', 900],
    ['something billed, a whole month', { current: '4', max: '4', maxProrated: '2' }, '2026-01-01T00:00:00Z', 700],
    // 15 of 30 days: half of 5 carried over, and 4 for 10 of 30 days
    ['nothing billed, half a month', null, '2026-06-16T00:00:00Z', 383],
    ['something billed, half a month', { current: '4', max: '4', maxProrated: '1.33334' }, '2026-06-16T00:00:00Z', 383],
  ])('prorate: %s', async (_, total, subscriptionAt, cents) => {
    await app.setClock(JUNE)
    const charges = [{ ...inAdvance, prorated: true }]
    const metered = await meter(
      app,
      { metric: { recurring: true }, charges, subscriptionAt },
      values('05-02 5', '06-21 4'),
    )
    if (total !== null) await bill(metered, total)
    const usage = await chargeUsageOf(metered)
    expect([usage.units, usage.amount_cents]).toEqual(['9.0', cents])
  })
})

describe('prices that look at each event', () => {
  it('are percentages with free events and bounds', async () => {
    const events = values('06-10 20', '06-11 100', '06-12 10')
    const charge = (properties: Fields) => ({
      charge_model: 'percentage',
      properties: { rate: '2.5', fixed_amount: '0.3', ...properties },
    })
    const bounds = { per_transaction_min_amount: '1', per_transaction_max_amount: '2' }
    expect((await measured(JUNE, {}, events, charge(bounds)))[3]).toBe(400)
    expect((await measured(JUNE, {}, events, charge({ ...bounds, free_units_per_total_aggregation: '30' })))[3]).toBe(
      300,
    )
    expect((await measured(JUNE, {}, events, charge({ free_units_per_total_aggregation: '30' })))[3]).toBe(310)
    expect((await measured(JUNE, {}, events, charge({ free_units_per_events: 1 })))[3]).toBe(335)
  })

  it('are those of the events themselves', async () => {
    const [one, other, text] = values('06-10 3', '06-11 1', '06-12 none')
    const events = [
      { ...one, precise_total_amount_cents: '12.345' },
      { ...other, precise_total_amount_cents: '0.655' },
      { ...text, precise_total_amount_cents: '1000' },
    ] as Sent[]
    expect(await measured(JUNE, {}, events, { charge_model: 'dynamic', properties: {} })).toEqual(['4.0', '4.0', 2, 13])
  })
})
