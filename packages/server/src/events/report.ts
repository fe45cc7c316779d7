import { sql } from 'kysely'
import type { ClockTask } from '../platform/clock/clock-tasks.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { addJobs } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import type { WebhookObject } from '../platform/module.ts'

const EVENTS_ERRORS = 'events.errors'
const TELL_EVENT_ERRORS = 'tell_event_errors'
const REPORTED_AT = { hours: 1, minutes: 5 }
const MOST_EVENTS_REPORTED = 10_000

/**
 * Five minutes after each full hour, has the events of that hour looked at which will not count. A run is about one hour;
 * hours whose run was missed are not made up.
 */
export const reportEventErrors: ClockTask = {
  name: 'report_event_errors',
  schedule: { minute: 5 },

  async nextDue(ctx) {
    const row = await ctx.db
      .selectFrom('event_hours')
      .select('hour')
      .where('organization_id', '=', ctx.org.id)
      .where('hour', '>', ctx.clock.now().subtract(REPORTED_AT))
      .orderBy('hour')
      .limit(1)
      .executeTakeFirst()
    return row?.hour.add(REPORTED_AT) ?? null
  },

  async run({ db, now, organizationId }) {
    const hour = now.round({ smallestUnit: 'hour', roundingMode: 'floor' }).subtract({ hours: 1 })
    const inScope =
      organizationId === null ? sql`organizations.test_clock_now is null` : sql`organizations.id = ${organizationId}`
    const { rows } = await sql<{ id: string }>`
      select organizations.id
      from event_hours
      join organizations on organizations.id = event_hours.organization_id
      where event_hours.hour = ${hour.toString()} and ${inScope}`.execute(db)
    await addJobs(
      db,
      rows.map(({ id }) => ({
        task: TELL_EVENT_ERRORS,
        payload: { organizationId: id, hour: hour.toString() },
        key: `${TELL_EVENT_ERRORS}:${id}:${hour}`,
      })),
    )
    await sql`
      delete from event_hours
      using organizations
      where organizations.id = event_hours.organization_id
        and event_hours.hour < ${hour.subtract({ hours: 24 }).toString()}
        and ${inScope}`.execute(db)
  },
}

export const tellEventErrors: TaskDefinition = {
  name: TELL_EVENT_ERRORS,
  run: (ctx, { hour }) => transaction(ctx, tx => emit(tx, EVENTS_ERRORS, String(hour))),
}

/** The object is the hour: the report is made when it is told, if anybody wants to hear it. */
export const eventsErrorsWebhook: Readonly<Record<string, WebhookObject>> = {
  [EVENTS_ERRORS]: {
    objectType: 'events_errors',
    async serialize(ctx, hour) {
      const report = await findEventErrors(ctx, Temporal.Instant.from(hour))
      return Object.values(report).some(list => list !== null && list.length > 0) ? report : undefined
    },
  },
}

type Problem = 'invalid_code' | 'missing_aggregation_property' | 'invalid_filter_values'

/**
 * The events received within an hour that will not count as their senders mean it, by their transaction ids: at most
 * 10,000 events. Events of a metric that was deleted are not among them.
 */
async function findEventErrors(ctx: Ctx, hour: Temporal.Instant) {
  const { rows } = await sql<{ transaction_id: string } & Record<Problem, boolean>>`
    select *
    from (
      select
        events.transaction_id,
        metrics.id is null and not exists (
          select from billable_metrics as deleted
          where deleted.organization_id = events.organization_id and deleted.code = events.code
        ) as invalid_code,
        metrics.id is not null and metrics.aggregation_type <> 'count_agg' and (
          events.properties ->> metrics.field_name is null
          or (
            metrics.aggregation_type in ('sum_agg', 'max_agg', 'weighted_sum_agg', 'latest_agg')
            and events.properties ->> metrics.field_name !~ '^-?\\d+(\\.\\d+)?$'
          )
        ) as missing_aggregation_property,
        exists (
          select from billable_metric_filters as filters
          where filters.billable_metric_id = metrics.id
            and filters.deleted_at is null
            and events.properties ->> filters.key <> all(filters.values)
        ) as invalid_filter_values
      from events
      left join billable_metrics as metrics
        on metrics.organization_id = events.organization_id
        and metrics.code = events.code
        and metrics.deleted_at is null
      where events.organization_id = ${ctx.org.id}
        and events.created_at >= ${hour}
        and events.created_at < ${hour.add({ hours: 1 })}
        and events.deleted_at is null
    ) as judged
    where invalid_code or missing_aggregation_property or invalid_filter_values
    order by transaction_id
    limit ${MOST_EVENTS_REPORTED}`.execute(ctx.db)
  const having = (problem: Problem) => [
    ...new Set(rows.filter(row => row[problem]).map(({ transaction_id }) => transaction_id)),
  ]
  return {
    invalid_code: having('invalid_code'),
    missing_aggregation_property: having('missing_aggregation_property'),
    missing_group_key: null,
    invalid_filter_values: having('invalid_filter_values'),
  }
}
