import { type RawBuilder, sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { findSubscriptionsByIds } from '../../subscriptions/index.ts'
import { claimLifetimeUsage } from './store.ts'

const OPEN = 'open_lifetime_usages'
const FLAG_OF_INVOICES = 'flag_lifetime_usages_of_invoices'
const FLAG_OF_PLANS = 'flag_lifetime_usages_of_plans'
const FLAG_OF_SUBSCRIPTIONS = 'flag_lifetime_usages_of_subscriptions'

/** A subscription that starts has a lifetime from then on, or goes on with the one of the subscription it replaces. */
export const onSubscriptionActivated: Reaction = enqueue(OPEN)

/** What was invoiced changed: an invoice was made, refreshed or voided. */
export const onInvoiceChanged: Reaction = enqueue(FLAG_OF_INVOICES)

/** Other amounts decide now when subscriptions are billed for their usage: all of a plan, or one that has its own. */
export const onThresholdsChanged: Reaction = async (tx, events) => {
  const ofPlans = events.filter(event => event.data?.owner === 'plan')
  const ofSubscriptions = events.filter(event => event.data?.owner === 'subscription')
  if (ofPlans.length > 0) await enqueue(FLAG_OF_PLANS)(tx, ofPlans)
  if (ofSubscriptions.length > 0) await enqueue(FLAG_OF_SUBSCRIPTIONS)(tx, ofSubscriptions)
}

function enqueue(task: string): Reaction {
  return (tx, events) => {
    const ids = events.map(event => event.objectId)
    return addJob(tx.db, { task, payload: { organizationId: tx.org.id, ids } })
  }
}

export const flagTasks: readonly TaskDefinition[] = [
  { name: OPEN, run: (ctx, { ids }) => openLifetimeUsages(ctx, ids as string[]) },
  {
    name: FLAG_OF_INVOICES,
    run: (ctx, { ids }) =>
      flag(
        ctx,
        sql`subscription_id in (
          select links.subscription_id
          from invoice_subscriptions as links
          join invoices on invoices.id = links.invoice_id
          where links.organization_id = ${ctx.org.id}
            and links.invoice_id = any(${ids as string[]}::uuid[])
            and invoices.invoice_type = 'subscription'
        )`,
      ),
  },
  {
    name: FLAG_OF_PLANS,
    run: (ctx, { ids }) =>
      flag(
        ctx,
        sql`subscription_id in (
          select subscriptions.id
          from subscriptions
          join plans on plans.id = subscriptions.plan_id
          where subscriptions.organization_id = ${ctx.org.id}
            and subscriptions.status = 'active'
            and (plans.id = any(${ids as string[]}::uuid[]) or plans.parent_id = any(${ids as string[]}::uuid[]))
        )`,
      ),
  },
  {
    name: FLAG_OF_SUBSCRIPTIONS,
    run: (ctx, { ids }) => flag(ctx, sql`subscription_id = any(${ids as string[]}::uuid[])`),
  },
]

async function openLifetimeUsages(ctx: Ctx, subscriptionIds: readonly string[]): Promise<void> {
  for (const subscription of await findSubscriptionsByIds(ctx, subscriptionIds)) {
    if (subscription.status === 'active') await transaction(ctx, tx => claimLifetimeUsage(tx, subscription))
  }
}

async function flag(ctx: Ctx, condition: RawBuilder<unknown>): Promise<void> {
  await sql`
    update lifetime_usages
    set recalculate_invoiced_usage = true, recalculate_current_usage = true, updated_at = ${ctx.clock.now()}
    where organization_id = ${ctx.org.id} and deleted_at is null and ${condition}`.execute(ctx.db)
}
