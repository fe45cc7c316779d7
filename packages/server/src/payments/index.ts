import type { Domain } from '../platform/module.ts'
import { issuePaymentReceipt } from './receipts/issue.ts'
import { receiptRoutes, receiptWebhook } from './receipts/read.ts'
import { paymentRoutes } from './routes.ts'

export { findReceipt, type PaymentReceipt, presentReceipts, receiptWebhook } from './receipts/read.ts'
export { findPayment, type Payment } from './store.ts'

/** Money that comes, whoever collects it, and what payers get for it. */
export const payments: Domain = {
  routes(api) {
    paymentRoutes(api)
    receiptRoutes(api)
  },
  tasks: [issuePaymentReceipt],
  webhooks: { 'payment_receipt.created': receiptWebhook },
}
