import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { containing } from '../platform/db/search.ts'

/** As the index `customers_searched` has it: what a customer is searched by, on lines of its own. */
const SEARCHED = sql`(
  coalesce(name, '') || chr(10) || coalesce(firstname, '') || chr(10) || coalesce(lastname, '') || chr(10) || external_id
    || chr(10) || coalesce(email, ''))`

/** The ids of the customers that somebody means who searches their invoices: by name, external id or e-mail. */
export function customersMatching(ctx: Ctx, term: string): RawBuilder<{ id: string }> {
  return sql`
    select id from customers
    where customers.organization_id = ${ctx.org.id}
      and ${SEARCHED} ilike ${containing(term)}`
}

/** As {@link customersMatching}, one by one; undefined where there are more than `most`. */
export async function searchCustomerIds(ctx: Ctx, term: string, most: number): Promise<string[] | undefined> {
  const { rows } = await sql<{ id: string }>`${customersMatching(ctx, term)} limit ${most + 1}`.execute(ctx.db)
  return rows.length > most ? undefined : rows.map(row => row.id)
}
