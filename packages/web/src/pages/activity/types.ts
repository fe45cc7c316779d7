export const SOURCES = ['front', 'api', 'system'] as const

/** What may happen, and to the objects of which kinds it is told of. */
export const ACTIVITY_TYPES: readonly (readonly [type: string, resources: readonly string[]])[] = [
  ...of('BillableMetric', 'billable_metric', 'created updated deleted'),
  ...of('Plan', 'plan', 'created updated deleted'),
  ...of('Entitlement::Feature', 'feature', 'created updated deleted'),
  ...of('Coupon', 'coupon', 'created updated deleted'),
  ...of('Coupon', 'applied_coupon', 'created deleted'),
  ...of('Customer', 'customer', 'created updated deleted'),
  ...of('Subscription', 'subscription', 'started updated terminated canceled incomplete'),
  ...of(
    'Invoice',
    'invoice',
    'drafted ready_to_finalize created one_off_created paid_credit_added generated payment_status_updated payment_overdue ' +
      'payment_failure failed voided regenerated deleted',
  ),
  ['payment.recorded', ['Invoice', 'PaymentRequest']],
  ...of('PaymentReceipt', 'payment_receipt', 'created generated'),
  ...of('PaymentRequest', 'payment_request', 'created'),
  ...of('CreditNote', 'credit_note', 'created generated refund_failure'),
  ...of('Wallet', 'wallet', 'created updated'),
  ...of('Wallet', 'wallet_transaction', 'created updated payment_failure'),
  ...of('BillingEntity', 'billing_entities', 'created updated deleted'),
  ['email.sent', ['Invoice', 'CreditNote', 'PaymentReceipt']],
]

export const RESOURCE_TYPES: readonly string[] = [...new Set(ACTIVITY_TYPES.flatMap(([, resources]) => resources))]

function of(resource: string, name: string, happenings: string): (readonly [string, readonly string[]])[] {
  return happenings.split(' ').map(happening => [`${name}.${happening}`, [resource]])
}
