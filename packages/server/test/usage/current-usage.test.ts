import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import {
  chargeUsageOf,
  createMetric,
  type Fields,
  fresh,
  type Metered,
  meter,
  type Sent,
  succeed,
  usageOf,
} from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-06-30T12:00:00Z')
})
afterAll(() => app.stop())

const REGIONS = [
  { key: 'region', values: ['eu', 'us', 'asia'] },
  { key: 'tier', values: ['gold', 'silver'] },
]

/** An event of June with these properties, of one unit. */
const used = (properties: Fields, value = '1'): Sent => ({
  at: '2026-06-10T00:00:00Z',
  properties: { value, ...properties },
})

const amount = (text: string, others: Fields = {}) => ({ properties: { amount: text, ...others } })

async function taxOf(rate: number): Promise<string> {
  const { tax } = await succeed(app.api.post('/taxes', { tax: { name: 'Tax', code: fresh('tax'), rate } }))
  return tax.code
}

describe('who has usage', () => {
  it('is told in the order of the checks', async () => {
    const metered = await meter(app, { charges: [{}, { prorated: true }], metric: { recurring: true } })
    const other = await meter(app)
    const { customer, subscription } = metered
    const ask = (who: string, query: string) => app.api.get(`/customers/${who}/current_usage${query}`)
    const of = `?external_subscription_id=${subscription}`
    const [plain, prorated] = metered.plan.charges
    const ended = await meter(app)
    await succeed(app.api.delete(`/subscriptions/${ended.subscription}`))
    const cases: [string, string, number, string | undefined][] = [
      ['nobody', of, 404, 'resource_not_found'],
      [customer, '', 405, 'no_active_subscription'],
      [customer, '?external_subscription_id=nothing', 405, 'no_active_subscription'],
      [customer, `?external_subscription_id=${other.subscription}`, 405, 'no_active_subscription'],
      [ended.customer, `?external_subscription_id=${ended.subscription}`, 405, 'no_active_subscription'],
      [customer, `${of}&full_usage=true`, 405, 'full_usage_not_allowed'],
      [customer, `${of}&full_usage=true&charge_id=${prorated.lago_id}`, 405, 'full_usage_not_allowed'],
      [customer, `${of}&full_usage=true&group[a]=b`, 405, 'full_usage_not_allowed'],
      [customer, `${of}&full_usage=true&charge_id=${plain.lago_id}`, 200, undefined],
      [customer, `${of}&full_usage=false`, 200, undefined],
      [customer, `${of}&full_usage=true&charge_code=nothing`, 404, 'charge_not_found'],
      [customer, `${of}&charge_id=nothing`, 404, 'charge_not_found'],
      [customer, `${of}&charge_id=${other.plan.charges[0].lago_id}`, 404, 'charge_not_found'],
      [customer, `${of}&billable_metric_code=nothing`, 404, 'charge_not_found'],
    ]
    for (const [who, query, status, code] of cases) {
      const { body, ...answer } = await ask(who, query)
      expect([query, answer.status, body.code]).toEqual([query, status, code])
    }
  })
})

describe('the usage of a period', () => {
  it('is told with the period, in the time zone of the customer', async () => {
    const metered = await meter(app, { customer: { timezone: 'America/New_York' }, plan: { amount_currency: 'EUR' } }, [
      used({}, '2.345'),
      used({}, '-0.1'),
    ])
    expect(await usageOf(metered)).toEqual({
      from_datetime: '2026-06-01T04:00:00Z',
      to_datetime: '2026-07-01T03:59:59Z',
      issuing_date: '2026-07-01',
      currency: 'EUR',
      amount_cents: 225,
      taxes_amount_cents: 0,
      total_amount_cents: 225,
      lago_invoice_id: null,
      charges_usage: [
        {
          units: '2.245',
          total_aggregated_units: '2.245',
          events_count: 2,
          amount_cents: 225,
          amount_currency: 'EUR',
          pricing_unit_details: null,
          charge: {
            lago_id: metered.plan.charges[0].lago_id,
            code: metered.plan.charges[0].code,
            charge_model: 'standard',
            invoice_display_name: null,
          },
          billable_metric: expect.objectContaining({ code: metered.code, name: 'Metric', aggregation_type: 'sum_agg' }),
          filters: [],
          grouped_usage: [],
          presentation_breakdowns: [],
        },
      ],
    })
  })

  it('is read by the official client', async () => {
    const { customer, subscription } = await meter(app, {}, [used({}, '3')])
    const { data } = await app.client.customers.findCustomerCurrentUsage(customer, {
      external_subscription_id: subscription,
    })
    expect(data.customer_usage.total_amount_cents).toBe(300)
  })

  it.each([
    ['90071992547409.93', '9007199254740993'],
    ['10000000000000000000', '1000000000000000000000'],
  ])('keeps all digits of what %s units cost, as of what they are projected to', async (value, cents) => {
    const { customer, subscription } = await meter(app, {}, [used({}, value)])
    for (const kind of ['current_usage', 'projected_usage']) {
      const url = `${app.api.url}/api/v1/customers/${customer}/${kind}?external_subscription_id=${subscription}`
      const answer = await fetch(url, { headers: { authorization: `Bearer ${app.api.apiKey}` } })
      expect(await answer.text()).toContain(`"amount_cents":${cents},"total_amount_cents":${cents},`)
    }
  })

  it('has no fees but those of usage, whatever was paid already', async () => {
    const charges = [{ min_amount_cents: 5000 }]
    const metered = await meter(
      app,
      { charges, plan: { amount_cents: 4900, minimum_commitment: { amount_cents: 9000 } } },
      [used({})],
    )
    expect((await usageOf(metered)).amount_cents).toBe(100)
  })
})

describe('the selected charges', () => {
  let metered: Metered
  let codes: Record<string, string>
  beforeAll(async () => {
    const [alpha, beta] = [await createMetric(app, { name: 'alpha' }), await createMetric(app, { name: 'Beta' })]
    const charges = [
      { billable_metric_id: beta.lago_id, code: 'one', ...amount('1'), charge_model: 'standard' },
      { billable_metric_id: alpha.lago_id, code: 'two', ...amount('2'), charge_model: 'standard' },
      { billable_metric_id: beta.lago_id, code: 'three', ...amount('3'), charge_model: 'standard' },
    ]
    metered = await meter(app, { charges }, [])
    codes = { alpha: alpha.code, beta: beta.code }
  })

  const shown = async (query: string) =>
    (await usageOf(metered, query)).charges_usage.map((usage: { charge: Fields }) => usage.charge.code)
  const idOf = (code: string) => metered.plan.charges.find((charge: Fields) => charge.code === code).lago_id

  it('are all in the order of their metrics’ names', async () => {
    expect(await shown('')).toEqual(['two', 'one', 'three'])
  })

  it('are chosen by id, then code, then metric, under new and old names', async () => {
    expect(await shown(`&charge_id=${idOf('three')}`)).toEqual(['three'])
    expect(await shown(`&filter_by_charge_id=${idOf('three')}`)).toEqual(['three'])
    expect(await shown(`&charge_id=${idOf('three')}&filter_by_charge_id=${idOf('one')}`)).toEqual(['three'])
    expect(await shown('&charge_code=two')).toEqual(['two'])
    expect(await shown('&filter_by_charge_code=two')).toEqual(['two'])
    expect(await shown(`&billable_metric_code=${codes.beta}`)).toEqual(['one', 'three'])
    expect(await shown(`&filter_by_metric_code=${codes.alpha}`)).toEqual(['two'])
    expect(await shown(`&billable_metric_code=${codes.alpha}&charge_code=one`)).toEqual(['one'])
    expect(await shown(`&charge_code=one&charge_id=${idOf('two')}`)).toEqual(['two'])
  })
})

describe('taxes', () => {
  it('are those of the charge, else of the plan, else of the customer, else of the billing entity', async () => {
    const [ofCharge, ofPlan, ofCustomer, ofEntity] = [await taxOf(1), await taxOf(2), await taxOf(3), await taxOf(4)]
    const taxes = async (charge: string[], plan: string[], customer: string[]) => {
      const metered = await meter(
        app,
        { charges: [{ tax_codes: charge }], plan: { tax_codes: plan }, customer: { tax_codes: customer } },
        [used({}, '100')],
      )
      return (await usageOf(metered)).taxes_amount_cents
    }
    expect(await taxes([ofCharge], [ofPlan], [ofCustomer])).toBe(100)
    expect(await taxes([], [ofPlan], [ofCustomer])).toBe(200)
    expect(await taxes([], [], [ofCustomer])).toBe(300)
    expect(await taxes([], [], [])).toBe(0)
    const {
      billing_entities: [entity],
    } = await succeed(app.api.get('/billing_entities'))
    const setTaxes = (tax_codes: string[]) =>
      succeed(app.api.put(`/billing_entities/${entity.code}`, { billing_entity: { tax_codes } }))
    await setTaxes([ofEntity])
    expect(await taxes([], [], [])).toBe(400)
    await setTaxes([])
  })

  it('are those of an invoice, not the sum of rounded rows, and may be left out', async () => {
    const charges = [
      { tax_codes: [await taxOf(20)], ...amount('3.33', { pricing_group_keys: ['team'] }), charge_model: 'standard' },
    ]
    const metered = await meter(
      app,
      { charges },
      ['a', 'b', 'c'].map(team => used({ team })),
    )
    const totals = async (query = '') => {
      const usage = await usageOf(metered, query)
      return [usage.amount_cents, usage.taxes_amount_cents, usage.total_amount_cents]
    }
    expect(await totals()).toEqual([999, 200, 1199])
    for (const word of ['false', '0', 'f', 'F', 'FALSE', 'off', 'OFF', '']) {
      expect(await totals(`&apply_taxes=${word}`)).toEqual([999, 0, 999])
    }
    for (const word of ['true', '1', 'no']) expect((await totals(`&apply_taxes=${word}`))[1]).toBe(200)
  })
})

describe('filters', () => {
  it('count events by what is most specific, and show every bucket', async () => {
    const filters = [
      { region: ['eu', 'us'] },
      { region: ['us'] },
      { region: ['__ALL_FILTER_VALUES__'] },
      { region: ['eu'], tier: ['gold'] },
      { tier: ['gold'] },
      { region: ['us'] },
    ].map((values, place) => ({ values, ...amount(String(place + 1)), invoice_display_name: `F${place + 1}` }))
    const events = [
      { region: 'us' },
      { region: 'eu' },
      { region: 'asia' },
      { region: 'eu', tier: 'gold' },
      { region: 'us', tier: 'gold' },
      { region: 'us', tier: 'silver' },
      { tier: 'gold' },
      { region: 'mars' },
      {},
    ]
    const setting = { metric: { filters: REGIONS }, charges: [{ charge_model: 'standard', ...amount('7'), filters }] }
    const usage = await chargeUsageOf(
      await meter(
        app,
        setting,
        events.map(event => used(event)),
      ),
    )
    expect(
      usage.filters.map((one: Fields) => [one.invoice_display_name, one.values, one.units, one.amount_cents]),
    ).toEqual([
      ['F1', { region: ['eu', 'us'] }, '1.0', 100],
      ['F2', { region: ['us'] }, '3.0', 600],
      ['F3', { region: ['__ALL_FILTER_VALUES__'] }, '1.0', 300],
      ['F4', { region: ['eu'], tier: ['gold'] }, '1.0', 400],
      ['F5', { tier: ['gold'] }, '2.0', 1000],
      ['F6', { region: ['us'] }, '0.0', 0],
      [null, null, '2.0', 1400],
    ])
    // One event is in two buckets.
    expect([usage.units, usage.events_count, usage.amount_cents]).toEqual(['10.0', 10, 3800])
  })
})

describe('groups', () => {
  const setting = {
    metric: { filters: REGIONS },
    charges: [
      {
        charge_model: 'standard',
        ...amount('1', { pricing_group_keys: ['team'] }),
        filters: [
          {
            values: { region: ['eu'] },
            ...amount('2', { pricing_group_keys: ['team'] }),
            invoice_display_name: 'Europe',
          },
          { values: { region: ['us'] }, ...amount('3'), invoice_display_name: 'America' },
        ],
      },
    ],
  }
  const events = [
    used({ region: 'eu', team: 'b' }, '4'),
    used({ region: 'eu', team: 'a' }, '3'),
    used({ region: 'asia', team: 'b' }, '10'),
    used({ region: 'asia' }, '5'),
    used({ region: 'asia', team: '' }, '1'),
    used({ region: 'us', team: 'a' }, '7'),
    used({ region: 'asia', team: 'c' }, '1'),
    used({ region: 'asia', team: 'c' }, '-1'),
  ]

  const brief = (rows: Fields[]): unknown[] =>
    rows.map(row => [
      ...(row.grouped_by === undefined ? [row.invoice_display_name] : [row.grouped_by]),
      row.units,
      row.amount_cents,
      ...(row.grouped_by === undefined ? [] : [brief(row.filters as Fields[])]),
    ])

  it('merge the rows of several buckets, by value, what has none last', async () => {
    const usage = await chargeUsageOf(await meter(app, setting, events))
    expect([usage.units, usage.amount_cents]).toEqual(['30.0', 5100])
    expect(brief(usage.filters)).toEqual([
      ['Europe', '7.0', 1400],
      ['America', '7.0', 2100],
      [null, '16.0', 1600],
    ])
    expect(brief(usage.grouped_usage)).toEqual([
      [{ team: 'a' }, '3.0', 600, [['Europe', '3.0', 600]]],
      [
        { team: 'b' },
        '14.0',
        1800,
        [
          ['Europe', '4.0', 800],
          [null, '10.0', 1000],
        ],
      ],
      // Nothing is left of it, but it has events.
      [{ team: 'c' }, '0.0', 0, [[null, '0.0', 0]]],
      [{ team: null }, '6.0', 600, [[null, '6.0', 600]]],
      [{}, '7.0', 2100, [['America', '7.0', 2100]]],
    ])
  })

  it('are told apart within a filter for all values, which leaves what another one names to it', async () => {
    const charge = {
      charge_model: 'standard',
      ...amount('1', { pricing_group_keys: ['team'] }),
      filters: [
        { values: { region: ['__ALL_FILTER_VALUES__'] }, ...amount('2', { pricing_group_keys: ['team'] }) },
        { values: { region: ['eu'] }, ...amount('3') },
      ].map((filter, place) => ({ ...filter, invoice_display_name: ['All', 'Europe'][place] })),
    }
    const usage = await chargeUsageOf(
      await meter(app, { metric: { filters: REGIONS }, charges: [charge] }, [
        used({ region: 'eu', team: 'a' }, '1'),
        used({ region: 'us', team: 'a' }, '2'),
        used({ region: 'asia', team: 'b' }, '4'),
        used({ region: 'us' }, '8'),
        used({ region: 'mars', team: 'a' }, '16'),
        used({ team: 'b' }, '32'),
      ]),
    )
    expect(brief(usage.filters)).toEqual([
      ['All', '14.0', 2800],
      ['Europe', '1.0', 300],
      [null, '48.0', 4800],
    ])
    expect(brief(usage.grouped_usage)).toEqual([
      [
        { team: 'a' },
        '18.0',
        2000,
        [
          ['All', '2.0', 400],
          [null, '16.0', 1600],
        ],
      ],
      [
        { team: 'b' },
        '36.0',
        4000,
        [
          ['All', '4.0', 800],
          [null, '32.0', 3200],
        ],
      ],
      [{ team: null }, '8.0', 1600, [['All', '8.0', 1600]]],
      [{}, '1.0', 300, [['Europe', '1.0', 300]]],
    ])
  })

  it('each pay a flat amount, and so does a bucket without usage', async () => {
    const flat = (flat_amount: string, others: Fields = {}) => ({
      properties: {
        graduated_ranges: [{ from_value: 0, to_value: null, per_unit_amount: '1', flat_amount }],
        ...others,
      },
    })
    const grouped = { pricing_group_keys: ['team'] }
    const charge = {
      charge_model: 'graduated',
      ...flat('1', grouped),
      filters: [
        { values: { region: ['eu'] }, ...flat('2') },
        { values: { region: ['us'] }, ...flat('4', grouped) },
      ],
    }
    const usage = await chargeUsageOf(
      await meter(app, { metric: { filters: REGIONS }, charges: [charge] }, [
        used({ region: 'us', team: 'a' }),
        used({ region: 'us', team: 'b' }),
      ]),
    )
    expect(usage.filters.map((one: Fields) => [one.units, one.amount_cents])).toEqual([
      ['0.0', 200],
      ['2.0', 1000],
      ['0.0', 100],
    ])
    expect([usage.amount_cents, usage.grouped_usage.map((one: Fields) => one.amount_cents)]).toEqual([
      1300,
      [500, 500, 100, 200],
    ])
  })

  it('are represented by one of nothing where there is no usage', async () => {
    const usage = await chargeUsageOf(await meter(app, setting))
    expect(brief(usage.grouped_usage)).toEqual([
      [
        { team: null },
        '0.0',
        0,
        [
          ['Europe', '0.0', 0],
          [null, '0.0', 0],
        ],
      ],
      [{}, '0.0', 0, [['America', '0.0', 0]]],
    ])
    expect(usage.filters).toHaveLength(3)
  })

  it('may be skipped', async () => {
    const usage = await chargeUsageOf(await meter(app, setting, events), '&skip_grouping=true')
    expect([usage.units, usage.amount_cents, usage.grouped_usage]).toEqual(['30.0', 5100, []])
  })

  it('may be asked for by some of their values', async () => {
    const metered = await meter(app, setting, events)
    const rows = async (query: string) => brief((await chargeUsageOf(metered, query)).filters)
    const ofA = [
      ['Europe', '3.0', 600],
      ['America', '7.0', 2100],
      [null, '0.0', 0],
    ]
    expect(await rows('&group[team]=a')).toEqual(ofA)
    expect(await rows('&filter_by_group[team]=a')).toEqual(ofA)
    expect(await rows(`&group=${encodeURIComponent('{"team":"a"}')}`)).toEqual(ofA)
    expect((await chargeUsageOf(metered, '&group[team]=a')).grouped_usage).toEqual([])
    const ofBoth = [
      ['Europe', '7.0', 1400],
      ['America', '7.0', 2100],
      [null, '10.0', 1000],
    ]
    expect(await rows('&group[team][]=a&group[team][]=b')).toEqual(ofBoth)
    expect(await rows(`&group=${encodeURIComponent('{"team":["a","b"]}')}`)).toEqual(ofBoth)
    // A value of the filter's own key narrows the filter, it does not replace it.
    expect(await rows('&group[region]=asia')).toEqual([
      ['Europe', '0.0', 0],
      ['America', '0.0', 0],
      [null, '16.0', 1600],
    ])
    expect(await rows('&group[region]=asia&group[team]=b')).toEqual([
      ['Europe', '0.0', 0],
      ['America', '0.0', 0],
      [null, '10.0', 1000],
    ])
  })

  it('of other keys drop the events without the property', async () => {
    const metered = await meter(app, {}, [used({ place: 'x' }), used({ place: 'y' }), used({})])
    expect((await chargeUsageOf(metered, '&group[place]=x')).units).toBe('1.0')
    const unsendable = encodeURIComponent(JSON.stringify({ place: 'x\0' }))
    expect((await chargeUsageOf(metered, `&group=${unsendable}`)).units).toBe('1.0')
  })
})

describe('breakdowns', () => {
  const presentation = { presentation_group_keys: [{ value: 'place' }, { value: 'user' }] }
  const parts = (usage: Fields) =>
    (usage.presentation_breakdowns as Fields[]).map(part => [
      ...Object.values(part.presentation_by as Fields),
      part.units,
    ])

  it('are told at the level of their rows', async () => {
    const setting = {
      metric: { filters: REGIONS, rounding_function: 'ceil' },
      charges: [
        {
          charge_model: 'standard',
          ...amount('1', { ...presentation, pricing_group_keys: ['team'] }),
          filters: [{ values: { region: ['eu'] }, ...amount('2'), invoice_display_name: 'Europe' }],
        },
      ],
    }
    const events = [
      used({ place: 'x', user: 'a', region: 'eu' }, '0.5'),
      used({ place: 'x', user: 'a', region: 'eu' }, '0.75'),
      used({ place: 'y', region: 'eu' }, '1'),
      used({ place: 'y', user: 'b', team: 't' }, '2'),
      used({ team: 't' }, '-1'),
    ]
    const usage = await chargeUsageOf(await meter(app, setting, events))
    expect(parts(usage)).toEqual([])
    expect(usage.filters.map((one: Fields) => parts(one))).toEqual([
      [
        ['x', 'a', '1.25'],
        ['y', null, '1.0'],
      ],
      [
        ['y', 'b', '2.0'],
        [null, null, '-1.0'],
      ],
    ])
    expect(usage.grouped_usage.map((one: Fields) => [one.grouped_by, parts(one)])).toEqual([
      [
        { team: 't' },
        [
          ['y', 'b', '2.0'],
          [null, null, '-1.0'],
        ],
      ],
      [{}, []],
    ])
    expect(parts(usage.grouped_usage[1].filters[0])).toEqual([
      ['x', 'a', '1.25'],
      ['y', null, '1.0'],
    ])
  })

  it('are by the keys that are asked for', async () => {
    const events = [used({ place: 'x', user: 'a' }), used({ place: 'x', user: 'b' }, '2')]
    const metered = await meter(app, { charges: [{ charge_model: 'standard', ...amount('1', presentation) }] }, events)
    const asked = async (query: string) => parts(await chargeUsageOf(metered, query))
    expect(await asked('')).toEqual([
      ['x', 'a', '1.0'],
      ['x', 'b', '2.0'],
    ])
    expect(await asked('&filter_by_presentation=["place"]')).toEqual([['x', '3.0']])
    expect(await asked('&filter_by_presentation[]=user')).toEqual([
      ['a', '1.0'],
      ['b', '2.0'],
    ])
    expect(await asked('&filter_by_presentation=place&filter_by_presentation=user')).toHaveLength(2)
    expect(await asked('&filter_by_presentation=["other"]')).toEqual([])
    expect(await asked('&filter_by_presentation=[]')).toEqual([])
  })
})

describe('full usage', () => {
  it('goes back to the start of the subscription', async () => {
    const events = ['2026-01-31T00:00:00Z', '2026-02-01T09:30:00Z', '2026-06-05T00:00:00Z'].map(at => ({
      ...used({}),
      at,
    }))
    const metered = await meter(app, { subscriptionAt: '2026-02-01T09:30:00Z' }, events)
    const usage = await usageOf(metered, `&full_usage=true&billable_metric_code=${metered.code}`)
    expect([usage.from_datetime, usage.to_datetime]).toEqual(['2026-02-01T09:30:00Z', '2026-06-30T23:59:59Z'])
    expect(usage.charges_usage[0].units).toBe('2.0')
    expect((await chargeUsageOf(metered, '&full_usage=1&group[value]=1')).units).toBe('2.0')
    expect((await chargeUsageOf(metered)).units).toBe('1.0')
  })
})

describe('pricing units', () => {
  it('are told beside the amounts that they are converted to', async () => {
    const code = fresh('credits')
    await succeed(app.api.post('/pricing_units', { pricing_unit: { name: 'Credits', code, short_name: 'CR' } }))
    const charge = {
      charge_model: 'standard',
      ...amount('0.333', { pricing_group_keys: ['team'] }),
      applied_pricing_unit: { code, conversion_rate: '0.5' },
    }
    const usage = await chargeUsageOf(
      await meter(app, { charges: [charge] }, [used({ team: 'a' }), used({ team: 'b' })]),
    )
    const details = (cents: number) => ({ amount_cents: cents, short_name: 'CR', conversion_rate: '0.5' })
    expect([usage.amount_cents, usage.pricing_unit_details]).toEqual([34, details(66)])
    expect(usage.grouped_usage.map((one: Fields) => [one.amount_cents, one.pricing_unit_details])).toEqual([
      [17, details(33)],
      [17, details(33)],
    ])
  })
})
