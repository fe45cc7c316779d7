import { type SelectQueryBuilder, sql } from 'kysely'
import { findBillingEntityIds } from '../accounts/index.ts'
import { customersMatching, searchCustomerIds } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import { containing } from '../platform/db/search.ts'
import type { DB } from '../platform/db/types.ts'
import { Problems } from '../platform/errors.ts'
import { boolean, isRecord } from '../platform/http/input.ts'
import { parseLeadingDate } from '../platform/http/instants.ts'
import { type Page, rowsToRead } from '../platform/http/pagination.ts'
import { readSearchTerm } from '../platform/http/search-term.ts'
import { isUuid } from '../platform/ids.ts'
import { withoutNul } from '../platform/validation/text.ts'
import { type Invoice, VISIBLE_STATUSES } from './store.ts'

const SETTLEMENTS = ['payment', 'credit_note'] as const
/** More than these are not looked up one by one. */
const MOST_CUSTOMERS = 1000
const PAYMENT_STATUSES = ['pending', 'succeeded', 'failed'] as const

export interface InvoiceFilters {
  readonly externalCustomerId?: string
  readonly statuses: readonly string[]
  readonly paymentStatuses: readonly string[]
  readonly invoiceTypes: readonly string[]
  readonly currency?: string
  readonly issuingDateFrom?: Temporal.PlainDate
  readonly issuingDateTo?: Temporal.PlainDate
  readonly amountFrom?: bigint
  readonly amountTo?: bigint
  readonly paymentOverdue?: boolean
  readonly selfBilled?: boolean
  readonly partiallyPaid?: boolean
  readonly purchaseOrderNumber?: string
  readonly disputeLost?: boolean
  readonly settlements: readonly string[]
  /** All of them must match; an empty value stands for invoices without the key. */
  readonly metadata: readonly { readonly key: string; readonly value: string }[]
  readonly billingEntityCodes: readonly string[]
  readonly billingEntityIds: readonly string[]
  readonly searchTerm?: string
}

/**
 * Reads the filters of the invoice list from a query string. Dates that do not parse are ignored, as clients know it;
 * everything else that is not of its kind is refused.
 *
 * @throws 422 with the field and what it may be
 */
export function readInvoiceFilters(query: Record<string, unknown>): InvoiceFilters {
  const problems = new Problems()
  const filters = {
    statuses: readWords(problems, 'status', query.status ?? query.statuses, VISIBLE_STATUSES),
    paymentStatuses: readWords(
      problems,
      'payment_status',
      query.payment_status ?? query.payment_statuses,
      PAYMENT_STATUSES,
    ),
    invoiceTypes: asList(query.invoice_type),
    billingEntityCodes: asList(query.billing_entity_codes),
    billingEntityIds: asList(query.billing_entity_ids),
    settlements: readWords(problems, 'settlements', query.settlements, SETTLEMENTS),
    metadata: readPairs(query.metadata),
    ...defined({
      externalCustomerId: asText(query.external_customer_id ?? query.customer_external_id),
      currency: asText(query.currency),
      issuingDateFrom: parseLeadingDate(String(query.issuing_date_from ?? '')),
      issuingDateTo: parseLeadingDate(String(query.issuing_date_to ?? '')),
      amountFrom: readAmount(problems, 'amount_from', query.amount_from),
      amountTo: readAmount(problems, 'amount_to', query.amount_to),
      paymentOverdue: readFlag(problems, 'payment_overdue', query.payment_overdue),
      disputeLost: readLooseFlag(query.payment_dispute_lost),
      selfBilled: readFlag(problems, 'self_billed', query.self_billed),
      partiallyPaid: readFlag(problems, 'partially_paid', query.partially_paid),
      purchaseOrderNumber: asText(query.purchase_order_number),
      searchTerm: readSearchTerm(query),
    }),
  }
  problems.throwIfAny()
  return filters
}

/**
 * A page of the invoices that the API shows, newest issuing date first, with the total count where it is wanted. Which
 * invoices these are is read from the index `invoices_listed` alone, where no filter asks for more than it holds.
 */
export async function listInvoices(
  ctx: Ctx,
  filters: InvoiceFilters,
  page: Page,
): Promise<{ invoices: Invoice[]; total: number | undefined }> {
  const filtered = await selectInvoices(ctx, filters)
  const ids = newestFirst(filtered.select('invoices.id')).limit(rowsToRead(page)).offset(page.offset)
  const [invoices, count] = await Promise.all([
    newestFirst(
      ctx.db
        .selectFrom('invoices')
        .selectAll('invoices')
        .where('invoices.organization_id', '=', ctx.org.id)
        .where('invoices.id', 'in', ids),
    ).execute(),
    page.counted ? filtered.select(sql<bigint>`count(*)`.as('count')).executeTakeFirstOrThrow() : undefined,
  ])
  return { invoices, total: count && Number(count.count) }
}

/** The order of the list. */
export function newestFirst<Row>(query: SelectQueryBuilder<DB, 'invoices', Row>) {
  return query.orderBy('invoices.issuing_date', 'desc').orderBy('invoices.created_at', 'desc').orderBy('invoices.id')
}

/** What invoices of one currency come to, in cents. */
export interface InvoiceTotals {
  readonly currency: string
  readonly count: bigint
  readonly total: bigint
  /** The part of the total that was voided. */
  readonly voided: bigint
  readonly paid: bigint
  /** What is still to be paid of those that were issued and not voided. */
  readonly due: bigint
}

/**
 * What all invoices of a list come to, by currency. The index `invoices_summed` answers without reading the invoices where no
 * filter asks for more than it holds, else `invoices_listed` may; what credit notes settled is little, and added up apart from them.
 */
export async function sumInvoices(ctx: Ctx, filters: InvoiceFilters): Promise<InvoiceTotals[]> {
  const filtered = await selectInvoices(ctx, filters)
  const [sums, settlements] = await Promise.all([
    filtered
      .select([
        'invoices.currency',
        'invoices.status',
        sql<bigint>`count(*)`.as('count'),
        sql<bigint>`sum(total_amount_cents)::bigint`.as('total'),
        sql<bigint>`sum(total_paid_amount_cents)::bigint`.as('paid'),
      ])
      .groupBy(['invoices.currency', 'invoices.status'])
      .orderBy('invoices.currency')
      .execute(),
    sql<{ currency: string; settled: bigint }>`
      select invoice.currency, sum(note.offset_amount_cents)::bigint as settled
      from credit_notes note
      join (${filtered.select(['invoices.id', 'invoices.currency', 'invoices.status'])}) invoice on invoice.id = note.invoice_id
      where note.organization_id = ${ctx.org.id} and note.status = 'finalized' and note.offset_amount_cents > 0
        and invoice.status = 'finalized'
      group by invoice.currency`.execute(ctx.db),
  ])
  return [...Map.groupBy(sums, row => row.currency)].map(([currency, rows]) => {
    const sum = (field: 'count' | 'total' | 'paid', status?: string) =>
      rows.reduce((all, row) => (status === undefined || row.status === status ? all + row[field] : all), 0n)
    const settled = settlements.rows.find(row => row.currency === currency)?.settled ?? 0n
    return {
      currency,
      count: sum('count'),
      total: sum('total'),
      voided: sum('total', 'voided'),
      paid: sum('paid'),
      due: sum('total', 'finalized') - sum('paid', 'finalized') - settled,
    }
  })
}

/** The invoices of a list. @throws 404 `billing_entity_not_found` */
export async function selectInvoices(ctx: Ctx, filters: InvoiceFilters) {
  return filteredInvoices(ctx, filters, await resolve(ctx, filters))
}

function filteredInvoices(ctx: Ctx, filters: InvoiceFilters, { entityIds, customerIds }: Scope) {
  let query = ctx.db
    .selectFrom('invoices')
    .where('invoices.organization_id', '=', ctx.org.id)
    .where('invoices.status', 'in', filters.statuses.length > 0 ? filters.statuses : VISIBLE_STATUSES)
  if (filters.externalCustomerId !== undefined) query = query.where(ofCustomer(ctx, filters.externalCustomerId))
  if (filters.paymentStatuses.length > 0) query = query.where('payment_status', 'in', filters.paymentStatuses)
  if (filters.invoiceTypes.length > 0) query = query.where('invoice_type', 'in', filters.invoiceTypes)
  if (filters.currency !== undefined) query = query.where('invoices.currency', '=', filters.currency)
  if (filters.issuingDateFrom !== undefined) query = query.where('issuing_date', '>=', filters.issuingDateFrom)
  if (filters.issuingDateTo !== undefined) query = query.where('issuing_date', '<=', filters.issuingDateTo)
  if (filters.amountFrom !== undefined) query = query.where('total_amount_cents', '>=', filters.amountFrom)
  if (filters.amountTo !== undefined) query = query.where('total_amount_cents', '<=', filters.amountTo)
  if (filters.paymentOverdue !== undefined) query = query.where('payment_overdue', '=', filters.paymentOverdue)
  if (filters.selfBilled !== undefined) query = query.where('self_billed', '=', filters.selfBilled)
  if (filters.partiallyPaid !== undefined) query = query.where(partiallyPaid(filters.partiallyPaid))
  if (filters.purchaseOrderNumber !== undefined) {
    query = query.where(sql<boolean>`lower(purchase_order_number) = lower(${filters.purchaseOrderNumber})`)
  }
  if (filters.disputeLost !== undefined) {
    query = query.where('payment_dispute_lost_at', filters.disputeLost ? 'is not' : 'is', null)
  }
  if (filters.settlements.length > 0) query = query.where(settledBy(filters.settlements))
  for (const pair of filters.metadata) query = query.where(hasMetadata(pair))
  if (entityIds !== undefined) query = query.where(anyOf('invoices.billing_entity_id', entityIds))
  if (filters.searchTerm) {
    query = query.where(matches(ctx, filters.searchTerm, filters.externalCustomerId !== undefined, customerIds))
  }
  return query
}

/** Deleted customers' invoices stay listed under the external id that they had. */
function ofCustomer(ctx: Ctx, externalId: string) {
  return sql<boolean>`invoices.customer_id in (
    select id from customers where organization_id = ${ctx.org.id} and external_id = ${externalId}
  )`
}

function settledBy(kinds: readonly string[]) {
  return sql<boolean>`exists (
    select from invoice_settlements
    where invoice_settlements.invoice_id = invoices.id and settlement_type = any(${kinds}::text[])
  )`
}

function hasMetadata({ key, value }: { readonly key: string; readonly value: string }) {
  const own = sql`select from invoice_metadata where invoice_metadata.invoice_id = invoices.id and key = ${key}`
  return value === '' ? sql<boolean>`not exists (${own})` : sql<boolean>`exists (${own} and value = ${value})`
}

function partiallyPaid(wanted: boolean) {
  return wanted
    ? sql<boolean>`total_amount_cents > total_paid_amount_cents and total_paid_amount_cents > 0`
    : sql<boolean>`(total_amount_cents = total_paid_amount_cents or total_paid_amount_cents = 0)`
}

/** What the filters name that has to be looked up first. */
interface Scope {
  readonly entityIds?: readonly string[]
  /** Who the search term finds; undefined where that is many. */
  readonly customerIds?: readonly string[]
}

/** @throws 404 `billing_entity_not_found` */
async function resolve(ctx: Ctx, filters: InvoiceFilters): Promise<Scope> {
  const { billingEntityCodes: codes, billingEntityIds: ids, searchTerm, externalCustomerId } = filters
  const entityIds = await findBillingEntityIds(ctx, { codes, ids })
  const customerIds =
    searchTerm === undefined || externalCustomerId !== undefined
      ? undefined
      : await searchCustomerIds(ctx, searchTerm, MOST_CUSTOMERS)
  return defined({ entityIds, customerIds })
}

/**
 * With a customer given, only the invoice's own number and id are searched. Few customers are named one by one: their invoices
 * and those with the number are both found by index. Many need no index, as the list is soon full.
 */
function matches(ctx: Ctx, term: string, withinCustomer: boolean, customerIds: readonly string[] | undefined) {
  const conditions = [sql`invoices.number ilike ${containing(term)}`]
  if (isUuid(term)) conditions.push(sql`invoices.id = ${term}`)
  if (!withinCustomer) {
    conditions.push(
      customerIds === undefined
        ? sql`invoices.customer_id in (${customersMatching(ctx, term)})`
        : sql`invoices.customer_id = any(${customerIds}::uuid[])`,
    )
  }
  return sql<boolean>`(${sql.join(conditions, sql` or `)})`
}

function defined<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? withoutNul(value) : undefined
}

function asList(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String)
  return value === undefined || value === '' ? [] : [String(value)]
}

function readWords(problems: Problems, field: string, value: unknown, allowed: readonly string[]): string[] {
  const words = asList(value)
  if (words.some(word => !allowed.includes(word))) problems.add(field, `must be one of: ${allowed.join(', ')}`)
  return words
}

function readFlag(problems: Problems, field: string, value: unknown): boolean | undefined {
  if (value === undefined || value === '') return undefined
  if (value === 'true' || value === 'false') return value === 'true'
  problems.add(field, 'must be one of: true, false')
  return undefined
}

/** Any text but a word of "no" asks for disputes that were lost. */
function readLooseFlag(value: unknown): boolean | undefined {
  return typeof value === 'string' ? (boolean(value) ?? undefined) : undefined
}

function readPairs(value: unknown): { key: string; value: string }[] {
  if (!isRecord(value)) return []
  return Object.entries(value).map(([key, wanted]) => ({
    key: withoutNul(key),
    value: withoutNul(typeof wanted === 'string' ? wanted : ''),
  }))
}

function readAmount(problems: Problems, field: string, value: unknown): bigint | undefined {
  const text = asText(value)
  if (text === undefined) return undefined
  if (/^-?\d{1,18}$/.test(text)) return BigInt(text)
  problems.add(field, 'invalid_value')
  return undefined
}
