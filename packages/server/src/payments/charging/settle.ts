import { type Invoice, lockInvoiceWithCustomer, receivePayment, setPaymentStatus } from '../../invoices/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { requestReceipt } from '../receipts/issue.ts'
import { requestRefund } from '../refunds/refund-late-payment.ts'
import type { Payment } from '../store.ts'

/**
 * What a provider's word on a payment means for the invoice that it pays. Money that came is noted; an invoice whose money is
 * on its way cannot be charged meanwhile. Money for an invoice that was closed before it came is sent back: what it was to pay
 * for was given up.
 *
 * @param payment with the provider's last word
 */
export async function settleInvoicePayment(tx: Ctx, payment: Payment): Promise<void> {
  const locked = await lockInvoiceWithCustomer(tx, payment.invoice_id ?? '')
  if (locked === undefined) throw new Error(`payment ${payment.id} pays no invoice`)
  const { invoice } = locked
  switch (payment.payable_payment_status) {
    case 'succeeded':
      await (invoice.status === 'closed' ? requestRefund(tx, payment) : receive(tx, invoice, payment))
      return
    case 'failed':
      await setPaymentStatus(tx, invoice, 'failed', { ready: true })
      return
    default: {
      const isOnItsWay = payment.payable_payment_status === 'processing'
      await setPaymentStatus(tx, invoice, 'pending', { ready: !isOnItsWay, announces: false })
      if (isActionRequired(payment)) await emit(tx, 'payment.requires_action', payment.id)
    }
  }
}

async function receive(tx: Ctx, invoice: Invoice, payment: Payment): Promise<void> {
  const received = await receivePayment(tx, invoice, { id: payment.id, amountCents: payment.amount_cents })
  await setPaymentStatus(tx, received.invoice, 'succeeded', { ready: false })
  await emit(tx, 'payment.succeeded', payment.id)
  await requestReceipt(tx, payment)
}

function isActionRequired(payment: Payment): boolean {
  return Object.keys(payment.provider_payment_data as Record<string, unknown>).length > 0
}
