import type { Ctx } from '../platform/context.ts'
import { fileUrl } from '../platform/files/file-urls.ts'

/** The addresses of the documents of invoices, by invoice and kind. One query. */
export async function loadFileUrls(
  ctx: Ctx,
  invoiceIds: readonly string[],
): Promise<(invoiceId: string, kind: 'pdf' | 'xml') => string | null> {
  const rows =
    invoiceIds.length === 0
      ? []
      : await ctx.db
          .selectFrom('documents')
          .select(['invoice_id', 'kind', 'file_key'])
          .where('organization_id', '=', ctx.org.id)
          .where('invoice_id', 'in', invoiceIds)
          .execute()
  const keys = new Map(rows.map(row => [`${row.invoice_id} ${row.kind}`, row.file_key]))
  return (invoiceId, kind) => {
    const key = keys.get(`${invoiceId} ${kind}`)
    return key === undefined ? null : fileUrl(ctx.config, key)
  }
}
