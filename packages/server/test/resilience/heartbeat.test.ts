import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { WorkerHeartbeat } from '../../src/platform/jobs/heartbeat.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from './billing.ts'

const QUICK = { beatEveryMs: 20, deadAfterMs: 400 }
const NOTHING: ReadonlySet<string> = new Set()
const log = pino({ level: 'silent' })

let database: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  database = await createTestDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 4 })
})
beforeEach(() => pool.query('truncate graphile_worker._private_jobs, graphile_worker._private_job_queues, job_workers'))
afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** A job that a worker has taken, with its queue, and how long ago. */
async function takenBy(workerId: string, ago = '1 hour'): Promise<string> {
  const { rows } = await pool.query(`select id from graphile_worker.add_job('a_task', queue_name => 'a queue')`)
  await pool.query(
    `update graphile_worker._private_jobs set locked_by = $1, locked_at = clock_timestamp() - $2::interval where id = $3`,
    [workerId, ago, rows[0].id],
  )
  await pool.query(
    'update graphile_worker._private_job_queues set locked_by = $1, locked_at = clock_timestamp() - $2::interval',
    [workerId, ago],
  )
  return rows[0].id
}

async function locks(): Promise<(string | null)[]> {
  const { rows } = await pool.query(
    `select locked_by from graphile_worker._private_jobs
     union all select locked_by from graphile_worker._private_job_queues`,
  )
  return rows.map(row => row.locked_by)
}

async function seenTimes(workerId: string): Promise<string[]> {
  const { rows } = await pool.query('select seen_at::text from job_workers where worker_id = $1', [workerId])
  return rows.map(row => row.seen_at)
}

/** Waits until the worker has said twice more that it is alive. */
async function twoBeats(workerId: string): Promise<void> {
  for (let beat = 0; beat < 2; beat += 1) {
    const [before] = await seenTimes(workerId)
    await until(async () => (await seenTimes(workerId))[0] !== before, 'the worker is seen')
  }
}

test('the jobs of a worker that fell silent are freed with their queues', async () => {
  await takenBy('dead')
  await pool.query(`insert into job_workers values ('dead', clock_timestamp())`)
  const heartbeat = new WorkerHeartbeat(pool, log, QUICK)
  await heartbeat.start({ reclaimAll: false })
  heartbeat.watch('alive', NOTHING)
  await twoBeats('alive')
  await until(async () => (await locks()).every(lock => lock === null), 'its job is free')
  await until(async () => (await seenTimes('dead')).length === 0, 'it is forgotten')
  await heartbeat.stop()
})

test('a worker that is alive keeps its job, however long that takes', async () => {
  const job = await takenBy('alive')
  await pool.query(`insert into job_workers values ('alive', clock_timestamp())`)
  const heartbeat = new WorkerHeartbeat(pool, log, QUICK)
  const other = new WorkerHeartbeat(pool, log, QUICK)
  await heartbeat.start({ reclaimAll: false })
  heartbeat.watch('alive', new Set([job]))
  await twoBeats('alive')
  await other.start({ reclaimAll: false })
  other.watch('other', NOTHING)
  await twoBeats('other')
  await twoBeats('alive')
  expect(await locks()).toEqual(['alive', 'alive'])
  await Promise.all([heartbeat.stop(), other.stop()])
})

test('a job that was given to a worker whose connection broke before it heard of it is freed', async () => {
  await takenBy('alive')
  const heartbeat = new WorkerHeartbeat(pool, log, QUICK)
  await heartbeat.start({ reclaimAll: false })
  heartbeat.watch('alive', NOTHING)
  await until(async () => (await locks()).every(lock => lock === null), 'the job is free')
  await heartbeat.stop()
})

test('a job taken a moment ago is nobody else’s business, even when its worker was never seen', async () => {
  await takenBy('starting', '0 seconds')
  const heartbeat = new WorkerHeartbeat(pool, log, { ...QUICK, deadAfterMs: 60_000 })
  await heartbeat.start({ reclaimAll: false })
  heartbeat.watch('alive', NOTHING)
  await twoBeats('alive')
  expect(await locks()).toEqual(['starting', 'starting'])
  await heartbeat.stop()
})

test('who is alone on the database takes every locked job for left behind', async () => {
  await takenBy('before the restart', '0 seconds')
  const heartbeat = new WorkerHeartbeat(pool, log, { ...QUICK, deadAfterMs: 60_000 })
  await heartbeat.start({ reclaimAll: true })
  expect(await locks()).toEqual([null, null])
  await heartbeat.stop()
})

test('a worker that stops signs off', async () => {
  const heartbeat = new WorkerHeartbeat(pool, log, QUICK)
  await heartbeat.start({ reclaimAll: false })
  heartbeat.watch('alive', NOTHING)
  await twoBeats('alive')
  await heartbeat.stop()
  expect(await seenTimes('alive')).toEqual([])
})
