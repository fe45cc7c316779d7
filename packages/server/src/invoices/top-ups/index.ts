import { PURCHASED } from '../../credits/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { PAYMENT_SETTLED } from '../actions/payment-status.ts'
import { createTopUpInvoice } from './create-top-up-invoice.ts'
import { failTopUp, settleTopUp } from './settle-top-up.ts'

const CREATE = 'create_top_up_invoice'
const SETTLE = 'settle_top_up'
const FAIL = 'fail_top_up'

export const topUpTasks: readonly TaskDefinition[] = [
  task(CREATE, createTopUpInvoice),
  task(SETTLE, settleTopUp),
  task(FAIL, failTopUp),
]

/** What follows from purchases of credits, and from what becomes of their invoices. */
export const topUpReactions: Readonly<Record<string, Reaction>> = {
  [PURCHASED]: enqueue(CREATE),
  [PAYMENT_SETTLED]: async (tx, events) => {
    const ofPurchases = events.filter(event => event.data?.isPurchase === true)
    await enqueue(SETTLE)(
      tx,
      ofPurchases.filter(event => event.data?.outcome === 'succeeded'),
    )
    await enqueue(FAIL)(
      tx,
      ofPurchases.filter(event => event.data?.outcome === 'failed'),
    )
  },
}

function task(name: string, work: (ctx: Ctx, objectId: string) => Promise<void>): TaskDefinition {
  return { name, run: (ctx, { objectId }) => work(ctx, String(objectId)) }
}

/** Jobs that concern one object run one after another. */
function enqueue(name: string): Reaction {
  return (ctx, events) =>
    addJobs(
      ctx.db,
      events.map(({ organizationId, objectId, data }) => ({
        task: name,
        payload: { organizationId, objectId },
        queue: typeof data?.customerId === 'string' ? data.customerId : objectId,
      })),
    )
}
