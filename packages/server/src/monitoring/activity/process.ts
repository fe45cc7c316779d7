import { type Selectable, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { UsageActivities } from '../../platform/db/types.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { loadSubscriptionRecords, type SubscriptionRecord } from '../../subscriptions/index.ts'
import { evaluateAlerts } from '../alerts/evaluate.ts'
import { scheduleLifetimeUnits } from '../alerts/lifetime-units.ts'
import { usageReading } from '../alerts/readings.ts'
import { ownerOf } from '../alerts/types.ts'
import { recalculateLifetimeUsage } from '../lifetime-usage/recalculate.ts'
import { activityJob, MOST_ATTEMPTS, PROCESS_ACTIVITY } from './record.ts'

type Activity = Selectable<UsageActivities>

export const processActivityOfSubscription: TaskDefinition = {
  name: PROCESS_ACTIVITY,
  run: (ctx, { subscriptionId }) => processActivity(ctx, String(subscriptionId)),
}

/**
 * Looks at the usage of a subscription, once for everything that depends on it: its lifetime usage, then its alerts. What
 * happens meanwhile is looked at again. A look that fails is repeated a few times; then its note is given up, until
 * something happens again.
 *
 * @throws what went wrong, so that the job is retried
 */
async function processActivity(ctx: Ctx, subscriptionId: string): Promise<void> {
  const activity = await findActivity(ctx, subscriptionId)
  if (activity === undefined) return
  const [record] = await loadSubscriptionRecords(ctx, [subscriptionId])
  if (record?.subscription.status !== 'active') return remove(ctx, activity)
  try {
    await look(ctx, record)
  } catch (error) {
    await countFailure(ctx, activity)
    throw error
  }
  await remove(ctx, activity)
  if ((await findActivity(ctx, subscriptionId)) === undefined) return
  const { organization_id: organizationId, customer_id: customerId } = record.subscription
  await addJob(ctx.db, activityJob(ctx, { organizationId, subscriptionId, customerId }))
}

async function look(ctx: Ctx, record: SubscriptionRecord): Promise<void> {
  const { lifetimeUsage, usage } = await recalculateLifetimeUsage(ctx, record)
  await evaluateAlerts(ctx, ownerOf(record.subscription), usageReading(usage, lifetimeUsage))
  await scheduleLifetimeUnits(ctx, record.subscription)
}

function findActivity(ctx: Ctx, subscriptionId: string): Promise<Activity | undefined> {
  return ctx.db
    .selectFrom('usage_activities')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('subscription_id', '=', subscriptionId)
    .executeTakeFirst()
}

/** Unless something happened since it was read. */
async function remove(ctx: Ctx, activity: Activity): Promise<void> {
  await ctx.db
    .deleteFrom('usage_activities')
    .where('organization_id', '=', ctx.org.id)
    .where('subscription_id', '=', activity.subscription_id)
    .where('version', '=', activity.version)
    .execute()
}

async function countFailure(ctx: Ctx, activity: Activity): Promise<void> {
  if (activity.attempts + 1 >= MOST_ATTEMPTS) return remove(ctx, activity)
  await ctx.db
    .updateTable('usage_activities')
    .set({ attempts: sql`attempts + 1` })
    .where('organization_id', '=', ctx.org.id)
    .where('subscription_id', '=', activity.subscription_id)
    .where('version', '=', activity.version)
    .execute()
}
