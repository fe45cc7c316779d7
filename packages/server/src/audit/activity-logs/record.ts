import type { Insertable } from 'kysely'
import type { Ctx, Db } from '../../platform/context.ts'
import type { ActivityLogs } from '../../platform/db/types.ts'
import type { DomainEvent } from '../../platform/domain-events.ts'
import { loggedActor } from '../actor.ts'
import { finderOf, isUpdate } from './activities.ts'
import { changesBetween, type Printed } from './changes.ts'
import type { Subject } from './subjects.ts'

/** An event that is an activity. Its id is the activity's, so that it is written once, however often that is tried. */
export type Happening = Pick<DomainEvent, 'id' | 'type' | 'objectId' | 'at' | 'data'>

const SOURCES = { api_key: 'api', user: 'front', system: 'system' } as const
/** A statement takes 65,535 values. */
const ROWS_A_STATEMENT = 2000

/**
 * Writes what happened, each with its object as it is now and, for updates, what changed.
 *
 * @param committed a connection outside of the transaction of `tx`: what it sees of the objects is how they were before. It has
 * to be one that no other transaction holds while it waits, as here, for such a connection; absent where nothing changes
 */
export async function recordActivities(tx: Ctx, happenings: readonly Happening[], committed?: Db): Promise<void> {
  const after = await findSubjects(tx, happenings)
  const updates = happenings.filter(({ id, type }) => isUpdate(type) && after.has(id))
  const before =
    committed === undefined || updates.length === 0
      ? new Map<string, Subject>()
      : await findSubjects({ ...tx, db: committed }, updates, tx.actor.type === 'system' ? after : undefined)
  const written = happenings.filter(({ id }) => after.has(id))
  if (written.length === 0) return
  const actor = await loggedActor(tx)
  const rows = written.flatMap(happening => {
    const subject = after.get(happening.id)
    if (subject === undefined) return []
    const previous = before.get(happening.id)
    return [
      {
        ...actor,
        ...rowOf(tx, happening, subject),
        // What was made in the same transaction has not changed.
        activity_object_changes: JSON.stringify(
          previous === undefined ? {} : changesBetween(previous.object, subject.object),
        ),
      },
    ]
  })
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    await tx.db
      .insertInto('activity_logs')
      .values(rows.slice(from, from + ROWS_A_STATEMENT))
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute()
  }
}

function rowOf(
  tx: Ctx,
  { id, type, at, data }: Happening,
  subject: Subject,
): Omit<Insertable<ActivityLogs>, 'activity_object_changes'> {
  return {
    id,
    organization_id: tx.org.id,
    activity_type: type,
    activity_source: SOURCES[tx.actor.type],
    resource_type: subject.resourceType,
    resource_id: subject.resourceId,
    external_customer_id: subject.externalCustomerId ?? null,
    external_subscription_id: subject.externalSubscriptionId ?? null,
    activity_object: JSON.stringify({ ...subject.object, ...(data?.told as Printed | undefined) }),
    logged_at: at,
    created_at: tx.clock.now(),
  }
}

/** The subjects of happenings, by the ids of these: one look for each kind of object. */
async function findSubjects(
  ctx: Ctx,
  happenings: readonly Happening[],
  after?: ReadonlyMap<string, Subject>,
): Promise<ReadonlyMap<string, Subject>> {
  const found = new Map<string, Subject>()
  const byFinder = Map.groupBy(happenings, happening => finderOf(happening))
  for (const [find, own] of byFinder) {
    if (find === undefined) continue
    const known = after && new Map(own.flatMap(({ id, objectId }) => entry(objectId, after.get(id))))
    const subjects = await find(ctx, [...new Set(own.map(({ objectId }) => objectId))], known)
    for (const { id, objectId } of own) {
      const subject = subjects.get(objectId)
      if (subject !== undefined) found.set(id, subject)
    }
  }
  return found
}

function entry(objectId: string, subject: Subject | undefined): [string, Subject][] {
  return subject === undefined ? [] : [[objectId, subject]]
}
