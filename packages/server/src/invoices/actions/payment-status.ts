import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { type Invoice, updateInvoiceRow } from '../store.ts'

export const PAYMENT_STATUSES = ['pending', 'succeeded', 'failed'] as const
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

/**
 * Gives a locked invoice a payment status, whoever found it out, and tells of it where it is new:
 * `invoice.payment_succeeded` and `invoice.payment_failed` for what follows inside, and the webhook
 * `invoice.payment_status_updated`. Its fees take the same status; when they were paid is not theirs to say. A paid invoice
 * is not overdue. What was paid is not changed.
 */
export async function setPaymentStatus(tx: Ctx, invoice: Invoice, status: PaymentStatus): Promise<void> {
  const now = tx.clock.now()
  await tx.db
    .updateTable('fees')
    .set({ payment_status: status, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoice.id)
    .where('payment_status', '<>', status)
    .execute()
  await updateInvoiceRow(tx, invoice.id, {
    payment_status: status,
    ...(status === 'succeeded' && { payment_overdue: false }),
  })
  if (invoice.payment_status === status) return
  const outcome = { pending: [], succeeded: ['invoice.payment_succeeded'], failed: ['invoice.payment_failed'] }[status]
  await emitAll(
    tx,
    [...outcome, 'invoice.payment_status_updated'].map(type => ({ type, objectId: invoice.id })),
  )
}
