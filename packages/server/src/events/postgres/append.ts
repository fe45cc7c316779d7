import type { Pool } from 'pg'
import type { AppendResult, UsageEvent } from '../event-store.ts'
import { jsonbArray, textArray, timestampArray, uuidArray } from './binary-arrays.ts'

const INSERT = `
  insert into events (
    id, organization_id, external_subscription_id, transaction_id, code,
    timestamp, properties, precise_total_amount_cents, created_at
  )
  select id, organization_id, external_subscription_id, transaction_id, code,
    timestamp, properties, precise_total_amount_cents::numeric, created_at
  from unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[],
    $6::timestamptz[], $7::jsonb[], $8::text[], $9::timestamptz[]
  ) as event (
    id, organization_id, external_subscription_id, transaction_id, code,
    timestamp, properties, precise_total_amount_cents, created_at
  )`

/** Of each subscription that got events: tells that they came. Events that were left out did not come. */
const ARRIVALS = `
  insert into event_arrivals (organization_id, external_subscription_id, position)
  select organization_id, external_subscription_id, min(position)
  from stored
  where external_subscription_id is not null
  group by organization_id, external_subscription_id`

const INSERT_ALL = `
  with stored as (
    ${INSERT}
    returning organization_id, external_subscription_id, position
  )
  ${ARRIVALS}`

const INSERT_NEW = `
  with stored as (
    ${INSERT}
    on conflict (organization_id, transaction_id, external_subscription_id) do nothing
    returning id, organization_id, external_subscription_id, position
  ), arrivals as (
    ${ARRIVALS}
  )
  select id from stored`

const FIND_STORED = `
  select key.place::int as place
  from unnest($1::uuid[], $2::text[], $3::text[])
    with ordinality as key (organization_id, external_subscription_id, transaction_id, place)
  join events using (organization_id, transaction_id, external_subscription_id)`

const UNIQUE_VIOLATION = '23505'
// Serialization failure, deadlock: the statement did nothing and may simply be run again.
const PASSING = new Set<unknown>(['40001', '40P01'])
const ATTEMPTS = 5

/** {@link EventStore.append} on PostgreSQL. It runs outside any transaction: when it resolves, the events are committed. */
export async function appendEvents(
  pool: Pool,
  events: readonly UsageEvent[],
  onDuplicate: 'skip' | 'reject',
): Promise<AppendResult[]> {
  return onDuplicate === 'skip' ? storeNew(pool, events) : storeAll(pool, events)
}

async function storeNew(pool: Pool, events: readonly UsageEvent[]): Promise<AppendResult[]> {
  const values = columns(inKeyOrder(events))
  const { rows } = await persistently(() =>
    pool.query<{ id: string }>({ name: 'insert_new_events', text: INSERT_NEW, values }),
  )
  if (rows.length === events.length) return events.map(() => 'stored')
  const stored = new Set(rows.map(row => row.id))
  return events.map(event => (stored.has(event.id) ? 'stored' : 'duplicate'))
}

async function storeAll(pool: Pool, events: readonly UsageEvent[]): Promise<AppendResult[]> {
  const repeated = repeatedTransactions(events)
  if (repeated.size > 0) return duplicates(events, repeated.union(await findStored(pool, events)))
  const values = columns(inKeyOrder(events))
  for (let attempt = 1; ; attempt += 1) {
    try {
      await persistently(() => pool.query({ name: 'insert_events', text: INSERT_ALL, values }))
      return events.map(() => 'stored')
    } catch (error) {
      if (codeOf(error) !== UNIQUE_VIOLATION || attempt === ATTEMPTS) throw error
    }
    const stored = await findStored(pool, events)
    if (stored.size > 0) return duplicates(events, stored)
  }
}

function duplicates(events: readonly UsageEvent[], places: ReadonlySet<number>): AppendResult[] {
  return events.map((_, place) => (places.has(place) ? 'duplicate' : 'stored'))
}

/** The places of events whose transaction id an earlier one has. */
function repeatedTransactions(events: readonly UsageEvent[]): Set<number> {
  const seen = new Set<string>()
  const repeated = new Set<number>()
  for (const [place, { transactionId }] of events.entries()) {
    if (seen.has(transactionId)) repeated.add(place)
    seen.add(transactionId)
  }
  return repeated
}

async function findStored(pool: Pool, events: readonly UsageEvent[]): Promise<Set<number>> {
  const { rows } = await pool.query<{ place: number }>(FIND_STORED, [
    uuidArray(events.map(event => event.organizationId)),
    textArray(events.map(event => event.externalSubscriptionId)),
    textArray(events.map(event => event.transactionId)),
  ])
  return new Set(rows.map(row => row.place - 1))
}

/** Statements that wait for each other's keys do so in the same order, so that none waits in a circle. */
function inKeyOrder(events: readonly UsageEvent[]): readonly UsageEvent[] {
  for (let place = 1; place < events.length; place += 1) {
    const [before, event] = [events[place - 1], events[place]]
    if (before !== undefined && event !== undefined && compareKeys(before, event) > 0)
      return events.toSorted(compareKeys)
  }
  return events
}

function compareKeys(a: UsageEvent, b: UsageEvent): number {
  return (
    compare(a.organizationId, b.organizationId) ||
    compare(a.transactionId, b.transactionId) ||
    compare(a.externalSubscriptionId ?? '', b.externalSubscriptionId ?? '')
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function columns(events: readonly UsageEvent[]): Buffer[] {
  return [
    uuidArray(events.map(event => event.id)),
    uuidArray(events.map(event => event.organizationId)),
    textArray(events.map(event => event.externalSubscriptionId)),
    textArray(events.map(event => event.transactionId)),
    textArray(events.map(event => event.code)),
    timestampArray(events.map(event => event.timestamp)),
    jsonbArray(events.map(event => event.properties)),
    textArray(events.map(event => event.preciseTotalAmountCents)),
    timestampArray(events.map(event => event.createdAt)),
  ]
}

async function persistently<T>(statement: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await statement()
    } catch (error) {
      if (!PASSING.has(codeOf(error)) || attempt === ATTEMPTS) throw error
    }
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code
}
