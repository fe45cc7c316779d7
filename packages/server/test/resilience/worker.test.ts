import type { Task } from 'graphile-worker'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HeartbeatRhythm } from '../../src/platform/jobs/heartbeat.ts'
import { startWorker } from '../../src/platform/jobs/worker.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from './billing.ts'

let database: TestDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await createTestDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 6 })
  pool.on('error', () => {})
  pool.on('connect', client => void client.on('error', () => {}))
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

function start(task: Task, heartbeat?: HeartbeatRhythm) {
  const lines: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
  const options = { pool, log, tasks: { a_task: task }, ticks: [], concurrency: 2, alone: false, heartbeat }
  return { worker: startWorker(options), brokeDown: async () => lines.some(line => line.includes('broke down')) }
}

const addJob = () => pool.query(`select graphile_worker.add_job('a_task', queue_name => 'a queue')`)
const jobsLeft = async () => (await pool.query('select id from graphile_worker.jobs')).rows.length

/** While the table is away nobody can record what became of a job. */
const takeJobsAway = () => pool.query('alter table graphile_worker._private_jobs rename to away')
const bringJobsBack = () => pool.query('alter table graphile_worker.away rename to _private_jobs')

test.each(['done', 'failed'])('a job of which cannot be recorded that it is %s is repeated, soon', async outcome => {
  let runs = 0
  const { worker, brokeDown } = start(async () => {
    runs += 1
    if (runs > 1) return
    await takeJobsAway()
    if (outcome === 'failed') throw new Error('on purpose')
  })
  const running = await worker
  await addJob()
  await until(brokeDown, 'the worker has noticed')
  await bringJobsBack()
  await until(async () => runs === 2 && (await jobsLeft()) === 0, 'the job is done again')
  await running.stop()
})

test('a worker that cannot start again can be stopped', async () => {
  const { worker, brokeDown } = start(async () => void (await takeJobsAway()))
  const running = await worker
  await addJob()
  await until(brokeDown, 'the worker has noticed')
  await running.stop()
  await bringJobsBack()
  const { rows } = await pool.query('select worker_id from job_workers')
  expect(rows).toEqual([])
})

test('a worker that looks for no jobs any more is noticed and started again', async () => {
  let runs = 0
  const { worker, brokeDown } = start(
    async () => {
      runs += 1
    },
    { beatEveryMs: 100, deadAfterMs: 500 },
  )
  const running = await worker
  const blocker = await pool.connect()
  await blocker.query('begin')
  // Nobody gets an answer to the question for a job.
  await blocker.query('lock table graphile_worker._private_jobs in access exclusive mode')
  await until(brokeDown, 'the stall is noticed')
  await blocker.query('rollback')
  blocker.release()
  await addJob()
  await until(async () => runs > 0 && (await jobsLeft()) === 0, 'the job is done')
  await running.stop()
})
