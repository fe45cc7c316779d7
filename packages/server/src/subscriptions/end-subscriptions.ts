import { completePlanDeletion } from '../catalog/index.ts'
import { lockCustomer } from '../customers/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { cancelActivation } from './activation/resolve.ts'
import { loadSubscriptionRecords } from './store.ts'
import { cancelPending, terminate } from './terminate-subscription.ts'

const CUSTOMERS_A_RUN = 100

/** Ends what a deleted customer still has: active subscriptions are terminated, those that have not started are canceled. */
export async function endSubscriptionsOfCustomer(ctx: Ctx, customerId: string): Promise<void> {
  await transaction(ctx, async tx => {
    await lockCustomer(tx, customerId)
    const rows = await selectUnfinished(tx).select('id').where('customer_id', '=', customerId).execute()
    await end(
      tx,
      rows.map(row => row.id),
    )
  })
}

/**
 * Ends the subscriptions of a plan that is to be deleted, those with overridden prices included, a bounded number of
 * customers at a time; once there are none left, the plan is deleted. Tells `plan.subscriptions_ended` for each customer,
 * with `{ customer_id }`, from which the drafts of the last invoices are finalized.
 *
 * @returns whether there may be more
 */
export async function endSubscriptionsOfPlan(ctx: Ctx, planId: string): Promise<{ more: boolean }> {
  const customers = await unfinishedOfPlan(ctx, planId)
    .select('customer_id')
    .distinct()
    .orderBy('customer_id')
    .limit(CUSTOMERS_A_RUN)
    .execute()
  for (const { customer_id: customerId } of customers) {
    await transaction(ctx, async tx => {
      await lockCustomer(tx, customerId)
      const rows = await unfinishedOfPlan(tx, planId).select('id').where('customer_id', '=', customerId).execute()
      await end(
        tx,
        rows.map(row => row.id),
      )
      await emit(tx, 'plan.subscriptions_ended', planId, { customer_id: customerId })
    })
  }
  return { more: customers.length > 0 || !(await deleteUnusedPlan(ctx, planId)) }
}

/**
 * Deletes the plan. Its lock keeps new subscriptions out, and shows those that were made in the meantime.
 *
 * @returns false when there are some: nothing is deleted
 */
async function deleteUnusedPlan(ctx: Ctx, planId: string): Promise<boolean> {
  return transaction(ctx, async tx => {
    await tx.db
      .selectFrom('plans')
      .select('id')
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', planId)
      .forUpdate()
      .execute()
    const left = await unfinishedOfPlan(tx, planId).select('id').limit(1).executeTakeFirst()
    if (left !== undefined) return false
    await completePlanDeletion(tx, planId)
    return true
  })
}

function selectUnfinished(ctx: Ctx) {
  return ctx.db
    .selectFrom('subscriptions')
    .where('organization_id', '=', ctx.org.id)
    .where('status', 'in', ['active', 'pending', 'incomplete'])
}

function unfinishedOfPlan(ctx: Ctx, planId: string) {
  return selectUnfinished(ctx).where('plan_id', 'in', eb =>
    eb
      .selectFrom('plans')
      .select('id')
      .where('organization_id', '=', ctx.org.id)
      .where(plan => plan.or([plan('id', '=', planId), plan('parent_id', '=', planId)])),
  )
}

async function end(tx: Ctx, subscriptionIds: readonly string[]): Promise<void> {
  await cancelPending(tx, subscriptionIds)
  for (const id of subscriptionIds) await cancelActivation(tx, { id }, 'timeout')
  for (const { next } of await loadSubscriptionRecords(tx, subscriptionIds)) {
    if (next !== null) await cancelActivation(tx, next, 'timeout')
  }
  for (const record of await loadSubscriptionRecords(tx, subscriptionIds)) {
    await terminate(tx, record, tx.clock.now())
  }
}
