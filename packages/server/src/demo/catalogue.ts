/*
 * What the company of the story sells: an API for language and image models. Bodies of calls, in the order in which they
 * are made; amounts are in cents, prices of units in the currency.
 */

export const COMPANY = {
  name: 'Tideline AI',
  legal_name: 'Tideline AI AG',
  legal_number: 'CHE-284.117.390',
  tax_identification_number: 'CHE-284.117.390 MWST',
  address_line1: 'Limmatquai 48',
  zipcode: '8001',
  city: 'Zürich',
  country: 'CH',
  email: 'billing@tideline.example',
  timezone: 'Europe/Zurich',
  net_payment_term: 14,
  document_number_prefix: 'TIDE',
} as const

export const TAXES = [
  { code: 'ch_vat', name: 'Swiss VAT', rate: '8.1' },
  { code: 'uk_vat', name: 'UK VAT', rate: '20' },
  { code: 'au_gst', name: 'Australian GST', rate: '10' },
  { code: 'sg_gst', name: 'Singapore GST', rate: '9' },
  { code: 'eu_reverse_charge', name: 'EU VAT, reverse charge', rate: '0' },
] as const

const EU = ['DE', 'FR', 'ES', 'NL', 'SE', 'IE', 'CZ', 'DK', 'PT', 'AT']

/** Which taxes a customer of a country pays. */
export function taxesOf(country: string): string[] {
  const own = { CH: 'ch_vat', GB: 'uk_vat', AU: 'au_gst', SG: 'sg_gst' }[country]
  if (own !== undefined) return [own]
  return EU.includes(country) ? ['eu_reverse_charge'] : []
}

export const MODELS = ['mini', 'pro', 'max'] as const
export type Model = (typeof MODELS)[number]

/** US dollars for a million tokens. */
export const TOKEN_PRICES: Readonly<Record<Model, { readonly input: number; readonly output: number }>> = {
  mini: { input: 0.2, output: 0.8 },
  pro: { input: 2.5, output: 10 },
  max: { input: 12, output: 48 },
}

export const METRICS = [
  {
    code: 'tokens',
    name: 'Tokens, in millions',
    description: 'Tokens that models read and write. Systems send them as they are counted; a million is one unit.',
    aggregation_type: 'sum_agg',
    field_name: 'millions',
    expression: 'event.properties.tokens / 1000000',
    filters: [
      { key: 'model', values: [...MODELS] },
      { key: 'direction', values: ['input', 'output'] },
    ],
  },
  {
    code: 'images',
    name: 'Images',
    description: 'Images made, by size.',
    aggregation_type: 'sum_agg',
    field_name: 'count',
    filters: [{ key: 'size', values: ['standard', 'large'] }],
  },
  {
    code: 'agents',
    name: 'Active agents',
    description: 'Agents that ran at least once in the period.',
    aggregation_type: 'unique_count_agg',
    field_name: 'agent_id',
  },
  {
    code: 'vector_storage',
    name: 'Vector storage',
    description: 'The most gigabytes that were held in the period.',
    aggregation_type: 'max_agg',
    field_name: 'gigabytes',
  },
  {
    code: 'fine_tuning',
    name: 'Fine-tuning hours',
    aggregation_type: 'sum_agg',
    field_name: 'hours',
    rounding_function: 'ceil',
    rounding_precision: 1,
  },
] as const

export type MetricCode = (typeof METRICS)[number]['code']

export const FEATURES = [
  {
    code: 'sso',
    name: 'Single sign-on',
    description: 'Sign in with the company’s identity provider.',
    privileges: [
      {
        code: 'provider',
        name: 'Identity provider',
        value_type: 'select',
        config: { select_options: ['google', 'okta', 'entra'] },
      },
    ],
  },
  {
    code: 'projects',
    name: 'Projects',
    description: 'Separate keys and limits for each team.',
    privileges: [{ code: 'max', name: 'Most projects', value_type: 'integer' }],
  },
  {
    code: 'support',
    name: 'Support',
    privileges: [
      {
        code: 'level',
        name: 'Level',
        value_type: 'select',
        config: { select_options: ['community', 'business_hours', 'around_the_clock'] },
      },
      { code: 'slack_channel', name: 'Shared channel', value_type: 'boolean' },
    ],
  },
  {
    code: 'data_residency',
    name: 'Data residency',
    description: 'Prompts and answers stay in one region.',
    privileges: [
      { code: 'region', name: 'Region', value_type: 'select', config: { select_options: ['us', 'eu', 'jp'] } },
    ],
  },
  {
    code: 'audit_log',
    name: 'Audit log',
    privileges: [{ code: 'days', name: 'Kept for days', value_type: 'integer' }],
  },
] as const

export const ADD_ONS = [
  {
    code: 'seat',
    name: 'Seat',
    amount_cents: 2_900,
    amount_currency: 'USD',
    description: 'One person in the workspace',
  },
  { code: 'premium_support', name: 'Premium support', amount_cents: 150_000, amount_currency: 'USD' },
  { code: 'onboarding', name: 'Guided onboarding', amount_cents: 250_000, amount_currency: 'USD' },
  {
    code: 'custom_model',
    name: 'Custom model',
    amount_cents: 1_200_000,
    amount_currency: 'USD',
    description: 'A model trained on the customer’s own data, evaluated and hosted',
  },
] as const

export const COUPONS = [
  {
    code: 'launch25',
    name: 'Launch partner',
    coupon_type: 'percentage',
    percentage_rate: '25',
    frequency: 'recurring',
    frequency_duration: 3,
    expiration: 'time_limit',
    expiration_at: '2025-06-30T23:59:59Z',
    reusable: false,
  },
  {
    code: 'startup100',
    name: 'Startup programme',
    coupon_type: 'fixed_amount',
    amount_cents: 10_000,
    amount_currency: 'USD',
    frequency: 'forever',
    expiration: 'no_expiration',
    reusable: false,
  },
  {
    code: 'referral50',
    name: 'Referred by a friend',
    coupon_type: 'fixed_amount',
    amount_cents: 5_000,
    amount_currency: 'USD',
    frequency: 'once',
    expiration: 'no_expiration',
  },
] as const
