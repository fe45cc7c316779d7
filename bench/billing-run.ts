import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { type Api, apiOf } from './support/api.ts'
import type { BenchOptions } from './support/options.ts'
import type { Row } from './support/row.ts'
import { type BenchServer, connect, startServer } from './support/server.ts'
import { timed } from './support/timing.ts'

const EVENTS_A_SUBSCRIPTION = 50
const POLL_MS = 100
/** As many as the server's worker uses for its jobs, and commits at once. */
const CONNECTIONS = 4
const INVOICES_A_COMMIT = 25
const GIBIBYTE_IN_MIB = 1024
const METRICS = [
  { code: 'requests', aggregation_type: 'count_agg' },
  { code: 'tokens', aggregation_type: 'sum_agg', field_name: 'amount' },
  { code: 'seats', aggregation_type: 'max_agg', field_name: 'amount' },
]
const CHARGES = [
  { charge_model: 'standard', properties: { amount: '0.02' } },
  { charge_model: 'package', properties: { amount: '1.5', package_size: 100, free_units: 100 } },
  {
    charge_model: 'graduated',
    properties: {
      graduated_ranges: [
        { from_value: 0, to_value: 10, per_unit_amount: '1', flat_amount: '5' },
        { from_value: 11, to_value: null, per_unit_amount: '0.5', flat_amount: '0' },
      ],
    },
  },
]

/**
 * The first of the month: many subscriptions fall due at once, each with 3 usage charges and 50 events in its period. The
 * clock's tick is given as the clock gives it; measured is the time until the last job is done.
 *
 * The machine's limit is the same invoices, with their periods and fees, inserted by SQL alone into copies of the tables.
 */
export async function benchBillingRun(options: BenchOptions): Promise<Row[]> {
  const size = options.short ? 200 : options.full ? 100_000 : 10_000
  const server = await startServer({ profileDirectory: options.profileDirectory })
  const pool = connect(server, CONNECTIONS)
  try {
    await seed(apiOf(server), pool, size)
    const { seconds, peakBytes } = await billAll(server, pool)
    await checkInvoices(pool, size)
    const rawSeconds = (await timed(() => insertAgain(pool))) / 1000
    return [
      {
        name: `billing run, ${size.toLocaleString('en-US')} subscriptions`,
        measured: size / seconds,
        unit: 'invoices/s',
        better: 'higher',
        limit: size / rawSeconds,
        aim: 200,
      },
      {
        name: 'billing run, peak memory of the server',
        measured: peakBytes / 1024 ** 2,
        unit: 'MiB',
        better: 'lower',
        limit: null,
        aim: GIBIBYTE_IN_MIB,
      },
    ]
  } finally {
    await pool.end()
    await server.stop()
  }
}

async function seed(api: Api, pool: pg.Pool, size: number): Promise<void> {
  const planId = await createPlan(api)
  const { rows } = await pool.query<{ organization_id: string; billing_entity_id: string }>(
    `select plans.organization_id, billing_entities.id as billing_entity_id
     from plans
     join billing_entities on billing_entities.organization_id = plans.organization_id
     where plans.id = $1`,
    [planId],
  )
  const owner = rows[0]
  if (owner === undefined) throw new Error('the plan has no organization')
  const month = Temporal.Now.plainDateISO('UTC').with({ day: 1 })
  const ends = `${month}T00:00:00Z`
  const starts = `${month.subtract({ months: 1 })}T00:00:00Z`
  await pool.query(
    `insert into customers
       (id, organization_id, billing_entity_id, external_id, sequential_id, slug, currency, created_at, updated_at)
     select uuidv7(), $1, $2, 'customer-' || number, number, 'CUS-' || number, 'USD', $3, $3
     from generate_series(1, $4::integer) as number`,
    [owner.organization_id, owner.billing_entity_id, starts, size],
  )
  await pool.query(
    `insert into subscriptions
       (id, organization_id, customer_id, plan_id, external_id, status, subscription_at, started_at, activated_at,
        next_billing_at, created_at, updated_at)
     select uuidv7(), organization_id, id, $1, external_id, 'active', $2, $2, $2, $3, $2, $2
     from customers
     where organization_id = $4`,
    [planId, starts, ends, owner.organization_id],
  )
  await pool.query(
    `insert into events
       (id, organization_id, external_subscription_id, transaction_id, code, timestamp, properties, created_at)
     select
       uuidv7(), $1, 'customer-' || customer, 'tx-' || customer || '-' || number, ($2::text[])[number % 3 + 1],
       $3::timestamptz + number * interval '12 hours', jsonb_build_object('amount', number, 'region', 'eu'),
       $3::timestamptz + number * interval '12 hours'
     from generate_series(1, $4::integer) as customer, generate_series(1, $5::integer) as number`,
    [owner.organization_id, METRICS.map(metric => metric.code), starts, size, EVENTS_A_SUBSCRIPTION],
  )
  await pool.query('vacuum analyze')
}

async function createPlan(api: Api): Promise<string> {
  const charges = []
  for (const [place, metric] of METRICS.entries()) {
    const body = { billable_metric: { name: metric.code, ...metric } }
    const { billable_metric: created } = await api.post<{ billable_metric: { lago_id: string } }>(
      '/billable_metrics',
      body,
    )
    charges.push({ billable_metric_id: created.lago_id, ...CHARGES[place] })
  }
  const { plan } = await api.post<{ plan: { lago_id: string } }>('/plans', {
    plan: {
      name: 'Team',
      code: 'team',
      interval: 'monthly',
      amount_cents: 4900,
      amount_currency: 'USD',
      pay_in_advance: false,
      charges,
    },
  })
  return plan.lago_id
}

/** Gives the tick, and waits until nothing is left to do. */
async function billAll(server: BenchServer, pool: pg.Pool): Promise<{ seconds: number; peakBytes: number }> {
  const start = performance.now()
  await pool.query(`select graphile_worker.add_job('run_clock_task', '{"name": "bill_subscriptions"}')`)
  let peakBytes = 0
  while (await isAnythingDue(pool)) {
    peakBytes = Math.max(peakBytes, await server.memory())
    await pause(POLL_MS)
  }
  return { seconds: (performance.now() - start) / 1000, peakBytes }
}

async function isAnythingDue(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ due: boolean }>(
    `select exists (select from subscriptions where next_billing_at <= now() and status = 'active') as due`,
  )
  return rows[0]?.due ?? false
}

/** A run that bills nothing, or bills zero, is fast but not billing. */
async function checkInvoices(pool: pg.Pool, size: number): Promise<void> {
  const { rows } = await pool.query<{ invoices: number; numbers: number; fees: number; events: number }>(
    `select
       count(distinct invoices.id)::integer as invoices,
       count(distinct invoices.number)::integer as numbers,
       count(*)::integer as fees,
       sum(fees.events_count)::integer as events
     from invoices
     join fees on fees.invoice_id = invoices.id
     where invoices.status = 'finalized' and fees.amount_cents > 0`,
  )
  const expected = { invoices: size, numbers: size, fees: size * 4, events: size * EVENTS_A_SUBSCRIPTION }
  const found = JSON.stringify(rows[0])
  if (found !== JSON.stringify(expected)) throw new Error(`billed ${found} instead of ${JSON.stringify(expected)}`)
}

/** Writes copies of all invoices, as the billing run commits them: some at a time, on several connections. */
async function insertAgain(pool: pg.Pool): Promise<void> {
  for (const name of ['invoices', 'invoice_subscriptions', 'fees']) {
    await pool.query(`create table raw_${name} (like ${name} including all)`)
  }
  // What is known of the tables is from before the run, when they were empty.
  await pool.query('analyze')
  const { rows } = await pool.query<{ ids: string[] }>(
    `select array_agg(id) as ids
     from (select id, (row_number() over (order by id) - 1) / ${INVOICES_A_COMMIT} as part from invoices) as numbered
     group by part`,
  )
  const parts = rows.map(row => row.ids).values()
  await Promise.all(Array.from({ length: CONNECTIONS }, () => insertEach(pool, parts)))
}

async function insertEach(pool: pg.Pool, parts: Iterable<string[]>): Promise<void> {
  for (const ids of parts) {
    await pool.query({
      name: 'insert_again',
      text: `
        with
          invoice as (insert into raw_invoices select * from invoices where id = any($1)),
          periods as (insert into raw_invoice_subscriptions select * from invoice_subscriptions where invoice_id = any($1))
        insert into raw_fees select * from fees where invoice_id = any($1) and deleted_at is null`,
      values: [ids],
    })
  }
}
