/** What decides which subscriptions due together share an invoice. */
export interface GroupableSubscription {
  readonly subscriptionId: string
  /** Identifies how the customer pays for it: an explicit method, `manual`, or the customer's default. */
  readonly paymentMethod: string
  readonly currency: string
  readonly billingEntityId: string
  /** False: it always gets an invoice of its own. */
  readonly consolidateInvoice: boolean
  readonly purchaseOrderNumber: string | null
}

/**
 * Splits the subscriptions of one customer that are due together into one group an invoice: by payment method, currency,
 * billing entity and purchase order number (none is a value of its own); each subscription that is not to be consolidated
 * stands alone. Intervals do not matter: a weekly and a monthly subscription due on one day share an invoice.
 *
 * @returns groups in the order of their first subscription, which keep the given order inside
 */
export function groupForInvoices<T extends GroupableSubscription>(subscriptions: readonly T[]): T[][] {
  const groups = Map.groupBy(subscriptions, subscription =>
    JSON.stringify([
      subscription.paymentMethod,
      subscription.currency,
      subscription.billingEntityId,
      subscription.purchaseOrderNumber,
      subscription.consolidateInvoice ? null : subscription.subscriptionId,
    ]),
  )
  return [...groups.values()]
}
