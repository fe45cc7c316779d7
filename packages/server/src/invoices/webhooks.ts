import type { Ctx } from '../platform/context.ts'
import type { WebhookObject } from '../platform/module.ts'
import { type InvoicePart, presentInvoiceForWebhook } from './present.ts'
import { findInvoice, findVisibleInvoice } from './store.ts'

const ALL_BUT_ERRORS: readonly InvoicePart[] = [
  'customer',
  'subscriptions',
  'billing_periods',
  'fees',
  'credits',
  'applied_taxes',
]

/** An invoice that the API shows, with those of its parts that the webhook carries. */
export function invoiceWith(...parts: readonly InvoicePart[]): WebhookObject {
  return {
    objectType: 'invoice',
    async serialize(ctx: Ctx, invoiceId: string) {
      const invoice = await findVisibleInvoice(ctx, invoiceId)
      return invoice && presentInvoiceForWebhook(ctx, invoice, parts)
    },
  }
}

const soldAtOnce = invoiceWith('customer', 'fees', 'applied_taxes', 'applied_invoice_custom_sections')

const drafted = invoiceWith(...ALL_BUT_ERRORS, 'error_details')

/** The only place but the answer of the deletion where a deleted invoice is seen. */
const deleted: WebhookObject = {
  objectType: 'invoice',
  async serialize(ctx: Ctx, invoiceId: string) {
    const invoice = await findInvoice(ctx, invoiceId)
    return invoice && presentInvoiceForWebhook(ctx, invoice, ALL_BUT_ERRORS)
  },
}

const disputeLost: WebhookObject = {
  objectType: 'payment_dispute_lost',
  async serialize(ctx: Ctx, invoiceId: string) {
    const invoice = await findVisibleInvoice(ctx, invoiceId)
    if (invoice === undefined) return undefined
    const { payment_dispute_reason: reason } = invoice
    return {
      invoice: await presentInvoiceForWebhook(ctx, invoice, ['customer']),
      ...(reason !== null && { provider_error: reason }),
    }
  },
}

/** What is told of invoices, by type. */
export const invoiceWebhooks: Readonly<Record<string, WebhookObject>> = {
  'invoice.drafted': drafted,
  'invoice.ready_to_finalize': drafted,
  'invoice.created': invoiceWith(...ALL_BUT_ERRORS, 'applied_invoice_custom_sections'),
  'invoice.one_off_created': soldAtOnce,
  'invoice.paid_credit_added': soldAtOnce,
  'invoice.voided': invoiceWith(...ALL_BUT_ERRORS),
  'invoice.deleted': deleted,
  'invoice.payment_status_updated': invoiceWith('customer', 'fees'),
  'invoice.payment_overdue': invoiceWith('customer', 'fees', 'applied_taxes'),
  'invoice.payment_dispute_lost': disputeLost,
}
