import { sql } from 'kysely'
import { getPlanIdsOfMetric } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'

const FLAG_PLAN_DRAFTS = 'flag_plan_drafts'
const FLAG_METRIC_DRAFTS = 'flag_billable_metric_drafts'

/** Prices of a plan changed: its drafts are computed again at the next refresh. */
export const onPlanPricesChanged: Reaction = (tx, events) => enqueue(tx, FLAG_PLAN_DRAFTS, events)

/** A metric, or what its filters declare, changed: so are the drafts of the plans that use it. */
export const onBillableMetricChanged: Reaction = (tx, events) => enqueue(tx, FLAG_METRIC_DRAFTS, events)

async function enqueue(tx: Ctx, task: string, events: readonly { objectId: string }[]): Promise<void> {
  await addJobs(
    tx.db,
    events.map(event => ({
      task,
      key: `${task}:${event.objectId}`,
      payload: { organizationId: tx.org.id, objectId: event.objectId },
    })),
  )
}

async function flagDrafts(ctx: Ctx, planIds: readonly string[]): Promise<void> {
  await sql`
    update invoices
    set ready_to_be_refreshed = true
    where organization_id = ${ctx.org.id}
      and status = 'draft'
      and not ready_to_be_refreshed
      and id in (
        select invoice_subscriptions.invoice_id
        from invoice_subscriptions
        join subscriptions on subscriptions.id = invoice_subscriptions.subscription_id
        where subscriptions.organization_id = ${ctx.org.id} and subscriptions.plan_id = any(${planIds}::uuid[])
      )`.execute(ctx.db)
}

export const flagTasks: readonly TaskDefinition[] = [
  { name: FLAG_PLAN_DRAFTS, run: (ctx, payload) => flagDrafts(ctx, [String(payload.objectId)]) },
  {
    name: FLAG_METRIC_DRAFTS,
    run: async (ctx, payload) => flagDrafts(ctx, await getPlanIdsOfMetric(ctx, String(payload.objectId))),
  },
]
