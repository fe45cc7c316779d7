import { decimal, round, truncate } from '@weir/engine'
import type { Static } from 'typebox'
import {
  amountsOf,
  type CreditedInvoice,
  findVisibleInvoice,
  isUnpaid,
  type LeftOnInvoice,
  loadCreditedInvoice,
  loadLeftOnInvoice,
  type NoteItem,
} from '../invoices/index.ts'
import type { Ctx } from '../platform/context.ts'
import { notAllowed, notFound } from '../platform/errors.ts'
import { formatCents } from '../platform/wire.ts'
import { readItems } from './read-items.ts'
import type { EstimateInput } from './schema.ts'

const FIRST_CREDITABLE_VERSION = 2

/**
 * What a credit note with some items could give back at most. Nothing is written or set aside.
 *
 * @throws 404 `invoice_not_found`, `fee_not_found`; 405 `invalid_type_or_status`; 422 for an item that is too much
 */
export async function estimateCreditNote(ctx: Ctx, input: Static<typeof EstimateInput>) {
  const invoice = await findVisibleInvoice(ctx, input.invoice_id ?? '')
  if (invoice === undefined) throw notFound('invoice')
  const left = await loadLeftOnInvoice(ctx, invoice)
  const isTopUp = invoice.invoice_type === 'credit'
  const refused = isTopUp && (isUnpaid(invoice) || !left.hasActiveWallet)
  if (invoice.version_number < FIRST_CREDITABLE_VERSION || refused) throw notAllowed('invalid_type_or_status')
  const credited = await loadCreditedInvoice(ctx, invoice)
  const items = readItems(credited, input.items, { purchaseLeftCents: left.purchaseLeftCents, keep: 'cents' })
  return present(credited, left, items)
}

function present(credited: CreditedInvoice, left: LeftOnInvoice, items: readonly NoteItem[]) {
  const { invoice } = credited
  const amounts = amountsOf(credited, items)
  const full = truncate(round(amounts.preciseTotalCents, 0))
  const refund = decimal(full).lt(left.refundable) ? full : truncate(left.refundable)
  const { credit, taxes } = adjusted(invoice.invoice_type === 'credit' ? 0n : full, amounts)
  const offset = decimal(credit).lt(left.offsettable) ? credit : truncate(left.offsettable)
  return {
    lago_invoice_id: invoice.id,
    invoice_number: invoice.number,
    currency: invoice.currency,
    taxes_amount_cents: formatCents(taxes),
    precise_taxes_amount_cents: amounts.preciseTaxesCents.toNumber(),
    sub_total_excluding_taxes_amount_cents: formatCents(amounts.subTotalExcludingTaxesCents),
    max_creditable_amount_cents: formatCents(credit),
    max_refundable_amount_cents: formatCents(refund),
    max_offsettable_amount_cents: formatCents(offset),
    coupons_adjustment_amount_cents: formatCents(amounts.couponsAdjustmentCents),
    precise_coupons_adjustment_amount_cents: amounts.preciseCouponsAdjustmentCents.toNumber(),
    taxes_rate: amounts.taxesRate,
    items: items.map(({ fee, preciseAmountCents }) => ({
      lago_fee_id: fee.id,
      amount_cents: formatCents(truncate(preciseAmountCents)),
    })),
    applied_taxes: amounts.taxes.map(({ code, baseAmountCents, amountCents }) => {
      const row = credited.taxes.find(tax => tax.code === code)?.row
      return {
        lago_id: null,
        lago_credit_note_id: null,
        lago_tax_id: row?.tax_id ?? null,
        tax_name: row?.tax_name ?? code,
        tax_code: code,
        tax_rate: row?.tax_rate ?? 0,
        tax_description: row?.tax_description ?? null,
        base_amount_cents: formatCents(baseAmountCents),
        amount_cents: formatCents(amountCents),
        amount_currency: invoice.currency,
        created_at: null,
      }
    }),
  }
}

/** Where rounding made the parts differ from the whole by a cent, the whole or the taxes give way. */
function adjusted(
  full: bigint,
  { taxesCents, subTotalExcludingTaxesCents: subTotal }: { taxesCents: bigint; subTotalExcludingTaxesCents: bigint },
): { credit: bigint; taxes: bigint } {
  const rest = full - taxesCents
  if (rest > subTotal) return { credit: full - 1n, taxes: taxesCents }
  if (rest < subTotal && taxesCents > 0n) return { credit: full, taxes: taxesCents - 1n }
  return { credit: full, taxes: taxesCents }
}
