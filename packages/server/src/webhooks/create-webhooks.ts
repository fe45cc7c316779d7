import { sql } from 'kysely'
import { type Ctx, transaction } from '../platform/context.ts'
import { isUuid, newId } from '../platform/ids.ts'
import type { WebhookObject } from '../platform/module.ts'
import { subscriptionNames } from './catalogue.ts'
import { scheduleDelivery } from './deliver-webhook.ts'
import { encodePayload } from './payload.ts'
import type { AnnouncedEvent } from './subscribe.ts'

/**
 * Stores one message for each event and endpoint that wants it, with the object as it is now, and has them delivered.
 * Running it again stores nothing twice. An object that cannot be printed does not keep the other events' messages back.
 *
 * @throws the errors of the events that failed, after all others are done
 */
export async function createWebhooks(
  ctx: Ctx,
  objects: Readonly<Record<string, WebhookObject>>,
  events: readonly AnnouncedEvent[],
): Promise<void> {
  const errors: unknown[] = []
  for (const event of events) {
    const object = objects[event.type]
    if (object === undefined) continue
    try {
      await announce(ctx, object, event)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join('; '))
}

async function announce(ctx: Ctx, object: WebhookObject, event: AnnouncedEvent): Promise<void> {
  await transaction(ctx, async tx => {
    const endpointIds = await lockSubscribedEndpoints(tx, event.type)
    if (endpointIds.length === 0) return
    const printed = await object.serialize(tx, event.objectId)
    if (printed === undefined) return
    const now = tx.clock.now()
    const message = {
      organization_id: tx.org.id,
      event_id: event.id,
      webhook_type: event.type,
      object_type: object.objectType,
      object_id: isUuid(event.objectId) ? event.objectId : null,
      payload: encodePayload({
        webhookType: event.type,
        objectType: object.objectType,
        organizationId: tx.org.id,
        object: printed,
      }),
      next_attempt_at: now,
      created_at: now,
      updated_at: now,
    }
    await tx.db
      .insertInto('webhooks')
      .values(endpointIds.map(endpointId => ({ ...message, id: newId(), webhook_endpoint_id: endpointId })))
      .onConflict(conflict => conflict.columns(['webhook_endpoint_id', 'event_id']).doNothing())
      .execute()
    await scheduleDelivery(tx, endpointIds)
  })
}

/** The lock keeps endpoints from being deleted between this and the insert. */
async function lockSubscribedEndpoints(ctx: Ctx, webhookType: string): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('webhook_endpoints')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`(event_types is null or event_types && ${[...subscriptionNames(webhookType)]}::text[])`)
    .orderBy('id')
    .forKeyShare()
    .execute()
  return rows.map(row => row.id)
}
