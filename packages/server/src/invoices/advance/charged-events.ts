import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/** Which of some events of subscriptions were charged before, whatever became of their fees. */
export interface ChargedTransactions {
  has(subscriptionId: string, transactionId: string): boolean
}

export async function findChargedTransactions(
  tx: Ctx,
  subscriptionIds: readonly string[],
  transactionIds: readonly string[],
): Promise<ChargedTransactions> {
  const rows = await tx.db
    .selectFrom('fees')
    .select(['subscription_id', 'pay_in_advance_event_transaction_id as transaction_id'])
    .where('organization_id', '=', tx.org.id)
    .where(sql<boolean>`pay_in_advance_event_transaction_id = any(${transactionIds}::text[])`)
    .where(sql<boolean>`subscription_id = any(${subscriptionIds}::uuid[])`)
    .execute()
  const known = new Set(rows.map(row => JSON.stringify([row.subscription_id, row.transaction_id])))
  return { has: (...pair) => known.has(JSON.stringify(pair)) }
}
