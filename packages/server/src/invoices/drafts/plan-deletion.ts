import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { type DraftRef, finalizeDraftJob } from './clock.ts'

const FINALIZE_PLAN_DRAFTS = 'finalize_plan_drafts'
const FINALIZE_LAST_DRAFTS = 'finalize_last_drafts'

/** The last invoices are made first. */
const AFTER_LAST_INVOICES = 1

/** A plan is gone: nothing more comes to its drafts, so they do not wait for the end of their grace period. */
export const onPlanDeleted: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(event => ({
      task: FINALIZE_PLAN_DRAFTS,
      payload: { organizationId: tx.org.id, planId: event.objectId },
    })),
  )

/** What a customer had of a plan is ended for its deletion: the drafts of the last invoices do not wait either. */
export const onPlanSubscriptionsEnded: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(({ objectId: planId, data }) => ({
      task: FINALIZE_LAST_DRAFTS,
      queue: String(data?.customer_id),
      priority: AFTER_LAST_INVOICES,
      payload: { organizationId: tx.org.id, customerId: String(data?.customer_id), planId },
    })),
  )

/** @param concerned which drafts, of `invoices` @param plans of which plans, of `plans` */
async function finalizeDrafts(ctx: Ctx, concerned: RawBuilder<boolean>, plans: RawBuilder<boolean>): Promise<void> {
  const { rows } = await sql<DraftRef>`
    select id, organization_id, customer_id
    from invoices
    where organization_id = ${ctx.org.id}
      and status = 'draft'
      and ${concerned}
      and id in (
        select invoice_subscriptions.invoice_id
        from invoice_subscriptions
        join subscriptions on subscriptions.id = invoice_subscriptions.subscription_id
        join plans on plans.id = subscriptions.plan_id
        where subscriptions.organization_id = ${ctx.org.id} and ${plans}
      )`.execute(ctx.db)
  await addJobs(ctx.db, rows.map(finalizeDraftJob))
}

export const planDeletionTasks: readonly TaskDefinition[] = [
  {
    name: FINALIZE_PLAN_DRAFTS,
    run: (ctx, { planId }) => finalizeDrafts(ctx, sql<boolean>`true`, sql<boolean>`plans.id = ${String(planId)}`),
  },
  {
    name: FINALIZE_LAST_DRAFTS,
    run: (ctx, { customerId, planId }) =>
      finalizeDrafts(
        ctx,
        sql<boolean>`customer_id = ${String(customerId)}`,
        sql<boolean>`${String(planId)} in (plans.id, plans.parent_id)`,
      ),
  },
]
