import type { Ctx, Db } from '../../platform/context.ts'
import type { DomainEvent, EventSubscriber } from '../../platform/domain-events.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { finderOf, isUpdate } from './activities.ts'
import { recordActivities } from './record.ts'

const RECORD_ACTIVITIES = 'record_activities'
/** After everything that somebody waits for. */
const PRIORITY = 30

/**
 * Writes activities as the last step of the transaction in which they happen, so that there is one exactly for what was
 * committed, with the objects as they were. Of what background work makes, which may be a hundred thousand invoices, one job a
 * transaction writes them afterwards; only what changes has to be looked at while the state before can still be seen.
 *
 * @param committed sees what is committed: see {@link recordActivities}
 */
export function activitySubscriber(committed: Db): EventSubscriber {
  return {
    async enqueue() {},
    async beforeCommit(tx, events) {
      const activities = onceEach(events.filter(event => finderOf(event) !== undefined))
      const isBackground = tx.actor.type === 'system'
      const isLater = (event: DomainEvent) => isBackground && !isUpdate(event.type)
      const now = activities.filter(event => !isLater(event))
      if (now.length > 0) await recordActivities(tx, now, committed)
      await recordLater(tx, activities.filter(isLater))
    },
  }
}

/** What was told several times of an object happened to it once: a wallet that pays three fees is updated. */
function onceEach(events: readonly DomainEvent[]): DomainEvent[] {
  return [...new Map(events.map(event => [`${event.type} ${event.objectId}`, event])).values()]
}

async function recordLater(tx: Ctx, events: readonly DomainEvent[]): Promise<void> {
  if (events.length === 0) return
  const happenings = events.map(({ id, type, objectId, at, data }) => ({
    id,
    type,
    objectId,
    at: at.toString(),
    ...(data !== undefined && { data }),
  }))
  await addJob(tx.db, {
    task: RECORD_ACTIVITIES,
    payload: { organizationId: tx.org.id, happenings },
    priority: PRIORITY,
  })
}

interface Later {
  readonly id: string
  readonly type: string
  readonly objectId: string
  readonly at: string
  readonly data?: DomainEvent['data']
}

export const recordActivitiesTask: TaskDefinition = {
  name: RECORD_ACTIVITIES,
  run: (ctx, payload) =>
    recordActivities(
      ctx,
      (payload.happenings as readonly Later[]).map(({ data, ...happening }) => ({
        ...happening,
        at: Temporal.Instant.from(happening.at),
        ...(data !== undefined && { data }),
      })),
    ),
}
