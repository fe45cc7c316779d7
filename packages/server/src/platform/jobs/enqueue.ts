import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { isUuid } from '../ids.ts'

/** Every job says for whom it works; the rest is up to the task. */
export interface JobPayload {
  readonly organizationId: string
  readonly [key: string]: unknown
}

export interface NewJob {
  /** The task, `verb_noun`. */
  readonly task: string
  readonly payload: JobPayload
  /** Jobs of one queue run one after another. The queue of a customer's jobs is the customer's id. */
  readonly queue?: string
  /** At most one waiting job has this key: adding it again replaces the waiting one. */
  readonly key?: string
  /** Whether a waiting job with the key that is replaced still runs when it would have. */
  readonly keepsRunAt?: boolean
  readonly runAt?: Temporal.Instant
  /** Of jobs of one queue that wait together, the lowest is first; 0 when absent. */
  readonly priority?: number
  readonly maxAttempts?: number
}

/** Marks the jobs of an organization, so that they can be found without reading payloads. */
export function organizationFlag(organizationId: string): string {
  return `organization:${organizationId}`
}

/**
 * Queues that are ids share 256 lanes, by the last digits of the id, which are random; jobs of one lane run one after
 * another. To find its next job, a worker looks at every queue there has ever been: with one a customer, a billing run of
 * many would spend its time on that. A queue with a name of its own keeps it.
 */
function laneOf(queue: string): string {
  return isUuid(queue) ? `lane:${queue.slice(-2).toLowerCase()}` : queue
}

/** Adds a job in the caller's transaction: it exists exactly when the facts it follows from do. */
export async function addJob(db: Db, job: NewJob): Promise<void> {
  await addJobs(db, [job])
}

/** Adds many jobs in one statement; those that keep the time of a waiting one in another. */
export async function addJobs(db: Db, jobs: readonly NewJob[]): Promise<void> {
  await insertJobs(
    db,
    jobs.filter(job => job.keepsRunAt !== true),
    false,
  )
  await insertJobs(
    db,
    jobs.filter(job => job.keepsRunAt === true),
    true,
  )
}

async function insertJobs(db: Db, jobs: readonly NewJob[], keepRunAt: boolean): Promise<void> {
  if (jobs.length === 0) return
  const specs = jobs.map(job => ({
    identifier: job.task,
    payload: job.payload,
    queue_name: job.queue === undefined ? null : laneOf(job.queue),
    run_at: job.runAt?.toString() ?? null,
    max_attempts: job.maxAttempts ?? null,
    priority: job.priority ?? null,
    job_key: job.key ?? null,
    flags: [organizationFlag(job.payload.organizationId)],
  }))
  await sql`
    select count(*)
    from graphile_worker.add_jobs(
      array(
        select json_populate_record(null::graphile_worker.job_spec, spec)
        from json_array_elements(${JSON.stringify(specs)}::json) as spec
      ),
      job_key_preserve_run_at => ${keepRunAt}
    )`.execute(db)
}
