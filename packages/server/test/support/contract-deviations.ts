/** A place where Weir's answers differ from the wire contract on purpose. */
export interface Deviation {
  /** The contract's path template: `*` is any one step, `**` any number of them. */
  readonly path: string
  /** The place in the body, in the same notation, e.g. `/fees/*`. */
  readonly at: string
  /**
   * What may stand there besides what the contract allows: these values, a decimal number as text, no key at all, or
   * whatever comes.
   */
  readonly allows: readonly unknown[] | 'decimal text' | 'no key' | 'anything'
  readonly reason: string
}

const NULL = [null] as const

const errors: readonly Deviation[] = [
  {
    path: '/**',
    at: '/error_details',
    allows: 'no key',
    reason: 'refusals that concern no field (a lock could not be had) have a code and no details',
  },
  {
    path: '/**',
    at: '/error_details',
    allows: 'anything',
    reason: 'details can be a text (an expression that failed) or a list (one entry an event)',
  },
]

const lists: readonly Deviation[] = ['total_pages', 'total_count'].map(key => ({
  path: '/**',
  at: `/meta/${key}`,
  allows: NULL,
  reason: 'who asks for it leaves a long list uncounted',
}))

const money: readonly Deviation[] = [
  ...[
    'currency',
    'amount_currency',
    'plan_amount_currency',
    'total_amount_currency',
    'default_currency',
    'overdue_balance_currency',
  ].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/${key}`,
      allows: ['BHD', 'IRR', 'JOD', 'KWD'],
      reason: 'the API accepts these currencies, which the contract forgets',
    }),
  ),
  ...['timezone', 'applicable_timezone'].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/${key}`,
      allows: ['Australia/Canberra', 'Etc/UTC', 'Etc/GMT+12'],
      reason: 'time zones that the API accepts and the contract forgets or misspells',
    }),
  ),
]

const fees: readonly Deviation[] = [
  {
    path: '/**',
    at: '/**/total_aggregated_units',
    allows: NULL,
    reason: 'fees that come from no aggregation have none',
  },
  { path: '/**', at: '/**/grouped_by/*', allows: NULL, reason: 'events without the grouping property make a group' },
  {
    path: '/credit_notes/estimate',
    at: '/**/tax_description',
    allows: NULL,
    reason: 'taxes need no description',
  },
  { path: '/**', at: '/**/lago_tax_id', allows: NULL, reason: 'taxes worked out by a provider are not ours' },
  { path: '/**', at: '/**/pricing_unit_details', allows: NULL, reason: 'charges priced in money have no pricing unit' },
  { path: '/**', at: '/**/amount_details', allows: NULL, reason: 'only some charge models explain their amount' },
  ...['from_value', 'to_value'].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/amount_details/*/*/${key}`,
      allows: 'anything',
      reason: 'tiers may begin and end at a fraction of a unit',
    }),
  ),
  ...['free_events', 'paid_events'].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/amount_details/${key}`,
      allows: 'decimal text',
      reason: 'percentage fees charged in advance count their events as decimals',
    }),
  ),
]

const invoices: readonly Deviation[] = [
  {
    path: '/invoices/*',
    at: '/invoice/status',
    allows: ['open'],
    reason:
      'an invoice that a subscription waits for is seen when its payment is told to have failed, and nowhere else',
  },
  ...['charges_from_datetime', 'charges_to_datetime'].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/billing_periods/*/${key}`,
      allows: NULL,
      reason: 'months in which a plan bills its fixed charges only',
    }),
  ),
  {
    path: '/**',
    at: '/**/invoice_type',
    allows: ['advance_charges'],
    reason: 'the type of the invoices that collect fees paid in advance, which the contract forgets',
  },
  {
    path: '/**',
    at: '/**/status',
    allows: ['closed'],
    reason: 'finalizing an invoice of nothing closes it, which the contract forgets',
  },
  {
    path: '/invoices/preview',
    at: '/invoice',
    allows: NULL,
    reason: 'what is intended may bill nothing, which only Weir is asked',
  },
  ...['lago_id', 'lago_*_id', 'external_id', 'external_*_id', 'sequential_id'].map(
    (key): Deviation => ({
      path: '/invoices/preview',
      at: `/**/${key}`,
      allows: NULL,
      reason: 'what a preview makes up has no ids',
    }),
  ),
  { path: '/**', at: '/**/sequential_id', allows: NULL, reason: 'drafts have no place in the sequence yet' },
  ...['payment_dispute_lost_at', 'payment_due_date', 'file_url'].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/${key}`,
      allows: NULL,
      reason: 'null until there is something to tell',
    }),
  ),
]

const usage: readonly Deviation[] = [
  ...['values', 'invoice_display_name'].map(
    (key): Deviation => ({
      path: '/customers/*/*_usage',
      at: `/**/filters/*/${key}`,
      allows: NULL,
      reason: 'the usage that matches no filter has no values, and filters need no name',
    }),
  ),
  {
    path: '/customers/*/*_usage',
    at: '/**/charge/charge_model',
    allows: ['graduated_percentage', 'dynamic', 'custom'],
    reason: 'models that the contract forgets here',
  },
  {
    path: '/customers/*/*_usage',
    at: '/**/charge/invoice_display_name',
    allows: NULL,
    reason: 'charges need no name',
  },
  {
    path: '/customers/*/projected_usage',
    at: '/**/charges_usage/*/groups',
    allows: 'no key',
    reason: 'an old name of `grouped_usage`',
  },
  {
    path: '/**',
    at: '/**/presentation_by/*',
    allows: NULL,
    reason: 'events without the property are told apart too, in usage and on fees',
  },
  {
    path: '/events/**',
    at: '/**/properties/*',
    allows: 'anything',
    reason: 'the contract refuses whole numbers by saying both integer and number; properties are stored as they came',
  },
  { path: '/events', at: '/**/properties/*', allows: 'anything', reason: 'as for single events' },
  ...['/events', '/events/**'].map(
    (path): Deviation => ({
      path,
      at: '/**/external_subscription_id',
      allows: NULL,
      reason: 'events are stored as they came, also those that name no subscription',
    }),
  ),
  {
    path: '/events/*estimate_instant_fees',
    at: '/fees/*/*',
    allows: 'decimal text',
    reason: 'instant estimates give cents and prices as decimals, which clients of this answer expect',
  },
  {
    path: '/events/*estimate_instant_fees',
    at: '/fees/*/item/description',
    allows: NULL,
    reason: 'metrics need no description',
  },
  {
    path: '/events/*estimate_instant_fees',
    at: '/fees/*/event_transaction_id',
    allows: NULL,
    reason: 'an estimate needs no transaction id',
  },
  ...['lago_id', 'lago_fee_id', 'created_at'].map(
    (key): Deviation => ({
      path: '/events/estimate_fees',
      at: `/fees/*/applied_taxes/*/${key}`,
      allows: NULL,
      reason: 'nothing of an estimate is stored',
    }),
  ),
  {
    path: '/subscriptions/{external_id}/entitlements/**',
    at: '/entitlement',
    allows: 'no key',
    reason: 'removing an entitlement answers with the list of those that are left',
  },
  {
    path: '/**/alerts/**',
    at: '/**/previous_value',
    allows: 'decimal text',
    reason: 'alert values are decimals of any precision',
  },
  {
    path: '/**/alerts/**',
    at: '/**/billable_metric',
    allows: NULL,
    reason: 'alerts on amounts watch no single metric',
  },
]

const alerts: readonly Deviation[] = [
  ...['/subscriptions/{external_id}/alerts', '/customers/*/wallets/*/alerts'].flatMap(path =>
    ['alert', 'alerts'].map(
      (key): Deviation => ({
        path,
        at: `/${key}`,
        allows: 'no key',
        reason: 'the contract has a choice of two answers here, each with a root of its own',
      }),
    ),
  ),
  {
    path: '/**/alerts/**',
    at: '/**/alert_type',
    allows: ['billable_metric_lifetime_usage_units'],
    reason: 'a type of alert that the contract forgets',
  },
]

const catalog: readonly Deviation[] = [
  {
    path: '/**',
    at: '/**/fixed_charges/*/units',
    allows: 'decimal text',
    reason: 'units of fixed charges are decimals of any precision',
  },
  { path: '/**', at: '/fixed_charge/units', allows: 'decimal text', reason: 'as in lists' },
  ...[
    'expression',
    'description',
    'invoice_display_name',
    'trial_period',
    'field_name',
    'rounding_function',
    'rounding_precision',
  ].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/${key}`,
      allows: NULL,
      reason: 'optional fields of metrics and plans are null when they are not set',
    }),
  ),
  ...['from_value', 'to_value'].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/properties/*/*/${key}`,
      allows: 'anything',
      reason: 'tiers may begin and end at a fraction of a unit, and are shown as they were given',
    }),
  ),
]

const entitlements: readonly Deviation[] = [
  {
    path: '/**',
    at: '/**/entitlements/*/entitlement',
    allows: 'no key',
    reason: 'the contract gives each entitlement of a plan a root of its own, which clients do not look for',
  },
  { path: '/**', at: '/**/plan_value', allows: NULL, reason: 'privileges that only the subscription has' },
]

const accounts: readonly Deviation[] = [
  ...['/billing_entities', '/billing_entities/{code}'].flatMap(path =>
    [
      'lago_id',
      'code',
      'name',
      'default_currency',
      'document_locale',
      'document_numbering',
      'finalize_zero_amount_invoice',
      'invoice_grace_period',
      'net_payment_term',
      'timezone',
      'created_at',
      'updated_at',
    ].map(
      (key): Deviation => ({
        path,
        at: `/${key}`,
        allows: 'no key',
        reason: 'the contract forgets the root billing_entity',
      }),
    ),
  ),
  { path: '/**', at: '/**/email', allows: 'anything', reason: 'several addresses with commas between them, or none' },
  {
    path: '/**',
    at: '/**/billing_configuration/payment_provider',
    allows: [null, 'cashfree', 'flutterwave', 'moneyhash'],
    reason: 'none, or one the contract forgets',
  },
  ...['provider_customer_id', 'sync_with_provider'].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/billing_configuration/${key}`,
      allows: NULL,
      reason: 'a customer that its payment provider does not know yet, or whose wish was taken back',
    }),
  ),
  ...['invoice_grace_period', 'payment_provider_code', 'document_locale', 'invoice_footer'].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/billing_configuration/${key}`,
      allows: NULL,
      reason: 'null where the billing entity’s applies',
    }),
  ),
]

const PAYMENT_KEYS =
  'lago_id lago_customer_id external_customer_id invoice_ids lago_payable_id payable_type amount_cents amount_currency ' +
  'status payment_status type reference payment_provider_code payment_provider_type external_payment_id ' +
  'provider_payment_id provider_customer_id next_action created_at'

const payments: readonly Deviation[] = [
  ...['lago_wallet_transaction_id', 'lago_customer_id', 'external_customer_id', 'payment_provider'].map(
    (key): Deviation => ({
      path: '/wallet_transactions/*/payment_url',
      at: `/${key}`,
      allows: 'no key',
      reason: 'the contract wants the keys of wallet_transaction_payment_details beside it too',
    }),
  ),
  ...'lago_id email amount_cents amount_currency payment_status created_at customer invoices'.split(' ').map(
    (key): Deviation => ({
      path: '/payment_requests/{lago_id}',
      at: `/${key}`,
      allows: 'no key',
      reason: 'the contract forgets the root payment_request',
    }),
  ),
  ...PAYMENT_KEYS.split(' ').map(
    (key): Deviation => ({
      path: '/payments/{lago_id}',
      at: `/${key}`,
      allows: 'no key',
      reason: 'the contract forgets the root payment',
    }),
  ),
  ...['payment_provider_code', 'payment_provider_type', 'provider_customer_id', 'reference'].flatMap(key =>
    ['payment', 'payments/*', 'payment_receipt/payment', 'payment_receipts/*/payment'].map(
      (root): Deviation => ({
        path: '/**',
        at: `/${root}/${key}`,
        allows: NULL,
        reason: 'payments by hand have no provider, those through one no reference',
      }),
    ),
  ),
]

const subscriptions: readonly Deviation[] = [
  'on_termination_credit_note',
  'payment_method/payment_method_id',
  'cancellation_reason',
].map(key => ({ path: '/**', at: `/**/${key}`, allows: NULL, reason: 'null where it does not apply' }))

const wallets: readonly Deviation[] = [
  ...[
    'lago_id',
    'lago_wallet_id',
    'lago_invoice_id',
    'lago_credit_note_id',
    'lago_voided_invoice_id',
    'status',
    'source',
    'transaction_status',
    'transaction_type',
    'credit_amount',
    'amount',
    'remaining_amount_cents',
    'remaining_credit_amount',
    'priority',
    'invoice_requires_successful_payment',
    'settled_at',
    'failed_at',
    'created_at',
    'metadata',
    'name',
    'payment_method',
  ].map(
    (key): Deviation => ({
      path: '/wallet_transactions/{lago_id}',
      at: `/${key}`,
      allows: 'no key',
      reason: 'the contract forgets the root wallet_transaction',
    }),
  ),
  {
    path: '/**',
    at: '/**/recurring_transaction_rules/*/interval',
    allows: NULL,
    reason: 'rules that watch a balance have none',
  },
  { path: '/**', at: '/**/balance', allows: 'no key', reason: 'wallets have it in the contract only' },
  ...['credits_balance', 'credits_ongoing_balance', 'target_ongoing_balance'].map(
    (key): Deviation => ({
      path: '/**',
      at: `/**/${key}`,
      allows: 'decimal text',
      reason: 'usage may exceed what a wallet has, and credits are rounded apart from money: balances can be negative',
    }),
  ),
]

const documents: readonly Deviation[] = ['invoices', 'credit_notes'].map(collection => ({
  path: `/${collection}/*/download`,
  at: '',
  allows: [undefined],
  reason: 'downloads of what is not printed yet answer 200 without a body',
}))

/** Everything that answers may do although the contract says otherwise, with the reason. */
const logs: readonly Deviation[] = ['/api_logs', '/api_logs/*'].flatMap((path): Deviation[] => [
  ...['request_body', 'request_response'].map(
    (key): Deviation => ({
      path,
      at: `/**/${key}`,
      allows: 'anything',
      reason: 'bodies are the objects that they were, as clients read them, and not their text',
    }),
  ),
  {
    path,
    at: '/**/request_id',
    allows: 'anything',
    reason: 'clients may name their requests as they like',
  },
  { path, at: '/**/http_method', allows: ['patch'], reason: 'an alias of PUT that the contract forgets' },
])

export const contractDeviations: readonly Deviation[] = [
  ...errors,
  ...lists,
  ...accounts,
  ...money,
  ...fees,
  ...invoices,
  ...usage,
  ...alerts,
  ...catalog,
  ...entitlements,
  ...payments,
  ...subscriptions,
  ...wallets,
  ...documents,
  ...logs,
]
