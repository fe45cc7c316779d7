import type { Tenant } from '../support/app.ts'

/** What the seed made, by the names that the tests look for. */
export interface Acme {
  readonly customer: string
  readonly subscription: string
}

/**
 * A believable month of one AI company's customers, made through the API on the test clock: token prices by model, seats,
 * prepaid credits, a coupon, a tax; one month billed, the next one running.
 */
export async function seedAcme({ api, setClock, advanceTo, settle }: Tenant): Promise<Acme> {
  const make = async (path: string, body: unknown) => {
    const answer = await api.post(path, body)
    if (answer.status !== 200) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const recordDays = (from: string, to: string) =>
    make('/subscriptions/northwind-prod/daily_usages/backfill', { daily_usage: { from_date: from, to_date: to } })
  await setClock('2026-03-01T09:00:00Z')
  await make('/taxes', { tax: { name: 'VAT', code: 'vat', rate: '8.1', applied_to_organization: true } })
  const { billable_metric: tokens } = await make('/billable_metrics', {
    billable_metric: {
      name: 'Tokens',
      code: 'tokens',
      aggregation_type: 'sum_agg',
      field_name: 'count',
      filters: [{ key: 'model', values: ['small', 'large'] }],
    },
  })
  const { billable_metric: calls } = await make('/billable_metrics', {
    billable_metric: { name: 'API calls', code: 'api_calls', aggregation_type: 'count_agg' },
  })
  const { billable_metric: storage } = await make('/billable_metrics', {
    billable_metric: { name: 'Storage', code: 'storage', aggregation_type: 'max_agg', field_name: 'gb' },
  })
  await make('/plans', {
    plan: {
      name: 'Scale',
      code: 'scale',
      interval: 'monthly',
      amount_cents: 49_900,
      amount_currency: 'USD',
      pay_in_advance: false,
      charges: [
        {
          billable_metric_id: tokens.lago_id,
          charge_model: 'standard',
          invoice_display_name: 'Tokens',
          properties: { amount: '0.0002' },
          filters: [
            { values: { model: ['small'] }, invoice_display_name: 'Small model', properties: { amount: '0.00004' } },
            { values: { model: ['large'] }, invoice_display_name: 'Large model', properties: { amount: '0.0006' } },
          ],
        },
        {
          billable_metric_id: calls.lago_id,
          charge_model: 'graduated',
          invoice_display_name: 'API calls',
          properties: {
            graduated_ranges: [
              { from_value: 0, to_value: 10, per_unit_amount: '0', flat_amount: '0' },
              { from_value: 11, to_value: 20, per_unit_amount: '0.5', flat_amount: '10' },
              { from_value: 21, to_value: null, per_unit_amount: '0.25', flat_amount: '0' },
            ],
          },
        },
        {
          billable_metric_id: storage.lago_id,
          charge_model: 'package',
          invoice_display_name: 'Storage',
          properties: { amount: '5', package_size: 100, free_units: 50 },
        },
      ],
    },
  })
  for (const [index, [id, name, country]] of CUSTOMERS.entries()) {
    await make('/customers', {
      customer: {
        external_id: id,
        name,
        email: `billing@${id}.test`,
        currency: 'USD',
        country,
        customer_type: 'company',
        timezone: index === 0 ? 'Europe/Zurich' : undefined,
        legal_name: `${name} Ltd`,
        address_line1: `${index + 1} Lake Street`,
        city: 'Biel',
        zipcode: '2500',
        tax_identification_number: index === 0 ? 'CHE123456789' : undefined,
        metadata: index === 0 ? [{ key: 'crm_id', value: 'A-1042', display_in_invoice: false }] : undefined,
      },
    })
    if (index < SUBSCRIBED) {
      await make('/subscriptions', {
        subscription: { external_customer_id: id, plan_code: 'scale', external_id: `${id}-prod`, name: 'Production' },
      })
    }
  }
  await make('/wallets', {
    wallet: {
      external_customer_id: 'northwind',
      name: 'Prepaid credits',
      rate_amount: '1',
      currency: 'USD',
      granted_credits: '150',
    },
  })
  await make('/coupons', {
    coupon: {
      name: 'Launch partner',
      code: 'launch',
      coupon_type: 'percentage',
      percentage_rate: '10',
      frequency: 'recurring',
      frequency_duration: 3,
      expiration: 'no_expiration',
    },
  })
  await make('/applied_coupons', { applied_coupon: { external_customer_id: 'northwind', coupon_code: 'launch' } })
  await sendMonth(make, '2026-03', 30)
  await setClock('2026-03-31T20:00:00Z')
  await recordDays('2026-03-01', '2026-03-30')
  await advanceTo('2026-04-01T12:00:00Z')
  await sendMonth(make, '2026-04', 11)
  await setClock('2026-04-12T09:30:00Z')
  await recordDays('2026-04-01', '2026-04-11')
  await advanceTo('2026-04-12T10:00:00Z')
  await settle()
  return { customer: 'northwind', subscription: 'northwind-prod' }
}

const SUBSCRIBED = 6
const CUSTOMERS: readonly (readonly [string, string, string])[] = [
  ['northwind', 'Northwind Labs', 'CH'],
  ['larkspur', 'Larkspur AI', 'US'],
  ['bluefin', 'Bluefin Robotics', 'JP'],
  ['meridian', 'Meridian Health', 'GB'],
  ['ostrava', 'Ostrava Data', 'CZ'],
  ['pinewood', 'Pinewood Media', 'SE'],
  ['quarry', 'Quarry Systems', 'DE'],
  ['tern', 'Tern Logistics', 'NL'],
]

async function sendMonth(make: (path: string, body: unknown) => Promise<unknown>, month: string, days: number) {
  const events: Record<string, unknown>[] = []
  for (const [index, [id]] of CUSTOMERS.slice(0, SUBSCRIBED).entries()) {
    for (let day = 1; day <= days; day++) {
      const at = Date.parse(`${month}-${String(day).padStart(2, '0')}T10:00:00Z`) / 1000
      const weight = (((day * 7 + index * 3) % 11) + 2) * (6 - index)
      const event = (code: string, properties: unknown, part: string) =>
        events.push({
          transaction_id: `${id}-${month}-${day}-${part}`,
          external_subscription_id: `${id}-prod`,
          code,
          timestamp: at,
          properties,
        })
      event('tokens', { model: 'large', count: weight * 800 }, 'large')
      event('tokens', { model: 'small', count: weight * 9_000 }, 'small')
      if (day % 5 === 0) event('tokens', { model: 'experimental', count: 1_500 }, 'other')
      event('api_calls', {}, 'call')
      if (day % 6 === 0) event('storage', { gb: 60 + day * 11 }, 'storage')
    }
  }
  for (let start = 0; start < events.length; start += 100) {
    await make('/events/batch', { events: events.slice(start, start + 100) })
  }
}
