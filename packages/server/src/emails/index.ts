import type { Domain } from '../platform/module.ts'
import { composeEmail, onEmailRequested, onIssued, onMade, onPrinted } from './compose.ts'
import { deliverEmail } from './deliver.ts'
import { outboxRoutes } from './outbox.ts'

export { type Mail, writeMail } from './send.ts'
export type { Letter } from './template.ts'

/** Documents on their way to customers. */
export const emails: Domain = {
  routes: outboxRoutes,
  tasks: [composeEmail, deliverEmail],
  reactions: {
    'invoice.created': onIssued('invoice.finalized'),
    'invoice.one_off_created': onIssued('invoice.finalized'),
    'invoice.paid_credit_added': onIssued('invoice.finalized'),
    'invoice.generated': onPrinted('invoice.finalized'),
    'invoice.email_requested': onEmailRequested('invoice.finalized'),
    'credit_note.created': onIssued('credit_note.created'),
    'credit_note.generated': onPrinted('credit_note.created'),
    'credit_note.email_requested': onEmailRequested('credit_note.created'),
    // Receipts are not printed: they are mailed with their invoices.
    'payment_receipt.created': onMade('payment_receipt.created'),
    'payment_receipt.email_requested': onEmailRequested('payment_receipt.created'),
  },
}
