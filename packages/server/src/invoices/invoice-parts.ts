import type { Selectable } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import type { InvoiceMetadata, UsageThresholds } from '../platform/db/types.ts'
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
    .where(anyOf('invoice_id', invoiceIds))
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
    .where(anyOf('invoice_id', invoiceIds))
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
    .where(anyOf('invoice_id', invoiceIds))
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

/** The thresholds that brought progressive invoices about; at least one invoice is asked for. */
export async function presentAppliedThresholds(ctx: Ctx, invoiceIds: readonly string[]) {
  const rows = await ctx.db
    .selectFrom('applied_usage_thresholds as applied')
    .innerJoin('usage_thresholds as threshold', 'threshold.id', 'applied.usage_threshold_id')
    .selectAll('threshold')
    .select(['applied.invoice_id', 'applied.lifetime_usage_amount_cents', 'applied.created_at as applied_at'])
    .where('applied.organization_id', '=', ctx.org.id)
    .where(anyOf('applied.invoice_id', invoiceIds))
    .orderBy('threshold.amount_cents')
    .orderBy('applied.id')
    .execute()
  return presentedBy(rows, row => ({
    lifetime_usage_amount_cents: formatCents(row.lifetime_usage_amount_cents),
    created_at: formatInstant(row.applied_at),
    usage_threshold: presentThreshold(row),
  }))
}

/** A threshold as it is now. */
export function presentThreshold(row: Selectable<UsageThresholds>) {
  return {
    lago_id: row.id,
    threshold_display_name: row.threshold_display_name,
    amount_cents: formatCents(row.amount_cents),
    recurring: row.recurring,
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
  }
}

function presentedBy<Row extends { invoice_id: string | null }, Shown>(
  rows: readonly Row[],
  serialize: (row: Row) => Shown,
): ByInvoice<Shown> {
  const byInvoice = Map.groupBy(rows, row => row.invoice_id ?? '')
  return new Map([...byInvoice].map(([id, own]) => [id, own.map(serialize)]))
}
