import { sql } from 'kysely'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { loadSubscriptionRecords } from '../../subscriptions/index.ts'
import { inScope } from '../scope.ts'
import { billPassedThresholds } from './pass-thresholds.ts'
import { clearFlags, recalculateLifetimeUsage } from './recalculate.ts'

const REFRESH = 'refresh_lifetime_usage_of_subscription'
const RECORDS_A_PAGE = 1_000

interface FlaggedRecord {
  readonly id: string
  readonly organizationId: string
  readonly subscriptionId: string
  readonly customerId: string
}

/** Calculates the lifetime usages that something they depend on has flagged, and has passed thresholds billed. */
export const refreshLifetimeUsage: ClockTask = {
  name: 'refresh_lifetime_usage',
  schedule: { everyMinutes: 5 },

  async nextDue(ctx) {
    const row = await ctx.db
      .selectFrom('lifetime_usages')
      .select('id')
      .where('organization_id', '=', ctx.org.id)
      .where('deleted_at', 'is', null)
      .where(eb => eb.or([eb('recalculate_invoiced_usage', '=', true), eb('recalculate_current_usage', '=', true)]))
      .limit(1)
      .executeTakeFirst()
    return row === undefined ? null : ctx.clock.now()
  },

  async run(scope) {
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const { rows } = await sql<FlaggedRecord>`
        select
          lifetime_usages.id,
          lifetime_usages.organization_id as "organizationId",
          lifetime_usages.subscription_id as "subscriptionId",
          subscriptions.customer_id as "customerId"
        from lifetime_usages
        join subscriptions on subscriptions.id = lifetime_usages.subscription_id
        join organizations on organizations.id = lifetime_usages.organization_id
        where lifetime_usages.deleted_at is null
          and (lifetime_usages.recalculate_invoiced_usage or lifetime_usages.recalculate_current_usage)
          and lifetime_usages.id > ${after}
          and ${inScope(scope, sql`lifetime_usages.organization_id`)}
        order by lifetime_usages.id
        limit ${RECORDS_A_PAGE}`.execute(scope.db)
      await addJobs(
        scope.db,
        rows.map(({ organizationId, subscriptionId, customerId }) => ({
          task: REFRESH,
          payload: { organizationId, subscriptionId },
          queue: customerId,
          key: `${REFRESH}:${subscriptionId}`,
        })),
      )
      const last = rows.at(-1)
      if (last === undefined || rows.length < RECORDS_A_PAGE) return
      after = last.id
    }
  },
}

export const refreshLifetimeUsageOfSubscription: TaskDefinition = {
  name: REFRESH,
  async run(ctx, { subscriptionId }) {
    const [record] = await loadSubscriptionRecords(ctx, [String(subscriptionId)])
    if (record === undefined) return
    if (record.subscription.status !== 'active') return clearFlags(ctx, record)
    const { lifetimeUsage } = await recalculateLifetimeUsage(ctx, record)
    await billPassedThresholds(ctx, record, lifetimeUsage)
  },
}
