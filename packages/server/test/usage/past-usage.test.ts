import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createMetric, type Fields, fresh, type Metered, meter, type Sent, send, succeed } from './support.ts'

let app: TestApp
let metered: Metered
let other: string

beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-04-10T08:00:00Z')
  const { tax } = await succeed(app.api.post('/taxes', { tax: { name: 'Tax', code: fresh('tax'), rate: 10 } }))
  const count = await createMetric(app, { name: 'a count', aggregation_type: 'count_agg' })
  other = count.code
  metered = await meter(app, {
    metric: { name: 'Bytes', filters: [{ key: 'region', values: ['eu', 'us'] }] },
    plan: { amount_cents: 3000, tax_codes: [tax.code] },
    charges: [
      {
        charge_model: 'standard',
        properties: { amount: '1', pricing_group_keys: ['team'], presentation_group_keys: [{ value: 'place' }] },
        filters: [{ values: { region: ['eu'] }, properties: { amount: '2' }, invoice_display_name: 'Europe' }],
      },
      { billable_metric_id: count.lago_id, charge_model: 'standard', properties: { amount: '1' } },
    ],
    subscriptionAt: '2026-04-10T08:00:00Z',
  })
  const event = (day: string, properties: Fields, code?: string): Sent => ({
    at: `2026-${day}T10:00:00Z`,
    properties,
    ...(code !== undefined && { code }),
  })
  await send(metered, [
    event('04-12', { value: '5', team: 'a', place: 'x' }),
    event('04-13', { value: '3', region: 'eu' }),
    event('04-14', {}, other),
    event('05-02', { value: '7', team: 'b' }),
    event('06-03', { value: '1', team: 'a' }),
  ])
  await app.advanceTo('2026-06-10T00:00:00Z')
})
afterAll(() => app.stop())

const read = async (query = '') =>
  succeed(
    app.api.get(`/customers/${metered.customer}/past_usage?external_subscription_id=${metered.subscription}${query}`),
  )

describe('past usage', () => {
  it('tells what was billed, latest first, with the totals of the invoices', async () => {
    const { usage_periods: periods, meta } = await read()
    expect(meta).toEqual({ current_page: 1, next_page: null, prev_page: null, total_pages: 1, total_count: 2 })
    const { invoices } = await succeed(app.api.get(`/customers/${metered.customer}/invoices`))
    expect(periods.map(({ charges_usage: _, ...head }: Fields) => head)).toEqual([
      {
        from_datetime: '2026-05-01T00:00:00Z',
        to_datetime: '2026-05-31T23:59:59Z',
        issuing_date: '2026-06-01',
        currency: 'USD',
        amount_cents: 3700,
        taxes_amount_cents: 370,
        total_amount_cents: 4070,
        lago_invoice_id: invoices[0].lago_id,
      },
      {
        from_datetime: '2026-04-10T08:00:00Z',
        to_datetime: '2026-04-30T23:59:59Z',
        issuing_date: '2026-05-01',
        currency: 'USD',
        // 21 of 30 days, 5 + 3 x 2 + 1
        amount_cents: 2100 + 1200,
        taxes_amount_cents: 330,
        total_amount_cents: 3630,
        lago_invoice_id: invoices[1].lago_id,
      },
    ])
  })

  it('has the shape of current usage, but only of what there is', async () => {
    const {
      usage_periods: [may, april],
    } = await read()
    const [count, bytes] = april.charges_usage
    expect(may.charges_usage.map((usage: Fields) => usage.units)).toEqual(['7.0'])
    expect([count.billable_metric.code, count.units, count.events_count]).toEqual([other, '1.0', 1])
    const part = { pricing_unit_details: null, presentation_breakdowns: [] }
    const europe = {
      ...part,
      units: '3.0',
      total_aggregated_units: '3.0',
      events_count: 1,
      amount_cents: 600,
      invoice_display_name: 'Europe',
      values: { region: ['eu'] },
      presentation_breakdowns: [{ presentation_by: { place: null }, units: '3.0' }],
    }
    const ofA = { ...part, units: '5.0', total_aggregated_units: '5.0', events_count: 1, amount_cents: 500 }
    const places = [{ presentation_by: { place: 'x' }, units: '5.0' }]
    const rest = { ...ofA, invoice_display_name: null, values: null, presentation_breakdowns: places }
    expect(bytes).toEqual({
      ...part,
      units: '8.0',
      total_aggregated_units: '8.0',
      events_count: 2,
      amount_cents: 1100,
      amount_currency: 'USD',
      charge: {
        lago_id: metered.plan.charges[0].lago_id,
        code: metered.plan.charges[0].code,
        charge_model: 'standard',
        invoice_display_name: null,
      },
      billable_metric: expect.objectContaining({ code: metered.code, name: 'Bytes', aggregation_type: 'sum_agg' }),
      filters: [europe, rest],
      grouped_usage: [
        { ...ofA, grouped_by: { team: 'a' }, filters: [rest], presentation_breakdowns: places },
        {
          ...europe,
          grouped_by: {},
          filters: [europe],
          presentation_breakdowns: [],
          invoice_display_name: undefined,
          values: undefined,
        },
      ],
    })
  })

  it('may be of one metric; the totals stay', async () => {
    const {
      usage_periods: [may, april],
    } = await read(`&billable_metric_code=${other}`)
    expect([may.charges_usage.length, may.amount_cents]).toEqual([0, 3700])
    expect(april.charges_usage.map((usage: { billable_metric: Fields }) => usage.billable_metric.code)).toEqual([other])
  })

  it('is paged', async () => {
    const pages = async (query: string) => {
      const { usage_periods: periods, meta } = await read(query)
      return [
        periods.map((period: Fields) => period.from_datetime),
        meta.total_pages,
        meta.current_page,
        meta.next_page,
      ]
    }
    const [may, april] = ['2026-05-01T00:00:00Z', '2026-04-10T08:00:00Z']
    expect(await pages('&per_page=1')).toEqual([[may], 2, 1, 2])
    expect(await pages('&per_page=1&page=2')).toEqual([[april], 2, 2, null])
    expect(await pages('&periods_count=1')).toEqual([[may], 2, 1, 2])
    // The offset is that of the page size.
    expect((await pages('&per_page=1&page=2&periods_count=5'))[0]).toEqual([april])
    expect((await pages('&page=2'))[0]).toEqual([])
  })

  it('is nothing of who is unknown, and asks for a subscription', async () => {
    const answer = async (path: string) => {
      const { status, body } = await app.api.get(`/customers/${path}`)
      return [status, body.code ?? body.usage_periods, body.error_details ?? body.meta?.current_page]
    }
    const { customer, subscription } = metered
    expect(await answer(`nobody/past_usage?external_subscription_id=${subscription}`)).toEqual([200, [], 0])
    expect(await answer(`${customer}/past_usage?external_subscription_id=nothing`)).toEqual([200, [], 0])
    expect(await answer(`${customer}/past_usage`)).toEqual([
      422,
      'validation_errors',
      { external_subscription_id: ['value_is_mandatory'] },
    ])
    expect(await answer(`nobody/past_usage?external_subscription_id=x&billable_metric_code=nothing`)).toEqual([
      404,
      'billable_metric_not_found',
      undefined,
    ])
  })

  it('is read by the official client, also of what has ended', async () => {
    await succeed(app.api.delete(`/subscriptions/${metered.subscription}`))
    await app.settle()
    const { data } = await app.client.customers.findAllCustomerPastUsage(metered.customer, {
      external_subscription_id: metered.subscription,
    })
    const [last] = data.usage_periods
    expect(data.usage_periods).toHaveLength(3)
    expect([last?.from_datetime, last?.to_datetime, last?.charges_usage[0]?.units]).toEqual([
      '2026-06-01T00:00:00Z',
      '2026-06-10T00:00:00Z',
      '1.0',
    ])
  })
})
