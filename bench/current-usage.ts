import type pg from 'pg'
import { type Api, apiOf } from './support/api.ts'
import type { BenchOptions } from './support/options.ts'
import type { Row } from './support/row.ts'
import { connect, startServer } from './support/server.ts'
import { percentile, timings } from './support/timing.ts'

const CHARGES = 20
const REGIONS = ['eu-north', 'eu-west', 'us-east', 'us-west', 'ap-south']
const TIERS = ['standard', 'premium']
const PROPERTY_VALUES = { region: REGIONS, tier: TIERS }
/** Each charge has its metric, of these aggregations in turn. */
const AGGREGATIONS = [
  { aggregation_type: 'sum_agg', field_name: 'amount' },
  { aggregation_type: 'count_agg' },
  { aggregation_type: 'sum_agg', field_name: 'amount' },
  { aggregation_type: 'max_agg', field_name: 'amount' },
  { aggregation_type: 'unique_count_agg', field_name: 'user' },
]
const USERS = 500

interface Size {
  readonly events: number
  readonly reads: number
  /** Of the median, in milliseconds. */
  readonly aim: number
}

const SIZES: readonly Size[] = [
  { events: 10_000, reads: 200, aim: 15 },
  { events: 1_000_000, reads: 30, aim: 150 },
]
const SHORT_SIZES: readonly Size[] = [{ events: 2_000, reads: 10, aim: 15 }]

/**
 * What a customer's dashboard asks for again and again: the usage of the running month of one subscription whose plan has
 * 20 charges with 10 filters each, over HTTP, one request after another.
 *
 * The machine's limit is one SQL statement that adds up the same events.
 */
export async function benchCurrentUsage(options: BenchOptions): Promise<Row[]> {
  const server = await startServer({ profileDirectory: options.profileDirectory })
  const pool = connect(server, 2)
  try {
    const api = apiOf(server)
    await createPlan(api)
    const rows: Row[] = []
    for (const size of options.short ? SHORT_SIZES : SIZES) rows.push(...(await measure(api, pool, size)))
    return rows
  } finally {
    await pool.end()
    await server.stop()
  }
}

async function measure(api: Api, pool: pg.Pool, { events, reads, aim }: Size): Promise<Row[]> {
  const customer = `customer-${events}`
  await subscribe(api, customer)
  const path = `/customers/${customer}/current_usage?external_subscription_id=${customer}`
  const read = () => api.get<Usage>(path)
  const { customer_usage: empty } = await read()
  await insertEvents(pool, customer, events, empty.from_datetime)
  check((await read()).customer_usage, events)

  const times = await timings(reads, read)
  const raw = await timings(Math.min(reads, 20), () => rawAggregate(pool, customer, empty.from_datetime))
  const row = { unit: 'ms', better: 'lower' } as const
  const name = `current usage, ${events.toLocaleString('en-US')} events`
  return [
    { ...row, name: `${name}, p50`, measured: percentile(times, 0.5), limit: percentile(raw, 0.5), aim },
    { ...row, name: `${name}, p99`, measured: percentile(times, 0.99), limit: percentile(raw, 0.99), aim: null },
  ]
}

interface Usage {
  readonly customer_usage: {
    readonly from_datetime: string
    readonly charges_usage: readonly {
      readonly events_count: number
      readonly billable_metric: { readonly aggregation_type: string }
      readonly filters: readonly unknown[]
    }[]
  }
}

/** Every event is counted, once. */
function check({ charges_usage: charges }: Usage['customer_usage'], events: number): void {
  // Of unique counts, the events of a charge are its users, in each of its filters.
  const counted = charges.map(charge =>
    charge.billable_metric.aggregation_type === 'unique_count_agg' ? events / CHARGES : charge.events_count,
  )
  const total = counted.reduce((sum, count) => sum + count, 0)
  if (total !== events) throw new Error(`the usage counts ${total} of ${events} events`)
  if (charges.some(charge => charge.filters.length !== REGIONS.length * TIERS.length + 1)) {
    throw new Error('a charge does not tell the usage of each filter')
  }
}

async function createPlan(api: Api): Promise<void> {
  const filters = Object.entries(PROPERTY_VALUES).map(([key, values]) => ({ key, values }))
  const charges = []
  for (let place = 0; place < CHARGES; place += 1) {
    const code = `metric_${place}`
    const { billable_metric: metric } = await api.post<{ billable_metric: { lago_id: string } }>('/billable_metrics', {
      billable_metric: { name: code, code, filters, ...AGGREGATIONS[place % AGGREGATIONS.length] },
    })
    charges.push({
      billable_metric_id: metric.lago_id,
      charge_model: 'standard',
      properties: { amount: '0.01' },
      filters: REGIONS.flatMap((region, place) =>
        TIERS.map(tier => ({
          properties: { amount: `0.0${place + 1}` },
          values: { region: [region], tier: [tier] },
        })),
      ),
    })
  }
  await api.post('/plans', {
    plan: {
      name: 'Usage',
      code: 'usage',
      interval: 'monthly',
      amount_cents: 0,
      amount_currency: 'USD',
      pay_in_advance: false,
      charges,
    },
  })
}

async function subscribe(api: Api, customer: string): Promise<void> {
  const longAgo = Temporal.Now.instant().subtract({ hours: 24 * 60 })
  await api.post('/customers', { customer: { external_id: customer, currency: 'USD' } })
  await api.post('/subscriptions', {
    subscription: {
      external_customer_id: customer,
      external_id: customer,
      plan_code: 'usage',
      subscription_at: longAgo.toString(),
    },
  })
}

/** Spreads events evenly over the metrics, and over the period up to now. */
async function insertEvents(pool: pg.Pool, subscription: string, events: number, from: string): Promise<void> {
  await pool.query(
    `insert into events
       (id, organization_id, external_subscription_id, transaction_id, code, timestamp, properties, created_at)
     select
       uuidv7(), subscriptions.organization_id, $1, 'tx-' || number, 'metric_' || number % $2::integer,
       $3::timestamptz + (clock_timestamp() - $3::timestamptz) * (number::double precision / $4::integer),
       jsonb_build_object(
         'region', ($5::text[])[number / $2::integer % cardinality($5::text[]) + 1],
         'tier', ($6::text[])[number / $2::integer % cardinality($6::text[]) + 1],
         'amount', number % 1000,
         'user', 'user-' || hashint4(number) % $7::integer
       ),
       clock_timestamp()
     from subscriptions, generate_series(1, $4::integer) as number
     where subscriptions.external_id = $1`,
    [subscription, CHARGES, from, events, REGIONS, TIERS, USERS],
  )
  await pool.query('vacuum analyze')
}

async function rawAggregate(pool: pg.Pool, subscription: string, from: string): Promise<void> {
  await pool.query({
    name: 'raw_aggregate',
    text: `
      select code, properties ->> 'region', properties ->> 'tier', count(*), sum((properties ->> 'amount')::numeric)
      from events
      where organization_id = (select organization_id from subscriptions where external_id = $1)
        and external_subscription_id = $1
        and timestamp >= $2
      group by 1, 2, 3`,
    values: [subscription, from],
  })
}
