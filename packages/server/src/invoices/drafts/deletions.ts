import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { type DraftRef, finalizeDraftJob } from './clock.ts'

const FINALIZE_PLAN_DRAFTS = 'finalize_plan_drafts'
const FINALIZE_LAST_DRAFTS = 'finalize_last_drafts'

/** How long the drafts of a deleted customer wait for what is still on its way; in a sandbox nothing waits. */
const FINALIZED_AFTER = { minutes: 5 }

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

/**
 * What a customer had is ended, because it is deleted, or a plan of its is: the drafts of that, those of the last invoices too,
 * do not wait either.
 */
export const onSubscriptionsEnded: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(event => {
      const planId = event.data?.plan_id ?? null
      return {
        task: FINALIZE_LAST_DRAFTS,
        queue: event.objectId,
        priority: AFTER_LAST_INVOICES,
        payload: { organizationId: tx.org.id, customerId: event.objectId, planId },
        ...(planId === null && !tx.org.sandbox && { runAt: tx.clock.now().add(FINALIZED_AFTER) }),
      }
    }),
  )

/** @param plans which plans' drafts, of `plans` */
async function finalizeDraftsOfPlans(ctx: Ctx, plans: RawBuilder<boolean>, customerId: string | null): Promise<void> {
  const { rows } = await sql<DraftRef>`
    select id, organization_id, customer_id
    from invoices
    where organization_id = ${ctx.org.id}
      and status = 'draft'
      and ${customerId === null ? sql`true` : sql`customer_id = ${customerId}`}
      and id in (
        select invoice_subscriptions.invoice_id
        from invoice_subscriptions
        join subscriptions on subscriptions.id = invoice_subscriptions.subscription_id
        join plans on plans.id = subscriptions.plan_id
        where subscriptions.organization_id = ${ctx.org.id} and ${plans}
      )`.execute(ctx.db)
  await addJobs(ctx.db, rows.map(finalizeDraftJob))
}

export const deletionTasks: readonly TaskDefinition[] = [
  {
    name: FINALIZE_PLAN_DRAFTS,
    run: (ctx, { planId }) => finalizeDraftsOfPlans(ctx, sql<boolean>`plans.id = ${String(planId)}`, null),
  },
  {
    name: FINALIZE_LAST_DRAFTS,
    run: (ctx, { customerId, planId }) =>
      finalizeDraftsOfPlans(
        ctx,
        planId === null ? sql<boolean>`true` : sql<boolean>`${String(planId)} in (plans.id, plans.parent_id)`,
        String(customerId),
      ),
  },
]
