/** What a customer wants done with invoices whose fees are zero; `inherit` leaves it to the billing entity. */
export type FinalizeZeroAmountInvoice = 'inherit' | 'skip' | 'finalize'

/**
 * Whether an invoice is finalized or closed (no number, document, payment or webhook) once it is computed.
 *
 * Only fees are looked at: an invoice whose fees are covered by coupons or credits is finalized. Does not apply to
 * drafts, nor to credit and progressive invoices, which are always finalized.
 *
 * @param billingEntityFinalizes the billing entity's setting
 */
export function finalizedOrClosed(
  feesAmountCents: bigint,
  customerSetting: FinalizeZeroAmountInvoice,
  billingEntityFinalizes: boolean,
): 'finalized' | 'closed' {
  if (feesAmountCents !== 0n) return 'finalized'
  const finalizes = customerSetting === 'inherit' ? billingEntityFinalizes : customerSetting === 'finalize'
  return finalizes ? 'finalized' : 'closed'
}
