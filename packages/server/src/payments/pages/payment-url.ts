import { getOrganization } from '../../accounts/index.ts'
import { getTransaction } from '../../credits/index.ts'
import { type Customer, lockCustomer, serializePayer } from '../../customers/index.ts'
import { findVisibleInvoice, isCollectable, loadLeftOnInvoice, lockInvoiceWithCustomer } from '../../invoices/index.ts'
import {
  chargesByItself,
  findConnection,
  findProviderCustomer,
  type ProviderType,
  providerBehind,
} from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import type { Payable } from '../charging/provider-payment.ts'
import { findPaymentRequest } from '../requests/store.ts'
import { expirePages, findActivePage } from './store.ts'

const LIFE_OF_A_PAGE = { hours: 24 }

/**
 * Where a customer can pay an invoice, for a day; a new page where the amount changed meanwhile.
 *
 * @throws 404 `invoice_not_found`; 422 with the reason under `base`
 */
export async function invoicePaymentUrl(ctx: Ctx, id: string) {
  if ((await findVisibleInvoice(ctx, id)) === undefined) throw notFound('invoice')
  const { customer, url } = await payInvoiceAt(ctx, id)
  const { payment_provider_code: _, ...payer } = serializePayer(customer)
  return { ...payer, lago_invoice_id: id, payment_url: url }
}

/**
 * As {@link invoicePaymentUrl}, for the invoice of a purchase of credits, which may be one that nobody sees yet.
 *
 * @throws 404 `wallet_transaction_not_found`; 422 with the reason under `base`
 */
export async function topUpPaymentUrl(ctx: Ctx, id: string) {
  const purchase = await getTransaction(ctx, id)
  if (purchase.transaction_status !== 'purchased') throw refused('wallet_transaction_not_purchased')
  if (purchase.status === 'settled') throw refused('wallet_transaction_already_settled')
  if (purchase.invoice_id === null) throw refused('wallet_transaction_has_no_attached_invoice')
  const { customer, url } = await payInvoiceAt(ctx, purchase.invoice_id)
  const { payment_provider_code: _, ...payer } = serializePayer(customer)
  return { ...payer, lago_wallet_transaction_id: id, payment_url: url }
}

/**
 * As {@link invoicePaymentUrl}, for a payment request.
 *
 * @throws 404 `payment_request_not_found`; 422 with the reason under `base`
 */
export async function requestPaymentUrl(ctx: Ctx, id: string) {
  return transaction(ctx, async tx => {
    const request = await findPaymentRequest(tx, id)
    if (request === undefined) throw notFound('payment_request')
    const customer = await lockCustomer(tx, request.customer_id)
    const check = () => (request.payment_status === 'succeeded' ? 'invalid_payment_status' : undefined)
    const type = await typeOfPages(tx, customer, check)
    const description = `${(await getOrganization(tx)).name} - Overdue invoices`
    const payable = { payment_request_id: request.id }
    const url = await openPage(tx, type, payable, request.amount_cents, request.amount_currency, description)
    const { payment_provider_code: _, ...payer } = serializePayer(customer)
    return { ...payer, lago_payment_request_id: id, payment_url: url }
  })
}

function refused(reason: string) {
  return validation({ base: [reason] })
}

async function payInvoiceAt(ctx: Ctx, id: string): Promise<{ customer: Customer; url: string }> {
  return transaction(ctx, async tx => {
    const locked = await lockInvoiceWithCustomer(tx, id)
    if (locked === undefined) throw notFound('invoice')
    const { invoice, customer } = locked
    const check = () => (isCollectable(invoice) ? undefined : 'invalid_invoice_status_or_payment_status')
    const type = await typeOfPages(tx, customer, check)
    const { dueCents } = await loadLeftOnInvoice(tx, invoice)
    const description = `${(await getOrganization(tx)).name} - Invoice ${invoice.number}`
    const url = await openPage(tx, type, { invoice_id: invoice.id }, dueCents, invoice.currency, description)
    return { customer, url }
  })
}

/**
 * Whose pages a customer pays on.
 *
 * @param check what else forbids it, asked where it belongs among the reasons
 * @throws 422 with the reason under `base`
 */
async function typeOfPages(tx: Ctx, customer: Customer, check: () => string | undefined): Promise<ProviderType> {
  if (customer.payment_provider === null) throw refused('no_linked_payment_provider')
  if (customer.payment_provider === 'gocardless') throw refused('invalid_payment_provider')
  const problem = check()
  if (problem !== undefined) throw refused(problem)
  const connection = await findConnection(tx, customer)
  if (typeof connection === 'string') throw refused('missing_payment_provider')
  const link = await findProviderCustomer(tx, customer)
  const isKnown = link !== undefined && (link.provider_customer_id !== null || !chargesByItself(link.type))
  if (!isKnown) throw refused('missing_payment_provider_customer')
  return connection.type
}

/** The page that is open for the amount, or a new one. */
async function openPage(
  tx: Ctx,
  type: ProviderType,
  payable: Payable,
  amountCents: bigint,
  currency: string,
  description: string,
): Promise<string> {
  const active = await findActivePage(tx, payable)
  if (active?.amount_cents === amountCents) return active.payment_url
  if (active !== undefined) await expirePages(tx, payable)
  const id = newId()
  const now = tx.clock.now()
  const expiresAt = now.add(LIFE_OF_A_PAGE)
  const url = await providerBehind(tx).paymentUrl(type, { id, amountCents, currency, description, expiresAt })
  await tx.db
    .insertInto('payment_pages')
    .values({
      ...payable,
      id,
      organization_id: tx.org.id,
      amount_cents: amountCents,
      payment_url: url,
      expires_at: expiresAt,
      created_at: now,
      updated_at: now,
    })
    .execute()
  return url
}
