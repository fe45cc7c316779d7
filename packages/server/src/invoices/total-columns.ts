import type { InvoiceTotals } from '@weir/engine'

/** The amounts of an invoice as its row has them. */
export function totalColumns(totals: InvoiceTotals) {
  return {
    payment_status: totals.paymentStatus,
    fees_amount_cents: totals.feesAmountCents,
    sub_total_excluding_taxes_amount_cents: totals.subTotalExcludingTaxesAmountCents,
    taxes_amount_cents: totals.taxesAmountCents,
    taxes_rate: totals.taxesRate,
    sub_total_including_taxes_amount_cents: totals.subTotalIncludingTaxesAmountCents,
    total_amount_cents: totals.totalAmountCents,
  }
}
