import { sql } from 'kysely'
import { type Arrival, arrivalsOf, arrivedEvents } from '../events/index.ts'
import type { Ctx } from '../platform/context.ts'
import { addJobs } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import type { Reaction } from '../platform/module.ts'
import { CUSTOMER_TIME_ZONE } from './due.ts'
import { findSubscriptionsToTrack } from './matching.ts'

const NOTE_RECEIVED_EVENTS = 'note_received_events'
const SUBSCRIPTIONS_A_JOB = 500

/**
 * Has it noted which subscriptions received events today. That is known of most of them already, so that nothing is
 * enqueued, and no event read, for all but the first events of a day.
 */
export const onEventsArrived: Reaction = async (ctx, happenings) => {
  const arrivals = arrivalsOf(happenings)
  const unnoted = await findUnnoted(
    ctx,
    arrivals.map(arrival => arrival.externalSubscriptionId),
  )
  const wanted = arrivals.filter(arrival => unnoted.has(arrival.externalSubscriptionId))
  const chunks = Array.from({ length: Math.ceil(wanted.length / SUBSCRIPTIONS_A_JOB) }, (_, chunk) =>
    wanted.slice(chunk * SUBSCRIPTIONS_A_JOB, (chunk + 1) * SUBSCRIPTIONS_A_JOB),
  )
  await addJobs(
    ctx.db,
    chunks.map(chunk => ({
      task: NOTE_RECEIVED_EVENTS,
      payload: { organizationId: ctx.org.id, arrivals: chunk },
    })),
  )
}

export const noteReceivedEvents: TaskDefinition = {
  name: NOTE_RECEIVED_EVENTS,
  async run(ctx, payload) {
    const events = await arrivedEvents(ctx, payload.arrivals as readonly Arrival[])
    const subscriptions = (await findSubscriptionsToTrack(ctx, events)).flat()
    await noteReceived(ctx, [...new Set(subscriptions.map(subscription => subscription.id))])
  },
}

/** SQL: the present day of `customers`, joined with their `billing_entities`. */
function today(ctx: Ctx) {
  return sql`(${ctx.clock.now().toString()}::timestamptz at time zone ${CUSTOMER_TIME_ZONE})::date`
}

async function findUnnoted(ctx: Ctx, externalIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ external_id: string }>`
    select subscriptions.external_id
    from subscriptions
    join customers on customers.id = subscriptions.customer_id
    join billing_entities on billing_entities.id = customers.billing_entity_id
    where subscriptions.organization_id = ${ctx.org.id}
      and subscriptions.external_id = any(${externalIds}::text[])
      and subscriptions.status = 'active'
      and subscriptions.last_received_event_on is distinct from ${today(ctx)}`.execute(ctx.db)
  return new Set(rows.map(row => row.external_id))
}

/** It is the day on which events came that counts, not the one on which they happened. */
async function noteReceived(ctx: Ctx, subscriptionIds: readonly string[]): Promise<void> {
  await sql`
    update subscriptions
    set last_received_event_on = ${today(ctx)}
    from customers, billing_entities
    where customers.id = subscriptions.customer_id
      and billing_entities.id = customers.billing_entity_id
      and subscriptions.organization_id = ${ctx.org.id}
      and subscriptions.id = any(${subscriptionIds}::uuid[])
      and subscriptions.last_received_event_on is distinct from ${today(ctx)}`.execute(ctx.db)
}
