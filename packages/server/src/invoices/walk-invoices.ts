import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { type InvoiceFilters, newestFirst, selectInvoices } from './list-invoices.ts'
import type { Invoice } from './store.ts'

/** How many invoices a list has. */
export async function countInvoices(ctx: Ctx, filters: InvoiceFilters): Promise<number> {
  const listed = await selectInvoices(ctx, filters)
  const row = await listed.select(sql<bigint>`count(*)`.as('count')).executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Where a list stands: behind this invoice. */
export interface InvoicePlace {
  readonly issuingDate: string
  readonly createdAt: string
  readonly id: string
}

export function placeOfInvoice(invoice: Invoice): InvoicePlace {
  return {
    issuingDate: invoice.issuing_date.toString(),
    createdAt: invoice.created_at.toString(),
    id: invoice.id,
  }
}

/**
 * The next invoices of a list, however far down it is: for those who go through all of it. Of one billing run, many may be
 * of the same instant: they are asked for apart, so that the index answers either question without passing over any.
 *
 * @param after undefined at the beginning
 */
export async function listInvoicesAfter(
  ctx: Ctx,
  filters: InvoiceFilters,
  after: InvoicePlace | undefined,
  most: number,
): Promise<Invoice[]> {
  const listed = (await selectInvoices(ctx, filters)).selectAll('invoices')
  if (after === undefined) return newestFirst(listed).limit(most).execute()
  const { issuingDate, createdAt, id } = after
  const ofInstant = await listed
    .where(sql<boolean>`issuing_date = ${issuingDate}::date and invoices.created_at = ${createdAt}::timestamptz`)
    .where('invoices.id', '>', id)
    .orderBy('invoices.id')
    .limit(most)
    .execute()
  if (ofInstant.length === most) return ofInstant
  const earlier = listed.where(
    sql<boolean>`(issuing_date, invoices.created_at) < (${issuingDate}::date, ${createdAt}::timestamptz)`,
  )
  const left = most - ofInstant.length
  return [...ofInstant, ...(await newestFirst(earlier).limit(left).execute())]
}
