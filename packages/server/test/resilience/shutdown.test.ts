import type { PoolClient } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Database } from '../../src/platform/db/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { billingTick, connect, createPlan, readBooks, seedSubscriptions, succeed, until } from './billing.ts'
import { endAll, startProcess, type WeirProcess } from './processes.ts'

const TICK = '2026-04-01T00:10:00Z'

let database: TestDatabase
let own: Database
let server: WeirProcess
let organizationId: string
/** Holds the lock of the test's customer: whatever bills or changes it waits. */
let holder: PoolClient

beforeAll(async () => {
  database = await createTestDatabase()
  own = connect(database.url)
})
beforeEach(async () => {
  server = await startProcess(database.url, { role: 'all' })
  const { organization } = await succeed(server.api.get('/organizations'))
  organizationId = organization.lago_id
  holder = await own.pool.connect()
})
afterEach(async () => {
  await holder.query('rollback')
  holder.release()
  await endAll([server])
})
afterAll(async () => {
  await own.close()
  await database.drop()
})

async function seedCustomer(planCode: string): Promise<void> {
  await createPlan(server.api, planCode)
  await succeed(server.api.put('/test_clock', { test_clock: { now: TICK } }))
  const times = { startedAt: '2026-03-01T00:00:00Z', nextBillingAt: '2026-04-01T00:00:00Z' }
  await seedSubscriptions(own.db, { organizationId, planCode, customers: 1, ...times })
  await holder.query('begin')
  await holder.query('select id from customers where external_id = $1 for update', [`${planCode}-1`])
}

/** Waits until so many statements wait for the lock. */
async function waiting(count: number): Promise<void> {
  await until(async () => {
    const { rows } = await own.pool.query(
      `select count(*)::integer as count from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows[0].count >= count
  }, `${count} statements wait for the lock`)
}

test('SIGTERM lets the request and the job under way finish', async () => {
  await seedCustomer('first')
  await billingTick(own.db, TICK, organizationId)()
  const request = server.api.post('/subscriptions', {
    subscription: { external_customer_id: 'first-1', plan_code: 'first', external_id: 'second-sub' },
  })
  await waiting(2)
  server.signal('SIGTERM')
  await until(async () => server.output().includes('Stopping: finishing what is under way'), 'it says so')
  await until(() => refusesConnections(server.url), 'new connections are refused')
  await waiting(2)
  await holder.query('commit')

  expect((await request).status).toBe(200)
  expect(await server.ended).toEqual({ code: 0, signal: null })
  expect(server.output()).toContain('Stopped. All data is kept.')
  expect(await readBooks(own.db, organizationId)).toMatchObject({ invoices: 1, billedTwice: 0 })
  const { rows } = await own.pool.query(
    `select count(*)::integer as left from graphile_worker.jobs where locked_by is not null`,
  )
  expect(rows).toEqual([{ left: 0 }])
})

test('SIGTERM lets a simulation finish, which itself waits for jobs', async () => {
  await seedCustomer('second')
  const request = server.api.post('/test_clock/advance', { test_clock: { to: '2026-08-01T01:00:00Z' } })
  await waiting(1)
  server.signal('SIGTERM')
  await until(() => refusesConnections(server.url), 'new connections are refused')
  await holder.query('commit')

  const { status, body } = await request
  expect({ status, failed: body.test_clock.failed }).toEqual({ status: 200, failed: [] })
  expect(await server.ended).toEqual({ code: 0, signal: null })
  const { rows } = await own.pool.query(
    `select count(*)::integer as count from invoice_subscriptions
     join subscriptions on subscriptions.id = invoice_subscriptions.subscription_id
     where subscriptions.external_id = 'sub-second-1'`,
  )
  expect(rows).toEqual([{ count: 5 }])
})

test('a second SIGINT stops at once; what was under way is done by the next start', async () => {
  await seedCustomer('third')
  await billingTick(own.db, TICK, organizationId)()
  await waiting(1)
  let ended = false
  void server.ended.then(() => {
    ended = true
  })
  await until(async () => {
    server.signal('SIGINT')
    return ended
  }, 'the process is gone')
  expect(await server.ended).toEqual({ code: 130, signal: null })
  expect(server.output()).not.toContain('Stopped. All data is kept.')
})

async function refusesConnections(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/health`, { headers: { connection: 'close' } })
    return false
  } catch {
    return true
  }
}
