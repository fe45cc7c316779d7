import { lockCustomer } from '../../customers/index.ts'
import { type Invoice, loadLeftOnInvoice, lockInvoice, receivePayment, setPaymentStatus } from '../../invoices/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { requestReceipt } from '../receipts/issue.ts'
import type { Payment } from '../store.ts'
import { loadRequestedInvoices, updatePaymentRequest } from './store.ts'

/** Told of a request that the customer is to get by e-mail, with a link to pay. */
export const REQUEST_EMAIL_WANTED = 'payment_request.email_requested'

/**
 * What a provider's word on a payment means for the request that it pays, and for the invoices in it: each gets what is due on
 * it. An invoice that was paid otherwise stays paid.
 *
 * @param payment with the provider's last word
 */
export async function settleRequestPayment(tx: Ctx, payment: Payment): Promise<void> {
  const requestId = payment.payment_request_id ?? ''
  await lockCustomer(tx, payment.customer_id)
  const word = payment.payable_payment_status
  const status = word === 'succeeded' || word === 'failed' ? word : 'pending'
  await updatePaymentRequest(tx, requestId, {
    payment_status: status,
    ready_for_payment_processing: status === 'failed',
  })
  for (const { id } of (await loadRequestedInvoices(tx, [requestId])).get(requestId) ?? []) {
    const invoice = await lockInvoice(tx, id)
    if (invoice !== undefined) await settleInvoice(tx, invoice, payment, status)
  }
  if (word === 'succeeded' || word === 'failed') await emit(tx, 'payment_request.payment_status_updated', requestId)
  if (word === 'succeeded') await requestReceipt(tx, payment)
  if (word === 'failed') await emit(tx, REQUEST_EMAIL_WANTED, requestId)
}

async function settleInvoice(
  tx: Ctx,
  invoice: Invoice,
  payment: Payment,
  status: 'pending' | 'succeeded' | 'failed',
): Promise<void> {
  if (invoice.payment_status === 'succeeded') return
  const { dueCents } = await loadLeftOnInvoice(tx, invoice)
  if (status !== 'succeeded' || dueCents <= 0n) {
    await setPaymentStatus(tx, invoice, status, { ready: status === 'failed', announces: status !== 'pending' })
    return
  }
  const received = await receivePayment(tx, invoice, { id: payment.id, amountCents: dueCents })
  await setPaymentStatus(tx, received.invoice, 'succeeded', { ready: false })
}
