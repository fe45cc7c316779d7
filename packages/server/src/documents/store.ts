import type { Ctx } from '../platform/context.ts'

/** Which documents of an invoice there are: `pdf`, `xml`. */
export async function listDocumentKinds(ctx: Ctx, invoiceId: string): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('documents')
    .select('kind')
    .where('organization_id', '=', ctx.org.id)
    .where('invoice_id', '=', invoiceId)
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

/** A document of an invoice or of a credit note; undefined while it is not made. */
export async function findDocument(
  ctx: Ctx,
  of: { readonly invoiceId: string } | { readonly creditNoteId: string },
  kind: 'pdf' | 'xml',
): Promise<DocumentFile | undefined> {
  const row = await ctx.db
    .selectFrom('documents')
    .select(['file_key', 'byte_size'])
    .where('organization_id', '=', ctx.org.id)
    .where(eb => ('invoiceId' in of ? eb('invoice_id', '=', of.invoiceId) : eb('credit_note_id', '=', of.creditNoteId)))
    .where('kind', '=', kind)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { key: row.file_key, filename: row.file_key.split('/').at(-1) ?? '', size: Number(row.byte_size) }
}

export interface NewDocument {
  readonly id: string
  readonly invoiceId: string
  readonly kind: string
  readonly key: string
  /** Bytes. */
  readonly size: number
}

/** False when the invoice has a document of the kind already. */
export async function insertDocument(tx: Ctx, { id, invoiceId, kind, key, size }: NewDocument): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('documents')
    .values({
      id,
      organization_id: tx.org.id,
      invoice_id: invoiceId,
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
