import { invoiceWith } from '../invoices/index.ts'
import type { Domain } from '../platform/module.ts'
import { generateDocuments, onInvoiceIssued } from './generate.ts'
import { documentRoutes } from './routes.ts'

export { generateDocumentsOfInvoice as ensureInvoiceDocuments } from './generate.ts'
export { formatDate, formatMoney, LOCALES, type Locale, printedLocale } from './printing/locales.ts'
export { type DocumentFile, findDocument } from './store.ts'

/** What is read by people and by their programs: printed invoices and e-invoices. */
export const documents: Domain = {
  routes: documentRoutes,
  tasks: [generateDocuments],
  reactions: {
    'invoice.created': onInvoiceIssued,
    'invoice.one_off_created': onInvoiceIssued,
    'invoice.paid_credit_added': onInvoiceIssued,
  },
  webhooks: { 'invoice.generated': invoiceWith('customer') },
}
