import { type Ctx, transaction } from '../../platform/context.ts'
import { notAllowed, validation } from '../../platform/errors.ts'
import { settleActivation } from '../activation/settle.ts'
import { lockActivationInvoice } from '../activation/store.ts'
import { findInvoice, type Invoice, updateInvoiceRow } from '../store.ts'
import { lockVisibleInvoice } from './lock.ts'
import { MOST_METADATA_ITEMS, replaceInvoiceMetadata } from './metadata.ts'
import { PAYMENT_STATUSES, type PaymentStatus, setPaymentStatus } from './payment-status.ts'
import type { InvoiceChanges } from './schema.ts'

/**
 * Tells the payment status of an invoice, replaces its metadata, or both.
 *
 * @returns the invoice as it is then
 * @throws 404 `invoice_not_found`; 405 for voided invoices, and for what drafts have not yet; 422 with what is wrong
 */
export async function updateInvoice(ctx: Ctx, id: string, input: InvoiceChanges): Promise<Invoice> {
  return transaction(ctx, async tx => {
    const { invoice } = await lockUpdatable(tx, id, input)
    const status = checkedStatus(invoice, input)
    if (input.metadata != null) {
      await replaceInvoiceMetadata(tx, invoice.id, input.metadata)
      await updateInvoiceRow(tx, invoice.id, {})
    }
    if (status !== undefined) await setPaymentStatus(tx, invoice, status)
    await settleActivation(tx, invoice.id)
    return (await findInvoice(tx, invoice.id)) ?? invoice
  })
}

/** An invoice that a subscription waits for is not seen, but its payment can be told. */
async function lockUpdatable(tx: Ctx, id: string, { payment_status: status }: InvoiceChanges) {
  const found = status === undefined ? undefined : await lockActivationInvoice(tx, id)
  return found ?? lockVisibleInvoice(tx, id)
}

function checkedStatus(invoice: Invoice, { payment_status: status, metadata }: InvoiceChanges) {
  const isDraft = invoice.status === 'draft'
  if (invoice.status === 'voided') throw notAllowed('update_on_voided_invoice')
  if (isDraft && metadata != null) throw notAllowed('metadata_on_draft_invoice')
  if (status !== undefined && !isPaymentStatus(status)) throw validation({ payment_status: ['value_is_invalid'] })
  if (metadata != null && metadata.length > MOST_METADATA_ITEMS) throw validation({ metadata: ['invalid_count'] })
  if (isDraft && status !== undefined && status !== invoice.payment_status) {
    throw notAllowed('payment_status_update_on_draft_invoice')
  }
  return status
}

function isPaymentStatus(status: string | null): status is PaymentStatus {
  const known: readonly (string | null)[] = PAYMENT_STATUSES
  return known.includes(status)
}
