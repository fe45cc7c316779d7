import { lockCustomer } from '../../customers/index.ts'
import { findInvoice } from '../../invoices/index.ts'
import { normalizedStatus, type ProviderType } from '../../payment-providers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { settleRequestPayment } from '../requests/settle.ts'
import { findPaymentRequest } from '../requests/store.ts'
import { findPayment, type Payment, updatePayment } from '../store.ts'
import { settleInvoicePayment } from './settle.ts'

/**
 * What a provider tells of a payment after it was asked for: its new status, in the provider's word. What pays something that
 * was paid meanwhile is left as it is.
 */
export async function applyProviderStatus(
  tx: Ctx,
  payment: Payment,
  type: ProviderType,
  word: string,
): Promise<Payment> {
  await lockCustomer(tx, payment.customer_id)
  const current = (await findPayment(tx, payment.id)) ?? payment
  if (await isPaid(tx, current)) return current
  const told = await updatePayment(tx, current.id, {
    status: word,
    payable_payment_status: normalizedStatus(type, word),
    provider_payment_data: '{}',
  })
  await (told.invoice_id === null ? settleRequestPayment : settleInvoicePayment)(tx, told)
  return told
}

async function isPaid(tx: Ctx, payment: Payment): Promise<boolean> {
  const paid =
    payment.invoice_id === null
      ? await findPaymentRequest(tx, payment.payment_request_id ?? '')
      : await findInvoice(tx, payment.invoice_id)
  return paid?.payment_status === 'succeeded'
}
