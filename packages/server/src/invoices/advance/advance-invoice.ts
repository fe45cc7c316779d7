import { billingBoundaries, draftNumber, finalizedOrClosed, invoiceDates, invoiceTotals, localDate } from '@weir/engine'
import type { BillingEntity } from '../../accounts/index.ts'
import { applicableTimeZone, type Customer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import { issuingSettings } from '../issuing-settings.ts'
import { assignNumber } from '../numbering.ts'
import type { ChargedEvent, ChargedSubscription, EventFee } from './event-fee.ts'
import { insertEventFee } from './fee-rows.ts'

/** The invoice of one event and charge. The customer's row is locked. */
export interface AdvanceInvoiceOrder extends ChargedSubscription {
  readonly customer: Customer
  /** The customer's own billing entity: its time zone and settings apply where the customer has none. */
  readonly customerEntity: BillingEntity
  /** Who issues the invoice: the subscription's billing entity, or the customer's. */
  readonly issuer: BillingEntity
  readonly event: ChargedEvent
  readonly fee: EventFee
}

/**
 * Issues the invoice of an event that is charged as it comes. It is dated on the day of the event, and there is no grace
 * period; where invoices of nothing are not wanted it is closed, and nobody is told. Otherwise the fee is told of first.
 */
export async function createAdvanceInvoice(tx: Ctx, order: AdvanceInvoiceOrder): Promise<void> {
  const { customer, issuer, subscription, event, fee } = order
  const now = tx.clock.now()
  const invoiceId = newId()
  const totals = invoiceTotals([fee.fee])
  const status = finalizedOrClosed(
    totals.feesAmountCents,
    customer.finalize_zero_amount_invoice as 'inherit' | 'skip' | 'finalize',
    issuer.finalize_zero_amount_invoice,
  )
  const selfBilled = customer.account_type === 'partner'
  const numbered = status === 'finalized' ? await assignNumber(tx, { issuer, customer, selfBilled }) : undefined
  const at = Temporal.Instant.fromEpochNanoseconds(event.timestamp * 1000n)
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
      invoice_type: 'subscription',
      status,
      payment_status: totals.paymentStatus,
      currency: order.plan.amountCurrency,
      ...datesOf(order, at),
      fees_amount_cents: totals.feesAmountCents,
      sub_total_excluding_taxes_amount_cents: totals.subTotalExcludingTaxesAmountCents,
      taxes_amount_cents: totals.taxesAmountCents,
      sub_total_including_taxes_amount_cents: totals.subTotalIncludingTaxesAmountCents,
      total_amount_cents: totals.totalAmountCents < 0n ? 0n : totals.totalAmountCents,
      self_billed: selfBilled,
      purchase_order_number: subscription.purchase_order_number,
      finalized_at: status === 'finalized' ? now : null,
      created_at: now,
      updated_at: now,
    })
    .execute()
  await insertLink(tx, order, invoiceId, at)
  const feeId = await insertEventFee(tx, { invoiceId, billingEntityId: issuer.id }, order, event, fee)
  if (status === 'closed') return
  await emitAll(tx, [
    { type: 'fee.created', objectId: feeId },
    { type: 'invoice.created', objectId: invoiceId },
  ])
}

function datesOf({ customer, customerEntity }: AdvanceInvoiceOrder, at: Temporal.Instant) {
  const timeZone = applicableTimeZone(customer, customerEntity)
  const settings = issuingSettings(customer, customerEntity)
  const dates = invoiceDates(localDate(at, timeZone), 'immediate', settings)
  return {
    timezone: timeZone,
    issuing_date: dates.issuingDate,
    expected_finalization_date: dates.expectedFinalizationDate,
    payment_due_date: dates.paymentDueDate,
    net_payment_term: settings.netPaymentTerm,
  }
}

/** The link carries what a billing run at the time of the event would bill; the fee has the window that the event lies in. */
async function insertLink(
  tx: Ctx,
  { subscription, terms }: AdvanceInvoiceOrder,
  invoiceId: string,
  at: Temporal.Instant,
): Promise<void> {
  const { base, charges, fixedCharges } = billingBoundaries(terms, at, 'billing')
  await tx.db
    .insertInto('invoice_subscriptions')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      invoice_id: invoiceId,
      subscription_id: subscription.id,
      timestamp: at,
      from_datetime: base.from,
      to_datetime: base.to,
      charges_from_datetime: charges?.from ?? null,
      charges_to_datetime: charges?.to ?? null,
      fixed_charges_from_datetime: fixedCharges?.from ?? null,
      fixed_charges_to_datetime: fixedCharges?.to ?? null,
      recurring: false,
      invoicing_reason: 'in_advance_charge',
      created_at: tx.clock.now(),
    })
    .execute()
}
