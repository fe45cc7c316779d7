import { applyCreditNotes, type CreditNotesOnInvoice, type SettledFee } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import { postMovement } from '../ledger.ts'

/** A credit note whose balance is opened or closed. */
export interface NoteBalance {
  readonly id: string
  readonly customerId: string
  readonly currency: string
  readonly amountCents: bigint
}

/** Enters what a finalized credit note is worth to its customer. The note itself is the caller's to write, in this transaction. */
export async function openCreditNoteBalance(tx: Ctx, note: NoteBalance): Promise<void> {
  await postMovement(tx, {
    owner: { creditNoteId: note.id },
    customerId: note.customerId,
    currency: note.currency,
    otherSide: 'issued',
    amountCents: note.amountCents,
  })
}

/** Enters that what was left of a credit note is gone. The note itself is the caller's to write, in this transaction. */
export async function voidCreditNoteBalance(tx: Ctx, note: NoteBalance): Promise<void> {
  await postMovement(tx, {
    owner: { creditNoteId: note.id },
    customerId: note.customerId,
    currency: note.currency,
    otherSide: 'voided',
    amountCents: -note.amountCents,
  })
}

/** What is due on an invoice after taxes. */
export interface SettledInvoice {
  readonly invoiceId: string
  readonly customerId: string
  readonly currency: string
  readonly totalCents: bigint
  readonly fees: readonly SettledFee[]
}

/**
 * Lets a customer's credit notes pay for an invoice, oldest first: writes the lines of the invoice and what is left of the
 * notes. What they pay of each fee is the caller's to write. The customer's row is locked by the caller.
 */
export async function useCreditNotes(tx: Ctx, invoice: SettledInvoice): Promise<CreditNotesOnInvoice> {
  const notes = await tx.db
    .selectFrom('credit_notes')
    .select(['id', 'balance_amount_cents'])
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', invoice.customerId)
    .where('status', '=', 'finalized')
    .where('credit_status', '=', 'available')
    .where('balance_amount_cents', '>', 0n)
    .where('total_amount_currency', '=', invoice.currency)
    .where('invoice_id', '<>', invoice.invoiceId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const result = applyCreditNotes(
    invoice.totalCents,
    invoice.fees,
    notes.map(note => ({ id: note.id, balanceAmountCents: note.balance_amount_cents })),
  )
  for (const { creditNoteId, amountCents } of result.credits) {
    const creditId = newId()
    await tx.db
      .insertInto('credits')
      .values({
        id: creditId,
        organization_id: tx.org.id,
        invoice_id: invoice.invoiceId,
        credit_note_id: creditNoteId,
        amount_cents: amountCents,
        amount_currency: invoice.currency,
        before_taxes: false,
        created_at: tx.clock.now(),
      })
      .execute()
    await changeBalance(tx, creditNoteId, -amountCents)
    await postMovement(tx, {
      owner: { creditNoteId },
      customerId: invoice.customerId,
      currency: invoice.currency,
      otherSide: 'consumed',
      amountCents: -amountCents,
      creditId,
    })
  }
  return result
}

/** Gives credit notes back what an invoice took that was closed unpaid; voided notes get nothing. */
export async function restoreCreditNotes(tx: Ctx, invoiceId: string): Promise<void> {
  const { rows } = await sql<{ creditId: string; noteId: string; customerId: string; cents: bigint; currency: string }>`
    select credits.id as "creditId", note.id as "noteId", note.customer_id as "customerId", credits.amount_cents as cents,
      credits.amount_currency as currency
    from credits
    join credit_notes note on note.id = credits.credit_note_id
    where credits.organization_id = ${tx.org.id}
      and credits.invoice_id = ${invoiceId}
      and note.credit_status <> 'voided'
    order by credits.id`.execute(tx.db)
  for (const { creditId, noteId, customerId, cents, currency } of rows) {
    await changeBalance(tx, noteId, cents)
    await postMovement(tx, {
      owner: { creditNoteId: noteId },
      customerId,
      currency,
      otherSide: 'consumed',
      amountCents: cents,
      creditId,
    })
  }
}

/** A note with nothing left is consumed. */
async function changeBalance(tx: Ctx, noteId: string, cents: bigint): Promise<void> {
  await sql`
    update credit_notes
    set balance_amount_cents = balance_amount_cents + ${cents}::bigint,
      credit_status = case when balance_amount_cents + ${cents}::bigint = 0 then 'consumed' else 'available' end,
      updated_at = ${tx.clock.now()}
    where organization_id = ${tx.org.id} and id = ${noteId}`.execute(tx.db)
}
