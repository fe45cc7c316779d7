import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import type { DomainEvent } from '../../platform/domain-events.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { Loop } from '../../platform/jobs/loops.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { type Happening, recordActivities } from './record.ts'

const RECORD_ACTIVITY = 'record_activity'
/** After everything that somebody waits for. */
const PRIORITY = 30
/** Between two looks for what is to be written. */
const LOOK_EVERY_MS = 500
/** As many are written in one transaction: the queries do not grow with them, what is in memory does. */
const MOST_AT_ONCE = 200
/** A statement takes 65,535 values. */
const ROWS_A_STATEMENT = 2_000

/** Keeps what happened, in the transaction in which it did, until its activities are written. */
export async function keepUnwritten(tx: Ctx, events: readonly DomainEvent[]): Promise<void> {
  const rows = events.map(({ id, type, objectId, at, data }) => ({
    id,
    organization_id: tx.org.id,
    activity_type: type,
    object_id: objectId,
    logged_at: at,
    data: data === undefined ? null : JSON.stringify(data),
  }))
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const part = rows.slice(from, from + ROWS_A_STATEMENT)
    await tx.db.insertInto('unwritten_activities').values(part).execute()
  }
}

/** Whether something of an organization waits to be written: SQL. */
export function hasUnwrittenActivities(organizationId: string) {
  return sql<boolean>`exists (select from unwritten_activities where organization_id = ${organizationId})`
}

/**
 * Writes the activities of an organization that wait, many at once, with the objects as they are now. What another process has
 * in hand is left to it. Should a batch fail, each of its activities gets a job of its own: one that cannot be written keeps
 * nobody else waiting, and is seen among the jobs that failed.
 */
export async function writeActivities(ctx: Ctx): Promise<void> {
  const system: Ctx = { ...ctx, actor: { type: 'system' } }
  for (let isMore = true; isMore; ) {
    try {
      isMore = await transaction(system, async tx => {
        const taken = await take(tx)
        if (taken.length > 0) await recordActivities(tx, taken)
        return taken.length === MOST_AT_ONCE
      })
    } catch (error) {
      ctx.log.warn({ err: error }, 'activities could not be written together; each is tried by itself')
      isMore = await transaction(system, async tx => {
        const taken = await take(tx)
        await addJobs(tx.db, taken.map(jobOf(ctx.org.id)))
        return taken.length === MOST_AT_ONCE
      })
    }
  }
}

async function take(tx: Ctx): Promise<Happening[]> {
  const { rows } = await sql<Happening & { readonly data: DomainEvent['data'] | null }>`
    with taken as (
      delete from unwritten_activities
      where id = any(array(
        select id from unwritten_activities
        where organization_id = ${tx.org.id}
        order by id
        limit ${MOST_AT_ONCE}
        for update skip locked
      ))
      returning id, activity_type, object_id, logged_at, data
    )
    select id, activity_type as type, object_id as "objectId", logged_at as at, data
    from taken
    order by id`.execute(tx.db)
  return rows.map(({ data, ...happening }) => ({ ...happening, ...(data !== null && { data }) }))
}

function jobOf(organizationId: string) {
  return ({ id, type, objectId, at, data }: Happening) => ({
    task: RECORD_ACTIVITY,
    payload: { organizationId, id, type, objectId, at: at.toString(), ...(data !== undefined && { data }) },
    priority: PRIORITY,
  })
}

interface Waiting {
  readonly id: string
  readonly type: string
  readonly objectId: string
  readonly at: string
  readonly data?: DomainEvent['data']
}

export const recordActivityTask: TaskDefinition = {
  name: RECORD_ACTIVITY,
  async run(ctx, payload) {
    const { id, type, objectId, at, data } = payload as unknown as Waiting
    const happening = { id, type, objectId, at: Temporal.Instant.from(at), ...(data !== undefined && { data }) }
    await recordActivities(ctx, [happening])
  },
}

export const writeActivitiesLoop: Loop = {
  name: 'write_activities',
  everyMs: LOOK_EVERY_MS,
  async run(system, contextOf) {
    const { rows } = await sql<{ organizationId: string }>`
      select id as "organizationId" from organizations
      where exists (select from unwritten_activities where organization_id = organizations.id)`.execute(system.db)
    for (const { organizationId } of rows) {
      try {
        await writeActivities(await contextOf(organizationId))
      } catch (error) {
        // The others do not wait for it.
        system.log.warn({ err: error, organizationId }, 'activities were not written; it is tried again')
      }
    }
  },
}
