import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { UsageEvent } from '../packages/server/src/events/event-store.ts'
import { appendEvents } from '../packages/server/src/events/postgres/append.ts'
import { newId } from '../packages/server/src/platform/ids.ts'
import { type LoadResult, sendAll } from './support/http-load.ts'
import type { BenchOptions } from './support/options.ts'
import type { Row } from './support/row.ts'
import { type BenchServer, connect, startServer } from './support/server.ts'
import { percentile, timed } from './support/timing.ts'

const BATCH = 100
const BATCH_CONNECTIONS = 16
const SINGLE_CONNECTIONS = 64
/** Where the bare statement is at its best. */
const RAW_CONNECTIONS = { batches: 8, singles: 32 }
const SUBSCRIPTIONS = 1000

/**
 * Events over HTTP, durable and deduplicated: batches of a hundred, and one a request. Beside them the same rows through
 * the bare insert statement, without HTTP; single events are faster than that because they share statements.
 */
export async function benchIngest(options: BenchOptions): Promise<Row[]> {
  const { batched, single } = options.short ? { batched: 5_000, single: 2_000 } : { batched: 600_000, single: 100_000 }
  const server = await startServer({ profileDirectory: options.profileDirectory })
  try {
    await sendBatches(server, 10_000)
    await sendSingles(server, 5_000)
    const batchLimit = await insertWithoutHttp(server, batched, BATCH, RAW_CONNECTIONS.batches)
    const batches = await sendBatches(server, batched)
    const singleLimit = await insertWithoutHttp(server, single, 1, RAW_CONNECTIONS.singles)
    const singles = await sendSingles(server, single)
    return [
      ...rows('events in batches of 100', batches, { count: batched, limit: batchLimit, aim: 60_000, slowest: null }),
      ...rows('events, one a request', singles, { count: single, limit: singleLimit, aim: 10_000, slowest: 50 }),
    ]
  } finally {
    await server.stop()
  }
}

interface Frame {
  readonly count: number
  readonly limit: number
  readonly aim: number
  /** Of 99 in 100 requests, in milliseconds. */
  readonly slowest: number | null
}

function rows(name: string, { seconds, latencies }: LoadResult, { count, limit, aim, slowest }: Frame): Row[] {
  const measured = count / seconds
  const time = { unit: 'ms', better: 'lower', limit: null } as const
  return [
    { name, measured, unit: 'events/s', better: 'higher', limit, aim },
    { name: `${name}: request p50`, measured: percentile(latencies, 0.5), aim: null, ...time },
    { name: `${name}: request p99`, measured: percentile(latencies, 0.99), aim: slowest, ...time },
  ]
}

async function sendBatches(server: BenchServer, count: number): Promise<LoadResult> {
  const bodies = Array.from({ length: count / BATCH }, () => JSON.stringify({ events: sample(BATCH) }))
  return sendAll({ ...server, path: '/api/v1/events/batch', bodies, connections: BATCH_CONNECTIONS })
}

async function sendSingles(server: BenchServer, count: number): Promise<LoadResult> {
  const bodies = sample(count).map(event => JSON.stringify({ event }))
  return sendAll({ ...server, path: '/api/v1/events', bodies, connections: SINGLE_CONNECTIONS })
}

/** Events as a gateway to language models sends them: one subscription a batch, times within a month. */
function sample(count: number) {
  const subscription = `sub_${Math.floor(Math.random() * SUBSCRIPTIONS)}`
  return Array.from({ length: count }, () => ({
    transaction_id: randomUUID(),
    external_subscription_id: subscription,
    code: 'tokens',
    timestamp: 1_767_225_600 + Math.floor(Math.random() * 2_592_000),
    properties: { tokens: Math.floor(Math.random() * 10_000), model: 'large', region: 'eu' },
  }))
}

/** Events a second from memory to disk, by the statement that Weir uses. */
async function insertWithoutHttp(
  server: BenchServer,
  count: number,
  batch: number,
  connections: number,
): Promise<number> {
  const pool = connect(server, connections)
  const organizationId = await organizationOf(pool, server.apiKey)
  const batches = Array.from({ length: count / batch }, () => sample(batch).map(event => stored(organizationId, event)))
  let next = 0
  const insert = async () => {
    for (let events = batches[next++]; events !== undefined; events = batches[next++]) {
      await appendEvents(pool, events, 'reject')
    }
  }
  const milliseconds = await timed(() => Promise.all(Array.from({ length: connections }, insert)))
  await pool.end()
  return (count / milliseconds) * 1000
}

/** The organization that the key belongs to: what arrives for one that does not exist would be told of again and again. */
async function organizationOf(pool: pg.Pool, apiKey: string): Promise<string> {
  const { rows } = await pool.query<{ organization_id: string }>(
    "select organization_id from api_keys where key_hash = sha256(convert_to($1, 'UTF8'))",
    [apiKey],
  )
  if (rows[0] === undefined) throw new Error('the key of the benchmark is not known')
  return rows[0].organization_id
}

function stored(organizationId: string, event: ReturnType<typeof sample>[number]): UsageEvent {
  return {
    id: newId(),
    organizationId,
    externalSubscriptionId: event.external_subscription_id,
    transactionId: event.transaction_id,
    code: event.code,
    timestamp: BigInt(event.timestamp) * 1_000_000n,
    properties: JSON.stringify(event.properties),
    preciseTotalAmountCents: null,
    createdAt: 1_767_225_600_000_000n,
  }
}
