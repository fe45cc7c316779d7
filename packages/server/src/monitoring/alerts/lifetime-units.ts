import { getPlans } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { loadSubscriptionRecords, type Subscription, type SubscriptionRecord } from '../../subscriptions/index.ts'
import { currentUsageOf } from '../../usage/index.ts'
import { type AlertReading, evaluateAlerts, largest } from './evaluate.ts'
import { feesOfMetric } from './readings.ts'
import { findAlerts } from './store.ts'
import { ownerOf } from './types.ts'

const EVALUATE_LIFETIME_UNITS = 'evaluate_lifetime_units_alerts'
const TYPE = 'billable_metric_lifetime_usage_units'

/** Reading all usage there ever was takes longer than reading a period: in real time it is done once a minute. */
const EVALUATED_AFTER = { minutes: 1 }

/** Has the alerts on the units of a subscription's whole life evaluated, if it has any. */
export async function scheduleLifetimeUnits(ctx: Ctx, subscription: Subscription): Promise<void> {
  const alerts = await findAlerts(ctx, ownerOf(subscription))
  if (!alerts.some(alert => alert.alert_type === TYPE)) return
  await addJob(ctx.db, {
    task: EVALUATE_LIFETIME_UNITS,
    payload: { organizationId: ctx.org.id, subscriptionId: subscription.id },
    queue: subscription.customer_id,
    key: `${EVALUATE_LIFETIME_UNITS}:${subscription.id}`,
    // Events that go on coming do not put it off.
    keepsRunAt: true,
    ...(!ctx.org.sandbox && { runAt: ctx.clock.now().add(EVALUATED_AFTER) }),
  })
}

export const evaluateLifetimeUnits: TaskDefinition = {
  name: EVALUATE_LIFETIME_UNITS,
  async run(ctx, { subscriptionId }) {
    const [record] = await loadSubscriptionRecords(ctx, [String(subscriptionId)])
    if (record?.subscription.status !== 'active') return
    await evaluateAlerts(ctx, ownerOf(record.subscription), await lifetimeUnitsReading(ctx, record))
  },
}

/** A metric that the plan has no charge for, or a prorated one, has no such units. */
async function lifetimeUnitsReading(ctx: Ctx, record: SubscriptionRecord): Promise<AlertReading> {
  const plan = (await getPlans(ctx, [record.plan.id])).get(record.plan.id)
  return async alert => {
    if (alert.alert_type !== TYPE) return undefined
    const charges = plan?.charges.filter(charge => charge.metric.id === alert.billable_metric_id) ?? []
    const [first] = charges
    if (first === undefined || charges.some(charge => charge.prorated)) return undefined
    const usage = await currentUsageOf(ctx, record, { billableMetricCode: first.metric.code, fullUsage: true })
    return largest(feesOfMetric(usage.charges, alert.billable_metric_id).map(fee => fee.units))
  }
}
