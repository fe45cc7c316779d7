import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/** What a customer has that may reduce an invoice. */
export interface HeldCredit {
  readonly coupons: boolean
  readonly creditNotes: boolean
  readonly wallets: boolean
}

/** Those of some customers who have anything to their credit, by id: one query, however many they are. */
export async function findCreditHolders(ctx: Ctx, customerIds: readonly string[]): Promise<Map<string, HeldCredit>> {
  if (customerIds.length === 0) return new Map()
  const { rows } = await sql<HeldCredit & { id: string }>`
    select held.* from (
      select customer.id,
        exists (
          select from applied_coupons where applied_coupons.customer_id = customer.id and applied_coupons.status = 'active'
        ) as coupons,
        exists (
          select from credit_notes
          where credit_notes.customer_id = customer.id
            and credit_notes.status = 'finalized'
            and credit_notes.credit_status = 'available'
            and credit_notes.balance_amount_cents > 0
        ) as "creditNotes",
        exists (
          select from wallets
          where wallets.customer_id = customer.id and wallets.status = 'active' and wallets.balance_cents > 0
        ) as wallets
      from customers customer
      where customer.organization_id = ${ctx.org.id} and customer.id = any(${[...new Set(customerIds)]}::uuid[])
    ) held
    where held.coupons or held."creditNotes" or held.wallets`.execute(ctx.db)
  return new Map(rows.map(({ id, ...held }) => [id, held]))
}
