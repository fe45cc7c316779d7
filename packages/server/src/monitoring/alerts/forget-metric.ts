import { type Ctx, transaction } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { deleteAlerts, findAlertIdsOfMetric } from './store.ts'

const DELETE_ALERTS_OF_METRIC = 'delete_alerts_of_billable_metric'

/** A metric that is gone takes its alerts with it. */
export const onBillableMetricDeleted: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(({ organizationId, objectId }) => ({
      task: DELETE_ALERTS_OF_METRIC,
      payload: { organizationId, billableMetricId: objectId },
    })),
  )

export const deleteAlertsOfMetric: TaskDefinition = {
  name: DELETE_ALERTS_OF_METRIC,
  run: (ctx: Ctx, { billableMetricId }) =>
    transaction(ctx, async tx => deleteAlerts(tx, await findAlertIdsOfMetric(tx, String(billableMetricId)))),
}
