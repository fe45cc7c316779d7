import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/platform/db/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { billingTick, connect, createPlan, readBooks, seedSubscriptions, succeed, until } from './billing.ts'
import { endAll, startProcess, type WeirProcess } from './processes.ts'

/** WEIR_TEST_KILLS=200 for the long form, which takes some minutes. */
const KILLS = Number(process.env.WEIR_TEST_KILLS ?? 6)
/** Due anew before each kill. */
const CUSTOMERS_A_KILL = 100
/** A run of so many takes about as long. */
const LATEST_KILL_MS = 300
const TICK = '2026-04-01T00:10:00Z'
const SECONDS_A_LIFE = 30

let database: TestDatabase
let own: Database
let organizationId: string
const lives: WeirProcess[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  own = connect(database.url)
})
afterAll(async () => {
  await endAll(lives)
  await own.close()
  await database.drop()
})

async function live(): Promise<WeirProcess> {
  const server = await startProcess(database.url, { role: 'all', hasty: true })
  lives.push(server)
  return server
}

/** Customers who are due, with a plan of their own: their ids follow from its code. */
async function seed({ api }: WeirProcess, round: number): Promise<void> {
  const planCode = `plan-${round}`
  await createPlan(api, planCode)
  await seedSubscriptions(own.db, {
    organizationId,
    planCode,
    customers: CUSTOMERS_A_KILL,
    startedAt: '2026-03-01T00:00:00Z',
    nextBillingAt: '2026-04-01T00:00:00Z',
  })
}

/** The places in the billing entity's series, and what keeps them from running 1, 2, 3... */
async function readSeries() {
  const { rows } = await own.pool.query<{ invoices: number; numbers: number; places: number; last: number }>(`
    select count(*)::integer as invoices, count(distinct number)::integer as numbers,
      count(distinct billing_entity_sequential_id)::integer as places, max(billing_entity_sequential_id)::integer as last
    from invoices`)
  return rows[0]
}

/** Whether a worker that is alive has jobs in its hands. */
async function isAtWork(): Promise<boolean> {
  const { rows } = await own.pool.query(`
    select from graphile_worker.jobs as jobs
    join job_workers on job_workers.worker_id = jobs.locked_by
    where job_workers.seen_at > clock_timestamp() - interval '600 milliseconds'
    limit 1`)
  return rows.length > 0
}

async function isNothingLeft(): Promise<boolean> {
  const left = 'select from graphile_worker.jobs where attempts < max_attempts or locked_at is not null limit 1'
  return (await own.pool.query(left)).rows.length === 0
}

async function readFailures() {
  return (await own.pool.query('select last_error from graphile_worker.jobs where last_error is not null')).rows
}

test(
  `a server that is killed ${KILLS} times while it bills makes every invoice once and uses every number once`,
  async () => {
    let server = await live()
    organizationId = (await succeed(server.api.get('/organizations'))).organization.lago_id
    await own.pool.query(`update billing_entities set document_numbering = 'per_billing_entity'`)
    await succeed(server.api.put('/test_clock', { test_clock: { now: TICK } }))
    const tick = billingTick(own.db, TICK, organizationId)

    let killedAtWork = 0
    for (let round = 1; round <= KILLS; round += 1) {
      await seed(server, round)
      await tick()
      await until(async () => (await isAtWork()) || (await isNothingLeft()), 'the server works')
      await pause(Math.random() * LATEST_KILL_MS)
      if (await isAtWork()) killedAtWork += 1
      server.signal('SIGKILL')
      expect(await server.ended).toEqual({ code: null, signal: 'SIGKILL' })
      server = await live()
    }
    // A job that was killed as often as a job may fail is given up; the next tick of the clock asks for it again.
    await tick()
    // However long a busy machine takes: the test's own limit ends it.
    while (!(await isNothingLeft())) await pause(100)

    const due = KILLS * CUSTOMERS_A_KILL
    process.stdout.write(`      ${killedAtWork} of ${KILLS} kills hit jobs under way; ${due} invoices\n`)
    expect(killedAtWork).toBeGreaterThan(0)
    expect(await readFailures()).toEqual([])
    expect(await readBooks(own.db, organizationId)).toEqual({
      invoices: due,
      billedPeriods: due,
      billedTwice: 0,
      brokenSeries: 0,
      feesAmountCents: due * 4900,
      nextBillingAt: ['2026-05-01'],
    })
    expect(await readSeries()).toEqual({ invoices: due, numbers: due, places: due, last: due })
  },
  60_000 + KILLS * SECONDS_A_LIFE * 1_000,
)
