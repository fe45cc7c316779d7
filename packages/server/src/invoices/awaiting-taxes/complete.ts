import { draftNumber, finalizationDates, finalizedOrClosed, invoiceTotals, localDate } from '@weir/engine'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import {
  applicableTimeZone,
  type Customer,
  findCustomersAwaitingVatCheck,
  lockCustomer,
} from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { isActivationInvoice } from '../actions/payment-status.ts'
import { askForPayment } from '../activation/settle.ts'
import { lockActivationInvoice } from '../activation/store.ts'
import { attachDraftNotes, detachDraftNotes, issueDraftNotes } from '../crediting/draft-notes.ts'
import { applySections, removeSections } from '../custom-sections.ts'
import { refreshDraft } from '../drafts/recompute.ts'
import { issuingSettings } from '../issuing-settings.ts'
import { assignNumber } from '../numbering.ts'
import { loadSettlementFees, taxDiscountedFees } from '../settlement/fees.ts'
import { payInvoice } from '../settlement/settle.ts'
import { type Invoice, loadInvoiceSubscriptions, lockInvoice, updateInvoiceRow } from '../store.ts'
import { totalColumns } from '../total-columns.ts'
import { applyTaxes } from './fee-taxes.ts'

const COMPLETE_TAXES = 'complete_taxes'

/** It is known which taxes a customer pays: its invoices need wait no more. */
export const onTaxesKnown: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(({ objectId: customerId }) => ({
      task: COMPLETE_TAXES,
      payload: { organizationId: tx.org.id, customerId },
      queue: customerId,
      key: `${COMPLETE_TAXES}:${customerId}`,
    })),
  )

/**
 * Issues the invoices of a customer that waited for their taxes, oldest first, and computes its drafts again. Tells
 * `invoice.taxes_known` of each, beside the webhooks.
 */
export const completeTaxes: TaskDefinition = {
  name: COMPLETE_TAXES,
  async run(ctx, payload) {
    const customerId = String(payload.customerId)
    const waiting = await ctx.db
      .selectFrom('invoices')
      .select(['id', 'status'])
      .where('organization_id', '=', ctx.org.id)
      .where('customer_id', '=', customerId)
      .where('tax_status', '=', 'pending')
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    for (const { id, status } of waiting) {
      if (status === 'draft') await completeDraft(ctx, id)
      else await transaction(ctx, tx => complete(tx, customerId, id))
    }
  },
}

async function completeDraft(ctx: Ctx, invoiceId: string): Promise<void> {
  await transaction(ctx, async tx => {
    await refreshDraft(tx, invoiceId)
    const draft = await lockInvoice(tx, invoiceId)
    if (draft?.status === 'draft' && draft.tax_status !== 'pending') {
      await emit(tx, 'invoice.ready_to_finalize', invoiceId)
      await emit(tx, 'invoice.taxes_known', invoiceId)
    }
  })
}

async function complete(tx: Ctx, customerId: string, invoiceId: string): Promise<void> {
  const customer = await lockCustomer(tx, customerId)
  const invoice = await lockInvoice(tx, invoiceId)
  if (invoice?.tax_status !== 'pending' || (invoice.status !== 'pending' && !isActivationInvoice(invoice))) return
  if ((await findCustomersAwaitingVatCheck(tx, [customerId])).size > 0) return
  const credited = await detachDraftNotes(tx, invoiceId)
  const taxed = await tax(tx, invoice, customer)
  // As a draft that is computed again: the customer alone is asked.
  await removeSections(tx, invoice.id)
  await applySections(tx, [{ invoiceId: invoice.id, customer }])
  if (isActivationInvoice(taxed)) {
    await payFirst(tx, taxed)
    return attachDraftNotes(tx, invoiceId, credited)
  }
  const issued = await issue(tx, taxed, customer)
  const isIssued = issued.status === 'finalized'
  const isOneOff = issued.invoice_type === 'one_off'
  // What a customer has to its credit pays for everything but sales made at once.
  if (isIssued && !isOneOff) await payInvoice(tx, issued, await loadSettlementFees(tx, issued.id))
  await attachDraftNotes(tx, invoiceId, credited)
  if (!isIssued) return
  await emit(tx, isOneOff ? 'invoice.one_off_created' : 'invoice.created', issued.id)
  await issueDraftNotes(tx, issued.id, issued.number)
  await emit(tx, 'invoice.taxes_known', issued.id)
}

/** What a subscription waits for is issued when it is paid. */
async function payFirst(tx: Ctx, invoice: Invoice): Promise<void> {
  await payInvoice(tx, invoice, await loadSettlementFees(tx, invoice.id))
  const waiting = await lockActivationInvoice(tx, invoice.id)
  if (waiting !== undefined) await askForPayment(tx, waiting)
}

/** What was taken off before taxes stays as it is. */
async function tax(tx: Ctx, invoice: Invoice, customer: Customer): Promise<Invoice> {
  await applyTaxes(tx, invoice, { customerId: customer.id, billingEntityId: customer.billing_entity_id })
  const discountsCents = invoice.progressive_billing_credit_amount_cents + invoice.coupons_amount_cents
  const subTotalCents = invoice.fees_amount_cents - discountsCents
  const fees = await loadSettlementFees(tx, invoice.id)
  const { taxes } = await taxDiscountedFees(tx, invoice.id, fees, subTotalCents)
  const totals = invoiceTotals(invoice.fees_amount_cents, taxes, { discountsCents, paidCents: 0n })
  return updateInvoiceRow(tx, invoice.id, { ...totalColumns(totals), tax_status: 'succeeded' })
}

/** As a draft is issued: dated today, numbered, or closed when it is empty and such invoices are not wanted. */
async function issue(tx: Ctx, invoice: Invoice, customer: Customer): Promise<Invoice> {
  const entities = await findBillingEntitiesByIds(tx, [customer.billing_entity_id, invoice.billing_entity_id])
  const customerEntity = entities.get(customer.billing_entity_id)
  const issuer = entities.get(invoice.billing_entity_id)
  if (customerEntity === undefined || issuer === undefined)
    throw new Error(`invoice ${invoice.id} has no billing entity`)
  const status =
    invoice.invoice_type === 'progressive_billing'
      ? 'finalized'
      : finalizedOrClosed(
          invoice.fees_amount_cents,
          customer.finalize_zero_amount_invoice as 'inherit' | 'skip' | 'finalize',
          issuer.finalize_zero_amount_invoice,
        )
  const numbered =
    status === 'finalized' ? await assignNumber(tx, { issuer, customer, selfBilled: invoice.self_billed }) : undefined
  const now = tx.clock.now()
  const [first] = await loadInvoiceSubscriptions(tx, [invoice.id])
  const timing = first?.recurring ? 'periodic' : 'non_periodic'
  const settings = issuingSettings(customer, customerEntity)
  const today = localDate(now, applicableTimeZone(customer, customerEntity))
  const dates = finalizationDates(invoice.issuing_date, timing, settings, today)
  return updateInvoiceRow(tx, invoice.id, {
    status,
    number: numbered?.number ?? draftNumber(issuer.document_number_prefix),
    sequential_id: numbered?.sequentialId ?? null,
    billing_entity_sequential_id: numbered?.billingEntitySequentialId ?? null,
    issuing_date: dates.issuingDate,
    payment_due_date: dates.paymentDueDate,
    finalized_at: status === 'finalized' ? now : null,
  })
}
