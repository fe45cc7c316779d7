import { localDate, startOfDay } from '@weir/engine'
import { type RawBuilder, sql } from 'kysely'
import { getPlans } from '../../catalog/index.ts'
import { type ClockTask, firstTick, type Schedule } from '../../platform/clock/clock-tasks.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { CUSTOMER_TIME_ZONE, loadSubscriptionRecords } from '../../subscriptions/index.ts'
import { inScope } from '../scope.ts'
import { type DayOfSubscription, isLastDayOfPeriod, keepDailyUsages } from './compute.ts'

const COMPUTE = 'compute_daily_usage_of_subscriptions'
/** Of one job: they share what is read of their plans, and a job is soon done. */
const SUBSCRIPTIONS_A_JOB = 50
/** Jobs of a lane run one after another, so that no two of one customer meet. */
const LANES = 8
const SUBSCRIPTIONS_A_PAGE = 1_000
const SCHEDULE: Schedule = { minute: 15 }
/** Days are computed in the first hours of the next one, so that one that was missed is made up. */
const HOURS_AFTER_MIDNIGHT = 3
/** In real time, the jobs of an hour are spread over as many seconds. */
const SPREAD_SECONDS = 1_800

/** Keeps the usage of the day that ended, of the subscriptions whose customers' day just began. */
export const computeDailyUsages: ClockTask = {
  name: 'compute_daily_usage',
  schedule: SCHEDULE,

  async nextDue(ctx) {
    const now = ctx.clock.now()
    const zones = await ctx.db
      .selectFrom('subscriptions')
      .innerJoin('customers', 'customers.id', 'subscriptions.customer_id')
      .innerJoin('billing_entities', 'billing_entities.id', 'customers.billing_entity_id')
      .where('subscriptions.organization_id', '=', ctx.org.id)
      .where('subscriptions.status', '=', 'active')
      .where('subscriptions.skip_daily_usage', '=', false)
      .select(CUSTOMER_TIME_ZONE.as('timeZone'))
      .distinct()
      .execute()
    const dues = zones.flatMap(({ timeZone }) => daysToCome(now, timeZone))
    for (const due of dues.toSorted(Temporal.Instant.compare)) {
      const { rows } = await sql`
        select from (${candidates(due, sql`subscriptions.organization_id = ${ctx.org.id}`)}) as candidates
        limit 1`.execute(ctx.db)
      if (rows.length > 0) return due
    }
    return null
  },

  async run(scope) {
    const isSpread = scope.organizationId === null
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const { rows } = await sql<Candidate>`
        select * from (${candidates(scope.now, inScope(scope, sql`subscriptions.organization_id`))}) as candidates
        where id > ${after}
        order by id
        limit ${SUBSCRIPTIONS_A_PAGE}`.execute(scope.db)
      await addJobs(
        scope.db,
        jobsOf(rows).map(({ organizationId, lane, seconds, candidates }) => ({
          task: COMPUTE,
          payload: {
            organizationId,
            days: candidates.map(({ id, timeZone }) => ({
              subscriptionId: id,
              date: localDate(scope.now, timeZone).subtract({ days: 1 }).toString(),
            })),
          },
          queue: `daily_usage:${lane}`,
          ...(isSpread && { runAt: scope.now.add({ seconds }) }),
        })),
      )
      const last = rows.at(-1)
      if (last === undefined || rows.length < SUBSCRIPTIONS_A_PAGE) return
      after = last.id
    }
  },
}

interface WantedDay {
  readonly subscriptionId: string
  readonly date: string
}

export const computeDailyUsageOfSubscriptions: TaskDefinition = {
  name: COMPUTE,
  async run(ctx, payload) {
    const wanted = payload.days as readonly WantedDay[]
    const dateOf = new Map(wanted.map(({ subscriptionId, date }) => [subscriptionId, Temporal.PlainDate.from(date)]))
    const days = (await loadSubscriptionRecords(ctx, [...dateOf.keys()])).flatMap((record): DayOfSubscription[] => {
      const date = dateOf.get(record.subscription.id)
      const isWanted = date !== undefined && record.subscription.status === 'active' && !isLastDayOfPeriod(record, date)
      return isWanted ? [{ record, date }] : []
    })
    await keepDailyUsages(ctx, days, await getPlans(ctx, [...new Set(days.map(({ record }) => record.plan.id))]))
  },
}

/** What candidates of one organization and lane have in common, some of them a job. */
function jobsOf(rows: readonly Candidate[]) {
  const together = Map.groupBy(rows, ({ organizationId, customerId }) => `${laneOf(customerId)} ${organizationId}`)
  return [...together.values()].flatMap(own =>
    own.flatMap((first, place) => {
      if (place % SUBSCRIPTIONS_A_JOB > 0) return []
      const candidates = own.slice(place, place + SUBSCRIPTIONS_A_JOB)
      const { organizationId, customerId } = first
      return [{ organizationId, lane: laneOf(customerId), seconds: placeOf(first.id), candidates }]
    }),
  )
}

function laneOf(customerId: string): number {
  return lastDigitsOf(customerId) % LANES
}

/** Of a subscription, from 0 on. */
function placeOf(id: string): number {
  return lastDigitsOf(id) % SPREAD_SECONDS
}

/** The last digits of ids are random. */
function lastDigitsOf(id: string): number {
  return Number.parseInt(id.slice(-8), 16)
}

/**
 * When the days begin whose first run is still to come. Days whose hours have begun are made up by the runs that follow, but
 * they are no reason to stop at: some of them have nothing to keep.
 */
function daysToCome(now: Temporal.Instant, timeZone: string): Temporal.Instant[] {
  const today = localDate(now, timeZone)
  return [today, today.add({ days: 1 })]
    .map(date => startOfDay(date, timeZone))
    .filter(start => Temporal.Instant.compare(firstTick(SCHEDULE, start), now) > 0)
}

interface Candidate {
  readonly id: string
  readonly organizationId: string
  readonly customerId: string
  readonly timeZone: string
}

/**
 * SQL: the active subscriptions whose local day began up to three hours before an instant, whose day before is not kept,
 * and whose usage may have changed on it: events came since the day before in UTC, or it grows with time alone, or it
 * carried over into a period that opened on that day.
 */
function candidates(at: Temporal.Instant, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  const localTime = sql`(${at.toString()}::timestamptz at time zone ${CUSTOMER_TIME_ZONE})`
  const yesterday = sql`(${localTime}::date - 1)`
  const lastEventFrom = at.toZonedDateTimeISO('UTC').toPlainDate().subtract({ days: 1 })
  const planHas = (prices: RawBuilder<unknown>) => sql`exists (
    select from charges
    join billable_metrics on billable_metrics.id = charges.billable_metric_id
    where charges.plan_id = subscriptions.plan_id and charges.deleted_at is null and ${prices}
  )`
  return sql`
    select
      subscriptions.id,
      subscriptions.organization_id as "organizationId",
      subscriptions.customer_id as "customerId",
      ${CUSTOMER_TIME_ZONE} as "timeZone"
    from subscriptions
    join organizations on organizations.id = subscriptions.organization_id
    join customers on customers.id = subscriptions.customer_id
    join billing_entities on billing_entities.id = customers.billing_entity_id
    where subscriptions.status = 'active'
      and not subscriptions.skip_daily_usage
      and ${condition}
      and extract(hour from ${localTime}) < ${HOURS_AFTER_MIDNIGHT}
      and (
        subscriptions.last_received_event_on >= ${lastEventFrom}
        or ${planHas(sql`(charges.prorated or billable_metrics.aggregation_type = 'weighted_sum_agg')`)}
        or (
          exists (
            select from invoice_subscriptions as links
            where links.subscription_id = subscriptions.id
              and links.recurring
              and (links.timestamp at time zone ${CUSTOMER_TIME_ZONE})::date = ${yesterday}
          )
          and ${planHas(sql`billable_metrics.recurring`)}
        )
      )
      and not exists (
        select from daily_usages
        where daily_usages.subscription_id = subscriptions.id and daily_usages.usage_date = ${yesterday}
      )`
}
