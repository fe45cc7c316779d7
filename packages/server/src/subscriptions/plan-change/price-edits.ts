import { planChangeDirection } from '@weir/engine'
import { lockCustomer } from '../../customers/index.ts'
import { atOnce, type Ctx, transaction } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { getSubscriptionRecord } from '../store.ts'
import { cancelPending } from '../terminate-subscription.ts'
import { upgrade } from './replace.ts'

const REVIEW_PLAN_CHANGES = 'review_plan_changes'
const CUSTOMERS_A_JOB = 100

/** The amount of a plan changed: planned changes from it and to it may have lost their reason. */
export const onPlanAmountChanged: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(event => reviewJob(tx, event.objectId, event.data?.cascaded === true, null)),
  )

/** A private copy whose amount follows that of its parent keeps the changes that are planned from it. */
function reviewJob(ctx: Ctx, planId: string, cascaded: boolean, after: string | null) {
  return {
    task: REVIEW_PLAN_CHANGES,
    queue: planId,
    payload: { organizationId: ctx.org.id, planId, cascaded, after },
  }
}

export const reviewPlanChanges: TaskDefinition = {
  name: REVIEW_PLAN_CHANGES,
  async run(ctx, payload) {
    const planId = String(payload.planId)
    const cascaded = payload.cascaded === true
    const after = typeof payload.after === 'string' ? payload.after : null
    const customerIds = await findCustomers(ctx, planId, after)
    for (const customerId of customerIds) {
      await transaction(ctx, open => reviewCustomer(atOnce(open), customerId, planId, cascaded))
    }
    const last = customerIds.at(-1)
    if (customerIds.length === CUSTOMERS_A_JOB && last !== undefined) {
      await addJobs(ctx.db, [reviewJob(ctx, planId, cascaded, last)])
    }
  },
}

/**
 * A change from the plan is canceled when the plan costs less than the one it would change to, by the amounts themselves,
 * whatever their intervals. A change to the plan that is none to a cheaper one any more is carried out now.
 */
async function reviewCustomer(tx: Ctx, customerId: string, planId: string, cascaded: boolean): Promise<void> {
  await lockCustomer(tx, customerId)
  const planned = await plannedChanges(tx, planId)
    .where('next.customer_id', '=', customerId)
    .select(['next.id', 'next.previous_subscription_id', 'next.plan_id'])
    .execute()
  for (const { id, previous_subscription_id: previousId, plan_id: nextPlanId } of planned) {
    if (previousId === null) continue
    const current = await getSubscriptionRecord(tx, previousId)
    const next = await getSubscriptionRecord(tx, id)
    if (!cascaded && current.plan.id === planId && current.plan.amountCents < next.plan.amountCents) {
      await cancelPending(tx, [id])
    } else if (nextPlanId === planId && planChangeDirection(current.plan, next.plan) === 'upgrade') {
      await upgrade(tx, current, next)
    }
  }
}

async function findCustomers(ctx: Ctx, planId: string, after: string | null): Promise<string[]> {
  const rows = await plannedChanges(ctx, planId)
    .$if(after !== null, query => query.where('next.customer_id', '>', after ?? ''))
    .select('next.customer_id')
    .distinct()
    .orderBy('next.customer_id')
    .limit(CUSTOMERS_A_JOB)
    .execute()
  return rows.map(row => row.customer_id)
}

/** The planned changes from a plan or to it. */
function plannedChanges(ctx: Ctx, planId: string) {
  return ctx.db
    .selectFrom('subscriptions as next')
    .innerJoin('subscriptions as current', 'current.id', 'next.previous_subscription_id')
    .where('next.organization_id', '=', ctx.org.id)
    .where('next.status', '=', 'pending')
    .where('current.status', '=', 'active')
    .where(eb => eb.or([eb('next.plan_id', '=', planId), eb('current.plan_id', '=', planId)]))
}
