import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { RecurringTransactionRules } from '../../platform/db/types.ts'

export type RuleRow = Selectable<RecurringTransactionRules>

/** The rules of wallets that are in force now, by wallet: active, and not past their end. */
export async function listCurrentRules(ctx: Ctx, walletIds: readonly string[]): Promise<Map<string, RuleRow[]>> {
  if (walletIds.length === 0) return new Map()
  const now = ctx.clock.now()
  const rows = await ctx.db
    .selectFrom('recurring_transaction_rules')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`wallet_id = any(${walletIds}::uuid[])`)
    .where('status', '=', 'active')
    .where(eb => eb.or([eb('expiration_at', 'is', null), eb('expiration_at', '>', now)]))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return Map.groupBy(rows, rule => rule.wallet_id)
}

export async function findRule(ctx: Ctx, id: string): Promise<RuleRow | undefined> {
  return ctx.db
    .selectFrom('recurring_transaction_rules')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function insertRule(tx: Ctx, row: Insertable<RecurringTransactionRules>): Promise<RuleRow> {
  return tx.db.insertInto('recurring_transaction_rules').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function updateRuleRow(
  tx: Ctx,
  id: string,
  changes: Updateable<RecurringTransactionRules>,
): Promise<RuleRow> {
  return tx.db
    .updateTable('recurring_transaction_rules')
    .set({ ...changes, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Ends the active rules of a wallet, but for the one that is kept. */
export async function terminateRules(tx: Ctx, walletId: string, keptId?: string): Promise<void> {
  const now = tx.clock.now()
  let query = tx.db
    .updateTable('recurring_transaction_rules')
    .set({ status: 'terminated', terminated_at: now, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('wallet_id', '=', walletId)
    .where('status', '=', 'active')
  if (keptId !== undefined) query = query.where('id', '<>', keptId)
  await query.execute()
}
