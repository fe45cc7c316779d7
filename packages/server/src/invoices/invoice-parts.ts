import { type Selectable, sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import type { InvoiceMetadata } from '../platform/db/types.ts'
import { formatCents, formatInstant } from '../platform/wire.ts'

/** Rows by the invoice they belong to. */
type ByInvoice<Row> = ReadonlyMap<string, readonly Row[]>

/** The metadata of invoices, oldest first. */
export async function listInvoiceMetadata(
  ctx: Ctx,
  invoiceIds: readonly string[],
): Promise<Selectable<InvoiceMetadata>[]> {
  if (invoiceIds.length === 0) return []
  return ctx.db
    .selectFrom('invoice_metadata')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('invoice_id', 'in', invoiceIds)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

export async function presentMetadata(ctx: Ctx, invoiceIds: readonly string[]) {
  const rows = await listInvoiceMetadata(ctx, invoiceIds)
  return presentedBy(rows, row => ({
    lago_id: row.id,
    key: row.key,
    value: row.value,
    created_at: formatInstant(row.created_at),
  }))
}

/** What went wrong with invoices and was not put right since. */
export async function presentErrorDetails(ctx: Ctx, invoiceIds: readonly string[]) {
  const rows = await ctx.db
    .selectFrom('error_details')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('invoice_id', 'in', invoiceIds)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return presentedBy(rows, row => ({ lago_id: row.id, error_code: row.error_code, details: row.details }))
}

/** The texts on invoices, as they were when the invoices were computed. */
export async function presentAppliedSections(ctx: Ctx, invoiceIds: readonly string[]) {
  const rows = await ctx.db
    .selectFrom('applied_invoice_custom_sections')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('invoice_id', 'in', invoiceIds)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return presentedBy(rows, row => ({
    lago_id: row.id,
    lago_invoice_id: row.invoice_id,
    code: row.code,
    details: row.details,
    display_name: row.display_name,
    created_at: formatInstant(row.created_at),
  }))
}

interface CreditLine {
  readonly id: string
  readonly invoice_id: string
  readonly amount_cents: bigint
  readonly amount_currency: string
  readonly before_taxes: boolean
  readonly payment_status: string
  readonly item_type: 'coupon' | 'credit_note' | 'invoice'
  readonly item_id: string
  readonly item_code: string
  readonly item_name: string
  readonly item_description: string | null
}

/** The lines that reduce invoices: coupons, credit notes, and what progressive invoices billed already. One query. */
export async function presentCredits(ctx: Ctx, invoiceIds: readonly string[]) {
  const { rows } = await sql<CreditLine>`
    select
      credits.id,
      credits.invoice_id,
      credits.amount_cents,
      credits.amount_currency,
      credits.before_taxes,
      invoices.payment_status,
      case
        when credits.applied_coupon_id is not null then 'coupon'
        when credits.credit_note_id is not null then 'credit_note'
        else 'invoice'
      end as item_type,
      coalesce(coupons.id, credit_notes.id, progressive.id) as item_id,
      coalesce(coupons.code, credit_notes.number, progressive.number) as item_code,
      coalesce(coupons.name, credited.number, progressive.number) as item_name,
      coalesce(coupons.description, credit_notes.description) as item_description
    from credits
    join invoices on invoices.id = credits.invoice_id
    left join applied_coupons on applied_coupons.id = credits.applied_coupon_id
    left join coupons on coupons.id = applied_coupons.coupon_id
    left join credit_notes on credit_notes.id = credits.credit_note_id
    left join invoices as credited on credited.id = credit_notes.invoice_id
    left join invoices as progressive on progressive.id = credits.progressive_billing_invoice_id
    where credits.organization_id = ${ctx.org.id} and credits.invoice_id = any(${invoiceIds}::uuid[])
    order by credits.created_at, credits.id`.execute(ctx.db)
  return presentedBy(rows, row => ({
    lago_id: row.id,
    amount_cents: formatCents(row.amount_cents),
    amount_currency: row.amount_currency,
    before_taxes: row.before_taxes,
    item: {
      lago_item_id: row.item_id,
      type: row.item_type,
      code: row.item_code,
      name: row.item_name,
      description: row.item_description,
    },
    invoice: { lago_id: row.invoice_id, payment_status: row.payment_status },
  }))
}

/** What credit notes took off the amounts due of invoices, in cents; invoices without are left out. */
export async function loadOffsetAmounts(ctx: Ctx, invoiceIds: readonly string[]): Promise<Map<string, bigint>> {
  if (invoiceIds.length === 0) return new Map()
  const { rows } = await sql<{ invoice_id: string; amount: string }>`
    select invoice_id, sum(offset_amount_cents) as amount
    from credit_notes
    where organization_id = ${ctx.org.id} and invoice_id = any(${invoiceIds}::uuid[]) and status = 'finalized'
    group by invoice_id`.execute(ctx.db)
  return new Map(rows.map(row => [row.invoice_id, BigInt(row.amount)]))
}

/** The thresholds that brought progressive invoices about; at least one invoice is asked for. */
export async function presentAppliedThresholds(ctx: Ctx, invoiceIds: readonly string[]) {
  const rows = await ctx.db
    .selectFrom('applied_usage_thresholds as applied')
    .innerJoin('usage_thresholds as threshold', 'threshold.id', 'applied.usage_threshold_id')
    .selectAll('threshold')
    .select(['applied.invoice_id', 'applied.lifetime_usage_amount_cents', 'applied.created_at as applied_at'])
    .where('applied.organization_id', '=', ctx.org.id)
    .where('applied.invoice_id', 'in', invoiceIds)
    .orderBy('threshold.amount_cents')
    .orderBy('applied.id')
    .execute()
  return presentedBy(rows, row => ({
    lifetime_usage_amount_cents: formatCents(row.lifetime_usage_amount_cents),
    created_at: formatInstant(row.applied_at),
    usage_threshold: {
      lago_id: row.id,
      threshold_display_name: row.threshold_display_name,
      amount_cents: formatCents(row.amount_cents),
      recurring: row.recurring,
      created_at: formatInstant(row.created_at),
      updated_at: formatInstant(row.updated_at),
    },
  }))
}

function presentedBy<Row extends { invoice_id: string | null }, Shown>(
  rows: readonly Row[],
  serialize: (row: Row) => Shown,
): ByInvoice<Shown> {
  const byInvoice = Map.groupBy(rows, row => row.invoice_id ?? '')
  return new Map([...byInvoice].map(([id, own]) => [id, own.map(serialize)]))
}
