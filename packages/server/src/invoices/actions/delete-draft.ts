import { deleteDraftNotes } from '../../credits/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notAllowed } from '../../platform/errors.ts'
import { type Invoice, updateInvoiceRow } from '../store.ts'
import { lockVisibleInvoice } from './lock.ts'

/**
 * Deletes a draft with its draft credit notes. Its row stays, with a status that nothing shows but this answer and the
 * webhook.
 *
 * @throws 404 `invoice_not_found`; 405 `not_deletable` for what is no draft
 */
export async function deleteDraft(ctx: Ctx, id: string): Promise<Invoice> {
  return transaction(ctx, async tx => {
    const { invoice } = await lockVisibleInvoice(tx, id)
    if (invoice.status !== 'draft') throw notAllowed('not_deletable')
    await deleteDraftNotes(tx, invoice.id)
    const deleted = await updateInvoiceRow(tx, invoice.id, { status: 'deleted', ready_to_be_refreshed: false })
    await emit(tx, 'invoice.deleted', invoice.id)
    return deleted
  })
}
