import { sql } from 'kysely'
import type { ClockTask } from '../platform/clock/clock-tasks.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { emitAll } from '../platform/domain-events.ts'
import { addJobs } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'

const ALERT = 'alert_ending_subscriptions'

/** SQL: the UTC day on which `subscriptions` end. */
const END = sql<Temporal.PlainDate>`(subscriptions.ending_at at time zone 'UTC')::date`

/** SQL: it was not told yet on a day. */
const untold = (day: unknown) =>
  sql<boolean>`(subscriptions.termination_alerted_on is null or subscriptions.termination_alerted_on < ${day})`

/** Tells as many days ahead as are configured that a subscription will end, by UTC dates, once a day. */
export const alertEndingSubscriptions: ClockTask = {
  name: ALERT,
  schedule: { minute: 50 },

  async nextDue(ctx) {
    const { rows } = await sql<{ day: Temporal.PlainDate | null }>`
      select min(${END} - days.before) as day
      from subscriptions, unnest(${ctx.config.terminationAlertDays}::int[]) as days (before)
      where subscriptions.organization_id = ${ctx.org.id}
        and subscriptions.status = 'active'
        and subscriptions.ending_at is not null
        and ${END} - days.before >= ${utcDate(ctx.clock.now())}::date
        and ${untold(sql`${END} - days.before`)}`.execute(ctx.db)
    return rows[0]?.day?.toZonedDateTime('UTC').toInstant() ?? null
  },

  async run({ db, now, organizationId, config }) {
    const { rows } = await sql<{ id: string }>`
      select distinct subscriptions.organization_id as id
      from subscriptions
      join organizations on organizations.id = subscriptions.organization_id
      where ${isTold(config, utcDate(now))}
        and ${
          organizationId === null
            ? sql`organizations.test_clock_now is null`
            : sql`subscriptions.organization_id = ${organizationId}`
        }`.execute(db)
    await addJobs(
      db,
      rows.map(({ id }) => ({
        task: ALERT,
        key: `${ALERT}:${id}`,
        payload: { organizationId: id, day: utcDate(now).toString() },
      })),
    )
  },
}

export const alertSubscriptions: TaskDefinition = {
  name: ALERT,
  run: (ctx, payload) =>
    transaction(ctx, async tx => {
      const day = Temporal.PlainDate.from(String(payload.day))
      const { rows } = await sql<{ id: string }>`
        update subscriptions
        set termination_alerted_on = ${day.toString()}::date
        where subscriptions.organization_id = ${tx.org.id} and ${isTold(tx.config, day)}
        returning id`.execute(tx.db)
      await emitAll(
        tx,
        rows.map(({ id }) => ({ type: 'subscription.termination_alert', objectId: id })),
      )
    }),
}

/** The bounds are what an index answers. */
function isTold({ terminationAlertDays: daysBefore }: Ctx['config'], day: Temporal.PlainDate) {
  const ends = daysBefore.map(days => day.add({ days }).toString())
  const [from, to] = [Math.min(...daysBefore), Math.max(...daysBefore) + 1].map(days =>
    day.add({ days }).toZonedDateTime('UTC').toInstant().toString(),
  )
  return sql<boolean>`
    subscriptions.status = 'active'
    and subscriptions.ending_at >= ${from}::timestamptz
    and subscriptions.ending_at < ${to}::timestamptz
    and ${END} = any(${ends}::date[])
    and ${untold(sql`${day.toString()}::date`)}`
}

function utcDate(instant: Temporal.Instant): Temporal.PlainDate {
  return instant.toZonedDateTimeISO('UTC').toPlainDate()
}
