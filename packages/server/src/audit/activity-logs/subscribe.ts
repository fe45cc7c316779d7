import type { Db } from '../../platform/context.ts'
import type { DomainEvent, EventSubscriber } from '../../platform/domain-events.ts'
import { finderOf, isUpdate } from './activities.ts'
import { recordActivities } from './record.ts'
import { keepUnwritten } from './unwritten.ts'

/**
 * Writes activities as the last step of the transaction in which they happen, so that there is one exactly for what was
 * committed, with the objects as they were. Of what background work makes, which may be a hundred thousand invoices, they are
 * written soon afterwards, many at once; only what changes has to be looked at while the state before can still be seen.
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
      await keepUnwritten(tx, activities.filter(isLater))
    },
  }
}

/** What was told several times of an object happened to it once: a wallet that pays three fees is updated. */
function onceEach(events: readonly DomainEvent[]): DomainEvent[] {
  return [...new Map(events.map(event => [`${event.type} ${event.objectId}`, event])).values()]
}
