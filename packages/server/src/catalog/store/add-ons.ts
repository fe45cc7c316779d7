import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { FixedChargeItem } from '../types.ts'

/** The kept add-ons with one of the ids or codes. None of them is changed or deleted until the transaction ends. */
export async function holdAddOns(
  ctx: Ctx,
  { ids, codes }: { readonly ids: readonly string[]; readonly codes: readonly string[] },
): Promise<FixedChargeItem[]> {
  if (ids.length === 0 && codes.length === 0) return []
  const { rows } = await sql<FixedChargeItem>`
    select id, code, name, invoice_display_name as "invoiceDisplayName", description
    from add_ons
    where organization_id = ${ctx.org.id}
      and deleted_at is null
      and (id = any(${ids}::uuid[]) or code = any(${codes}::text[]))
    order by id
    for share`.execute(ctx.db)
  return rows
}
