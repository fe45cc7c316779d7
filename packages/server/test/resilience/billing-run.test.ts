import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/platform/db/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { billingTick, connect, createPlan, readBooks, seedSubscriptions, succeed, until } from './billing.ts'
import { endAll, startProcess, type WeirProcess } from './processes.ts'

const CUSTOMERS = 2_000
/** Those who are billed in May. */
const OF_THEM = 500
const TICK = '2026-04-01T00:10:00Z'

let database: TestDatabase
let own: Database
let apis: WeirProcess[] = []
let workers: WeirProcess[] = []
let organizationId: string

beforeAll(async () => {
  database = await createTestDatabase()
  own = connect(database.url)
  const start = (role: 'api' | 'worker') => startProcess(database.url, { role, hasty: role === 'worker' })
  apis = await Promise.all([start('api'), start('api')])
  workers = await Promise.all([start('worker'), start('worker')])
  const { organization } = await succeed(first().api.get('/organizations'))
  organizationId = organization.lago_id
  await createPlan(first().api, 'startup')
  await succeed(first().api.put('/test_clock', { test_clock: { now: TICK } }))
  const plan = { organizationId, planCode: 'startup', customers: CUSTOMERS }
  await seedSubscriptions(own.db, { ...plan, startedAt: '2026-03-01T00:00:00Z', nextBillingAt: '2026-04-01T00:00:00Z' })
})
afterAll(async () => {
  await endAll([...apis, ...workers])
  await own.close()
  await database.drop()
})

function first(): WeirProcess {
  const [api] = apis
  if (api === undefined) throw new Error('no server')
  return api
}

function billNow(process: WeirProcess) {
  return process.api.post('/test_clock/run', { test_clock: { tasks: ['bill_subscriptions'] } })
}

test('two API and two worker processes bill 2,000 subscriptions once each, however often the clock ticks', async () => {
  const tick = billingTick(own.db, TICK, organizationId)
  const started = performance.now()
  const [answers] = await Promise.all([Promise.all(apis.map(billNow)), tick(), tick()])
  const statuses = answers.map(answer => answer.status).toSorted()
  expect([
    [200, 200],
    [200, 409],
  ]).toContainEqual(statuses)
  const { test_clock } = await succeed(first().api.post('/test_clock/settle'))
  const seconds = (performance.now() - started) / 1000
  process.stdout.write(`      ${Math.round(CUSTOMERS / seconds)} invoices a second, 4 processes\n`)

  expect(test_clock.failed).toEqual([])
  expect(await readBooks(own.db, organizationId)).toEqual({
    invoices: CUSTOMERS,
    billedPeriods: CUSTOMERS,
    billedTwice: 0,
    brokenSeries: 0,
    feesAmountCents: CUSTOMERS * 4900,
    nextBillingAt: ['2026-05-01'],
  })
})

test('every connection is cut again and again: requests fail only meanwhile, and each period is billed once', async () => {
  await succeed(first().api.put('/test_clock', { test_clock: { now: '2026-05-01T00:10:00Z' } }))
  await own.pool.query(`update billing_entities set document_numbering = 'per_billing_entity'`)
  await own.pool.query(
    `update subscriptions set next_billing_at = '2026-06-01T00:00:00Z'
     where id not in (select id from subscriptions order by id limit $1)`,
    [OF_THEM],
  )
  await billingTick(own.db, '2026-05-01T00:10:00Z', organizationId)()

  const billedInMay = async () => (await readBooks(own.db, organizationId)).invoices - CUSTOMERS
  let asking = true
  const outcomes = apis.map(async ({ api }) => {
    const failures = []
    while (asking) {
      const answer = await api.get('/customers?per_page=1')
      if (answer.status !== 200) failures.push(answer)
      await pause(10)
    }
    return failures
  })
  try {
    for (const share of [0.25, 0.5]) {
      await until(async () => (await billedInMay()) >= OF_THEM * share, 'part of the run is done')
      await own.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
    }
    await until(async () => (await billedInMay()) === OF_THEM, 'everybody is billed')
  } finally {
    asking = false
  }
  const failures = (await Promise.all(outcomes)).flat()

  for (const failure of failures) {
    expect(failure.body).toEqual({ status: 500, error: 'Internal Server Error' })
    expect(failure.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  }
  for (const { api } of [...apis, ...workers]) expect((await fetch(`${api.url}/ready`)).status).toBe(200)
  await until(async () => {
    const { rows } = await own.pool.query('select count(*)::integer as left from graphile_worker.jobs')
    return rows[0].left === 0
  }, 'no job is left')
  expect(await readBooks(own.db, organizationId)).toEqual({
    invoices: CUSTOMERS + OF_THEM,
    billedPeriods: CUSTOMERS + OF_THEM,
    billedTwice: 0,
    brokenSeries: 0,
    feesAmountCents: (CUSTOMERS + OF_THEM) * 4900,
    nextBillingAt: ['2026-06-01'],
  })
  const { rows } = await own.pool.query(
    `select count(distinct billing_entity_sequential_id)::integer as numbers, max(billing_entity_sequential_id)::integer as last
     from invoices where billing_entity_sequential_id is not null`,
  )
  expect(rows).toEqual([{ numbers: OF_THEM, last: OF_THEM }])
})
