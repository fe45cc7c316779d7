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

/**
 * Adds up an invoice. Fees are rounded to the cent one by one and taxes once, so this only ever adds whole cents and leaves
 * no remainder to distribute.
 */
export function invoiceTotals(
  feesAmountCents: bigint,
  taxes: { readonly taxesAmountCents: bigint; readonly taxesRate: number },
): InvoiceTotals {
  const total = feesAmountCents + taxes.taxesAmountCents
  return {
    feesAmountCents,
    subTotalExcludingTaxesAmountCents: feesAmountCents,
    taxesAmountCents: taxes.taxesAmountCents,
    taxesRate: taxes.taxesRate,
    subTotalIncludingTaxesAmountCents: total,
    totalAmountCents: total,
    paymentStatus: total > 0n ? 'pending' : 'succeeded',
  }
}
