import type { Ctx } from '../platform/context.ts'
import type { EventSubscriber } from '../platform/domain-events.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import type { Domain, WebhookObject } from '../platform/module.ts'
import { clockTasks } from './clock.ts'
import { createWebhooks } from './create-webhooks.ts'
import { DELIVER_WEBHOOK, deliverWebhooks } from './deliver-webhook.ts'
import { webhookRoutes } from './routes.ts'
import { warnOfLostSecret } from './signing-key.ts'
import { type AnnouncedEvent, CREATE_WEBHOOKS, subscribeTo } from './subscribe.ts'

export { WEBHOOK_TYPES } from './catalogue.ts'
export { SigningKeyError } from './signing-key.ts'

export interface Webhooks extends Domain {
  /** Has every domain event that is a webhook told to the endpoints that want it. */
  readonly subscriber: EventSubscriber
}

/**
 * Telling the outside what happens: endpoints, signed messages, retries, logs.
 *
 * @param objects how the object of each webhook type is printed; events of other types are nobody's to be told of
 * @example webhooksDomain(Object.assign({}, ...domains.map(domain => domain.webhooks ?? {})))
 */
export function webhooksDomain(objects: Readonly<Record<string, WebhookObject>>): Webhooks {
  return {
    prepare: warnOfLostSecret,
    routes: webhookRoutes,
    tasks: [createTask(objects), deliverTask],
    clockTasks,
    counters: { webhooks_sent: countSent },
    subscriber: subscribeTo(objects),
  }
}

function createTask(objects: Readonly<Record<string, WebhookObject>>): TaskDefinition {
  return {
    name: CREATE_WEBHOOKS,
    run: (ctx, payload) => createWebhooks(ctx, objects, payload.events as readonly AnnouncedEvent[]),
  }
}

const deliverTask: TaskDefinition = {
  name: DELIVER_WEBHOOK,
  run: (ctx, payload) => deliverWebhooks(ctx, String(payload.endpointId)),
}

/** Messages made since an id that were delivered. */
async function countSent(ctx: Ctx, sinceId: string): Promise<number> {
  const { count } = await ctx.db
    .selectFrom('webhooks')
    .select(eb => eb.fn.countAll<bigint>().as('count'))
    .where('organization_id', '=', ctx.org.id)
    .where('id', '>', sinceId)
    .where('status', '=', 'succeeded')
    .executeTakeFirstOrThrow()
  return Number(count)
}
