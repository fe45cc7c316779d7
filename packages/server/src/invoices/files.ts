import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { fileUrl } from '../platform/files/file-urls.ts'

/** What documents are of, as their rows name it. */
export type FileOwner = 'invoice_id' | 'credit_note_id' | 'payment_id'

/** The addresses of the documents of invoices, credit notes or payments, by owner and kind. One query. */
export async function loadFileUrls(
  ctx: Ctx,
  owner: FileOwner,
  ids: readonly string[],
): Promise<(ownerId: string, kind: 'pdf' | 'xml') => string | null> {
  const rows =
    ids.length === 0
      ? []
      : await ctx.db
          .selectFrom('documents')
          .select([`${owner} as owner_id`, 'kind', 'file_key'])
          .where('organization_id', '=', ctx.org.id)
          .where(sql<boolean>`${sql.ref(owner)} = any(${ids}::uuid[])`)
          .execute()
  const keys = new Map(rows.map(row => [`${row.owner_id} ${row.kind}`, row.file_key]))
  return (ownerId, kind) => {
    const key = keys.get(`${ownerId} ${kind}`)
    return key === undefined ? null : fileUrl(ctx.config, key)
  }
}
