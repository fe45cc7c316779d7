import type { Static } from 'typebox'
import { type Metadata, mergeMetadata, readMetadata } from '../catalog/index.ts'
import { balanceOf, type CreditNoteRow, updateCreditNote } from '../credits/index.ts'
import { voidCreditNote } from '../invoices/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { notAllowed, notFound, validation } from '../platform/errors.ts'
import { type CreditNoteUpdateInput, REFUND_STATUSES } from './schema.ts'
import { getCreditNote, lockCreditNote } from './store.ts'

/** Says how a refund went, and adds to the metadata. @throws 404 `credit_note_not_found`, 422 */
export async function updateCreditNoteByUser(
  ctx: Ctx,
  id: string,
  input: Static<typeof CreditNoteUpdateInput>,
): Promise<CreditNoteRow> {
  return transaction(ctx, async tx => {
    const note = await lockCreditNote(tx, id)
    const { refund_status: refundStatus, metadata } = input
    const additions = metadata ?? {}
    if (refundStatus != null && !REFUND_STATUSES.includes(refundStatus)) {
      throw validation({ refund_status: ['value_is_invalid'] })
    }
    return updateCreditNote(tx, note.id, {
      ...(refundStatus !== undefined && { refund_status: refundStatus }),
      ...(refundStatus === 'succeeded' && { refunded_at: tx.clock.now() }),
      ...(Object.keys(additions).length > 0 && {
        metadata: JSON.stringify(mergeMetadata(mapOf(note) ?? {}, additions)),
      }),
    })
  })
}

/** Takes back what is left of a note; what was used of it stays used. @throws 404, 405 `no_voidable_amount` */
export async function voidCreditNoteByUser(ctx: Ctx, id: string): Promise<CreditNoteRow> {
  return transaction(ctx, async tx => {
    const note = await lockCreditNote(tx, id)
    if (note.credit_status === 'voided' || note.balance_amount_cents === 0n) throw notAllowed('no_voidable_amount')
    await voidCreditNote(tx, balanceOf(note))
    return getCreditNote(tx, id)
  })
}

type GivenMap = Readonly<Record<string, unknown>> | undefined

/** Replaces the whole map; without a map it is empty afterwards. @throws 404 `credit_note_not_found`, 422 */
export function replaceNoteMetadata(ctx: Ctx, id: string, given: GivenMap): Promise<Metadata | null> {
  return change(ctx, id, () => readMetadata(given ?? {}))
}

/** Adds to the map and overwrites in it; an empty or missing map changes nothing. @throws 404 `credit_note_not_found`, 422 */
export function mergeNoteMetadata(ctx: Ctx, id: string, given: GivenMap): Promise<Metadata | null> {
  const isEmpty = Object.keys(given ?? {}).length === 0
  return change(ctx, id, stored => (isEmpty ? stored : mergeMetadata(stored ?? {}, given ?? {})))
}

/** Removes the map itself. @throws 404 `credit_note_not_found` */
export function deleteNoteMetadata(ctx: Ctx, id: string): Promise<Metadata | null> {
  return change(ctx, id, () => null)
}

/** Removes one key, if it is there. @throws 404 `credit_note_not_found`, `metadata_not_found` without a map */
export function deleteNoteMetadataKey(ctx: Ctx, id: string, key: string): Promise<Metadata | null> {
  return change(ctx, id, stored => {
    if (stored === null) throw notFound('metadata')
    const { [key]: _removed, ...left } = stored
    return left
  })
}

async function change(
  ctx: Ctx,
  id: string,
  apply: (stored: Metadata | null) => Metadata | null,
): Promise<Metadata | null> {
  return transaction(ctx, async tx => {
    const note = await lockCreditNote(tx, id)
    const next = apply(mapOf(note))
    await updateCreditNote(tx, note.id, { metadata: next === null ? null : JSON.stringify(next) })
    return next
  })
}

function mapOf(note: CreditNoteRow): Metadata | null {
  return note.metadata as Metadata | null
}
