import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/platform/db/database.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { billingTick, connect, createPlan, readBooks, seedSubscriptions, succeed, until } from './billing.ts'
import { endAll, startProcess, type WeirProcess } from './processes.ts'

const CUSTOMERS = 800
const SENT_STATEMENTS_MS = 100
const TICK = '2026-04-01T00:10:00Z'

let database: TestDatabase
let own: Database
let survivor: WeirProcess
let victim: WeirProcess
let victimId: string

beforeAll(async () => {
  database = await createTestDatabase()
  own = connect(database.url)
  survivor = await startProcess(database.url, { role: 'all', hasty: true })
  await until(async () => (await workerIds()).length > 0, 'the worker is seen')
  const others = await workerIds()
  victim = await startProcess(database.url, { role: 'worker' })
  await until(async () => (await workerIds()).length > others.length, 'the other worker is seen')
  victimId = (await workerIds()).find(id => !others.includes(id)) ?? ''
})
afterAll(async () => {
  await endAll([survivor, victim])
  await own.close()
  await database.drop()
})

async function workerIds(): Promise<string[]> {
  const { rows } = await own.pool.query<{ worker_id: string }>('select worker_id from job_workers')
  return rows.map(row => row.worker_id)
}

async function lockedBy(): Promise<string[]> {
  const { rows } = await own.pool.query<{ worker: string }>(
    'select distinct locked_by as worker from graphile_worker.jobs where locked_by is not null',
  )
  return rows.map(row => row.worker)
}

test('a worker killed in the middle of a billing run: the other one finishes, nothing is billed twice or left out', async () => {
  const { organization } = await succeed(survivor.api.get('/organizations'))
  const organizationId: string = organization.lago_id
  await createPlan(survivor.api, 'startup')
  await succeed(survivor.api.put('/test_clock', { test_clock: { now: TICK } }))
  await seedSubscriptions(own.db, {
    organizationId,
    planCode: 'startup',
    customers: CUSTOMERS,
    startedAt: '2026-03-01T00:00:00Z',
    nextBillingAt: '2026-04-01T00:00:00Z',
  })
  await billingTick(own.db, TICK, organizationId)()
  await until(async () => (await readBooks(own.db, organizationId)).invoices > 0, 'the run is under way')
  await until(async () => {
    victim.signal('SIGSTOP')
    // What it had sent to the database before it stood still is carried out meanwhile: it may be the end of its last job.
    await pause(SENT_STATEMENTS_MS)
    const holdsJobs = (await lockedBy()).includes(victimId)
    if (!holdsJobs) victim.signal('SIGCONT')
    return holdsJobs
  }, 'the worker is caught with jobs in its hands')
  victim.signal('SIGKILL')
  expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL' })
  expect(await lockedBy()).toContain(victimId)

  const { test_clock } = await succeed(survivor.api.post('/test_clock/settle'))
  expect(test_clock.failed).toEqual([])
  expect(await readBooks(own.db, organizationId)).toEqual({
    invoices: CUSTOMERS,
    billedPeriods: CUSTOMERS,
    billedTwice: 0,
    brokenSeries: 0,
    feesAmountCents: CUSTOMERS * 4900,
    nextBillingAt: ['2026-05-01'],
  })
  expect(survivor.output()).not.toContain('"level":50')
})
