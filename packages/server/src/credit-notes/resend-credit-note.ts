import { findBillingEntitiesByIds } from '../accounts/index.ts'
import { findCustomersByIds } from '../customers/index.ts'
import { findInvoice } from '../invoices/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { checkedRecipients, type EmailInput } from '../platform/mail/recipients.ts'
import { getCreditNote } from './store.ts'

/**
 * Has a credit note sent again by e-mail, to the customer where nobody else is named.
 *
 * @throws 404 `credit_note_not_found`; 405 `email_settings_disabled`; 422 with what is wrong with sender and recipients
 */
export async function resendCreditNote(ctx: Ctx, id: string, input: EmailInput): Promise<void> {
  const note = await getCreditNote(ctx, id)
  const entityId = (await findInvoice(ctx, note.invoice_id))?.billing_entity_id ?? ''
  const [customer] = await findCustomersByIds(ctx, [note.customer_id])
  const sender = (await findBillingEntitiesByIds(ctx, [entityId])).get(entityId)
  const recipients = checkedRecipients('credit_note.created', { sender, customerEmail: customer?.email }, input)
  await transaction(ctx, tx => emit(tx, 'credit_note.email_requested', note.id, { ...recipients }))
}
