import { creditNoteGenerated } from '../credit-notes/index.ts'
import { invoiceWith } from '../invoices/index.ts'
import { receiptWebhook } from '../payments/index.ts'
import type { Domain } from '../platform/module.ts'
import { generateDocuments, onIssued } from './generate.ts'
import { documentRoutes } from './routes.ts'

export { ensureDocuments, type Printable } from './generate.ts'
export { formatDate, formatMoney, LOCALES, type Locale, printedLocale } from './printing/locales.ts'
export { type DocumentFile, findDocument } from './store.ts'

/** What is read by people and by their programs: printed invoices, credit notes and receipts, and e-invoices. */
export const documents: Domain = {
  routes: documentRoutes,
  tasks: [generateDocuments],
  reactions: {
    'invoice.created': onIssued('invoice'),
    'invoice.one_off_created': onIssued('invoice'),
    'invoice.paid_credit_added': onIssued('invoice'),
    'credit_note.created': onIssued('credit_note'),
    'payment_receipt.created': onIssued('payment_receipt'),
  },
  webhooks: {
    'invoice.generated': invoiceWith('customer'),
    'credit_note.generated': creditNoteGenerated,
    'payment_receipt.generated': receiptWebhook,
  },
}
