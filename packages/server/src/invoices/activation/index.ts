import type { Ctx } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { loadSubscriptionRecords } from '../../subscriptions/index.ts'
import { PAYMENT_SETTLED } from '../actions/payment-status.ts'
import { billActivation } from './bill.ts'
import { closeActivationInvoice, settleActivation } from './settle.ts'

const BILL = 'bill_activation'
const CLOSE = 'close_activation_invoice'
const SETTLE = 'settle_activation'

export const activationTasks: readonly TaskDefinition[] = [
  { name: BILL, run: (ctx, { subscriptionId }) => billActivation(ctx, String(subscriptionId)) },
  { name: CLOSE, run: (ctx, { subscriptionId }) => closeActivationInvoice(ctx, String(subscriptionId)) },
  { name: SETTLE, run: (ctx, { invoiceId }) => settleActivation(ctx, String(invoiceId)) },
]

/** What follows from a subscription that has to be paid for before it starts, and from what becomes of its payment. */
export const activationReactions = {
  'subscription.gated': (tx, events) => enqueueOfSubscriptions(tx, BILL, events),
  'subscription.canceled': (tx, events) => enqueueOfSubscriptions(tx, CLOSE, events),
  [PAYMENT_SETTLED]: (tx, events) =>
    addJobs(
      tx.db,
      events
        .filter(({ data }) => data?.isAwaited === true)
        .map(({ objectId }) => ({
          task: SETTLE,
          queue: objectId,
          payload: { organizationId: tx.org.id, invoiceId: objectId },
        })),
    ),
} satisfies Readonly<Record<string, Reaction>>

async function enqueueOfSubscriptions(tx: Ctx, task: string, events: Parameters<Reaction>[1]): Promise<void> {
  const records = await loadSubscriptionRecords(
    tx,
    events.map(event => event.objectId),
  )
  await addJobs(
    tx.db,
    records.map(({ subscription }) => ({
      task,
      queue: subscription.customer_id,
      payload: { organizationId: tx.org.id, subscriptionId: subscription.id },
    })),
  )
}
