import type { Ctx } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { parseJson } from '../platform/http/server.ts'
import type { WebhookObject } from '../platform/module.ts'
import type { UsageEvent } from './event-store.ts'
import { eventJson } from './serialize.ts'
import { eventStore } from './store.ts'

const EVENT_ERROR = 'event.error'

/** What is wrong with an event that was accepted: codes by field, as in answers to requests. */
type EventErrors = Readonly<Record<string, readonly string[]>>

/** All that a webhook about an event has to know: events are found by what makes them unique. */
type Reference = readonly [externalSubscriptionId: string | null, transactionId: string, errors: EventErrors]

/** Tells of an event that was stored and does not do what it was sent for. */
export async function reportEventError(ctx: Ctx, event: UsageEvent, errors: EventErrors): Promise<void> {
  const reference: Reference = [event.externalSubscriptionId, event.transactionId, errors]
  await emit(ctx, EVENT_ERROR, JSON.stringify(reference))
}

export const eventErrorWebhook: Readonly<Record<string, WebhookObject>> = {
  [EVENT_ERROR]: {
    objectType: 'event_error',
    async serialize(ctx, objectId) {
      const [externalSubscriptionId, transactionId, errors] = JSON.parse(objectId) as Reference
      const event = await eventStore(ctx).get(transactionId, externalSubscriptionId)
      if (event === undefined) return undefined
      return {
        status: 422,
        error: 'Unprocessable entity',
        message: JSON.stringify(errors),
        event: parseJson(eventJson(event)),
      }
    },
  },
}
