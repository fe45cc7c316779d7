import { startOfDay } from '@weir/engine'
import { type RawBuilder, sql } from 'kysely'
import type { ClockScope, ClockTask } from '../platform/clock/clock-tasks.ts'
import type { Ctx } from '../platform/context.ts'
import { addJobs, type NewJob } from '../platform/jobs/enqueue.ts'
import {
  CUSTOMER_TIME_ZONE,
  type CustomerRef,
  findCustomersToActivate,
  findCustomersToExpire,
  findCustomersToTerminate,
  nextExpiration,
} from './due.ts'
import { activationJob, expirationJob, terminationJob } from './jobs.ts'
import { alertEndingSubscriptions } from './termination-alerts.ts'

/**
 * A subscription starts when its first local day begins, and ends when its last one does; of that it is told before. One that
 * has to be paid for first is not waited for longer than its rules say.
 */
export const clockTasks: readonly ClockTask[] = [
  {
    name: 'activate_subscriptions',
    schedule: { everyMinutes: 5 },
    nextDue: ctx =>
      earliestLocalDay(
        ctx,
        sql`subscriptions.subscription_at`,
        sql`subscriptions.status = 'pending' and subscriptions.previous_subscription_id is null`,
      ),
    run: scope => enqueueAll(scope, findCustomersToActivate(scope), activationJob),
  },
  {
    name: 'terminate_ended_subscriptions',
    schedule: { minute: 5 },
    nextDue: ctx =>
      earliestLocalDay(
        ctx,
        sql`subscriptions.ending_at`,
        sql`subscriptions.status = 'active' and subscriptions.ending_at is not null`,
      ),
    run: scope => enqueueAll(scope, findCustomersToTerminate(scope), terminationJob),
  },
  {
    name: 'expire_activations',
    schedule: { minute: 20 },
    nextDue: nextExpiration,
    run: scope => enqueueAll(scope, findCustomersToExpire(scope), expirationJob),
  },
  alertEndingSubscriptions,
]

/** The tick counts in whole seconds. */
async function enqueueAll(
  scope: ClockScope,
  customers: AsyncGenerator<CustomerRef[]>,
  job: (customer: CustomerRef, tick: Temporal.Instant) => NewJob,
): Promise<void> {
  const tick = scope.now.round({ smallestUnit: 'second', roundingMode: 'floor' })
  for await (const chunk of customers) {
    await addJobs(
      scope.db,
      chunk.map(customer => job(customer, tick)),
    )
  }
}

/**
 * The earliest start of a local day, among the days on which the instants of a column fall in their customers' time
 * zones. A local day starts at most 25 hours before any instant in it: what lies later than that after the earliest
 * instant cannot be on an earlier day.
 */
async function earliestLocalDay(
  ctx: Ctx,
  column: RawBuilder<unknown>,
  condition: RawBuilder<unknown>,
): Promise<Temporal.Instant | null> {
  const { rows } = await sql<{ day: Temporal.PlainDate; timeZone: string }>`
    select distinct
      (${column} at time zone ${CUSTOMER_TIME_ZONE})::date as day,
      ${CUSTOMER_TIME_ZONE} as "timeZone"
    from subscriptions
    join customers on customers.id = subscriptions.customer_id
    join billing_entities on billing_entities.id = customers.billing_entity_id
    where subscriptions.organization_id = ${ctx.org.id}
      and ${condition}
      and ${column} <= (
        select min(${column}) + interval '26 hours'
        from subscriptions
        where subscriptions.organization_id = ${ctx.org.id} and ${condition}
      )`.execute(ctx.db)
  const starts = rows.map(({ day, timeZone }) => startOfDay(day, timeZone))
  return starts.toSorted(Temporal.Instant.compare)[0] ?? null
}
