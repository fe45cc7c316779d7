import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/platform/db/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { connect, createPlan, seedSubscriptions, succeed, until } from './billing.ts'
import { endAll, startProcess, type WeirProcess } from './processes.ts'

const SUBSCRIPTIONS = 200

let database: TestDatabase
let own: Database
let receiving: WeirProcess
let victim: WeirProcess | undefined
let survivor: WeirProcess | undefined

beforeAll(async () => {
  database = await createTestDatabase()
  own = connect(database.url)
  receiving = await startProcess(database.url, { role: 'api' })
})
afterAll(async () => {
  await endAll([receiving, victim, survivor].filter(process => process !== undefined))
  await own.close()
  await database.drop()
})

async function count(query: string): Promise<number> {
  const { rows } = await own.pool.query<{ count: string }>(`select count(*) as count from ${query}`)
  return Number(rows[0]?.count)
}

const arrivals = () => count('event_arrivals')
const noted = () => count('subscriptions where last_received_event_on is not null')

test('what follows from events happens, whoever is killed between storing them and acting on them', async () => {
  const { organization } = await succeed(receiving.api.get('/organizations'))
  await createPlan(receiving.api, 'startup')
  const startedAt = '2026-01-01T00:00:00Z'
  await seedSubscriptions(own.db, {
    organizationId: organization.lago_id,
    planCode: 'startup',
    customers: SUBSCRIPTIONS,
    startedAt,
    nextBillingAt: '2099-01-01T00:00:00Z',
  })
  const events = Array.from({ length: SUBSCRIPTIONS }, (_, place) => ({
    transaction_id: `event-${place}`,
    external_subscription_id: `sub-startup-${place + 1}`,
    code: 'calls-of-startup',
  }))
  await succeed(receiving.api.post('/events/batch', { events: events.slice(0, SUBSCRIPTIONS / 2) }))
  await succeed(receiving.api.post('/events/batch', { events: events.slice(SUBSCRIPTIONS / 2) }))
  receiving.signal('SIGKILL')
  await receiving.ended
  expect([await arrivals(), await noted()]).toEqual([SUBSCRIPTIONS, 0])

  // Its worker cannot finish: what it has in hand waits for this lock.
  const client = await own.pool.connect()
  await client.query('begin')
  await client.query('lock table graphile_worker._private_jobs in exclusive mode')
  victim = await startProcess(database.url, { role: 'worker' })
  await until(
    async () =>
      (await count(
        "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%add_jobs%'",
      )) > 0,
    'a worker acts on the events',
  )
  victim.signal('SIGKILL')
  await victim.ended
  await client.query('rollback')
  client.release()
  expect(await noted()).toBe(0)

  survivor = await startProcess(database.url, { role: 'worker', hasty: true })
  await until(async () => (await noted()) === SUBSCRIPTIONS, 'all events were acted on')
  expect(await arrivals()).toBe(0)
})
