/** What endpoints are told of, by what it is about, as far as Weir tells of it. */
export const WEBHOOK_TYPES: readonly (readonly [group: string, types: readonly string[]])[] = [
  ['customer', of('customer', 'created updated payment_provider_created checkout_url_generated vies_check')],
  [
    'subscription',
    of(
      'subscription',
      'started updated terminated canceled incomplete termination_alert trial_ended usage_threshold_reached',
    ),
  ],
  [
    'invoice',
    of(
      'invoice',
      'drafted ready_to_finalize created one_off_created paid_credit_added generated payment_status_updated payment_overdue ' +
        'payment_failure payment_dispute_lost voided deleted',
    ),
  ],
  ['fee', of('fee', 'created')],
  ['credit_note', of('credit_note', 'created generated provider_refund_failure')],
  [
    'payment',
    [
      ...of('payment', 'succeeded requires_action'),
      ...of('payment_receipt', 'created generated'),
      ...of('payment_request', 'created payment_failure payment_status_updated'),
      ...of('dunning_campaign', 'finished'),
    ],
  ],
  [
    'wallet',
    [
      ...of('wallet', 'created updated terminated depleted_ongoing_balance'),
      ...of('wallet_transaction', 'created updated payment_failure'),
    ],
  ],
  ['usage', ['event.error', 'events.errors', 'alert.triggered']],
  ['catalogue', ['billable_metric', 'plan', 'feature'].flatMap(name => of(name, 'created updated deleted'))],
]

const KNOWN = new Set(WEBHOOK_TYPES.flatMap(([, types]) => types))

/** Types that an endpoint was given by the API and that are not offered here: they stay, and can be taken out. */
export function otherTypes(chosen: readonly string[]): readonly string[] {
  return chosen.filter(type => !KNOWN.has(type))
}

function of(name: string, happenings: string): readonly string[] {
  return happenings.split(' ').map(happening => `${name}.${happening}`)
}
