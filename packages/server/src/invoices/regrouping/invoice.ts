import { decimal, draftNumber, finalizedOrClosed, invoiceDates, localDate, type Period, round } from '@weir/engine'
import { sql } from 'kysely'
import type { BillingEntity } from '../../accounts/index.ts'
import { applicableTimeZone, type Customer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import { applySections } from '../custom-sections.ts'
import { issuingSettings } from '../issuing-settings.ts'
import { assignNumber } from '../numbering.ts'
import type { PaidFee } from './paid-fees.ts'

/** An invoice of fees that are paid already. The customer's row is locked. */
export interface RegroupingInvoice {
  readonly customer: Customer
  /** The customer's own billing entity. */
  readonly customerEntity: BillingEntity
  readonly issuer: BillingEntity
  readonly currency: string
  readonly purchaseOrderNumber: string | null
  readonly subscriptionIds: readonly string[]
  readonly fees: readonly PaidFee[]
  /** The same for all subscriptions. */
  readonly period: Period
  readonly at: Temporal.Instant
  /** Of the invoice, where somebody needs to know it. */
  readonly id?: string
  /** The invoice whose place it takes. */
  readonly voidedInvoiceId?: string
}

/** What the payment of such an invoice says of itself. */
const PAYMENT_REFERENCE = 'Charges paid in advance'

/**
 * Issues an invoice of fees that are paid already. Nothing is computed again: amounts and taxes are the sums of those of the
 * fees. Where invoices of nothing are not wanted, one without any amount is closed, and nobody is told.
 */
export async function writeRegroupingInvoice(tx: Ctx, order: RegroupingInvoice): Promise<void> {
  const { customer, customerEntity, issuer, at } = order
  const now = tx.clock.now()
  const invoiceId = order.id ?? newId()
  const fees = order.fees.reduce((sum, fee) => sum + fee.amount_cents, 0n)
  const taxes = order.fees.reduce((sum, fee) => sum + fee.taxes_amount_cents, 0n)
  const total = fees + taxes
  const status = finalizedOrClosed(
    fees,
    customer.finalize_zero_amount_invoice as 'inherit' | 'skip' | 'finalize',
    issuer.finalize_zero_amount_invoice,
  )
  const selfBilled = customer.account_type === 'partner'
  const numbered = status === 'finalized' ? await assignNumber(tx, { issuer, customer, selfBilled }) : undefined
  const timeZone = applicableTimeZone(customer, customerEntity)
  const settings = issuingSettings(customer, customerEntity)
  const dates = invoiceDates(localDate(at, timeZone), 'immediate', settings)
  await tx.db
    .insertInto('invoices')
    .values({
      id: invoiceId,
      organization_id: tx.org.id,
      customer_id: customer.id,
      billing_entity_id: issuer.id,
      sequential_id: numbered?.sequentialId ?? null,
      billing_entity_sequential_id: numbered?.billingEntitySequentialId ?? null,
      number: numbered?.number ?? draftNumber(issuer.document_number_prefix),
      invoice_type: 'advance_charges',
      status,
      payment_status: 'succeeded',
      currency: order.currency,
      timezone: timeZone,
      issuing_date: dates.issuingDate,
      expected_finalization_date: dates.expectedFinalizationDate,
      payment_due_date: dates.paymentDueDate,
      net_payment_term: settings.netPaymentTerm,
      fees_amount_cents: fees,
      sub_total_excluding_taxes_amount_cents: fees,
      taxes_amount_cents: taxes,
      taxes_rate: fees === 0n ? 0 : round(decimal(taxes).times(100).div(decimal(fees)), 2).toNumber(),
      sub_total_including_taxes_amount_cents: total,
      total_amount_cents: total,
      total_paid_amount_cents: status === 'finalized' ? total : 0n,
      self_billed: selfBilled,
      purchase_order_number: order.purchaseOrderNumber,
      voided_invoice_id: order.voidedInvoiceId ?? null,
      finalized_at: status === 'finalized' ? now : null,
      created_at: now,
      updated_at: now,
    })
    .execute()
  await insertLinks(tx, order, invoiceId)
  await attachFees(tx, order, invoiceId)
  await applySections(tx, [{ invoiceId, customer }])
  if (status === 'closed') return
  if (total > 0n) await insertPayment(tx, order, invoiceId, total)
  await emit(tx, 'invoice.created', invoiceId)
}

async function insertLinks(
  tx: Ctx,
  { subscriptionIds, period, at }: RegroupingInvoice,
  invoiceId: string,
): Promise<void> {
  const rows = subscriptionIds.map(subscriptionId => ({
    id: newId(),
    organization_id: tx.org.id,
    invoice_id: invoiceId,
    subscription_id: subscriptionId,
    timestamp: at,
    from_datetime: period.from,
    to_datetime: period.to,
    charges_from_datetime: period.from,
    charges_to_datetime: period.to,
    recurring: false,
    invoicing_reason: 'in_advance_charge_periodic',
    created_at: tx.clock.now(),
  }))
  await tx.db.insertInto('invoice_subscriptions').values(rows).execute()
}

/** The fees, and for each tax the sum of what they have of it. */
async function attachFees(tx: Ctx, { fees, currency }: RegroupingInvoice, invoiceId: string): Promise<void> {
  const now = tx.clock.now()
  const ids = fees.map(fee => fee.id)
  await tx.db
    .updateTable('fees')
    .set({ invoice_id: invoiceId, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute()
  const { rows } = await sql<TaxSum>`
    select
      fees_taxes.tax_id, fees_taxes.tax_code, fees_taxes.tax_name, fees_taxes.tax_rate, fees_taxes.tax_description,
      sum(fees_taxes.amount_cents)::bigint as amount_cents,
      trunc(sum(fees.amount_cents - fees.precise_coupons_amount_cents))::bigint as fees_amount_cents
    from fees_taxes
    join fees on fees.id = fees_taxes.fee_id
    where fees.organization_id = ${tx.org.id} and fees.id = any(${ids}::uuid[])
    group by 1, 2, 3, 4, 5
    order by min(fees_taxes.id::text)`.execute(tx.db)
  const taxes = rows.map(row => ({
    ...row,
    id: newId(),
    organization_id: tx.org.id,
    invoice_id: invoiceId,
    amount_currency: currency,
    created_at: now,
  }))
  if (taxes.length > 0) await tx.db.insertInto('invoices_taxes').values(taxes).execute()
}

interface TaxSum {
  readonly tax_id: string | null
  readonly tax_code: string
  readonly tax_name: string
  readonly tax_rate: number
  readonly tax_description: string | null
  readonly amount_cents: bigint
  readonly fees_amount_cents: bigint
}

/** The money came before the invoice. */
async function insertPayment(
  tx: Ctx,
  { customer, currency }: RegroupingInvoice,
  invoiceId: string,
  total: bigint,
): Promise<void> {
  const now = tx.clock.now()
  await tx.db
    .insertInto('payments')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      customer_id: customer.id,
      invoice_id: invoiceId,
      payment_type: 'manual',
      reference: PAYMENT_REFERENCE,
      amount_cents: total,
      amount_currency: currency,
      status: 'succeeded',
      payable_payment_status: 'succeeded',
      created_at: now,
      updated_at: now,
    })
    .execute()
}
