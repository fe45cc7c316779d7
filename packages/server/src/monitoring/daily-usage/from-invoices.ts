import { loadBilledUsage } from '../../invoices/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { storeDailyUsages } from './store.ts'

const KEEP = 'keep_daily_usages_of_invoices'

/** A period's last day is told by its invoice, as soon as there is one. */
export const onSubscriptionInvoice: Reaction = (tx, events) =>
  addJob(tx.db, {
    task: KEEP,
    payload: { organizationId: tx.org.id, invoiceIds: events.map(event => event.objectId) },
  })

export const keepDailyUsagesOfInvoices: TaskDefinition = {
  name: KEEP,
  run: (ctx, { invoiceIds }) => keepUsageOfInvoices(ctx, invoiceIds as string[]),
}

/** Keeps the usage that invoices bill as that of the last day of its period. */
async function keepUsageOfInvoices(ctx: Ctx, invoiceIds: readonly string[]): Promise<void> {
  const billed = await loadBilledUsage(ctx, invoiceIds)
  const dailies = billed.map(({ subscription, period, lastDay, usage }) => ({
    subscription,
    ...period,
    date: lastDay,
    usage,
  }))
  await transaction(ctx, tx => storeDailyUsages(tx, dailies))
}
