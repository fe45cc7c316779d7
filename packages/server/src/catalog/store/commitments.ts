import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { MinimumCommitment } from '../types.ts'
import { getTaxesOf } from './taxes.ts'

/** The minimum commitments of plans, by plan; a plan has one or none. Two queries. */
export async function getMinimumCommitments(
  ctx: Ctx,
  planIds: readonly string[],
): Promise<Map<string, MinimumCommitment>> {
  if (planIds.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('commitments')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`plan_id = any(${planIds}::uuid[])`)
    .execute()
  const ids = rows.map(row => row.id)
  const taxes = await getTaxesOf(ctx, 'commitment', ids)
  return new Map(
    rows.map(row => [
      row.plan_id,
      {
        id: row.id,
        amountCents: row.amount_cents,
        invoiceDisplayName: row.invoice_display_name,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        taxes: taxes.get(row.id) ?? [],
      },
    ]),
  )
}
