import type { Selectable } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import type { FeesTaxes, InvoicesTaxes } from '../platform/db/types.ts'
import { formatCents, formatInstant } from '../platform/wire.ts'

type FeeTax = Selectable<FeesTaxes>
type InvoiceTax = Selectable<InvoicesTaxes>

/** The taxes on fees, as the fees endpoints show them, by fee. One query; fees without taxes are left out. */
export async function presentFeeTaxes(ctx: Ctx, feeIds: readonly string[]) {
  if (feeIds.length === 0) return new Map<string, ReturnType<typeof serializeFeeTax>[]>()
  const rows = await ctx.db
    .selectFrom('fees_taxes')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('fee_id', feeIds))
    .orderBy('id')
    .execute()
  const byFee = Map.groupBy(rows, row => row.fee_id)
  return new Map([...byFee].map(([id, taxes]) => [id, taxes.map(serializeFeeTax)]))
}

/** As {@link presentFeeTaxes}, of invoices. */
export async function presentInvoiceTaxes(ctx: Ctx, invoiceIds: readonly string[]) {
  if (invoiceIds.length === 0) return new Map<string, ReturnType<typeof serializeInvoiceTax>[]>()
  const rows = await ctx.db
    .selectFrom('invoices_taxes')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('invoice_id', invoiceIds))
    .orderBy('id')
    .execute()
  const byInvoice = Map.groupBy(rows, row => row.invoice_id)
  return new Map([...byInvoice].map(([id, taxes]) => [id, taxes.map(serializeInvoiceTax)]))
}

function serializeFeeTax(tax: FeeTax) {
  return { lago_id: tax.id, lago_fee_id: tax.fee_id, ...serializeTax(tax) }
}

function serializeInvoiceTax(tax: InvoiceTax) {
  return {
    lago_id: tax.id,
    lago_invoice_id: tax.invoice_id,
    ...serializeTax(tax),
    fees_amount_cents: formatCents(tax.fees_amount_cents),
  }
}

function serializeTax(tax: FeeTax | InvoiceTax) {
  return {
    lago_tax_id: tax.tax_id,
    tax_name: tax.tax_name,
    tax_code: tax.tax_code,
    tax_rate: tax.tax_rate,
    tax_description: tax.tax_description,
    amount_cents: formatCents(tax.amount_cents),
    amount_currency: tax.amount_currency,
    created_at: formatInstant(tax.created_at),
  }
}
