/** The amounts at the foot of an invoice, in cents of its currency. */
export interface InvoiceTotals {
  readonly feesAmountCents: bigint
  readonly subTotalExcludingTaxesAmountCents: bigint
  readonly taxesAmountCents: bigint
  /** Percent; 5 decimals. */
  readonly taxesRate: number
  readonly subTotalIncludingTaxesAmountCents: bigint
  readonly totalAmountCents: bigint
  /** An invoice with nothing to pay is paid. */
  readonly paymentStatus: 'pending' | 'succeeded'
}

/** What makes an invoice smaller than its fees and taxes. */
export interface InvoiceReductions {
  /** Progressive billing credits and coupons: taken off before taxes. */
  readonly discountsCents: bigint
  /** Credit notes and prepaid credits: they pay for fees and taxes. */
  readonly paidCents: bigint
}

const NOTHING: InvoiceReductions = { discountsCents: 0n, paidCents: 0n }

/**
 * Adds up an invoice. Fees are rounded to the cent one by one and taxes once, so this only ever adds whole cents and leaves
 * no remainder to distribute.
 */
export function invoiceTotals(
  feesAmountCents: bigint,
  taxes: { readonly taxesAmountCents: bigint; readonly taxesRate: number },
  { discountsCents, paidCents }: InvoiceReductions = NOTHING,
): InvoiceTotals {
  const subTotal = feesAmountCents - discountsCents
  const taxed = subTotal + taxes.taxesAmountCents
  const total = taxed - paidCents
  return {
    feesAmountCents,
    subTotalExcludingTaxesAmountCents: subTotal,
    taxesAmountCents: taxes.taxesAmountCents,
    taxesRate: taxes.taxesRate,
    subTotalIncludingTaxesAmountCents: taxed,
    totalAmountCents: total,
    paymentStatus: total > 0n ? 'pending' : 'succeeded',
  }
}
