import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/** Marks a customer whose wallets' ongoing balances are to be worked out again. */
export async function flagForRefresh(tx: Ctx, customerId: string): Promise<void> {
  await tx.db
    .insertInto('wallet_refreshes')
    .values({ customer_id: customerId, organization_id: tx.org.id, created_at: tx.clock.now() })
    .onConflict(conflict => conflict.column('customer_id').doUpdateSet({ version: sql`wallet_refreshes.version + 1` }))
    .execute()
}
