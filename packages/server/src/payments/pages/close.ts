import { type Ctx, transaction } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { expirePages } from './store.ts'

const CLOSE = 'close_payment_pages'

/** Nobody pays twice: the pages of an invoice that is paid are closed. */
export const onPaymentSettled: Reaction = async (tx, events) => {
  const paid = events.filter(event => event.data?.outcome === 'succeeded').map(event => event.objectId)
  const open = await findInvoicesWithPages(tx, paid)
  await addJobs(
    tx.db,
    open.map(invoiceId => ({ task: CLOSE, payload: { organizationId: tx.org.id, invoiceId } })),
  )
}

async function findInvoicesWithPages(ctx: Ctx, invoiceIds: readonly string[]): Promise<string[]> {
  if (invoiceIds.length === 0) return []
  const rows = await ctx.db
    .selectFrom('payment_pages')
    .select('invoice_id')
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('invoice_id', invoiceIds))
    .where('status', '=', 'active')
    .execute()
  return rows.flatMap(row => row.invoice_id ?? [])
}

export const closePages: TaskDefinition = {
  name: CLOSE,
  run: (ctx, { invoiceId }) => transaction(ctx, tx => expirePages(tx, { invoice_id: String(invoiceId) })),
}
