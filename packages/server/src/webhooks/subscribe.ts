import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import type { EventSubscriber } from '../platform/domain-events.ts'
import { organizationFlag } from '../platform/jobs/enqueue.ts'
import type { WebhookObject } from '../platform/module.ts'
import { subscriptionNames } from './catalogue.ts'

export const CREATE_WEBHOOKS = 'create_webhooks'

/** An event as the job that makes its messages gets it. */
export interface AnnouncedEvent {
  readonly id: string
  readonly type: string
  readonly objectId: string
}

/** Has messages made of the events that are webhooks: one job, however many events are told of at once. */
export function subscribeTo(objects: Readonly<Record<string, WebhookObject>>): EventSubscriber {
  return {
    async enqueue(ctx, events) {
      const announced = events
        .filter(event => objects[event.type] !== undefined)
        .map(({ id, type, objectId }) => ({ id, type, objectId }))
      if (announced.length > 0) await addJobIfSubscribed(ctx, announced)
    },
  }
}

/**
 * Looks for endpoints and adds the job in one statement: most facts are nobody's to be told of, and a billing run has a
 * hundred thousand of them.
 */
async function addJobIfSubscribed(ctx: Ctx, events: readonly AnnouncedEvent[]): Promise<void> {
  const types = [...new Set(events.flatMap(event => subscriptionNames(event.type)))]
  const payload = JSON.stringify({ organizationId: ctx.org.id, events })
  await sql`
    select count(graphile_worker.add_job(
      identifier => ${CREATE_WEBHOOKS},
      payload => ${payload}::json,
      flags => array[${organizationFlag(ctx.org.id)}]
    ))
    where exists (
      select from webhook_endpoints
      where organization_id = ${ctx.org.id} and (event_types is null or event_types && ${types}::text[])
    )`.execute(ctx.db)
}
