import {
  draftNumber,
  feeTaxes,
  finalizedOrClosed,
  type InvoiceTiming,
  invoiceDates,
  invoiceTaxes,
  invoiceTotals,
  localDate,
} from '@weir/engine'
import { sql } from 'kysely'
import { type BillingEntity, findBillingEntitiesByIds } from '../../accounts/index.ts'
import { applicableTimeZone, type Customer, findCustomersAwaitingVatCheck } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notAllowed, notFound, Problems } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import { checkPurchaseOrderNumber, readPurchaseOrderNumber } from '../../subscriptions/index.ts'
import { lockVisibleInvoice } from '../actions/lock.ts'
import { withholdTotals } from '../awaiting-taxes/withhold.ts'
import type { NewFee } from '../billing/fee-rows.ts'
import { taxRows, writeFees } from '../billing/write.ts'
import { applySections } from '../custom-sections.ts'
import { loadInvoiceFees } from '../fees-store.ts'
import { issuingSettings } from '../issuing-settings.ts'
import { assignNumber } from '../numbering.ts'
import { creditProgressiveInvoices } from '../progressive/credit.ts'
import { settleInvoices } from '../settlement/settle.ts'
import { findInvoice, type Invoice, type InvoiceSubscription } from '../store.ts'
import { totalColumns } from '../total-columns.ts'
import { regeneratedFees } from './fees.ts'
import { readLines } from './lines.ts'
import { regenerateOneOff } from './one-off.ts'
import { regeneratePaidFees } from './paid-fees.ts'
import type { RegenerateInput } from './schema.ts'
import { loadVoidedSubscriptions, takeOverPeriods } from './subscriptions.ts'
import { regenerateTopUp } from './top-up.ts'

/** A voided invoice that is made again, and those whose settings decide about the new one. */
export interface Regeneration {
  readonly voided: Invoice
  readonly customer: Customer
  readonly customerEntity: BillingEntity
  readonly issuer: BillingEntity
  readonly purchaseOrderNumber: string | null
}

/**
 * Makes a voided invoice again, once, with the fees that are named or all it had, some of them edited: a new invoice with a
 * number of its own, dated by the day the voided one was made, issued at once. Taxes, coupons and credits are those of now.
 *
 * @returns the new invoice: finalized, closed, or waiting for its taxes
 * @throws 404 `invoice_not_found` and for what the fees name; 405 `not_regenerable` unless it is voided, `already_regenerated`;
 * 422 with what is wrong
 */
export async function regenerateInvoice(ctx: Ctx, id: string, input: RegenerateInput): Promise<Invoice> {
  return transaction(ctx, async tx => {
    const invoice = await makeAgain(tx, id, input)
    await emit(tx, 'invoice.regenerated', invoice.id)
    return invoice
  })
}

async function makeAgain(tx: Ctx, id: string, input: RegenerateInput): Promise<Invoice> {
  const { invoice: voided, customer } = await lockVisibleInvoice(tx, id)
  await requireRegenerable(tx, voided, customer)
  const entities = await findBillingEntitiesByIds(tx, [customer.billing_entity_id, voided.billing_entity_id])
  const customerEntity = entities.get(customer.billing_entity_id)
  const issuer = entities.get(voided.billing_entity_id)
  if (customerEntity === undefined || issuer === undefined) {
    throw new Error(`invoice ${voided.id} has no billing entity`)
  }
  const purchaseOrderNumber = readNumber(input, voided)
  const regeneration = { voided, customer, customerEntity, issuer, purchaseOrderNumber }
  const lines = readLines(input.fees, await loadInvoiceFees(tx, voided.id))
  if (voided.invoice_type === 'one_off') return regenerateOneOff(tx, regeneration, lines)
  if (voided.invoice_type === 'credit') return regenerateTopUp(tx, regeneration, lines)
  if (voided.invoice_type === 'advance_charges') return regeneratePaidFees(tx, regeneration, lines)

  const { links, billed } = await loadVoidedSubscriptions(tx, voided)
  const createdAt = tx.clock.now()
  const invoiceId = newId()
  const awaitsTaxes = (await findCustomersAwaitingVatCheck(tx, [customer.id])).size > 0
  const taxed = await regeneratedFees(tx, { id: invoiceId, voided, customer, createdAt, billed }, lines)
  const fees = awaitsTaxes ? taxed.map(untaxed) : taxed
  await writeInvoice(tx, regeneration, {
    id: invoiceId,
    createdAt,
    fees,
    timing: timingOf(voided, links),
    awaitsTaxes,
  })
  await takeOverPeriods(tx, links, { id: invoiceId, createdAt })
  await copyThresholds(tx, voided.id, invoiceId)
  await applySections(tx, [{ invoiceId, customer }])
  await creditProgressiveInvoices(tx, [{ id: invoiceId, billed }])
  const written = await findInvoice(tx, invoiceId)
  if (written?.status !== 'closed') {
    await settleInvoices(tx, [{ id: invoiceId, customerId: customer.id, awaitsTaxes }])
    if (awaitsTaxes) await withholdTotals(tx, [invoiceId])
    else await emit(tx, 'invoice.created', invoiceId)
  }
  const invoice = await findInvoice(tx, invoiceId)
  if (invoice === undefined) throw new Error(`invoice ${invoiceId} was not written`)
  return invoice
}

async function requireRegenerable(tx: Ctx, voided: Invoice, customer: Customer): Promise<void> {
  if (customer.deleted_at !== null) throw notFound('customer')
  if (voided.status !== 'voided') throw notAllowed('not_regenerable')
  const other = await tx.db
    .selectFrom('invoices')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('voided_invoice_id', '=', voided.id)
    .executeTakeFirst()
  if (other !== undefined) throw notAllowed('already_regenerated')
}

function readNumber(input: RegenerateInput, voided: Invoice): string | null {
  if (input.purchase_order_number === undefined) return voided.purchase_order_number
  const problems = new Problems()
  const number = readPurchaseOrderNumber(input.purchase_order_number)
  checkPurchaseOrderNumber(number, problems)
  problems.throwIfAny()
  return number
}

function timingOf(voided: Invoice, [first]: readonly InvoiceSubscription[]): InvoiceTiming {
  if (voided.invoice_type !== 'subscription' || first?.invoicing_reason === 'in_advance_charge') return 'immediate'
  return first?.recurring === true ? 'periodic' : 'non_periodic'
}

interface NewInvoice {
  readonly id: string
  readonly createdAt: Temporal.Instant
  readonly fees: readonly NewFee[]
  readonly timing: InvoiceTiming
  readonly awaitsTaxes: boolean
}

async function writeInvoice(
  tx: Ctx,
  { voided, customer, customerEntity, issuer, purchaseOrderNumber }: Regeneration,
  { id, createdAt, fees, timing, awaitsTaxes }: NewInvoice,
): Promise<void> {
  const taxable = fees.map(({ row, taxation }) => ({
    amountCents: BigInt(row.amount_cents),
    taxes: taxation.taxes.map(({ tax }) => tax),
  }))
  const feesAmountCents = taxable.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  const taxes = invoiceTaxes(taxable, feesAmountCents)
  const status = awaitsTaxes
    ? 'pending'
    : finalizedOrClosed(
        feesAmountCents,
        customer.finalize_zero_amount_invoice as 'inherit' | 'skip' | 'finalize',
        issuer.finalize_zero_amount_invoice,
      )
  const selfBilled = customer.account_type === 'partner'
  const numbered = status === 'finalized' ? await assignNumber(tx, { issuer, customer, selfBilled }) : undefined
  const timeZone = applicableTimeZone(customer, customerEntity)
  const settings = issuingSettings(customer, customerEntity)
  const dates = invoiceDates(localDate(voided.created_at, timeZone), timing, settings)
  await tx.db
    .insertInto('invoices')
    .values({
      id,
      organization_id: tx.org.id,
      customer_id: customer.id,
      billing_entity_id: issuer.id,
      sequential_id: numbered?.sequentialId ?? null,
      billing_entity_sequential_id: numbered?.billingEntitySequentialId ?? null,
      number: numbered?.number ?? draftNumber(issuer.document_number_prefix),
      invoice_type: voided.invoice_type,
      status,
      currency: voided.currency,
      timezone: timeZone,
      issuing_date: dates.issuingDate,
      expected_finalization_date: dates.expectedFinalizationDate,
      payment_due_date: dates.paymentDueDate,
      net_payment_term: settings.netPaymentTerm,
      ...totalColumns(invoiceTotals(feesAmountCents, taxes)),
      skip_charges: voided.skip_charges,
      self_billed: selfBilled,
      purchase_order_number: purchaseOrderNumber,
      skip_automatic_payment: voided.skip_automatic_payment,
      payment_method_id: voided.payment_method_id,
      payment_method_type: voided.payment_method_type,
      voided_invoice_id: voided.id,
      finalized_at: status === 'finalized' ? createdAt : null,
      created_at: createdAt,
      updated_at: createdAt,
    })
    .execute()
  await writeFees(tx, fees)
  const rows = taxRows(tx, { id, createdAt, currency: voided.currency }, taxes.taxes)
  if (rows.length > 0) await tx.db.insertInto('invoices_taxes').values(rows).execute()
}

/** A fee while it is not known which taxes its customer pays. */
function untaxed(fee: NewFee): NewFee {
  const taxation = feeTaxes({ amountCents: 0n, preciseAmountCents: '0' }, [])
  const { row } = fee
  return { ...fee, taxation, row: { ...row, taxes_amount_cents: 0n, taxes_precise_amount_cents: '0', taxes_rate: 0 } }
}

/** The thresholds that brought a progressive invoice about brought the new one about as well. */
async function copyThresholds(tx: Ctx, voidedId: string, invoiceId: string): Promise<void> {
  await sql`
    insert into applied_usage_thresholds
      (id, organization_id, invoice_id, usage_threshold_id, lifetime_usage_amount_cents, created_at)
    select gen_random_uuid(), organization_id, ${invoiceId}, usage_threshold_id, lifetime_usage_amount_cents, created_at
    from applied_usage_thresholds
    where organization_id = ${tx.org.id} and invoice_id = ${voidedId}`.execute(tx.db)
}
