import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notAllowed } from '../../platform/errors.ts'
import { updateInvoiceRow } from '../store.ts'
import { lockVisibleInvoice } from './lock.ts'

/**
 * Notes that the customer won a dispute about the invoice; the first such note counts, each is told of.
 *
 * @param reason what the provider gave as the reason
 * @throws 404 `invoice_not_found`; 405 `not_disputable` for what is neither finalized nor voided
 */
export async function loseDispute(ctx: Ctx, id: string, reason?: string): Promise<void> {
  await transaction(ctx, async tx => {
    const { invoice } = await lockVisibleInvoice(tx, id)
    if (invoice.status !== 'finalized' && invoice.status !== 'voided') throw notAllowed('not_disputable')
    await updateInvoiceRow(tx, invoice.id, {
      payment_dispute_lost_at: invoice.payment_dispute_lost_at ?? tx.clock.now(),
      payment_overdue: false,
      ...(reason !== undefined && { payment_dispute_reason: reason }),
    })
    await emit(tx, 'invoice.payment_dispute_lost', invoice.id)
  })
}
