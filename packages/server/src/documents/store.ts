import type { Ctx } from '../platform/context.ts'

/** What a document is of: the column of its row that names it. */
export type DocumentOwner = 'invoice_id' | 'credit_note_id' | 'payment_id'

/** Which documents of an invoice, a credit note or a payment there are: `pdf`, `xml`. */
export async function listDocumentKinds(ctx: Ctx, owner: DocumentOwner, id: string): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('documents')
    .select('kind')
    .where('organization_id', '=', ctx.org.id)
    .where(owner, '=', id)
    .execute()
  return rows.map(({ kind }) => kind)
}

/** A document that is kept as a file. */
export interface DocumentFile {
  readonly key: string
  /** As people get it. */
  readonly filename: string
  /** Bytes. */
  readonly size: number
}

/** A document of an invoice, a credit note or a payment; undefined while it is not made. */
export async function findDocument(
  ctx: Ctx,
  of: { readonly invoiceId: string } | { readonly creditNoteId: string } | { readonly paymentId: string },
  kind: 'pdf' | 'xml',
): Promise<DocumentFile | undefined> {
  const row = await ctx.db
    .selectFrom('documents')
    .select(['file_key', 'byte_size'])
    .where('organization_id', '=', ctx.org.id)
    .where(eb =>
      'invoiceId' in of
        ? eb('invoice_id', '=', of.invoiceId)
        : 'creditNoteId' in of
          ? eb('credit_note_id', '=', of.creditNoteId)
          : eb('payment_id', '=', of.paymentId),
    )
    .where('kind', '=', kind)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { key: row.file_key, filename: row.file_key.split('/').at(-1) ?? '', size: Number(row.byte_size) }
}

export interface NewDocument {
  readonly id: string
  readonly owner: DocumentOwner
  readonly ownerId: string
  readonly kind: string
  readonly key: string
  /** Bytes. */
  readonly size: number
}

/** False when there is a document of the kind already. */
export async function insertDocument(tx: Ctx, { id, owner, ownerId, kind, key, size }: NewDocument): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('documents')
    .values({
      id,
      organization_id: tx.org.id,
      [owner]: ownerId,
      kind,
      file_key: key,
      byte_size: BigInt(size),
      created_at: tx.clock.now(),
    })
    .onConflict(conflict => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}
