import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'

/**
 * The numbers of invoices, by id, with one query. An invoice that nobody sees yet, because it waits for its payment, is not there.
 */
export async function findInvoiceNumbers(
  ctx: Ctx,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids.filter(id => id !== null))]
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<{ id: string; number: string }>`
    select id, number from invoices
    where organization_id = ${ctx.org.id} and id = any(${wanted}::uuid[])
      and status in ('draft', 'finalized', 'voided', 'failed', 'pending')`.execute(ctx.db)
  return new Map(rows.map(row => [row.id, row.number]))
}
