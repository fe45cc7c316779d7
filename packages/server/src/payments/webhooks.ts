import { findTransactions } from '../credits/index.ts'
import { findCustomersByIds, presentPaymentMethods, serializePayer } from '../customers/index.ts'
import { findVisibleInvoice } from '../invoices/index.ts'
import { findPaymentMethodsByIds, findProviderCustomersByIds } from '../payment-providers/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { WebhookObject } from '../platform/module.ts'
import { campaignFinished } from './dunning/serialize.ts'
import { receiptWebhook } from './receipts/read.ts'
import { findRefund } from './refunds/store.ts'
import { presentPaymentRequest } from './requests/serialize.ts'
import { findPaymentRequest, loadRequestedInvoices } from './requests/store.ts'
import { presentPayment } from './serialize.ts'
import { findLastPayment, findPayment, type Payment } from './store.ts'

const REFUSED = 402

/** A payment, with the method that was charged. */
const succeeded: WebhookObject = {
  objectType: 'payment',
  async serialize(ctx, id) {
    const payment = await findPayment(ctx, id)
    if (payment === undefined) return undefined
    const methods = await findPaymentMethodsByIds(
      ctx,
      payment.payment_method_id === null ? [] : [payment.payment_method_id],
    )
    const [method] = await presentPaymentMethods(ctx, methods)
    return { ...(await presentPayment(ctx, payment)), ...(method && { payment_method: method }) }
  },
}

const requiresAction: WebhookObject = {
  objectType: 'payment',
  async serialize(ctx, id) {
    const payment = await findPayment(ctx, id)
    return payment && presentPayment(ctx, payment)
  },
}

/** Why the money of an invoice could not be had: the provider refused, or nobody collects from the customer. */
const invoiceFailure: WebhookObject = {
  objectType: 'payment_provider_invoice_payment_error',
  async serialize(ctx, invoiceId) {
    const invoice = await findVisibleInvoice(ctx, invoiceId)
    if (invoice === undefined) return undefined
    const failure = await describeFailure(ctx, invoice.customer_id, await findLastPayment(ctx, { invoiceId }))
    return failure && { lago_invoice_id: invoice.id, ...failure.payer, ...failure.error }
  },
}

const topUpFailure: WebhookObject = {
  objectType: 'payment_provider_wallet_transaction_payment_error',
  async serialize(ctx, transactionId) {
    const [purchase] = await findTransactions(ctx, [transactionId])
    const payment =
      purchase?.invoice_id == null ? undefined : await findLastPayment(ctx, { invoiceId: purchase.invoice_id })
    const failure = payment && (await describeFailure(ctx, payment.customer_id, payment))
    return (
      failure && {
        lago_wallet_transaction_id: transactionId,
        ...failure.payer,
        provider_error: failure.error.provider_error,
      }
    )
  },
}

const paymentRequest: WebhookObject = {
  objectType: 'payment_request',
  async serialize(ctx, id) {
    const request = await findPaymentRequest(ctx, id)
    return request && presentPaymentRequest(ctx, request)
  },
}

const requestFailure: WebhookObject = {
  objectType: 'payment_provider_payment_request_payment_error',
  async serialize(ctx, requestId) {
    const payment = await findLastPayment(ctx, { requestId })
    const failure = payment && (await describeFailure(ctx, payment.customer_id, payment))
    if (failure === undefined) return undefined
    const invoices = (await loadRequestedInvoices(ctx, [requestId])).get(requestId) ?? []
    return {
      lago_payment_request_id: requestId,
      lago_invoice_ids: invoices.map(invoice => invoice.id),
      ...failure.payer,
      provider_error: failure.error.provider_error,
    }
  },
}

/** Why a refund did not reach the customer. */
const refundFailure: WebhookObject = {
  objectType: 'credit_note_payment_provider_refund_error',
  async serialize(ctx, creditNoteId) {
    const refund = await findRefund(ctx, creditNoteId)
    const payment = refund && (await findPayment(ctx, refund.payment_id))
    const failure = payment && (await describeFailure(ctx, payment.customer_id, payment))
    if (refund === undefined || failure === undefined) return undefined
    return {
      lago_credit_note_id: creditNoteId,
      ...failure.payer,
      provider_error: { message: refund.error_message, error_code: refund.error_code },
    }
  },
}

/** Who could not be charged, and what the provider said to the last attempt. */
export async function describeFailure(ctx: Ctx, customerId: string, payment: Payment | undefined) {
  const [customer] = await findCustomersByIds(ctx, [customerId])
  if (customer === undefined) return undefined
  const linkId = payment?.payment_provider_customer_id
  const link = linkId == null ? undefined : (await findProviderCustomersByIds(ctx, [linkId])).get(linkId)
  const payer = { ...serializePayer(customer), provider_customer_id: link?.provider_customer_id ?? null }
  if (customer.payment_provider === null || payment === undefined) {
    return { payer, error: { provider_error: null, error_details: { code: 'customer_must_have_payment_provider' } } }
  }
  const { error_code: code, error_message: message } = payment
  const details = { code, message, request_id: null, http_status: REFUSED, http_body: { error: { code, message } } }
  return {
    payer,
    error: {
      provider_error: { message, error_code: code },
      error_details: customer.payment_provider === 'stripe' ? details : {},
    },
  }
}

/** What is told of payments, by type. */
export const paymentWebhooks: Readonly<Record<string, WebhookObject>> = {
  'payment.succeeded': succeeded,
  'payment.requires_action': requiresAction,
  'invoice.payment_failure': invoiceFailure,
  'wallet_transaction.payment_failure': topUpFailure,
  'payment_receipt.created': receiptWebhook,
  'credit_note.refund_failure': refundFailure,
  'dunning_campaign.finished': campaignFinished,
  'payment_request.created': paymentRequest,
  'payment_request.payment_status_updated': paymentRequest,
  'payment_request.payment_failure': requestFailure,
}
