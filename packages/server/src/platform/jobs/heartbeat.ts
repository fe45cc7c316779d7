import type { Pool } from 'pg'
import type { Logger } from 'pino'

export interface HeartbeatRhythm {
  readonly beatEveryMs: number
  /** How long a worker must be silent to count as dead: several beats. */
  readonly deadAfterMs: number
}

export const RHYTHM: HeartbeatRhythm = { beatEveryMs: 10_000, deadAfterMs: 45_000 }

/**
 * Says which workers are alive, and frees the jobs of dead ones: a process that was killed leaves its jobs locked, and
 * without this nobody would touch them for hours. Real time is right here: it is about processes, not about business.
 *
 * A worker is known by the id that the job library locks its jobs with.
 */
export class WorkerHeartbeat {
  readonly #pool: Pool
  readonly #log: Logger
  readonly #rhythm: HeartbeatRhythm
  readonly #workers = new Map<string, ReadonlySet<string>>()
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> = Promise.resolve()

  constructor(pool: Pool, log: Logger, rhythm: HeartbeatRhythm = RHYTHM) {
    this.#pool = pool
    this.#log = log
    this.#rhythm = rhythm
  }

  /** @param options.reclaimAll true when no other process can be alive: whatever is locked was left by a dead one */
  async start(options: { reclaimAll: boolean }): Promise<void> {
    if (options.reclaimAll) await this.#reclaim(0)
    this.#timer = setInterval(() => this.#scheduleBeat(), this.#rhythm.beatEveryMs)
    this.#timer.unref()
  }

  /** @param jobsUnderWay the ids of the jobs that the worker knows it is doing, kept up to date by the caller */
  watch(workerId: string, jobsUnderWay: ReadonlySet<string>): void {
    this.#workers.set(workerId, jobsUnderWay)
    this.#scheduleBeat()
  }

  /** Frees at once the jobs that a worker of this process left when it broke down. */
  async free(workerId: string): Promise<void> {
    this.#workers.delete(workerId)
    await this.#unlock([workerId])
  }

  /** A worker that cannot sign off is taken for dead by the others. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#beating
    const workerIds = [...this.#workers.keys()]
    this.#workers.clear()
    try {
      await this.#pool.query('delete from job_workers where worker_id = any($1)', [workerIds])
    } catch (error) {
      this.#log.warn({ err: error }, 'worker could not sign off')
    }
  }

  #scheduleBeat(): void {
    this.#beating = this.#beating.then(() => this.#beat())
  }

  async #beat(): Promise<void> {
    try {
      await this.#pool.query(
        `insert into job_workers (worker_id, seen_at) select unnest($1::text[]), clock_timestamp()
         on conflict (worker_id) do update set seen_at = excluded.seen_at`,
        [[...this.#workers.keys()]],
      )
      await this.#reclaim(this.#rhythm.deadAfterMs)
      for (const [workerId, jobsUnderWay] of this.#workers) await this.#freeLost(workerId, jobsUnderWay)
    } catch (error) {
      this.#log.warn({ err: error }, 'worker heartbeat failed; it is tried again')
    }
  }

  /** Unlocks the jobs of workers that were not seen for `silenceMs`, or never were. */
  async #reclaim(silenceMs: number): Promise<void> {
    const { rows } = await this.#pool.query<{ workers: string[] | null }>(
      `select array_agg(distinct jobs.locked_by) as workers
       from graphile_worker.jobs as jobs
       left join job_workers on job_workers.worker_id = jobs.locked_by
       where jobs.locked_by is not null
         and greatest(job_workers.seen_at, jobs.locked_at) <= clock_timestamp() - $1 * interval '1 millisecond'`,
      [silenceMs],
    )
    const workers = rows[0]?.workers ?? []
    if (workers.length === 0) return
    await this.#unlock(workers)
    this.#log.warn({ workers }, 'freed the jobs of workers that died')
  }

  /** A worker whose connection broke while it was given a job never heard of it: nobody is doing that job. */
  async #freeLost(workerId: string, jobsUnderWay: ReadonlySet<string>): Promise<void> {
    await this.#pool.query(
      `with lost as (
         update graphile_worker._private_jobs
         set locked_by = null, locked_at = null
         where locked_by = $1
           and locked_at <= clock_timestamp() - $2 * interval '1 millisecond'
           and id <> all($3::bigint[])
         returning job_queue_id
       )
       update graphile_worker._private_job_queues
       set locked_by = null, locked_at = null
       where locked_by = $1 and id in (select job_queue_id from lost)`,
      [workerId, this.#rhythm.deadAfterMs, [...jobsUnderWay]],
    )
  }

  async #unlock(workerIds: readonly string[]): Promise<void> {
    await this.#pool.query('select graphile_worker.force_unlock_workers($1)', [workerIds])
    await this.#pool.query('delete from job_workers where worker_id = any($1)', [workerIds])
  }
}
