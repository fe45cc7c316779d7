import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { type Customer, findCustomersByIds } from '../../customers/index.ts'
import { readPaymentMethod } from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notAllowed, Problems, validation } from '../../platform/errors.ts'
import { checkedRecipients, type EmailInput } from '../../platform/mail/recipients.ts'
import { type Invoice, updateInvoiceRow } from '../store.ts'
import { getVisibleInvoice, lockVisibleInvoice } from './lock.ts'
import type { RetryPaymentInput } from './schema.ts'

/**
 * Asks again for the taxes of an invoice whose tax provider refused them.
 *
 * @throws 404 `invoice_not_found`; 405 `invalid_status` for an invoice that did not fail
 */
export async function retryFailed(ctx: Ctx, id: string): Promise<void> {
  await transaction(ctx, async tx => {
    const { invoice } = await lockVisibleInvoice(tx, id)
    if (invoice.status !== 'failed') throw notAllowed('invalid_status')
    await tx.db
      .updateTable('error_details')
      .set({ deleted_at: tx.clock.now() })
      .where('organization_id', '=', tx.org.id)
      .where('invoice_id', '=', invoice.id)
      .where('error_code', '=', 'tax_error')
      .where('deleted_at', 'is', null)
      .execute()
    await updateInvoiceRow(tx, invoice.id, { status: 'pending', tax_status: 'pending' })
    await emit(tx, 'invoice.taxes_wanted', invoice.id)
  })
}

/**
 * Tries to collect the money again. A customer whom no payment provider collects from cannot be charged: a webhook says so.
 *
 * @throws 404 `invoice_not_found`; 405 when there is nothing to collect, or a provider is at it; 422
 * `invalid_payment_method`
 */
export async function retryPayment(ctx: Ctx, id: string, input: RetryPaymentInput): Promise<void> {
  await transaction(ctx, async tx => {
    const { invoice } = await lockVisibleInvoice(tx, id)
    if (!isCollectable(invoice)) throw notAllowed('invalid_status')
    if (!invoice.ready_for_payment_processing) {
      throw notAllowed('payment_processor_is_currently_handling_payment')
    }
    const problems = new Problems()
    await readPaymentMethod(tx, input.payment_method, problems, invoice.customer_id)
    problems.throwIfAny()
    await emit(tx, 'invoice.payment_failure', invoice.id)
  })
}

function isCollectable({ status, payment_status: paymentStatus }: Invoice): boolean {
  return status !== 'draft' && status !== 'voided' && paymentStatus !== 'succeeded'
}

/**
 * Where a customer can pay an invoice: nowhere, while no payment provider is connected.
 *
 * @throws 404 `invoice_not_found`; 422 with the reason under `base`
 */
export async function refusePaymentUrl(ctx: Ctx, id: string): Promise<never> {
  const invoice = await getVisibleInvoice(ctx, id)
  const [customer] = await findCustomersByIds(ctx, [invoice.customer_id])
  throw validation({ base: [reasonForNoPaymentUrl(invoice, customer)] })
}

function reasonForNoPaymentUrl(invoice: Invoice, customer: Customer | undefined): string {
  const provider = customer?.payment_provider
  if (provider == null) return 'no_linked_payment_provider'
  if (provider === 'gocardless') return 'invalid_payment_provider'
  return isCollectable(invoice) ? 'missing_payment_provider' : 'invalid_invoice_status_or_payment_status'
}

/**
 * Has the invoice sent again by e-mail, to the customer where nobody else is named. Nothing is sent of an invoice without
 * amounts.
 *
 * @throws 404 `invoice_not_found`; 405 when it is not issued, or its e-mails are switched off; 422 with what is wrong with
 * sender and recipients
 */
export async function resendEmail(ctx: Ctx, id: string, input: EmailInput): Promise<void> {
  const invoice = await getVisibleInvoice(ctx, id)
  if (invoice.status !== 'finalized') throw notAllowed('invoice_not_finalized')
  const entities = await findBillingEntitiesByIds(ctx, [invoice.billing_entity_id])
  const [customer] = await findCustomersByIds(ctx, [invoice.customer_id])
  const parties = { sender: entities.get(invoice.billing_entity_id), customerEmail: customer?.email }
  const recipients = checkedRecipients('invoice.finalized', parties, input)
  if (invoice.fees_amount_cents === 0n) return
  await transaction(ctx, tx => emit(tx, 'invoice.email_requested', invoice.id, { ...recipients }))
}
