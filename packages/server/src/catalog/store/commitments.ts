import { type Insertable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { Commitments } from '../../platform/db/types.ts'
import { getTaxesOf } from '../../taxes/index.ts'
import type { MinimumCommitment } from '../types.ts'

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

/** The minimum commitment of a plan, if it has one. */
export async function findCommitment(ctx: Ctx, planId: string): Promise<{ id: string } | undefined> {
  return ctx.db
    .selectFrom('commitments')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('plan_id', '=', planId)
    .executeTakeFirst()
}

/** A plan has at most one. @throws a violation of the unique plan otherwise */
export async function insertCommitment(ctx: Ctx, row: Insertable<Commitments>): Promise<void> {
  await ctx.db.insertInto('commitments').values(row).execute()
}

/** Writes columns of a commitment; its taxes are written apart. */
export async function updateCommitment(ctx: Ctx, id: string, changes: Updateable<Commitments>): Promise<void> {
  await ctx.db
    .updateTable('commitments')
    .set(changes)
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .execute()
}

/** Nothing is left of it, nor of its taxes. */
export async function deleteCommitment(ctx: Ctx, planId: string): Promise<void> {
  await ctx.db
    .deleteFrom('commitments')
    .where('organization_id', '=', ctx.org.id)
    .where('plan_id', '=', planId)
    .execute()
}
