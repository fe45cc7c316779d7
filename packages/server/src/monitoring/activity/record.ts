import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { addJobs, type NewJob } from '../../platform/jobs/enqueue.ts'
import type { Reaction } from '../../platform/module.ts'

export const PROCESS_ACTIVITY = 'process_activity_of_subscription'

/** The first try and three more. */
export const MOST_ATTEMPTS = 4

/** In real time, events that come in quick succession are looked at together, and at once only where someone watches. */
const LOOK_AFTER = { seconds: 1 }

/** A subscription whose usage is to be looked at. */
export interface ActivityRef {
  readonly organizationId: string
  readonly subscriptionId: string
  readonly customerId: string
}

/** Events came: the subscriptions they are for are looked at soon. */
export const onEventsArrived: Reaction = (tx, events) =>
  recordActivity(
    tx,
    events.map(event => event.objectId),
    'events_arrived',
  )

/**
 * Notes in the caller's transaction that the usage of the running subscriptions with these external ids has to be looked
 * at. It is done soon where there are alerts, and else within a minute, by the clock. Where a look is noted already its
 * version grows: a look under way is then repeated, so that nothing that happens during one is lost.
 */
export async function recordActivity(
  tx: Ctx,
  externalSubscriptionIds: readonly string[],
  cause: 'events_arrived' | 'alert_changed',
): Promise<void> {
  const now = tx.clock.now()
  const { rows } = await sql<ActivityRef & { readonly isNew: boolean; readonly isWatched: boolean }>`
    with running as (
      select id, organization_id, customer_id, external_id
      from subscriptions
      where organization_id = ${tx.org.id}
        and status = 'active'
        and external_id = any(${[...new Set(externalSubscriptionIds)]})
    ),
    noted as (
      insert into usage_activities (subscription_id, organization_id, created_at, updated_at)
      select id, organization_id, ${now}, ${now}
      from running
      order by id
      on conflict (subscription_id) do update
      set version = usage_activities.version + 1,
        attempts = 0,
        updated_at = excluded.updated_at
      returning subscription_id, version
    )
    select
      running.organization_id as "organizationId",
      running.id as "subscriptionId",
      running.customer_id as "customerId",
      noted.version = 1 as "isNew",
      exists (
        select from usage_alerts
        where usage_alerts.organization_id = running.organization_id
          and usage_alerts.subscription_external_id = running.external_id
          and usage_alerts.deleted_at is null
      ) as "isWatched"
    from noted
    join running on running.id = noted.subscription_id`.execute(tx.db)
  const soon = rows.filter(row => cause === 'alert_changed' || (row.isNew && (row.isWatched || tx.org.sandbox)))
  await addJobs(
    tx.db,
    soon.map(row => activityJob(tx, row)),
  )
}

/** A job that looks at a subscription: at once in a sandbox, where nobody waits for real time. */
export function activityJob(ctx: Ctx, activity: ActivityRef): NewJob {
  return {
    ...activityJobNow(activity),
    ...(!ctx.org.sandbox && { runAt: ctx.clock.now().add(LOOK_AFTER) }),
  }
}

/** As {@link activityJob}, without waiting. */
export function activityJobNow({ organizationId, subscriptionId, customerId }: ActivityRef): NewJob {
  return {
    task: PROCESS_ACTIVITY,
    payload: { organizationId, subscriptionId },
    queue: customerId,
    key: `${PROCESS_ACTIVITY}:${subscriptionId}`,
    maxAttempts: MOST_ATTEMPTS,
  }
}
