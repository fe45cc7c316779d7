import { sql } from 'kysely'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import { inScope } from '../scope.ts'
import { type ActivityRef, activityJobNow } from './record.ts'

const ACTIVITIES_A_PAGE = 1_000

/** Looks at every subscription whose usage is to be looked at and was not yet; those whose look failed are being retried. */
export const processSubscriptionActivity: ClockTask = {
  name: 'process_subscription_activity',
  schedule: { everyMinutes: 1 },

  async nextDue(ctx) {
    const row = await ctx.db
      .selectFrom('usage_activities')
      .select('subscription_id')
      .where('organization_id', '=', ctx.org.id)
      .where('attempts', '=', 0)
      .limit(1)
      .executeTakeFirst()
    return row === undefined ? null : ctx.clock.now()
  },

  async run(scope) {
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const { rows } = await sql<ActivityRef>`
        select
          activities.organization_id as "organizationId",
          activities.subscription_id as "subscriptionId",
          subscriptions.customer_id as "customerId"
        from usage_activities as activities
        join subscriptions on subscriptions.id = activities.subscription_id
        join organizations on organizations.id = activities.organization_id
        where activities.attempts = 0
          and activities.subscription_id > ${after}
          and ${inScope(scope, sql`activities.organization_id`)}
        order by activities.subscription_id
        limit ${ACTIVITIES_A_PAGE}`.execute(scope.db)
      await addJobs(scope.db, rows.map(activityJobNow))
      const last = rows.at(-1)
      if (last === undefined || rows.length < ACTIVITIES_A_PAGE) return
      after = last.subscriptionId
    }
  },
}
