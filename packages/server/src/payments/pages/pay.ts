import { lockCustomer } from '../../customers/index.ts'
import { findInvoice, isCollectable, lockInvoiceWithCustomer, noteAttempt } from '../../invoices/index.ts'
import {
  chargesByItself,
  findConnection,
  findProviderCustomer,
  normalizedStatus,
  providerBehind,
  providerWord,
  recordPaymentMethod,
  type SavedMethod,
} from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { notAllowed, notFound } from '../../platform/errors.ts'
import { findUnderWay, type Payable } from '../charging/provider-payment.ts'
import { settleInvoicePayment } from '../charging/settle.ts'
import { settleRequestPayment } from '../requests/settle.ts'
import { findPaymentRequest, updatePaymentRequest } from '../requests/store.ts'
import { insertPayment, type Payment } from '../store.ts'
import { findActivePage, type PaymentPage } from './store.ts'

/**
 * What a customer did on a page of the test provider: paid with a method, which is saved where methods can be, or tried to.
 *
 * @throws 404 `payment_page_not_found` for a page that is closed; 405 `payment_already_under_way`
 */
export async function payOnPage(ctx: Ctx, page: PaymentPage, method: SavedMethod): Promise<Payment> {
  return transaction(ctx, async tx => {
    const payable = payableOf(page)
    const { customerId, currency } = await lockPayable(tx, payable)
    const active = await findActivePage(tx, payable)
    if (active?.id !== page.id) throw notFound('payment_page')
    if ((await findUnderWay(tx, payable)) !== undefined) throw notAllowed('payment_already_under_way')
    const customer = await lockCustomer(tx, customerId)
    const connection = await findConnection(tx, customer)
    const link = await findProviderCustomer(tx, customer)
    if (typeof connection === 'string' || link === undefined) throw notFound('payment_page')
    const answer = await providerBehind(tx).charge(connection.type, {
      idempotencyKey: `payment-page-${page.id}`,
      providerCustomerId: link.provider_customer_id ?? '',
      methodId: method.id,
      fromBalance: false,
      amountCents: page.amount_cents,
      currency,
      reference: page.id,
      // The payer is there, and confirms what has to be.
      mayAsk: true,
      metadata: { payment_type: 'one-time' },
    })
    const isAccepted = answer.outcome === 'accepted'
    const status = isAccepted && answer.status !== 'requires_action' ? answer.status : undefined
    const word = status ?? providerWord(connection.type, isAccepted ? 'succeeded' : 'failed')
    const saved = isAccepted && chargesByItself(link.type) ? await recordPaymentMethod(tx, link, method) : undefined
    const payment = await insertPayment(tx, {
      ...payable,
      customer_id: customer.id,
      payment_type: 'provider',
      payment_provider_id: connection.id,
      payment_provider_customer_id: link.id,
      payment_method_id: saved?.id ?? null,
      amount_cents: page.amount_cents,
      amount_currency: currency,
      provider_payment_id: isAccepted ? answer.id : null,
      status: word,
      payable_payment_status: normalizedStatus(connection.type, word),
      ...(!isAccepted && { error_code: answer.code, error_message: answer.message }),
    })
    await ('invoice_id' in payable ? settleInvoicePayment : settleRequestPayment)(tx, payment)
    return payment
  })
}

function payableOf(page: PaymentPage): Payable {
  return page.invoice_id === null
    ? { payment_request_id: page.payment_request_id ?? '' }
    : { invoice_id: page.invoice_id }
}

/** Counts the attempt. @throws 404 for what is not to be paid any more */
async function lockPayable(tx: Ctx, payable: Payable): Promise<{ customerId: string; currency: string }> {
  if ('invoice_id' in payable) {
    const locked = await lockInvoiceWithCustomer(tx, payable.invoice_id)
    if (locked === undefined || !isCollectable(locked.invoice)) throw notFound('payment_page')
    await noteAttempt(tx, locked.invoice, { attempts: locked.invoice.payment_attempts + 1 })
    return { customerId: locked.customer.id, currency: locked.invoice.currency }
  }
  const request = await findPaymentRequest(tx, payable.payment_request_id)
  if (request === undefined || request.payment_status === 'succeeded') throw notFound('payment_page')
  await lockCustomer(tx, request.customer_id)
  await updatePaymentRequest(tx, request.id, { payment_attempts: request.payment_attempts + 1 })
  return { customerId: request.customer_id, currency: request.amount_currency }
}

/** What a page asks to be paid for, in words. */
export async function describePayable(ctx: Ctx, page: PaymentPage): Promise<string> {
  const invoice = page.invoice_id === null ? undefined : await findInvoice(ctx, page.invoice_id)
  return invoice === undefined ? 'Overdue invoices' : `Invoice ${invoice.number}`
}
