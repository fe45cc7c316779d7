import { creditNoteAmounts, decimal, floor, round, settleCreditNote, truncate, ZERO } from '@weir/engine'
import { sql } from 'kysely'
import { type CreditNoteRow, finalizeDraftNotes, listNotesOfInvoice, rewriteDraftNote } from '../../credits/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { lockInvoice } from '../store.ts'
import { type CreditedInvoice, loadCreditedInvoice } from './credited-invoice.ts'
import { amountColumns, taxRows } from './issue-note.ts'

/** An item of a draft note whose fee is about to be made again. */
export interface DetachedItem {
  readonly id: string
  readonly noteId: string
  readonly preciseAmountCents: string
  readonly subscriptionId: string | null
  readonly feeAmountCents: bigint
}

/** Takes the items of an invoice's draft notes off its fees, which are deleted next. */
export async function detachDraftNotes(tx: Ctx, invoiceId: string): Promise<DetachedItem[]> {
  const { rows } = await sql<DetachedItem>`
    update credit_note_items item
    set fee_id = null
    from fees, credit_notes note
    where item.organization_id = ${tx.org.id}
      and fees.id = item.fee_id
      and fees.invoice_id = ${invoiceId}
      and note.id = item.credit_note_id
    returning item.id, note.id as "noteId", item.precise_amount_cents as "preciseAmountCents",
      fees.subscription_id as "subscriptionId", fees.amount_cents as "feeAmountCents"`.execute(tx.db)
  return rows
}

/** Puts items back on the new base fees of their subscriptions, and works the notes out again. */
export async function attachDraftNotes(tx: Ctx, invoiceId: string, items: readonly DetachedItem[]): Promise<void> {
  const invoice = items.length === 0 ? undefined : await lockInvoice(tx, invoiceId)
  if (invoice === undefined) return
  const credited = await loadCreditedInvoice(tx, invoice)
  const attached = items.map(item => ({ item, ...attach(credited, item) }))
  await sql`
    update credit_note_items item
    set fee_id = changed.fee_id, precise_amount_cents = changed.amount, amount_cents = round(changed.amount)
    from unnest(
      ${attached.map(({ item }) => item.id)}::uuid[],
      ${attached.map(({ fee }) => fee?.id ?? null)}::uuid[],
      ${attached.map(({ preciseAmountCents }) => preciseAmountCents.toFixed())}::numeric[]
    ) as changed (id, fee_id, amount)
    where item.organization_id = ${tx.org.id} and item.id = changed.id`.execute(tx.db)
  for (const note of await listNotesOfInvoice(tx, invoiceId, ['draft'])) {
    const own = attached.filter(({ item }) => item.noteId === note.id)
    await rework(
      tx,
      credited,
      note,
      own.flatMap(({ fee, preciseAmountCents }) => (fee === undefined ? [] : [{ fee, preciseAmountCents }])),
    )
  }
}

function attach({ fees }: CreditedInvoice, item: DetachedItem) {
  const fee = fees.find(
    candidate => candidate.feeType === 'subscription' && candidate.subscriptionId === item.subscriptionId,
  )
  if (fee === undefined || item.feeAmountCents === 0n) return { fee, preciseAmountCents: ZERO }
  const ratio = decimal(fee.amountCents).div(decimal(item.feeAmountCents))
  return { fee, preciseAmountCents: round(decimal(item.preciseAmountCents).times(ratio), 5) }
}

/** All of the note goes where it went: to later invoices, or to its own. Nothing of a draft was paid. */
async function rework(
  tx: Ctx,
  credited: CreditedInvoice,
  note: CreditNoteRow,
  items: Parameters<typeof creditNoteAmounts>[0],
): Promise<void> {
  const amounts = creditNoteAmounts(items, credited.taxes)
  const taxesCents = amounts.taxes.reduce((sum, tax) => sum + tax.amountCents, 0n)
  const reworked = { ...amounts, taxesCents, preciseTaxesCents: decimal(taxesCents) }
  const total = truncate(
    round(floor(amounts.itemsCents, 5).minus(amounts.preciseCouponsAdjustmentCents).plus(decimal(taxesCents)), 0),
  )
  const isOffset = note.credit_amount_cents === 0n && note.offset_amount_cents > 0n
  const settlement = {
    creditCents: isOffset ? 0n : total,
    refundCents: note.refund_amount_cents,
    offsetCents: isOffset ? total : 0n,
  }
  await rewriteDraftNote(
    tx,
    note.id,
    amountColumns(reworked, total > 0n ? settleCreditNote(reworked, settlement) : settlement),
    taxRows(tx, credited, note.id, reworked.taxes),
  )
  await tx.db
    .updateTable('invoice_settlements')
    .set({ amount_cents: isOffset ? total : 0n })
    .where('organization_id', '=', tx.org.id)
    .where('credit_note_id', '=', note.id)
    .execute()
}

/** Issues the draft notes of an invoice that was just issued, and tells of them. */
export async function issueDraftNotes(tx: Ctx, invoiceId: string, invoiceNumber: string): Promise<void> {
  const notes = await finalizeDraftNotes(tx, invoiceId, invoiceNumber)
  await emitAll(
    tx,
    notes.map(note => ({ type: 'credit_note.created', objectId: note.id })),
  )
}
