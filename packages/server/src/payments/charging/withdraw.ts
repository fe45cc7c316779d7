import { lockInvoiceWithCustomer } from '../../invoices/index.ts'
import { findConnectionsByIds, providerWord } from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { expirePages } from '../pages/store.ts'
import { updatePayment } from '../store.ts'

const WITHDRAW = 'withdraw_payments'

/** Nobody is to pay an invoice that was closed before it was issued. */
export const onInvoiceClosed: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(({ objectId: invoiceId }) => ({
      task: WITHDRAW,
      payload: { organizationId: tx.org.id, invoiceId },
      queue: invoiceId,
    })),
  )

/** Gives up the payments of an invoice that are under way, and closes the pages on which it could be paid. */
export const withdrawPayments: TaskDefinition = {
  name: WITHDRAW,
  run: (ctx, { invoiceId }) => transaction(ctx, tx => withdraw(tx, String(invoiceId))),
}

async function withdraw(tx: Ctx, invoiceId: string): Promise<void> {
  await lockInvoiceWithCustomer(tx, invoiceId)
  const underWay = await tx.db
    .selectFrom('payments')
    .select(['id', 'payment_provider_id'])
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .where('payment_type', '=', 'provider')
    .where('payable_payment_status', 'in', ['pending', 'processing'])
    .execute()
  const connections = await findConnectionsByIds(
    tx,
    underWay.flatMap(payment => payment.payment_provider_id ?? []),
  )
  for (const { id, payment_provider_id: connectionId } of underWay) {
    const type = connections.get(connectionId ?? '')?.type
    await updatePayment(tx, id, {
      ...(type !== undefined && { status: providerWord(type, 'failed') }),
      payable_payment_status: 'failed',
    })
  }
  await expirePages(tx, { invoice_id: invoiceId })
}
