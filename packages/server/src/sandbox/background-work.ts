import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { hasUnwrittenActivities, writeActivities } from '../audit/index.ts'
import { haveArrived, processArrivals } from '../events/index.ts'
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
const LONGEST_PAUSE_MS = 15

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

/**
 * Nobody waits for the worker's next look at what came and at what is to be written: both are acted on here, but for what it has
 * in hand; activities last, many at once.
 */
async function hasOutstandingWork(ctx: Ctx): Promise<boolean> {
  const { rows } = await sql<{ jobs: boolean; arrivals: boolean; activities: boolean }>`
    select
      exists (
        select from graphile_worker.jobs
        where flags ? ${organizationFlag(ctx.org.id)}
          and attempts < max_attempts + (locked_at is not null)::integer
          and (locked_at is not null or run_at <= clock_timestamp())
      ) as jobs,
      ${haveArrived(ctx.org.id)} as arrivals,
      ${hasUnwrittenActivities(ctx.org.id)} as activities`.execute(ctx.db)
  const { jobs = false, arrivals = false, activities = false } = rows[0] ?? {}
  if (arrivals) await processArrivals(ctx)
  else if (activities && !jobs) await writeActivities(ctx)
  return jobs || arrivals || activities
}

async function listFailedJobs(ctx: Ctx): Promise<FailedJob[]> {
  const { rows } = await sql<FailedJob>`
    select task_identifier as task, attempts, last_error as error, attempts >= max_attempts as given_up
    from graphile_worker.jobs
    where flags ? ${organizationFlag(ctx.org.id)} and last_error is not null
    order by id`.execute(ctx.db)
  return rows
}
