import {
  type CreditNoteAmounts,
  type CreditNoteSettlement,
  type CreditNoteTax,
  creditNoteAmounts,
  type Decimal,
  decimal,
  localDate,
  round,
  settleCreditNote,
  truncate,
  ZERO,
} from '@weir/engine'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import {
  type CreditNoteRow,
  creditNoteNumber,
  findPurchaseOfInvoice,
  insertCreditNote,
  nextSequentialId,
  voidPurchase,
} from '../../credits/index.ts'
import { applicableTimeZone, lockCustomer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import { setPaymentStatus } from '../actions/payment-status.ts'
import { loadLeftOnInvoice } from './creditable.ts'
import { type CreditableFee, type CreditedInvoice, roundingOf } from './credited-invoice.ts'
import { checkLimits } from './note-limits.ts'

/** Money to be given back on a fee, in cents; it may have a fraction. */
export interface NoteItem {
  readonly fee: CreditableFee
  readonly preciseAmountCents: Decimal
}

export interface NoteRequest {
  readonly items: readonly NoteItem[]
  readonly settlement: CreditNoteSettlement
  readonly reason: string
  readonly description: string | null
  readonly metadata?: Readonly<Record<string, unknown>> | null
  /** Made by the system rather than asked for. */
  readonly automatic: boolean
}

/** What items on an invoice come to. The note that takes all that is left takes the rounding of the others' taxes too. */
export function amountsOf({ fees, taxes, notes }: CreditedInvoice, items: readonly NoteItem[]): CreditNoteAmounts {
  const takesAll = fees.every(fee => {
    const own = items.filter(item => item.fee.id === fee.id)
    return own.reduce((left, item) => left - centsOf(item.preciseAmountCents), fee.creditableCents) <= 0n
  })
  return creditNoteAmounts(items, taxes, takesAll ? roundingOf(notes) : ZERO)
}

/**
 * Writes a credit note on an invoice, a draft where the invoice is one, and what follows from it: it can pay for later
 * invoices, settles the invoice itself, or takes bought credits back. The customer's and the invoice's rows are locked by
 * the caller.
 *
 * @throws 422 when it does not fit the invoice
 */
export async function issueCreditNote(
  tx: Ctx,
  credited: CreditedInvoice,
  request: NoteRequest,
): Promise<CreditNoteRow> {
  const amounts = amountsOf(credited, request.items)
  checkLimits(credited, amounts, request.settlement)
  const note = await write(tx, credited, request, amounts)
  if (note.offset_amount_cents > 0n) await offset(tx, credited, note)
  if (note.refund_amount_cents > 0n && credited.invoice.invoice_type === 'credit') await takeBack(tx, note)
  if (note.status === 'finalized') await emit(tx, 'credit_note.created', note.id)
  return note
}

async function write(
  tx: Ctx,
  credited: CreditedInvoice,
  { items, settlement, reason, description, metadata, automatic }: NoteRequest,
  amounts: CreditNoteAmounts,
): Promise<CreditNoteRow> {
  const { invoice } = credited
  const now = tx.clock.now()
  const id = newId()
  const sequentialId = await nextSequentialId(tx, invoice.id)
  const own = { organization_id: tx.org.id, credit_note_id: id, amount_currency: invoice.currency, created_at: now }
  return insertCreditNote(tx, {
    note: {
      id,
      organization_id: tx.org.id,
      customer_id: invoice.customer_id,
      invoice_id: invoice.id,
      sequential_id: sequentialId,
      number: creditNoteNumber(invoice.number, sequentialId),
      status: invoice.status === 'draft' ? 'draft' : 'finalized',
      issuing_date: await todayOf(tx, credited),
      reason,
      description,
      total_amount_currency: invoice.currency,
      ...amountColumns(amounts, settleCreditNote(amounts, settlement)),
      metadata: metadata == null ? null : JSON.stringify(metadata),
      automatic,
      created_at: now,
      updated_at: now,
    },
    items: items.map(item => ({
      ...own,
      id: newId(),
      fee_id: item.fee.id,
      amount_cents: centsOf(item.preciseAmountCents),
      precise_amount_cents: round(item.preciseAmountCents, 5).toFixed(),
    })),
    taxes: taxRows(tx, credited, id, amounts.taxes),
  })
}

/** In the customer's time zone as it is now. */
async function todayOf(tx: Ctx, { invoice }: CreditedInvoice): Promise<Temporal.PlainDate> {
  const customer = await lockCustomer(tx, invoice.customer_id)
  const entity = (await findBillingEntitiesByIds(tx, [customer.billing_entity_id])).get(customer.billing_entity_id)
  if (entity === undefined) throw new Error(`customer ${customer.id} has no billing entity`)
  return localDate(tx.clock.now(), applicableTimeZone(customer, entity))
}

/** The amounts of a note as its row has them. */
export function amountColumns(
  amounts: CreditNoteAmounts,
  { creditCents, refundCents, offsetCents }: CreditNoteSettlement,
) {
  return {
    total_amount_cents: creditCents + refundCents + offsetCents,
    credit_amount_cents: creditCents,
    balance_amount_cents: creditCents,
    refund_amount_cents: refundCents,
    refund_status: refundCents > 0n ? 'pending' : null,
    offset_amount_cents: offsetCents,
    coupons_adjustment_amount_cents: amounts.couponsAdjustmentCents,
    precise_coupons_adjustment_amount_cents: amounts.preciseCouponsAdjustmentCents.toFixed(),
    taxes_amount_cents: amounts.taxesCents,
    precise_taxes_amount_cents: amounts.preciseTaxesCents.toFixed(),
    taxes_rate: amounts.taxesRate,
  }
}

/** The taxes of a note: what the invoice kept of them, on what is given back. */
export function taxRows(tx: Ctx, { invoice, taxes }: CreditedInvoice, noteId: string, rows: readonly CreditNoteTax[]) {
  return rows.flatMap(({ code, baseAmountCents, amountCents }) => {
    const applied = taxes.find(tax => tax.code === code)?.row
    if (applied === undefined) return []
    const { tax_id, tax_code, tax_name, tax_rate, tax_description } = applied
    return {
      id: newId(),
      organization_id: tx.org.id,
      credit_note_id: noteId,
      ...{ tax_id, tax_code, tax_name, tax_rate, tax_description },
      base_amount_cents: baseAmountCents,
      amount_cents: amountCents,
      amount_currency: invoice.currency,
      created_at: tx.clock.now(),
    }
  })
}

/** Settles the invoice with the note: with nothing left to pay, it is paid. */
async function offset(tx: Ctx, { invoice }: CreditedInvoice, note: CreditNoteRow): Promise<void> {
  await tx.db
    .insertInto('invoice_settlements')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      invoice_id: invoice.id,
      settlement_type: 'credit_note',
      credit_note_id: note.id,
      amount_cents: note.offset_amount_cents,
      amount_currency: invoice.currency,
      created_at: tx.clock.now(),
    })
    .execute()
  const { dueCents } = await loadLeftOnInvoice(tx, invoice)
  if (dueCents > 0n || invoice.payment_status === 'succeeded' || note.status === 'draft') return
  await setPaymentStatus(tx, invoice, 'succeeded')
}

/** Bought credits that are refunded leave their wallet. */
async function takeBack(tx: Ctx, note: CreditNoteRow): Promise<void> {
  const purchase = await findPurchaseOfInvoice(tx, note.invoice_id)
  if (purchase === undefined) throw new Error(`no purchase has invoice ${note.invoice_id}`)
  await voidPurchase(tx, {
    transactionId: purchase.id,
    amountCents: note.refund_amount_cents,
    creditNoteId: note.id,
  })
}

function centsOf(precise: Decimal): bigint {
  return truncate(round(precise, 0))
}

/** The credit notes' items of all that is left of an invoice's fees. */
export function itemsOfAllLeft({ fees }: CreditedInvoice): NoteItem[] {
  return fees
    .filter(fee => fee.creditableCents > 0n)
    .map(fee => ({ fee, preciseAmountCents: decimal(fee.creditableCents) }))
}
