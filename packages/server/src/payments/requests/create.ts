import { Type } from 'typebox'
import { type Customer, findCustomerByExternalId, lockCustomer } from '../../customers/index.ts'
import { findInvoicesByIds, type Invoice, loadLeftOnInvoices } from '../../invoices/index.ts'
import { PaymentMethodInput, type PaymentMethodReference, readPaymentMethod } from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notAllowed, notFound, Problems } from '../../platform/errors.ts'
import { Input, isBlank, Nullable } from '../../platform/http/input.ts'
import { isUuid, newId } from '../../platform/ids.ts'
import { sanitizeEmail } from '../../platform/validation/email.ts'
import { requestChargeOf } from './charge.ts'
import { REQUEST_EMAIL_WANTED } from './settle.ts'
import type { PaymentRequest } from './store.ts'

const Text = Nullable(Type.String())

export const PaymentRequestInput = Input({
  external_customer_id: Text,
  email: Text,
  lago_invoice_ids: Type.Array(Type.String()),
  payment_method: PaymentMethodInput,
})
export type PaymentRequestInput = Type.Static<typeof PaymentRequestInput>

/**
 * Asks a customer to pay several overdue invoices at once: through its provider where it has one, else by e-mail. Ids of what
 * is no invoice of the customer are left out, as long as one is.
 *
 * @throws 404 `customer_not_found`, `invoice_not_found`; 405 for invoices that cannot be asked for together; 422
 * `invalid_payment_method`
 */
export async function createPaymentRequest(ctx: Ctx, input: PaymentRequestInput): Promise<PaymentRequest> {
  return transaction(ctx, async tx => {
    const found = await findCustomerByExternalId(tx, input.external_customer_id ?? '')
    if (found === undefined) throw notFound('customer')
    const customer = await lockCustomer(tx, found.id)
    const ids = (input.lago_invoice_ids ?? []).filter(isUuid)
    const invoices = (await findInvoicesByIds(tx, ids)).filter(
      invoice => invoice.customer_id === customer.id && invoice.status !== 'deleted',
    )
    checkInvoices(invoices)
    const problems = new Problems()
    const method = await readPaymentMethod(tx, input.payment_method, problems, customer.id)
    problems.throwIfAny()
    return writeRequest(tx, customer, invoices, {
      email: isBlank(input.email) ? customer.email : (input.email ?? null),
      ...(method && !isBlank(input.payment_method?.payment_method_type) && { method }),
    })
  })
}

/** @throws 404, 405 with the first reason why they cannot be asked for together */
function checkInvoices(invoices: readonly Invoice[]): void {
  const differ = (key: 'currency' | 'billing_entity_id') => new Set(invoices.map(invoice => invoice[key])).size > 1
  if (invoices.length === 0) throw notFound('invoice')
  if (!invoices.every(invoice => invoice.payment_overdue)) throw notAllowed('invoices_not_overdue')
  if (differ('currency')) throw notAllowed('invoices_have_different_currencies')
  if (differ('billing_entity_id')) throw notAllowed('invoices_have_different_billing_entities')
  if (!invoices.every(invoice => invoice.ready_for_payment_processing)) {
    throw notAllowed('invoices_not_ready_for_payment_processing')
  }
}

/** Writes a request for what is due of invoices of one currency and one issuer, and has it paid. The customer is locked. */
export async function writeRequest(
  tx: Ctx,
  customer: Customer,
  invoices: readonly Invoice[],
  terms: {
    readonly email: string | null
    readonly method?: PaymentMethodReference
    readonly dunningCampaignId?: string
  },
): Promise<PaymentRequest> {
  const left = await loadLeftOnInvoices(tx, invoices)
  const amountCents = invoices.reduce((sum, invoice) => sum + (left.get(invoice.id)?.dueCents ?? 0n), 0n)
  const now = tx.clock.now()
  const request = await tx.db
    .insertInto('payment_requests')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      customer_id: customer.id,
      dunning_campaign_id: terms.dunningCampaignId ?? null,
      amount_cents: amountCents,
      amount_currency: invoices[0]?.currency ?? '',
      email: terms.email === null ? null : sanitizeEmail(terms.email),
      payment_method_id: terms.method?.payment_method_id ?? null,
      payment_method_type: terms.method?.payment_method_type ?? null,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await tx.db
    .insertInto('payment_request_invoices')
    .values(
      invoices.map(invoice => ({
        id: newId(),
        organization_id: tx.org.id,
        payment_request_id: request.id,
        invoice_id: invoice.id,
        created_at: now,
      })),
    )
    .execute()
  await emit(tx, 'payment_request.created', request.id)
  if (customer.payment_provider === null) await emit(tx, REQUEST_EMAIL_WANTED, request.id)
  else await requestChargeOf(tx, request)
  return request
}
