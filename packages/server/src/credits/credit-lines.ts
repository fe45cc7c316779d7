import { type SqlBool, sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { formatCents } from '../platform/wire.ts'

/** A line of an invoice that reduces it, with what made it. */
export interface CreditLine {
  readonly id: string
  readonly invoice_id: string
  readonly invoice_payment_status: string
  readonly applied_coupon_id: string | null
  readonly amount_cents: bigint
  readonly amount_currency: string
  readonly before_taxes: boolean
  readonly item_type: 'coupon' | 'credit_note' | 'invoice'
  readonly item_id: string
  readonly item_code: string
  readonly item_name: string
  readonly item_description: string | null
  /** Of a coupon that takes a share of all that is left, in percent. */
  readonly rate_of_all: string | null
}

/** The lines of invoices, by invoice id, in the order they were made. */
export async function listCreditsOfInvoices(ctx: Ctx, ids: readonly string[]): Promise<Map<string, CreditLine[]>> {
  const lines = await readLines(ctx, ids, sql<SqlBool>`credits.invoice_id = any(${ids}::uuid[])`)
  return Map.groupBy(lines, line => line.invoice_id)
}

/** All lines that applied coupons made, by applied coupon id, of invoices that no longer count too. */
export async function listCreditsOfCoupons(ctx: Ctx, ids: readonly string[]): Promise<Map<string, CreditLine[]>> {
  const lines = await readLines(ctx, ids, sql<SqlBool>`credits.applied_coupon_id = any(${ids}::uuid[])`)
  return Map.groupBy(lines, line => line.applied_coupon_id ?? '')
}

export function serializeCredit(line: CreditLine) {
  return {
    lago_id: line.id,
    amount_cents: formatCents(line.amount_cents),
    amount_currency: line.amount_currency,
    before_taxes: line.before_taxes,
    item: {
      lago_item_id: line.item_id,
      type: line.item_type,
      code: line.item_code,
      name: line.item_name,
      description: line.item_description,
    },
    invoice: { lago_id: line.invoice_id, payment_status: line.invoice_payment_status },
  }
}

async function readLines(ctx: Ctx, ids: readonly string[], condition: ReturnType<typeof sql<SqlBool>>) {
  if (ids.length === 0) return []
  const { rows } = await sql<CreditLine>`
    select credits.id, credits.invoice_id, invoice.payment_status as invoice_payment_status, credits.applied_coupon_id,
      credits.amount_cents, credits.amount_currency, credits.before_taxes,
      case when coupon.id is not null then 'coupon' when note.id is not null then 'credit_note' else 'invoice' end as item_type,
      coalesce(coupon.id, note.id, progressive.id) as item_id,
      coalesce(coupon.code, note.number, progressive.number) as item_code,
      coalesce(coupon.name, note_invoice.number, progressive.number) as item_name,
      coalesce(coupon.description, note.description) as item_description,
      case
        when coupon.coupon_type = 'percentage' and not coupon.limited_plans and not coupon.limited_billable_metrics
          then applied.percentage_rate
      end as rate_of_all
    from credits
    join invoices invoice on invoice.id = credits.invoice_id
    left join applied_coupons applied on applied.id = credits.applied_coupon_id
    left join coupons coupon on coupon.id = applied.coupon_id
    left join credit_notes note on note.id = credits.credit_note_id
    left join invoices note_invoice on note_invoice.id = note.invoice_id
    left join invoices progressive on progressive.id = credits.progressive_billing_invoice_id
    where credits.organization_id = ${ctx.org.id} and ${condition}
    order by credits.created_at, credits.id`.execute(ctx.db)
  return rows
}
