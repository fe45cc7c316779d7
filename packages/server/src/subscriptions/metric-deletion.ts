import { sql } from 'kysely'
import { getMetrics } from '../catalog/index.ts'
import { eventStore, presentPosition } from '../events/index.ts'
import type { Ctx } from '../platform/context.ts'
import { addJobs } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import type { Reaction } from '../platform/module.ts'

const REMOVE_METRIC_EVENTS = 'remove_metric_events'
const SUBSCRIPTIONS_AT_ONCE = 500

/** The events of a deleted metric go with it: those that had come until then. */
export const onBillableMetricDeleted: Reaction = async (ctx, happenings) => {
  const position = await presentPosition(ctx)
  await addJobs(
    ctx.db,
    happenings.map(({ organizationId, objectId: metricId }) => ({
      task: REMOVE_METRIC_EVENTS,
      payload: { organizationId, metricId, position },
    })),
  )
}

/**
 * Removes the events of a deleted metric from the subscriptions that could be billed for them: of whatever status, on a
 * plan that has or had a charge on it. What others sent with its code stays.
 */
export const removeMetricEvents: TaskDefinition = {
  name: REMOVE_METRIC_EVENTS,
  async run(ctx, { metricId, position }) {
    const [metric] = await getMetrics(ctx, [String(metricId)])
    if (metric === undefined) return
    const store = eventStore(ctx)
    for (let last = ''; ; ) {
      const externalIds = await findExternalIds(ctx, metric.id, last)
      if (externalIds.length > 0) await store.remove(metric.code, externalIds, String(position))
      if (externalIds.length < SUBSCRIPTIONS_AT_ONCE) return
      last = externalIds.at(-1) ?? ''
    }
  },
}

async function findExternalIds(ctx: Ctx, metricId: string, after: string): Promise<string[]> {
  const { rows } = await sql<{ external_id: string }>`
    select distinct subscriptions.external_id collate "C" as external_id
    from subscriptions
    where subscriptions.organization_id = ${ctx.org.id}
      and subscriptions.external_id collate "C" > ${after}
      and subscriptions.plan_id in (
        select plan_id from charges where organization_id = ${ctx.org.id} and billable_metric_id = ${metricId}
      )
    order by external_id
    limit ${SUBSCRIPTIONS_AT_ONCE}`.execute(ctx.db)
  return rows.map(row => row.external_id)
}
