import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import type { Ctx, Db } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { findSubscriptionsByIds } from '../../subscriptions/index.ts'
import { findCustomersWithPaidFees, findMissedRuns } from './paid-fees.ts'
import { type RegroupingRun, regroupPaidFees } from './regroup.ts'

const REGROUP = 'regroup_paid_fees'

const regroup: TaskDefinition = {
  name: REGROUP,
  run: (ctx, { customerId, subscriptionIds, at }) =>
    regroupPaidFees(ctx, {
      customerId: String(customerId),
      subscriptionIds: subscriptionIds as readonly string[],
      at: Temporal.Instant.from(String(at)),
    }),
}

export const regroupingTasks: readonly TaskDefinition[] = [regroup]

/**
 * Has the paid fees of subscriptions that were just billed collected, in the transaction that billed them. Customers without
 * any cost nothing but the question.
 */
export async function regroupAfter(tx: Ctx, runs: readonly RegroupingRun[]): Promise<void> {
  if (runs.length === 0) return
  const customers = await findCustomersWithPaidFees(tx, [...new Set(runs.map(run => run.customerId))])
  await enqueue(
    tx.db,
    runs
      .filter(run => customers.has(run.customerId))
      .map(run => ({ ...run, organizationId: tx.org.id, at: run.at.toString() })),
  )
}

/** What a subscription that ended leaves paid is collected then, whether there is a last invoice of it or not. */
export const onSubscriptionEndedRegroup: Reaction = (tx, events) =>
  regroupEnded(
    tx,
    events.map(event => event.objectId),
  )

/** The same for one that another one replaced. */
export const onSubscriptionReplacedRegroup: Reaction = (tx, events) =>
  regroupEnded(
    tx,
    events.map(event => String(event.data?.previous_id)),
  )

async function regroupEnded(tx: Ctx, subscriptionIds: readonly string[]): Promise<void> {
  const ended = await findSubscriptionsByIds(tx, subscriptionIds)
  await regroupAfter(
    tx,
    ended.flatMap(({ id, customer_id: customerId, terminated_at: at }) =>
      at === null ? [] : [{ customerId, subscriptionIds: [id], at }],
    ),
  )
}

/**
 * Collects the paid fees that a billing run of the last day was to collect, and did not. Usually there are none: what is due
 * is collected right after the subscriptions are billed.
 */
export const billAdvanceCharges: ClockTask = {
  name: 'bill_advance_charges',
  schedule: { minute: 15 },
  nextDue: async () => null,
  run: async scope => enqueue(scope.db, await findMissedRuns(scope)),
}

interface RegroupingJob extends Omit<RegroupingRun, 'at'> {
  readonly organizationId: string
  readonly at: string
}

async function enqueue(db: Db, runs: readonly RegroupingJob[]): Promise<void> {
  await addJobs(
    db,
    runs.map(({ organizationId, customerId, subscriptionIds, at }) => ({
      task: REGROUP,
      queue: customerId,
      payload: { organizationId, customerId, subscriptionIds, at },
    })),
  )
}
