import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { findCustomersByIds } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notAllowed } from '../../platform/errors.ts'
import { checkedRecipients, type EmailInput } from '../../platform/mail/recipients.ts'
import { type Invoice, updateInvoiceRow } from '../store.ts'
import { getVisibleInvoice, lockVisibleInvoice } from './lock.ts'

/**
 * Asks again for the taxes of an invoice whose tax provider refused them.
 *
 * @throws 404 `invoice_not_found`; 405 `invalid_status` for an invoice that did not fail
 */
export async function retryFailed(ctx: Ctx, id: string): Promise<void> {
  await transaction(ctx, async tx => {
    const { invoice } = await lockVisibleInvoice(tx, id)
    if (invoice.status !== 'failed') throw notAllowed('invalid_status')
    await tx.db
      .updateTable('error_details')
      .set({ deleted_at: tx.clock.now() })
      .where('organization_id', '=', tx.org.id)
      .where('invoice_id', '=', invoice.id)
      .where('error_code', '=', 'tax_error')
      .where('deleted_at', 'is', null)
      .execute()
    await updateInvoiceRow(tx, invoice.id, { status: 'pending', tax_status: 'pending' })
    await emit(tx, 'invoice.taxes_wanted', invoice.id)
  })
}

/** Whether there is money to ask for. */
export function isCollectable({ status, payment_status: paymentStatus }: Invoice): boolean {
  return status !== 'draft' && status !== 'voided' && paymentStatus !== 'succeeded'
}

/**
 * Has the invoice sent again by e-mail, to the customer where nobody else is named. Nothing is sent of an invoice without
 * amounts.
 *
 * @throws 404 `invoice_not_found`; 405 when it is not issued, or its e-mails are switched off; 422 with what is wrong with
 * sender and recipients
 */
export async function resendEmail(ctx: Ctx, id: string, input: EmailInput): Promise<void> {
  const invoice = await getVisibleInvoice(ctx, id)
  if (invoice.status !== 'finalized') throw notAllowed('invoice_not_finalized')
  const entities = await findBillingEntitiesByIds(ctx, [invoice.billing_entity_id])
  const [customer] = await findCustomersByIds(ctx, [invoice.customer_id])
  const parties = { sender: entities.get(invoice.billing_entity_id), customerEmail: customer?.email }
  const recipients = checkedRecipients('invoice.finalized', parties, input)
  if (invoice.fees_amount_cents === 0n) return
  await transaction(ctx, tx => emit(tx, 'invoice.email_requested', invoice.id, { ...recipients }))
}
