import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import type { CreditNoteItems, CreditNotes, CreditNoteTaxes } from '../../platform/db/types.ts'
import { isUuid } from '../../platform/ids.ts'
import { openCreditNoteBalance } from './balances.ts'

export type CreditNoteRow = Selectable<CreditNotes>
export type CreditNoteItemRow = Selectable<CreditNoteItems>
export type CreditNoteTaxRow = Selectable<CreditNoteTaxes>

/** A credit note with what it is made of. */
export interface NewCreditNote {
  readonly note: Insertable<CreditNotes>
  readonly items: readonly Insertable<CreditNoteItems>[]
  readonly taxes: readonly Insertable<CreditNoteTaxes>[]
}

/** Writes a credit note; a finalized one can pay for invoices from now on. The customer's row is locked by the caller. */
export async function insertCreditNote(tx: Ctx, { note, items, taxes }: NewCreditNote): Promise<CreditNoteRow> {
  const written = await tx.db.insertInto('credit_notes').values(note).returningAll().executeTakeFirstOrThrow()
  if (items.length > 0)
    await tx.db
      .insertInto('credit_note_items')
      .values([...items])
      .execute()
  if (taxes.length > 0)
    await tx.db
      .insertInto('credit_note_taxes')
      .values([...taxes])
      .execute()
  if (written.status === 'finalized') await openBalance(tx, written)
  return written
}

/** Writes the amounts of a note that is a draft, with its taxes in place of those it had. */
export async function rewriteDraftNote(
  tx: Ctx,
  noteId: string,
  amounts: Updateable<CreditNotes>,
  taxes: readonly Insertable<CreditNoteTaxes>[],
): Promise<void> {
  await tx.db
    .deleteFrom('credit_note_taxes')
    .where('organization_id', '=', tx.org.id)
    .where('credit_note_id', '=', noteId)
    .execute()
  if (taxes.length > 0)
    await tx.db
      .insertInto('credit_note_taxes')
      .values([...taxes])
      .execute()
  await updateCreditNote(tx, noteId, amounts)
}

/** Issues the draft notes of an invoice that was issued: they get its number, and can pay for invoices. */
export async function finalizeDraftNotes(tx: Ctx, invoiceId: string, invoiceNumber: string): Promise<CreditNoteRow[]> {
  const drafts = await listNotesOfInvoice(tx, invoiceId, ['draft'])
  const finalized: CreditNoteRow[] = []
  for (const draft of drafts) {
    const number = creditNoteNumber(invoiceNumber, draft.sequential_id)
    const note = await updateCreditNote(tx, draft.id, { status: 'finalized', number })
    await openBalance(tx, note)
    finalized.push(note)
  }
  return finalized
}

/** Draft notes go with their draft invoice. */
export async function deleteDraftNotes(tx: Ctx, invoiceId: string): Promise<void> {
  await tx.db
    .updateTable('credit_notes')
    .set({ status: 'deleted', updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .where('status', '=', 'draft')
    .execute()
}

async function openBalance(tx: Ctx, note: CreditNoteRow): Promise<void> {
  await openCreditNoteBalance(tx, balanceOf(note))
}

/** A note's balance as the ledger sees it. */
export function balanceOf(note: CreditNoteRow) {
  return {
    id: note.id,
    customerId: note.customer_id,
    currency: note.total_amount_currency,
    amountCents: note.balance_amount_cents,
  }
}

/** `INV-7-012-CN001` */
export function creditNoteNumber(invoiceNumber: string, sequentialId: number): string {
  return `${invoiceNumber}-CN${String(sequentialId).padStart(3, '0')}`
}

export async function updateCreditNote(tx: Ctx, id: string, changes: Updateable<CreditNotes>): Promise<CreditNoteRow> {
  return tx.db
    .updateTable('credit_notes')
    .set({ ...changes, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** A finalized note; undefined for drafts, deleted, unknown and malformed ones. */
export async function findCreditNote(ctx: Ctx, id: string): Promise<CreditNoteRow | undefined> {
  if (!isUuid(id)) return undefined
  return ctx.db
    .selectFrom('credit_notes')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .where('status', '=', 'finalized')
    .executeTakeFirst()
}

/** As {@link findCreditNote}, of many, in no particular order. */
export async function findCreditNotesByIds(ctx: Ctx, ids: readonly string[]): Promise<CreditNoteRow[]> {
  return ctx.db
    .selectFrom('credit_notes')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .where('status', '=', 'finalized')
    .execute()
}

/** The notes on an invoice that were not deleted, in their order. */
export async function listNotesOfInvoice(
  ctx: Ctx,
  invoiceId: string,
  statuses: readonly ('draft' | 'finalized')[] = ['draft', 'finalized'],
): Promise<CreditNoteRow[]> {
  return ctx.db
    .selectFrom('credit_notes')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('invoice_id', '=', invoiceId)
    .where('status', 'in', statuses)
    .orderBy('sequential_id')
    .execute()
}

/** The place of the next note on an invoice: 1, 2, 3... Deleted ones keep theirs. */
export async function nextSequentialId(tx: Ctx, invoiceId: string): Promise<number> {
  const row = await tx.db
    .selectFrom('credit_notes')
    .select(eb => eb.fn.max('sequential_id').as('last'))
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .executeTakeFirst()
  return (row?.last ?? 0) + 1
}

/** The items of notes, in the order they were made. */
export async function listItems(ctx: Ctx, noteIds: readonly string[]): Promise<CreditNoteItemRow[]> {
  if (noteIds.length === 0) return []
  return ctx.db
    .selectFrom('credit_note_items')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('credit_note_id', noteIds))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** The taxes of notes, in the order of their items. */
export async function listTaxes(ctx: Ctx, noteIds: readonly string[]): Promise<CreditNoteTaxRow[]> {
  if (noteIds.length === 0) return []
  return ctx.db
    .selectFrom('credit_note_taxes')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('credit_note_id', noteIds))
    .orderBy('id')
    .execute()
}
