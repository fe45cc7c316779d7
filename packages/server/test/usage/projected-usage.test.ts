import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { type Fields, fresh, meter, projectionOf, type Sent, succeed } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  // Nine of thirty days.
  await app.setClock('2026-06-09T15:00:00Z')
})
afterAll(() => app.stop())

const used = (value: string, properties: Fields = {}): Sent => ({
  at: '2026-06-02T00:00:00Z',
  properties: { value, ...properties },
})

const at = (amount: string, others: Fields = {}) => ({ charge_model: 'standard', properties: { amount, ...others } })

describe('projected usage', () => {
  it('is what usage comes to if it goes on', async () => {
    const metered = await meter(app, { charges: [at('1.20')] }, [used('7')])
    const projection = await projectionOf(metered)
    const [charge] = metered.plan.charges
    expect(projection).toEqual({
      from_datetime: '2026-06-01T00:00:00Z',
      to_datetime: '2026-06-30T23:59:59Z',
      issuing_date: '2026-06-30',
      currency: 'USD',
      amount_cents: 840,
      projected_amount_cents: 2800,
      taxes_amount_cents: 0,
      total_amount_cents: 840,
      lago_invoice_id: null,
      charges_usage: [
        {
          units: '7.0',
          projected_units: '23.33',
          events_count: 1,
          amount_cents: 840,
          projected_amount_cents: 2800,
          amount_currency: 'USD',
          pricing_unit_details: null,
          charge: { lago_id: charge.lago_id, charge_model: 'standard', invoice_display_name: null },
          billable_metric: expect.objectContaining({ code: metered.code }),
          filters: [],
          grouped_usage: [],
          presentation_breakdowns: [],
          projected_presentation_breakdowns: [],
        },
      ],
    })
    const { data } = await app.client.customers.findCustomerProjectedUsage(metered.customer, {
      external_subscription_id: metered.subscription,
    })
    expect(data.customer_projected_usage.projected_amount_cents).toBe(2800)
  })

  it('stays what it is where the metric carries over', async () => {
    const metric = { recurring: true }
    const [usage] = (await projectionOf(await meter(app, { metric, charges: [at('1.20')] }, [used('7')]))).charges_usage
    expect([usage.projected_units, usage.projected_amount_cents]).toEqual(['7.0', 840])
  })

  it('counts from the day on which the subscription started, and leaves no row without usage out', async () => {
    const [first] = (
      await projectionOf(
        await meter(app, { subscriptionAt: '2026-06-08T22:00:00Z' }, [{ ...used('2'), at: '2026-06-08T23:00:00Z' }]),
      )
    ).charges_usage
    // Two of twenty-three days.
    expect([first.projected_units, first.projected_amount_cents]).toEqual(['23.0', 2300])
    const [none] = (await projectionOf(await meter(app))).charges_usage
    expect([none.units, none.projected_units, none.projected_amount_cents]).toEqual(['0.0', '0.0', 0])
  })

  it('is told of filters and groups; the whole charge leaves out what matches no filter', async () => {
    const setting = {
      metric: { filters: [{ key: 'region', values: ['eu', 'us'] }] },
      charges: [
        {
          ...at('1', { pricing_group_keys: ['team'], presentation_group_keys: [{ value: 'place' }] }),
          filters: [
            {
              values: { region: ['eu'] },
              properties: { amount: '2', pricing_group_keys: ['team'] },
              invoice_display_name: 'Europe',
            },
          ],
        },
      ],
    }
    const metered = await meter(app, setting, [
      used('3', { region: 'eu', team: 'a' }),
      used('6', { team: 'a', place: 'x' }),
      used('9', { region: 'eu' }),
    ])
    const usage = await projectionOf(metered)
    const [charge] = usage.charges_usage
    const numbers = (one: Fields) => [one.units, one.projected_units, one.amount_cents, one.projected_amount_cents]
    expect(numbers(charge)).toEqual(['18.0', '40.0', 3000, 8000])
    expect(usage.projected_amount_cents).toBe(8000)
    expect(charge.filters.map(numbers)).toEqual([
      ['12.0', '40.0', 2400, 8000],
      ['6.0', '20.0', 600, 2000],
    ])
    expect(charge.grouped_usage.map((group: Fields) => [group.grouped_by, ...numbers(group)])).toEqual([
      [{ team: 'a' }, '9.0', '30.0', 1200, 4000],
      [{ team: null }, '9.0', '30.0', 1800, 6000],
    ])
    const [group] = charge.grouped_usage
    expect(group.presentation_breakdowns).toEqual([{ presentation_by: { place: 'x' }, units: '6.0' }])
    expect(group.projected_presentation_breakdowns).toEqual([{ presentation_by: { place: 'x' }, units: '20.0' }])
    expect(group.filters.map(numbers)).toEqual([
      ['3.0', '10.0', 600, 2000],
      ['6.0', '20.0', 600, 2000],
    ])
    for (const part of [charge, group, charge.filters[0]]) {
      expect(part.total_aggregated_units).toBeUndefined()
      expect(part.charge?.code).toBeUndefined()
    }
  })

  it('has the taxes of what was used so far, and pricing units', async () => {
    const { tax } = await succeed(app.api.post('/taxes', { tax: { name: 'Tax', code: fresh('tax'), rate: 10 } }))
    const unit = fresh('credits')
    await succeed(app.api.post('/pricing_units', { pricing_unit: { name: 'Credits', code: unit, short_name: 'CR' } }))
    const charge = { ...at('1'), tax_codes: [tax.code], applied_pricing_unit: { code: unit, conversion_rate: '0.5' } }
    const metered = await meter(app, { charges: [charge] }, [used('3')])
    const usage = await projectionOf(metered)
    expect([
      usage.amount_cents,
      usage.taxes_amount_cents,
      usage.total_amount_cents,
      usage.projected_amount_cents,
    ]).toEqual([150, 15, 165, 500])
    expect(usage.charges_usage[0].pricing_unit_details).toEqual({
      amount_cents: 300,
      projected_amount_cents: 1000,
      short_name: 'CR',
      conversion_rate: '0.5',
    })
    expect((await projectionOf(metered, '&apply_taxes=false')).taxes_amount_cents).toBe(0)
  })

  it('is refused like current usage', async () => {
    const { customer, subscription } = await meter(app)
    const codeOf = async (path: string) => {
      const { status, body } = await app.api.get(`/customers/${path}`)
      return [status, body.code]
    }
    expect(await codeOf(`nobody/projected_usage?external_subscription_id=${subscription}`)).toEqual([
      404,
      'resource_not_found',
    ])
    expect(await codeOf(`${customer}/projected_usage`)).toEqual([405, 'no_active_subscription'])
  })
})
