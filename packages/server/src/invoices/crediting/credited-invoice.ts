import { type CreditedFee, type CreditedTax, type Decimal, decimal, ZERO } from '@weir/engine'
import { type Selectable, sql } from 'kysely'
import { type CreditNoteRow, listNotesOfInvoice } from '../../credits/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { InvoicesTaxes } from '../../platform/db/types.ts'
import type { Invoice } from '../store.ts'

/** A fee that a credit note may take back. */
export interface CreditableFee extends CreditedFee {
  readonly feeType: string
  readonly subscriptionId: string | null
  /** What no credit note has taken yet. */
  readonly creditableCents: bigint
  /** The sum of its rates, in percent. */
  readonly taxesRate: number
}

/** An invoice with all that the amounts of a credit note on it depend on. */
export interface CreditedInvoice {
  readonly invoice: Invoice
  readonly fees: readonly CreditableFee[]
  /** As they were applied, with what credit notes copy of them. */
  readonly taxes: readonly (CreditedTax & { readonly row: Selectable<InvoicesTaxes> })[]
  /** Drafts and finalized ones, in their order. */
  readonly notes: readonly CreditNoteRow[]
}

interface FeeRow {
  readonly id: string
  readonly fee_type: string
  readonly subscription_id: string | null
  readonly amount_cents: bigint
  readonly precise_coupons_amount_cents: string
  readonly taxes_rate: number
  readonly taken: bigint
  readonly tax_codes: readonly string[]
}

/** Reads an invoice as credit notes see it. Three queries. */
export async function loadCreditedInvoice(ctx: Ctx, invoice: Invoice): Promise<CreditedInvoice> {
  const { rows } = await sql<FeeRow>`
    select fees.id, fees.fee_type, fees.subscription_id, fees.amount_cents, fees.precise_coupons_amount_cents, fees.taxes_rate,
      (
        select coalesce(sum(item.amount_cents), 0)::bigint
        from credit_note_items item
        join credit_notes note on note.id = item.credit_note_id
        where item.fee_id = fees.id and note.status <> 'deleted'
      ) as taken,
      array(
        select fees_taxes.tax_code from fees_taxes where fees_taxes.fee_id = fees.id order by fees_taxes.id
      ) as tax_codes
    from fees
    where fees.organization_id = ${ctx.org.id} and fees.invoice_id = ${invoice.id} and fees.deleted_at is null
    order by fees.id`.execute(ctx.db)
  const taxes = await ctx.db
    .selectFrom('invoices_taxes')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('invoice_id', '=', invoice.id)
    .orderBy('id')
    .execute()
  return {
    invoice,
    fees: rows.map(row => ({
      id: row.id,
      feeType: row.fee_type,
      subscriptionId: row.subscription_id,
      amountCents: row.amount_cents,
      preciseCouponsAmountCents: decimal(row.precise_coupons_amount_cents),
      taxesRate: row.taxes_rate,
      creditableCents: row.amount_cents - row.taken,
      taxCodes: row.tax_codes,
    })),
    taxes: taxes.map(row => ({ code: row.tax_code, rate: row.tax_rate, taxableShare: taxableShare(row), row })),
    notes: await listNotesOfInvoice(ctx, invoice.id),
  }
}

/** All of the fees, unless a tax provider taxed less of them. */
function taxableShare(row: Selectable<InvoicesTaxes>): Decimal {
  if (row.taxable_base_amount_cents === 0n || row.fees_amount_cents === 0n) return decimal(1)
  return decimal(row.taxable_base_amount_cents).div(decimal(row.fees_amount_cents))
}

/** What the rounding of the taxes of some notes added, in cents. */
export function roundingOf(notes: readonly CreditNoteRow[]): Decimal {
  return notes.reduce(
    (sum, note) => sum.plus(decimal(note.taxes_amount_cents)).minus(note.precise_taxes_amount_cents),
    ZERO,
  )
}
