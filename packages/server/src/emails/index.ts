import type { Domain } from '../platform/module.ts'
import { composeEmail, onDocumentMade, onEmailRequested } from './compose.ts'
import { deliverEmail } from './deliver.ts'
import { outboxRoutes } from './outbox.ts'

/** Documents on their way to customers. */
export const emails: Domain = {
  routes: outboxRoutes,
  tasks: [composeEmail, deliverEmail],
  reactions: {
    // Printed by then.
    'invoice.generated': onDocumentMade('invoice.finalized'),
    'invoice.email_requested': onEmailRequested('invoice.finalized'),
    'credit_note.created': onDocumentMade('credit_note.created'),
    'credit_note.email_requested': onEmailRequested('credit_note.created'),
  },
}
