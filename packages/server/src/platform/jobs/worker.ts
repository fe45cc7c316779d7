import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Logger, parseCronItems, type Runner, run, type TaskList, type WorkerEvents } from 'graphile-worker'
import type { Pool } from 'pg'
import type { Logger as PinoLogger } from 'pino'
import { type HeartbeatRhythm, RHYTHM, WorkerHeartbeat } from './heartbeat.ts'
import { watchForStall } from './stall.ts'

export interface CronTick {
  readonly task: string
  /** Cron expression, UTC. */
  readonly match: string
  /** How far back ticks that nobody ran (the server was down) are made up, in milliseconds. */
  readonly backfillMs: number
  readonly payload: Record<string, unknown>
}

export interface WorkerOptions {
  readonly pool: Pool
  readonly log: PinoLogger
  readonly tasks: TaskList
  readonly ticks: readonly CronTick[]
  readonly concurrency: number
  /** True when no other process can be working on this database: whatever is locked was left by a dead one. */
  readonly alone: boolean
  /** How soon a killed process is noticed; a default that spares the database otherwise. */
  readonly heartbeat?: HeartbeatRhythm | undefined
}

export interface Worker {
  /** Lets the jobs under way finish, then stops. */
  stop(): Promise<void>
}

const RESTART_AFTER_MS = 1_000
// Workers that look for a job at the same moment hide the queues from each other: one that finds none soon looks again.
const POLL_MS = 250
// Many times as long as a free worker ever takes to look for its next job.
const STALL_PATIENCE_MS = 10_000

/**
 * Starts working off jobs and running the cron ticks. The job library gives up when it cannot record that a job is done,
 * which happens when the database goes away at that moment, and sometimes it then neither works nor ends: in both cases it
 * is started again, and the job is repeated.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { log } = options
  const heartbeat = new WorkerHeartbeat(options.pool, log, options.heartbeat)
  const stopping = new AbortController()
  await heartbeat.start({ reclaimAll: options.alone })
  let current: Attempt
  try {
    current = await launch(options, heartbeat)
  } catch (error) {
    await heartbeat.stop()
    throw error
  }

  async function keepRunning(): Promise<void> {
    for (;;) {
      await current.ended
      if (stopping.signal.aborted) return
      log.error('the worker broke down; it is started again')
      const next = await restart(options, heartbeat, current.workerId, stopping.signal)
      if (next === undefined) return
      current = next
      if (stopping.signal.aborted) await current.stop()
    }
  }
  const running = keepRunning()

  return {
    async stop() {
      stopping.abort()
      await current.stop()
      await running
      await heartbeat.stop()
    },
  }
}

/** The library's worker from its start to its end. */
interface Attempt {
  /** What its jobs are locked with. */
  readonly workerId: string
  /** Never rejects. */
  readonly ended: Promise<unknown>
  stop(): Promise<void>
}

/** Tries until the database answers; undefined when it is not wanted any more. */
async function restart(
  options: WorkerOptions,
  heartbeat: WorkerHeartbeat,
  brokenWorkerId: string,
  stopping: AbortSignal,
): Promise<Attempt | undefined> {
  while (!stopping.aborted) {
    try {
      await pause(RESTART_AFTER_MS, undefined, { signal: stopping })
      await heartbeat.free(brokenWorkerId)
      return await launch(options, heartbeat)
    } catch (error) {
      if (!stopping.aborted) options.log.warn({ err: error }, 'the worker cannot start yet; it is tried again')
    }
  }
  return undefined
}

async function launch(options: WorkerOptions, heartbeat: WorkerHeartbeat): Promise<Attempt> {
  const { log } = options
  const events = new EventEmitter() as WorkerEvents
  const underWay = new Set<string>()
  let workerId = ''
  let isStopping = false
  events.on('pool:create', ({ workerPool }) => {
    workerId = workerPool.id
    heartbeat.watch(workerId, underWay)
  })
  events.on('job:start', ({ job }) => underWay.add(job.id))
  // Where there was a job there may be more: a worker that saw none, because another one was looking, looks again at once.
  events.on('pool:create', ({ workerPool }) => events.on('job:start', () => !isStopping && workerPool.nudge(1)))
  events.on('job:complete', ({ job }) => underWay.delete(job.id))
  const runner: Runner = await run({
    pgPool: options.pool,
    noHandleSignals: true,
    preset: {
      worker: {
        concurrentJobs: options.concurrency,
        pollInterval: POLL_MS,
        // Jobs done in the same moment are recorded by one statement, whose failure is handled; without batching it would be
        // an unhandled rejection, which ends the process.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
    events,
    taskList: options.tasks,
    parsedCronItems: parseCronItems(
      options.ticks.map(tick => ({
        task: tick.task,
        match: tick.match,
        identifier: `${tick.task}:${String(tick.payload.name ?? '')}`,
        payload: tick.payload,
        options: { backfillPeriod: tick.backfillMs },
      })),
    ),
    logger: new Logger(() => (level, message, meta) => {
      if (level === 'error') log.error({ job: meta?.job }, message)
      else if (level === 'warning') log.warn(message)
      else log.debug(message)
    }),
  })
  let ended = false
  const end = runner.promise
    .catch(error => log.error({ err: error }, 'the worker failed'))
    .finally(() => {
      ended = true
    })
  const stall = watchForStall({
    events,
    isBusy: () => underWay.size >= options.concurrency,
    patienceMs: Math.min((options.heartbeat ?? RHYTHM).deadAfterMs, STALL_PATIENCE_MS),
  })
  const stopRunner = async () => {
    isStopping = true
    await runner.stop().catch(error => log.debug({ err: error }, 'the worker was stopping already'))
  }
  const stalled = stall.stalled.then(() => {
    log.error('the worker looks for no jobs any more; it is given up')
    // What is left of it takes no more jobs once it is told to stop; it may never answer.
    void stopRunner()
  })
  return {
    workerId,
    ended: Promise.race([end, stalled]),
    async stop() {
      stall.cancel()
      if (!ended) await stopRunner()
      await end
    },
  }
}
