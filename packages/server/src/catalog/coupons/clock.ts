import { sql } from 'kysely'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'

/** Terminates the coupons whose time is over: those that expired before the second in which the clock ticks. */
export const expireCoupons: ClockTask = {
  name: 'expire_coupons',
  schedule: { minute: 30 },

  async nextDue(ctx) {
    const { rows } = await sql<{ due: Temporal.Instant | null }>`
      select date_trunc('second', min(expiration_at)) + interval '1 microsecond' as due
      from coupons
      where organization_id = ${ctx.org.id}
        and deleted_at is null
        and status = 'active'
        and expiration = 'time_limit'`.execute(ctx.db)
    return rows[0]?.due ?? null
  },

  async run({ db, now, organizationId }) {
    const ofOrganization =
      organizationId === null
        ? sql`organization_id in (select id from organizations where test_clock_now is null)`
        : sql`organization_id = ${organizationId}`
    await sql`
      update coupons
      set status = 'terminated', terminated_at = coalesce(terminated_at, ${now}), updated_at = ${now}
      where ${ofOrganization}
        and deleted_at is null
        and status = 'active'
        and expiration = 'time_limit'
        and date_trunc('second', expiration_at) < ${now}`.execute(db)
  },
}
