import {
  draftNumber,
  finalizationDates,
  finalizedOrClosed,
  type InvoiceTiming,
  type InvoicingReason,
  localDate,
} from '@weir/engine'
import { sql } from 'kysely'
import { type BillingEntity, findBillingEntitiesByIds } from '../../accounts/index.ts'
import {
  applicableTimeZone,
  type Customer,
  findCustomersAwaitingVatCheck,
  lockCustomer,
} from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { loadSubscriptionRecords } from '../../subscriptions/index.ts'
import { withholdTotals, withoutTaxes } from '../awaiting-taxes/withhold.ts'
import { type BillingReason, computeInvoice } from '../billing/compute.ts'
import { writeInvoiceContents } from '../billing/write.ts'
import { attachDraftNotes, type DetachedItem, detachDraftNotes, issueDraftNotes } from '../crediting/draft-notes.ts'
import { applySections, removeSections } from '../custom-sections.ts'
import { issuingSettings } from '../issuing-settings.ts'
import { assignNumber } from '../numbering.ts'
import { creditProgressiveInvoices } from '../progressive/credit.ts'
import { settleInvoices } from '../settlement/settle.ts'
import {
  type Invoice,
  type InvoiceSubscription,
  loadInvoiceSubscriptions,
  lockInvoice,
  updateInvoiceRow,
} from '../store.ts'
import { totalColumns } from '../total-columns.ts'

/** A draft and those whose settings decide about it, all locked. */
interface LockedDraft {
  readonly invoice: Invoice
  readonly customer: Customer
  readonly customerEntity: BillingEntity
  readonly issuer: BillingEntity
  /** It is not known yet which taxes the customer pays. */
  readonly awaitsTaxes: boolean
}

/**
 * Computes a draft again from what is known now: late events inside its periods count. Its id, dates and billing instant
 * stay, and `invoice.refreshed` is told. Invoices that are no drafts are left as they are.
 */
export async function refreshDraft(ctx: Ctx, invoiceId: string): Promise<void> {
  await transaction(ctx, async tx => {
    const draft = await lockDraft(tx, invoiceId)
    if (draft === undefined) return
    const { credited } = await recompute(tx, draft)
    await attachDraftNotes(tx, invoiceId, credited)
    await emit(tx, 'invoice.refreshed', invoiceId)
  })
}

/**
 * Issues a draft: computes it a last time, gives it its number and dates, and tells of it. An empty invoice is closed
 * where such invoices are not wanted. While it is not known which taxes the customer pays, the invoice waits for them; a draft
 * that was made without taxes stays one. Finalizing twice is harmless: an invoice that is no draft any more stays as it is.
 */
export async function finalizeDraft(ctx: Ctx, invoiceId: string): Promise<void> {
  await transaction(ctx, async tx => {
    const draft = await lockDraft(tx, invoiceId)
    if (draft === undefined || (draft.awaitsTaxes && draft.invoice.tax_status === 'pending')) return
    const { feesAmountCents, timing, credited } = await recompute(tx, draft)
    if (draft.awaitsTaxes) return awaitTaxes(tx, draft, credited)
    const { invoice, customer, customerEntity, issuer } = draft
    const now = tx.clock.now()
    const status = finalizedOrClosed(
      feesAmountCents,
      customer.finalize_zero_amount_invoice as 'inherit' | 'skip' | 'finalize',
      issuer.finalize_zero_amount_invoice,
    )
    const numbered =
      status === 'finalized' ? await assignNumber(tx, { issuer, customer, selfBilled: invoice.self_billed }) : undefined
    const settings = issuingSettings(customer, customerEntity)
    const today = localDate(now, applicableTimeZone(customer, customerEntity))
    const dates = finalizationDates(invoice.issuing_date, timing, settings, today)
    await tx.db
      .updateTable('invoices')
      .set({
        status,
        number: numbered?.number ?? draftNumber(issuer.document_number_prefix),
        sequential_id: numbered?.sequentialId ?? null,
        billing_entity_sequential_id: numbered?.billingEntitySequentialId ?? null,
        issuing_date: dates.issuingDate,
        payment_due_date: dates.paymentDueDate,
        finalized_at: status === 'finalized' ? now : null,
        updated_at: now,
      })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', invoice.id)
      .execute()
    if (status === 'finalized') await settleInvoices(tx, [{ id: invoice.id, customerId: customer.id }])
    await attachDraftNotes(tx, invoice.id, credited)
    if (status !== 'finalized') return
    await emit(tx, 'invoice.created', invoice.id)
    await issueDraftNotes(tx, invoice.id, numbered?.number ?? invoice.number)
  })
}

/** What is taken off before taxes is taken off at once; dates, number and everything else follow with the taxes. */
async function awaitTaxes(
  tx: Ctx,
  { invoice, customer }: LockedDraft,
  credited: readonly DetachedItem[],
): Promise<void> {
  await updateInvoiceRow(tx, invoice.id, { status: 'pending' })
  await settleInvoices(tx, [{ id: invoice.id, customerId: customer.id, awaitsTaxes: true }])
  await attachDraftNotes(tx, invoice.id, credited)
  await withholdTotals(tx, [invoice.id])
}

/** Locks the customer before the invoice, as everything that changes a customer's money does. */
async function lockDraft(tx: Ctx, invoiceId: string): Promise<LockedDraft | undefined> {
  const owner = await tx.db
    .selectFrom('invoices')
    .select('customer_id')
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', invoiceId)
    .executeTakeFirst()
  if (owner === undefined) return undefined
  const customer = await lockCustomer(tx, owner.customer_id)
  const invoice = await lockInvoice(tx, invoiceId)
  if (invoice?.status !== 'draft') return undefined
  const entities = await findBillingEntitiesByIds(tx, [customer.billing_entity_id, invoice.billing_entity_id])
  const customerEntity = entities.get(customer.billing_entity_id)
  const issuer = entities.get(invoice.billing_entity_id)
  if (customerEntity === undefined || issuer === undefined)
    throw new Error(`invoice ${invoiceId} has no billing entity`)
  const awaitsTaxes = (await findCustomersAwaitingVatCheck(tx, [customer.id])).size > 0
  return { invoice, customer, customerEntity, issuer, awaitsTaxes }
}

async function recompute(
  tx: Ctx,
  { invoice, customer, awaitsTaxes }: LockedDraft,
): Promise<{ feesAmountCents: bigint; timing: InvoiceTiming; credited: DetachedItem[] }> {
  const links = await loadInvoiceSubscriptions(tx, [invoice.id])
  const [first] = links
  if (first === undefined) throw new Error(`draft ${invoice.id} has no subscription`)
  const request = {
    subscriptions: await loadSubscriptionRecords(
      tx,
      links.map(link => link.subscription_id),
    ),
    taxpayer: { customerId: customer.id, billingEntityId: customer.billing_entity_id },
    reason: reasonOf(links),
    at: first.timestamp,
    timeZone: invoice.timezone,
    skipCharges: invoice.skip_charges,
    invoiceCreatedAt: invoice.created_at,
  }
  const credited = await detachDraftNotes(tx, invoice.id)
  await removeContents(tx, invoice.id)
  await removeSections(tx, invoice.id)
  const taxed = await computeInvoice(tx, request, invoice.id)
  const computed = taxed && awaitsTaxes ? withoutTaxes(taxed) : taxed
  if (computed === undefined) throw new Error(`the periods of draft ${invoice.id} are on another invoice`)
  const identity = { id: invoice.id, billingEntityId: invoice.billing_entity_id, createdAt: invoice.created_at }
  await writeInvoiceContents(tx, [{ invoice: identity, request, computed }])
  await tx.db
    .updateTable('invoices')
    .set({
      ...totalColumns(computed.assembled.totals),
      progressive_billing_credit_amount_cents: 0n,
      ready_to_be_refreshed: false,
      ...(invoice.tax_status === 'pending' && { tax_status: null }),
      updated_at: tx.clock.now(),
    })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', invoice.id)
    .execute()
  await creditProgressiveInvoices(tx, [{ id: invoice.id, billed: computed.billed }])
  await applySections(tx, [{ invoiceId: invoice.id, customer }])
  if (awaitsTaxes) await withholdTotals(tx, [invoice.id])
  return {
    feesAmountCents: computed.assembled.totals.feesAmountCents,
    timing: first.recurring ? 'periodic' : 'non_periodic',
    credited,
  }
}

function reasonOf(links: readonly InvoiceSubscription[]): BillingReason {
  const reasons = new Set(links.map(link => link.invoicing_reason as InvoicingReason))
  const [reason = 'subscription_periodic'] = reasons
  return reasons.size > 1 ? 'plan_change' : reason
}

/** A draft's fees, taxes and periods get new ids each time it is computed. */
async function removeContents(tx: Ctx, invoiceId: string): Promise<void> {
  await sql`
    delete from fees_taxes using fees
    where fees_taxes.fee_id = fees.id and fees.organization_id = ${tx.org.id} and fees.invoice_id = ${invoiceId}`.execute(
    tx.db,
  )
  await tx.db
    .deleteFrom('invoices_taxes')
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .execute()
  await tx.db
    .deleteFrom('credits')
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .where('progressive_billing_invoice_id', 'is not', null)
    .execute()
  await tx.db.deleteFrom('fees').where('organization_id', '=', tx.org.id).where('invoice_id', '=', invoiceId).execute()
  await tx.db
    .deleteFrom('invoice_subscriptions')
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .execute()
}
