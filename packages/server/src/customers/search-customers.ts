import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { containing } from '../platform/db/search.ts'

/**
 * The condition that one of these columns contains a term. The index `customers_searched`, of all that a customer is called,
 * finds those that may.
 */
export function customerContains(
  columns: readonly ('name' | 'legal_name' | 'firstname' | 'lastname' | 'external_id' | 'email')[],
  term: string,
): RawBuilder<boolean> {
  const pattern = containing(term)
  return sql<boolean>`(
    coalesce(name, '') || chr(10) || coalesce(legal_name, '') || chr(10) || coalesce(firstname, '') || chr(10)
      || coalesce(lastname, '') || chr(10) || external_id || chr(10) || coalesce(email, '') ilike ${pattern}
    and (${sql.join(
      columns.map(column => sql`${sql.ref(`customers.${column}`)} ilike ${pattern}`),
      sql` or `,
    )})
  )`
}

/** The ids of the customers that somebody means who searches their invoices: by name, external id or e-mail. */
export function customersMatching(ctx: Ctx, term: string): RawBuilder<{ id: string }> {
  return sql`
    select id from customers
    where customers.organization_id = ${ctx.org.id}
      and ${customerContains(['name', 'firstname', 'lastname', 'external_id', 'email'], term)}`
}

/** As {@link customersMatching}, one by one; undefined where there are more than `most`. */
export async function searchCustomerIds(ctx: Ctx, term: string, most: number): Promise<string[] | undefined> {
  const { rows } = await sql<{ id: string }>`${customersMatching(ctx, term)} limit ${most + 1}`.execute(ctx.db)
  return rows.length > most ? undefined : rows.map(row => row.id)
}
