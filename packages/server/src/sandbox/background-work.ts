import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { hasArrivals, processArrivals } from '../events/index.ts'
import type { Ctx } from '../platform/context.ts'
import { organizationFlag } from '../platform/jobs/enqueue.ts'

/** A job that did not succeed: what it was, how often it was tried, and its last error. */
export interface FailedJob {
  readonly task: string
  readonly attempts: number
  readonly error: string
  /** True when the job will not be tried again. */
  readonly given_up: boolean
}

const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 50

/**
 * Waits until no background work of the organization is waiting or running, and nothing more will follow from events that
 * came. Jobs that failed and wait for a later retry do not hold it up: they are in the answer.
 */
export async function settle(ctx: Ctx): Promise<FailedJob[]> {
  for (let wait = FIRST_PAUSE_MS; await hasOutstandingWork(ctx); wait = Math.min(wait * 1.5, LONGEST_PAUSE_MS)) {
    await pause(wait)
  }
  return listFailedJobs(ctx)
}

/** Nobody waits for the worker's next look at arrivals: they are acted on here, but for those it has in hand. */
async function hasOutstandingWork(ctx: Ctx): Promise<boolean> {
  if (await hasArrivals(ctx)) {
    await processArrivals(ctx)
    return true
  }
  const { rows } = await sql<{ outstanding: boolean }>`
    select exists (
      select from graphile_worker.jobs
      where flags ? ${organizationFlag(ctx.org.id)}
        and attempts < max_attempts + (locked_at is not null)::integer
        and (locked_at is not null or run_at <= clock_timestamp())
    ) as outstanding`.execute(ctx.db)
  return rows[0]?.outstanding ?? false
}

async function listFailedJobs(ctx: Ctx): Promise<FailedJob[]> {
  const { rows } = await sql<FailedJob>`
    select task_identifier as task, attempts, last_error as error, attempts >= max_attempts as given_up
    from graphile_worker.jobs
    where flags ? ${organizationFlag(ctx.org.id)} and last_error is not null
    order by id`.execute(ctx.db)
  return rows
}
