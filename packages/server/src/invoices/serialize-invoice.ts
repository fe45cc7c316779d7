import { truncate, ZERO } from '@weir/engine'
import { formatCents, formatInstant, formatInstantMs } from '../platform/wire.ts'
import type { LeftOnInvoice } from './crediting/creditable.ts'
import type { Invoice, InvoiceSubscription } from './store.ts'

/** What the base form needs to know beside the row. */
export interface InvoiceNaming {
  readonly billingEntityCode: string
  /** What can still be paid and credited. */
  readonly left: LeftOnInvoice | undefined
  /** The addresses of its documents; null while there are none. */
  readonly fileUrl: string | null
  readonly xmlUrl: string | null
}

/** The fields every form of an invoice has. */
export function serializeInvoiceBase(invoice: Invoice, { billingEntityCode, left, fileUrl, xmlUrl }: InvoiceNaming) {
  return {
    lago_id: invoice.id,
    billing_entity_code: billingEntityCode,
    sequential_id: formatCents(invoice.sequential_id),
    // The series of an organization is that of its billing entity.
    organization_sequential_id: formatCents(invoice.billing_entity_sequential_id),
    billing_entity_sequential_id: formatCents(invoice.billing_entity_sequential_id),
    number: invoice.number,
    purchase_order_number: invoice.purchase_order_number,
    issuing_date: invoice.issuing_date.toString(),
    payment_due_date: invoice.payment_due_date.toString(),
    net_payment_term: invoice.net_payment_term,
    invoice_type: invoice.invoice_type,
    status: invoice.status,
    payment_status: invoice.payment_status,
    payment_dispute_lost_at: formatInstantMs(invoice.payment_dispute_lost_at),
    payment_overdue: invoice.payment_overdue,
    currency: invoice.currency,
    fees_amount_cents: formatCents(invoice.fees_amount_cents),
    taxes_amount_cents: formatCents(invoice.taxes_amount_cents),
    taxes_rate: invoice.taxes_rate,
    progressive_billing_credit_amount_cents: formatCents(invoice.progressive_billing_credit_amount_cents),
    coupons_amount_cents: formatCents(invoice.coupons_amount_cents),
    credit_notes_amount_cents: formatCents(invoice.credit_notes_amount_cents),
    sub_total_excluding_taxes_amount_cents: formatCents(invoice.sub_total_excluding_taxes_amount_cents),
    sub_total_including_taxes_amount_cents: formatCents(invoice.sub_total_including_taxes_amount_cents),
    total_amount_cents: formatCents(invoice.total_amount_cents),
    total_due_amount_cents: formatCents(left?.dueCents ?? 0n),
    total_paid_amount_cents: formatCents(invoice.total_paid_amount_cents),
    total_offsetted_credit_note_amount_cents: formatCents(left?.offsetCents ?? 0n),
    prepaid_credit_amount_cents: formatCents(invoice.prepaid_credit_amount_cents),
    prepaid_granted_credit_amount_cents: formatCents(invoice.prepaid_granted_credit_amount_cents),
    prepaid_purchased_credit_amount_cents: formatCents(invoice.prepaid_purchased_credit_amount_cents),
    creditable_amount_cents: formatCents(truncate(left?.creditable ?? ZERO)),
    refundable_amount_cents: formatCents(truncate(left?.refundable ?? ZERO)),
    offsettable_amount_cents: formatCents(truncate(left?.offsettable ?? ZERO)),
    file_url: fileUrl,
    xml_url: xmlUrl,
    web_url: null,
    version_number: invoice.version_number,
    self_billed: invoice.self_billed,
    created_at: formatInstant(invoice.created_at),
    updated_at: formatInstant(invoice.updated_at),
    voided_at: formatInstant(invoice.voided_at),
  }
}

/** One subscription of an invoice and the periods it is billed for. */
export function serializeBillingPeriod(
  link: InvoiceSubscription,
  subscription: { externalId: string; planId: string },
) {
  return {
    lago_subscription_id: link.subscription_id,
    external_subscription_id: subscription.externalId,
    lago_plan_id: subscription.planId,
    subscription_from_datetime: formatInstant(link.from_datetime),
    subscription_to_datetime: formatInstant(link.to_datetime),
    charges_from_datetime: formatInstant(link.charges_from_datetime),
    charges_to_datetime: formatInstant(link.charges_to_datetime),
    fixed_charges_from_datetime: formatInstant(link.fixed_charges_from_datetime),
    fixed_charges_to_datetime: formatInstant(link.fixed_charges_to_datetime),
    invoicing_reason: link.invoicing_reason,
  }
}
