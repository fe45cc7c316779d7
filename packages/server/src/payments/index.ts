import { PAYMENT_SETTLED, PAYMENT_WANTED } from '../invoices/index.ts'
import type { Domain } from '../platform/module.ts'
import { chargeInvoice } from './charging/charge-invoice.ts'
import { chargeInvoices, onInvoicePayable } from './charging/request.ts'
import { retryPaymentsTask } from './charging/retry-all.ts'
import { onInvoiceClosed, withdrawPayments } from './charging/withdraw.ts'
import { dunningRoutes } from './dunning/routes.ts'
import { askForOverdueInvoices, onOverduePaid, processDunning, resetDunningAttempts } from './dunning/run.ts'
import { closePages, onPaymentSettled } from './pages/close.ts'
import { issuePaymentReceipt } from './receipts/issue.ts'
import { receiptRoutes } from './receipts/read.ts'
import { resendReceiptRoute } from './receipts/resend.ts'
import { onCreditNoteCreated, refundCreditNote } from './refunds/refund-credit-note.ts'
import { refundLatePayment } from './refunds/refund-late-payment.ts'
import { testRefundRoutes } from './refunds/test-refunds.ts'
import { chargePaymentRequest } from './requests/charge.ts'
import { paymentRequestRoutes } from './requests/routes.ts'
import { paymentRoutes } from './routes.ts'
import { testPaymentRoutes } from './test-payments.ts'
import { paymentWebhooks } from './webhooks.ts'

export { testPages } from './pages/test-pages.ts'
export {
  findReceipt,
  findReceiptsByIds,
  type PaymentReceipt,
  presentReceipts,
  receiptWebhook,
} from './receipts/read.ts'
export { presentPaymentRequests } from './requests/serialize.ts'
export { findPaymentRequestsByIds } from './requests/store.ts'
export { loadPaidInvoices, presentPayments } from './serialize.ts'
export { findPayment, findPaymentsByIds, type Payment } from './store.ts'

/** Money that comes, whoever collects it, and what payers get for it. */
export const payments: Domain = {
  routes(api) {
    paymentRoutes(api)
    receiptRoutes(api)
    paymentRequestRoutes(api)
    dunningRoutes(api)
    testPaymentRoutes(api)
    testRefundRoutes(api)
    resendReceiptRoute(api)
  },
  tasks: [
    issuePaymentReceipt,
    chargeInvoice,
    retryPaymentsTask,
    withdrawPayments,
    closePages,
    chargePaymentRequest,
    refundCreditNote,
    refundLatePayment,
    askForOverdueInvoices,
    resetDunningAttempts,
  ],
  clockTasks: [chargeInvoices, processDunning],
  reactions: {
    'invoice.created': onInvoicePayable,
    'invoice.one_off_created': onInvoicePayable,
    'invoice.paid_credit_added': onInvoicePayable,
    [PAYMENT_WANTED]: onInvoicePayable,
    'invoice.closed': onInvoiceClosed,
    'credit_note.created': onCreditNoteCreated,
    async [PAYMENT_SETTLED](tx, events) {
      await onPaymentSettled(tx, events)
      await onOverduePaid(tx, events)
    },
  },
  webhooks: paymentWebhooks,
}
