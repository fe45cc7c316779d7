import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { findBillingEntityIds } from '../accounts/index.ts'
import { type CreditNoteRow, findCreditNote } from '../credits/index.ts'
import { lockCustomer } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { parseLeadingDate } from '../platform/http/instants.ts'
import type { Page } from '../platform/http/pagination.ts'
import { asList, asText } from '../platform/http/query.ts'
import { readSearchTerm } from '../platform/http/search-term.ts'
import { isUuid } from '../platform/ids.ts'
import { CREDIT_STATUSES, REASONS, REFUND_STATUSES } from './schema.ts'

/** What the printed form of a credit note says of its invoice. */
export interface NotedInvoice {
  readonly id: string
  readonly number: string
  readonly purchase_order_number: string | null
  readonly billing_entity_id: string
  readonly self_billed: boolean
}

export async function loadNotedInvoices(ctx: Ctx, ids: readonly string[]): Promise<Map<string, NotedInvoice>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('invoices')
    .select(['id', 'number', 'purchase_order_number', 'billing_entity_id', 'self_billed'])
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`id = any(${[...new Set(ids)]}::uuid[])`)
    .execute()
  return new Map(rows.map(row => [row.id, row]))
}

/** A finalized note. @throws 404 `credit_note_not_found` */
export async function getCreditNote(ctx: Ctx, id: string): Promise<CreditNoteRow> {
  const note = await findCreditNote(ctx, id)
  if (note === undefined) throw notFound('credit_note')
  return note
}

/** The note as it is once its customer's row is locked. @throws 404 `credit_note_not_found` */
export async function lockCreditNote(tx: Ctx, id: string): Promise<CreditNoteRow> {
  const { customer_id: customerId } = await getCreditNote(tx, id)
  await lockCustomer(tx, customerId)
  return getCreditNote(tx, id)
}

type Query = Readonly<Record<string, unknown>>

/**
 * A page of finalized credit notes, latest first, with the total count. Filters that cannot be read are left out.
 *
 * @throws 404 `billing_entity_not_found`
 */
export async function listCreditNotes(
  ctx: Ctx,
  query: Query,
  page: Page,
): Promise<{ notes: CreditNoteRow[]; total: number }> {
  const filtered = await filteredNotes(ctx, query)
  const notes = await inOrder(filtered).limit(page.perPage).offset(page.offset).execute()
  return { notes, total: await count(filtered) }
}

/** How many credit notes a list has. */
export async function countCreditNotes(ctx: Ctx, query: Query): Promise<number> {
  return count(await filteredNotes(ctx, query))
}

/** Where a list stands: behind this credit note. */
export interface CreditNotePlace {
  readonly createdAt: string
  readonly id: string
}

export function placeOfCreditNote(note: CreditNoteRow): CreditNotePlace {
  return { createdAt: note.created_at.toString(), id: note.id }
}

/**
 * The next credit notes of a list, however far down it is: for those who go through all of it.
 *
 * @param after undefined at the beginning
 */
export async function listCreditNotesAfter(
  ctx: Ctx,
  query: Query,
  after: CreditNotePlace | undefined,
  most: number,
): Promise<CreditNoteRow[]> {
  const filtered = await filteredNotes(ctx, query)
  if (after === undefined) return inOrder(filtered).limit(most).execute()
  const createdAt = sql`${after.createdAt}::timestamptz`
  const left = filtered.where(
    sql<SqlBool>`credit_notes.created_at <= ${createdAt}
      and (credit_notes.created_at < ${createdAt} or credit_notes.id > ${after.id})`,
  )
  return inOrder(left).limit(most).execute()
}

async function filteredNotes(ctx: Ctx, query: Query) {
  const conditions = await conditionsOf(ctx, query)
  return ctx.db
    .selectFrom('credit_notes')
    .innerJoin('invoices', 'invoices.id', 'credit_notes.invoice_id')
    .innerJoin('customers', 'customers.id', 'credit_notes.customer_id')
    .where('credit_notes.organization_id', '=', ctx.org.id)
    .where('credit_notes.status', '=', 'finalized')
    .where(sql<SqlBool>`${sql.join([sql`true`, ...conditions], sql` and `)}`)
}

type NoteQuery = Awaited<ReturnType<typeof filteredNotes>>

/** Latest first. */
function inOrder(query: NoteQuery) {
  return query.selectAll('credit_notes').orderBy('credit_notes.created_at', 'desc').orderBy('credit_notes.id')
}

async function count(query: NoteQuery): Promise<number> {
  const row = await query.select(sql<bigint>`count(*)`.as('count')).executeTakeFirstOrThrow()
  return Number(row.count)
}

async function conditionsOf(ctx: Ctx, query: Query): Promise<RawBuilder<unknown>[]> {
  const conditions: RawBuilder<unknown>[] = []
  const add = (value: string | undefined, condition: (value: string) => RawBuilder<unknown>) => {
    if (value !== undefined) conditions.push(condition(value))
  }
  add(asText(query.external_customer_id ?? query.customer_external_id), value => sql`customers.external_id = ${value}`)
  add(asText(query.customer_id), value => (isUuid(value) ? sql`credit_notes.customer_id = ${value}` : sql`false`))
  add(asText(query.currency), value => sql`credit_notes.total_amount_currency = ${value}`)
  add(asText(query.invoice_number), value => sql`invoices.number = ${value}`)
  add(asText(query.purchase_order_number), value => sql`lower(invoices.purchase_order_number) = lower(${value})`)
  add(dateOf(query.issuing_date_from), value => sql`credit_notes.issuing_date >= ${value}::date`)
  add(dateOf(query.issuing_date_to), value => sql`credit_notes.issuing_date <= ${value}::date`)
  add(centsOf(query.amount_from), value => sql`credit_notes.total_amount_cents >= ${value}::bigint`)
  add(centsOf(query.amount_to), value => sql`credit_notes.total_amount_cents <= ${value}::bigint`)
  add(flagOf(query.self_billed), value => sql`invoices.self_billed = ${value}::boolean`)
  add(readSearchTerm({ ...query }), matches)
  const words = [
    ['reason', REASONS],
    ['credit_status', CREDIT_STATUSES],
    ['refund_status', REFUND_STATUSES],
  ] as const
  for (const [key, known] of words) {
    const wanted = asList(query[key]).filter(word => known.includes(word))
    if (wanted.length > 0) conditions.push(sql`${sql.ref(`credit_notes.${key}`)} = any(${wanted}::text[])`)
  }
  const types = asList(query.types).filter(type => ['credit', 'refund', 'offset'].includes(type))
  if (types.length > 0) {
    const parts = types.map(type => sql`${sql.ref(`credit_notes.${type}_amount_cents`)} > 0`)
    conditions.push(sql`(${sql.join(parts, sql` or `)})`)
  }
  const entityIds = await findBillingEntityIds(ctx, {
    codes: asList(query.billing_entity_codes),
    ids: asList(query.billing_entity_ids),
  })
  if (entityIds !== undefined) conditions.push(sql`invoices.billing_entity_id = any(${entityIds}::uuid[])`)
  return conditions
}

function matches(term: string): RawBuilder<unknown> {
  const pattern = `%${term.replace(/[\\%_]/g, '\\$&')}%`
  return sql`(
    credit_notes.id::text ilike ${pattern}
    or concat_ws(chr(10), credit_notes.number, customers.name, customers.firstname, customers.lastname,
      customers.external_id, customers.email) ilike ${pattern}
  )`
}

function dateOf(value: unknown): string | undefined {
  return parseLeadingDate(String(value ?? ''))?.toString()
}

function centsOf(value: unknown): string | undefined {
  const text = asText(value)
  return text !== undefined && /^-?\d{1,18}$/.test(text) ? text : undefined
}

function flagOf(value: unknown): string | undefined {
  return value === 'true' || value === 'false' ? value : undefined
}
