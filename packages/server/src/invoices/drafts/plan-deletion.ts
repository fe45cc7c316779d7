import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { type DraftRef, finalizeDraftJob } from './clock.ts'

const FINALIZE_PLAN_DRAFTS = 'finalize_plan_drafts'

/** A plan is gone: nothing more comes to its drafts, so they do not wait for the end of their grace period. */
export const onPlanDeleted: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(event => ({
      task: FINALIZE_PLAN_DRAFTS,
      payload: { organizationId: tx.org.id, planId: event.objectId },
    })),
  )

async function finalizePlanDrafts(ctx: Ctx, planId: string): Promise<void> {
  const { rows } = await sql<DraftRef>`
    select id, organization_id, customer_id
    from invoices
    where organization_id = ${ctx.org.id}
      and status = 'draft'
      and id in (
        select invoice_subscriptions.invoice_id
        from invoice_subscriptions
        join subscriptions on subscriptions.id = invoice_subscriptions.subscription_id
        where subscriptions.organization_id = ${ctx.org.id} and subscriptions.plan_id = ${planId}
      )`.execute(ctx.db)
  await addJobs(ctx.db, rows.map(finalizeDraftJob))
}

export const planDeletionTasks: readonly TaskDefinition[] = [
  { name: FINALIZE_PLAN_DRAFTS, run: (ctx, payload) => finalizePlanDrafts(ctx, String(payload.planId)) },
]
