import { type RawBuilder, type Selectable, sql, type Updateable } from 'kysely'
import { findBillingEntitiesByCodes } from '../../accounts/index.ts'
import { findInvoicesByIds, type Invoice } from '../../invoices/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import type { PaymentRequests } from '../../platform/db/types.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { asList, asText } from '../../platform/http/query.ts'
import { isUuid } from '../../platform/ids.ts'

/** One demand for several overdue invoices. */
export type PaymentRequest = Selectable<PaymentRequests>

export async function findPaymentRequest(ctx: Ctx, id: string): Promise<PaymentRequest | undefined> {
  if (!isUuid(id)) return undefined
  return ctx.db
    .selectFrom('payment_requests')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** By id, in no particular order. */
export async function findPaymentRequestsByIds(ctx: Ctx, ids: readonly string[]): Promise<PaymentRequest[]> {
  return ctx.db
    .selectFrom('payment_requests')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
}

export async function updatePaymentRequest(
  tx: Ctx,
  id: string,
  changes: Updateable<PaymentRequests>,
): Promise<PaymentRequest> {
  return tx.db
    .updateTable('payment_requests')
    .set({ ...changes, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The invoices that requests ask for, by request, oldest first. */
export async function loadRequestedInvoices(ctx: Ctx, requestIds: readonly string[]): Promise<Map<string, Invoice[]>> {
  if (requestIds.length === 0) return new Map()
  const links = await ctx.db
    .selectFrom('payment_request_invoices')
    .select(['payment_request_id', 'invoice_id'])
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('payment_request_id', requestIds))
    .execute()
  const invoices = await findInvoicesByIds(ctx, [...new Set(links.map(link => link.invoice_id))])
  const requestsOf = Map.groupBy(links, link => link.invoice_id)
  const pairs = invoices.flatMap(invoice =>
    (requestsOf.get(invoice.id) ?? []).map(link => ({ requestId: link.payment_request_id, invoice })),
  )
  const grouped = Map.groupBy(pairs, pair => pair.requestId)
  return new Map([...grouped].map(([id, own]) => [id, own.map(pair => pair.invoice)]))
}

/**
 * A page of payment requests, newest first, with the total count.
 *
 * @throws 404 `billing_entity_not_found`
 */
export async function listPaymentRequests(
  ctx: Ctx,
  query: Readonly<Record<string, unknown>>,
  page: Page,
): Promise<{ requests: PaymentRequest[]; totalCount: number }> {
  const conditions = await conditionsOf(ctx, query)
  const filtered = ctx.db
    .selectFrom('payment_requests')
    .innerJoin('customers', 'customers.id', 'payment_requests.customer_id')
    .where('payment_requests.organization_id', '=', ctx.org.id)
    .where(sql<boolean>`${sql.join([sql`true`, ...conditions], sql` and `)}`)
  const requests = await filtered
    .selectAll('payment_requests')
    .orderBy('payment_requests.created_at', 'desc')
    .orderBy('payment_requests.id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  const { count } = await filtered.select(eb => eb.fn.countAll<bigint>().as('count')).executeTakeFirstOrThrow()
  return { requests, totalCount: Number(count) }
}

async function conditionsOf(ctx: Ctx, query: Readonly<Record<string, unknown>>): Promise<RawBuilder<unknown>[]> {
  const conditions: RawBuilder<unknown>[] = []
  const externalId = asText(query.external_customer_id)
  const currency = asText(query.currency)
  const statuses = asList(query.payment_status)
  const codes = asList(query.billing_entity_codes)
  if (externalId !== undefined)
    conditions.push(sql`customers.external_id = ${externalId} and customers.deleted_at is null`)
  if (currency !== undefined) conditions.push(sql`payment_requests.amount_currency = ${currency}`)
  if (statuses.length > 0) conditions.push(sql`payment_requests.payment_status = any(${statuses}::text[])`)
  if (codes.length > 0) {
    const ids = (await findBillingEntitiesByCodes(ctx, codes)).map(entity => entity.id)
    conditions.push(sql`exists (
      select from payment_request_invoices asked
      join invoices on invoices.id = asked.invoice_id
      where asked.payment_request_id = payment_requests.id and invoices.billing_entity_id = any(${ids}::uuid[])
    )`)
  }
  return conditions
}
