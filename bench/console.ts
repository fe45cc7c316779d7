import type pg from 'pg'
import type { Page } from 'playwright-core'
import { hasChromium } from '../packages/server/test/browser/chromium.ts'
import { openConsole, untilShown } from '../scripts/console/browser.ts'
import { findSubjects, PAGES, type Subjects } from '../scripts/console/pages.ts'
import { type Api, apiOf } from './support/api.ts'
import type { BenchOptions } from './support/options.ts'
import type { Row } from './support/row.ts'
import { connect, startServer } from './support/server.ts'
import { percentile, timings } from './support/timing.ts'

const INVOICES_A_CUSTOMER = 10
const EVENTS_A_CUSTOMER = 3
const AIM_MS = 1_000
const CUSTOMER = 'customer-77'

/**
 * How long each page of the console takes until what it shows is there, in Chromium, in an organization with many customers
 * and ten times as many invoices. The browser has the pages' files already, and the server's database has been read before.
 */
export async function benchConsole({ short, profileDirectory }: BenchOptions): Promise<Row[]> {
  if (!hasChromium) {
    process.stderr.write('there is no Chromium: the console is not measured\n')
    return []
  }
  const customers = short ? 1_000 : 100_000
  const server = await startServer({ profileDirectory, env: { WEIR_CONSOLE: 'on' } })
  const pool = connect(server, 2)
  try {
    const api = apiOf(server)
    await seed(api, pool, customers)
    const browser = await openConsole(server.url)
    try {
      const page = await browser.newPage({ theme: 'light', width: 1280 })
      const list = async (path: string, root: string) =>
        (await api.get<Record<string, readonly Record<string, unknown>[]>>(path))[root] ?? []
      const subjects = await findSubjects(list, CUSTOMER)
      return await measure(page, browser.live, subjects, short ? 2 : 5)
    } finally {
      await browser.close()
    }
  } finally {
    await pool.end()
    await server.stop()
  }
}

async function measure(page: Page, root: string, subjects: Subjects, repetitions: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, path } of PAGES) {
    const address = `${root}${path(subjects)}`
    if (address.includes('/none')) continue
    const times = await timings(repetitions, async () => {
      await page.goto(address)
      await untilShown(page)
    })
    const measured = percentile(times, 0.5)
    rows.push({ name: `console, ${name}`, measured, unit: 'ms', better: 'lower', limit: null, aim: AIM_MS })
  }
  return rows
}

/** A business of the given size: the prices through the API, what there is much of by SQL. */
async function seed(api: Api, pool: pg.Pool, customers: number): Promise<void> {
  const { billable_metric: metric } = await api.post<{ billable_metric: { lago_id: string } }>('/billable_metrics', {
    billable_metric: { code: 'requests', name: 'Requests', aggregation_type: 'count_agg' },
  })
  const { plan } = await api.post<{ plan: { lago_id: string; charges: { lago_id: string }[] } }>('/plans', {
    plan: {
      name: 'Team',
      code: 'team',
      interval: 'monthly',
      amount_cents: 4900,
      amount_currency: 'USD',
      pay_in_advance: false,
      charges: [{ billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '0.02' } }],
    },
  })
  await api.post('/taxes', { tax: { code: 'vat', name: 'VAT', rate: '8.1' } })
  await api.post('/features', { feature: { code: 'sso', name: 'Single sign-on' } })
  await api.post('/add_ons', { add_on: { code: 'setup', name: 'Setup', amount_cents: 100, amount_currency: 'USD' } })
  await api.post('/coupons', {
    coupon: {
      code: 'launch',
      name: 'Launch',
      coupon_type: 'percentage',
      percentage_rate: '10',
      frequency: 'forever',
      expiration: 'no_expiration',
    },
  })
  await pool.query(
    `insert into customers
       (id, organization_id, billing_entity_id, external_id, sequential_id, slug, name, email, country, currency,
        created_at, updated_at)
     select
       uuidv7(), plans.organization_id, billing_entities.id, 'customer-' || number, number, 'CUS-' || number,
       ($2::text[])[number % 7 + 1] || ' ' || ($3::text[])[number % 5 + 1] || ' ' || number,
       'billing@customer-' || number || '.example', 'CH', 'USD', at.time, at.time
     from plans
     join billing_entities on billing_entities.organization_id = plans.organization_id,
     generate_series(1, $4::integer) as number,
     lateral (select now() - interval '400 days' + number * interval '5 minutes') as at (time)
     where plans.id = $1`,
    [
      plan.lago_id,
      ['Blue', 'Quiet', 'North', 'Copper', 'Open', 'High', 'Grand'],
      ['Labs', 'Media', 'Health', 'Works', 'Foods'],
      customers,
    ],
  )
  await pool.query(
    `insert into subscriptions
       (id, organization_id, customer_id, plan_id, external_id, status, subscription_at, started_at, activated_at,
        next_billing_at, created_at, updated_at)
     select uuidv7(), organization_id, id, $1, external_id, 'active', created_at, created_at, created_at,
       now() + interval '20 days', created_at, created_at
     from customers`,
    [plan.lago_id],
  )
  await pool.query(
    `insert into invoices
       (id, organization_id, customer_id, billing_entity_id, sequential_id, billing_entity_sequential_id, number, currency,
        invoice_type, status, payment_status, payment_overdue, issuing_date, expected_finalization_date, payment_due_date,
        timezone, fees_amount_cents, sub_total_excluding_taxes_amount_cents, sub_total_including_taxes_amount_cents,
        total_amount_cents, total_paid_amount_cents, finalized_at, created_at, updated_at)
     select
       uuidv7(), customers.organization_id, customers.id, customers.billing_entity_id, month,
       customers.sequential_id + month * $1, 'WEI-' || month || '-' || customers.sequential_id, 'USD',
       'subscription', case when month = $2 and customers.sequential_id % 50 = 0 then 'draft' else 'finalized' end,
       paid.status, paid.status <> 'succeeded' and month < $2, at.time::date, at.time::date, at.time::date + 30,
       'UTC', 9900, 9900, 9900, 9900, case paid.status when 'succeeded' then 9900 else 0 end,
       case when month = $2 and customers.sequential_id % 50 = 0 then null else at.time end, at.time, at.time
     from generate_series(1, $2::integer) as month, customers,
     lateral (select date_trunc('month', now()) - ($2 - month) * interval '1 month' + customers.sequential_id * interval '100 milliseconds') as at (time),
     lateral (select case when (customers.sequential_id + month) % 40 = 0 then 'failed'
       when month = $2 and customers.sequential_id % 3 = 0 then 'pending' else 'succeeded' end) as paid (status)`,
    [customers, INVOICES_A_CUSTOMER],
  )
  await pool.query(
    `insert into invoice_subscriptions
       (id, organization_id, invoice_id, subscription_id, invoicing_reason, recurring, timestamp, from_datetime, to_datetime,
        charges_from_datetime, charges_to_datetime, created_at)
     select uuidv7(), invoices.organization_id, invoices.id, subscriptions.id, 'subscription_periodic', true,
       invoices.created_at, invoices.created_at - interval '1 month', invoices.created_at,
       invoices.created_at - interval '1 month', invoices.created_at, invoices.created_at
     from invoices
     join subscriptions on subscriptions.customer_id = invoices.customer_id`,
  )
  await pool.query(
    `insert into fees
       (id, organization_id, billing_entity_id, invoice_id, subscription_id, charge_id, fee_type, amount_cents,
        amount_currency, precise_amount_cents, precise_unit_amount, unit_amount_cents, units, events_count,
        from_datetime, to_datetime, payment_status, created_at, updated_at)
     select
       uuidv7(), links.organization_id, invoices.billing_entity_id, invoices.id, links.subscription_id,
       case fee.type when 'charge' then $1::uuid end, fee.type, fee.cents, 'USD', fee.cents,
       fee.cents / 100.0 / fee.units, fee.cents / fee.units, fee.units, case fee.type when 'charge' then 2500 end,
       links.from_datetime, links.to_datetime, invoices.payment_status, invoices.created_at, invoices.created_at
     from invoice_subscriptions as links
     join invoices on invoices.id = links.invoice_id,
     (values ('subscription', 4900, 1), ('charge', 5000, 2500)) as fee (type, cents, units)`,
    [plan.charges[0]?.lago_id],
  )
  await pool.query(
    `insert into events
       (id, organization_id, external_subscription_id, transaction_id, code, timestamp, properties, created_at)
     select uuidv7(), organization_id, external_id, external_id || '-' || number, 'requests',
       at.time, '{"region": "eu"}', at.time
     from subscriptions, generate_series(1, $1::integer) as number,
     lateral (select now() - number * interval '6 hours' - split_part(external_id, '-', 2)::integer * interval '200 milliseconds')
       as at (time)`,
    [EVENTS_A_CUSTOMER],
  )
  await pool.query('vacuum analyze')
}
