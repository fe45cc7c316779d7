import { PAYMENT_SETTLED, PAYMENT_WANTED } from '../invoices/index.ts'
import type { Domain } from '../platform/module.ts'
import { chargeInvoice } from './charging/charge-invoice.ts'
import { chargeInvoices, onInvoicePayable } from './charging/request.ts'
import { closePages, onPaymentSettled } from './pages/close.ts'
import { issuePaymentReceipt } from './receipts/issue.ts'
import { receiptRoutes } from './receipts/read.ts'
import { resendReceiptRoute } from './receipts/resend.ts'
import { onCreditNoteCreated, refundCreditNote } from './refunds/refund-credit-note.ts'
import { testRefundRoutes } from './refunds/test-refunds.ts'
import { chargePaymentRequest } from './requests/charge.ts'
import { paymentRequestRoutes } from './requests/routes.ts'
import { paymentRoutes } from './routes.ts'
import { testPaymentRoutes } from './test-payments.ts'
import { paymentWebhooks } from './webhooks.ts'

export { findReceipt, type PaymentReceipt, presentReceipts, receiptWebhook } from './receipts/read.ts'
export { loadPaidInvoices } from './serialize.ts'
export { findPayment, type Payment } from './store.ts'

/** Money that comes, whoever collects it, and what payers get for it. */
export const payments: Domain = {
  routes(api) {
    paymentRoutes(api)
    receiptRoutes(api)
    paymentRequestRoutes(api)
    testPaymentRoutes(api)
    testRefundRoutes(api)
    resendReceiptRoute(api)
  },
  tasks: [issuePaymentReceipt, chargeInvoice, closePages, chargePaymentRequest, refundCreditNote],
  clockTasks: [chargeInvoices],
  reactions: {
    'invoice.created': onInvoicePayable,
    'invoice.one_off_created': onInvoicePayable,
    'invoice.paid_credit_added': onInvoicePayable,
    [PAYMENT_WANTED]: onInvoicePayable,
    'credit_note.created': onCreditNoteCreated,
    [PAYMENT_SETTLED]: onPaymentSettled,
  },
  webhooks: paymentWebhooks,
}
