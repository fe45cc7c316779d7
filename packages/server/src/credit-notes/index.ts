import { findCreditNote } from '../credits/index.ts'
import { checkVoidCredit, creditVoidedInvoice, type VoidCredits } from '../invoices/index.ts'
import type { Domain, WebhookObject } from '../platform/module.ts'
import { creditNoteRoutes } from './routes.ts'
import { presentCreditNote } from './serialize.ts'
import { creditUnusedPeriod, onInvoiceTaxesKnown, onSubscriptionTerminated } from './termination.ts'

const creditNoteWebhook: WebhookObject = {
  objectType: 'credit_note',
  async serialize(ctx, id) {
    const note = await findCreditNote(ctx, id)
    return note && (await presentCreditNote(ctx, note))
  },
}

/** What is told once a note is printed. */
export const creditNoteGenerated: WebhookObject = {
  objectType: 'credit_note',
  async serialize(ctx, id) {
    const note = await findCreditNote(ctx, id)
    const presented = note && (await presentCreditNote(ctx, note))
    if (presented === undefined) return undefined
    const { items: _items, applied_taxes: _taxes, error_details: _details, ...rest } = presented
    return rest
  },
}

export { CREDIT_STATUSES, REASONS, REFUND_STATUSES } from './schema.ts'
export { presentCreditNoteBase, presentCreditNotes } from './serialize.ts'
export {
  type CreditNotePlace,
  countCreditNotes,
  listCreditNotesAfter,
  placeOfCreditNote,
} from './store.ts'
export { creditEndedSubscription } from './termination.ts'

/** What is given back of invoices that are voided. */
export const voidCredits: VoidCredits = { check: checkVoidCredit, issue: creditVoidedInvoice }

/** Money given back on invoices. What a note is worth afterwards belongs to the credits below. */
export const creditNotes: Domain = {
  routes: creditNoteRoutes,
  tasks: [creditUnusedPeriod],
  reactions: {
    'subscription.terminated': onSubscriptionTerminated,
    'invoice.taxes_known': onInvoiceTaxesKnown,
  },
  webhooks: { 'credit_note.created': creditNoteWebhook },
}
