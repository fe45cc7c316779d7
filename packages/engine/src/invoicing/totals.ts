/** The amounts at the foot of an invoice, in cents of its currency. */
export interface InvoiceTotals {
  readonly feesAmountCents: bigint
  readonly subTotalExcludingTaxesAmountCents: bigint
  readonly taxesAmountCents: bigint
  readonly subTotalIncludingTaxesAmountCents: bigint
  readonly totalAmountCents: bigint
  /** An invoice with nothing to pay is paid. */
  readonly paymentStatus: 'pending' | 'succeeded'
}

/**
 * Adds up the fees of an invoice. Fees are rounded to the cent one by one, so this only ever adds whole cents and leaves
 * no remainder to distribute.
 */
export function invoiceTotals(fees: readonly { readonly amountCents: bigint }[]): InvoiceTotals {
  const sum = fees.reduce((total, fee) => total + fee.amountCents, 0n)
  return {
    feesAmountCents: sum,
    subTotalExcludingTaxesAmountCents: sum,
    taxesAmountCents: 0n,
    subTotalIncludingTaxesAmountCents: sum,
    totalAmountCents: sum,
    paymentStatus: sum > 0n ? 'pending' : 'succeeded',
  }
}
