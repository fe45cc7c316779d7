import { type MetricCode, MODELS, TOKEN_PRICES } from './catalogue.ts'

export type PlanCode = 'build' | 'team' | 'scale' | 'scale_eur' | 'enterprise'

/** Which metrics each plan charges for. */
export const MEASURED: Readonly<Record<PlanCode, readonly MetricCode[]>> = {
  build: ['tokens', 'images'],
  team: ['tokens', 'images', 'agents'],
  scale: ['tokens', 'images', 'agents', 'vector_storage', 'fine_tuning'],
  scale_eur: ['tokens', 'images', 'agents', 'vector_storage'],
  enterprise: ['tokens', 'images', 'agents', 'vector_storage', 'fine_tuning'],
}

/** The bodies of the plans. @param idOf the id of a metric by its code */
export function plans(idOf: (metric: MetricCode) => string) {
  const tokens = (discount: number) => ({
    billable_metric_id: idOf('tokens'),
    code: 'tokens',
    invoice_display_name: 'Tokens',
    charge_model: 'standard',
    properties: { amount: '2.5' },
    filters: MODELS.flatMap(model =>
      (['input', 'output'] as const).map(direction => ({
        values: { model: [model], direction: [direction] },
        invoice_display_name: `Tideline ${model}, ${direction}`,
        properties: { amount: price(TOKEN_PRICES[model][direction] * (1 - discount)) },
      })),
    ),
  })
  const images = (standard: string, large: string) => ({
    billable_metric_id: idOf('images'),
    code: 'images',
    charge_model: 'standard',
    properties: { amount: standard },
    filters: [{ values: { size: ['large'] }, invoice_display_name: 'Large', properties: { amount: large } }],
  })
  const agents = {
    billable_metric_id: idOf('agents'),
    code: 'agents',
    charge_model: 'graduated',
    properties: {
      graduated_ranges: [
        { from_value: 0, to_value: 3, per_unit_amount: '0', flat_amount: '0' },
        { from_value: 4, to_value: 10, per_unit_amount: '12', flat_amount: '0' },
        { from_value: 11, to_value: null, per_unit_amount: '8', flat_amount: '0' },
      ],
    },
  }
  const storage = {
    billable_metric_id: idOf('vector_storage'),
    code: 'vector_storage',
    charge_model: 'package',
    properties: { amount: '15', package_size: 100, free_units: 100 },
  }
  const fineTuning = {
    billable_metric_id: idOf('fine_tuning'),
    code: 'fine_tuning',
    charge_model: 'volume',
    properties: {
      volume_ranges: [
        { from_value: 0, to_value: 20, per_unit_amount: '38', flat_amount: '0' },
        { from_value: 21, to_value: 100, per_unit_amount: '32', flat_amount: '0' },
        { from_value: 101, to_value: null, per_unit_amount: '27', flat_amount: '0' },
      ],
    },
  }
  const seats = (amount: string, units: string) => ({
    add_on_code: 'seat',
    code: 'seats',
    invoice_display_name: 'Seats',
    charge_model: 'standard',
    properties: { amount },
    units,
    pay_in_advance: true,
    prorated: false,
  })
  const monthly = { interval: 'monthly', amount_currency: 'USD', pay_in_advance: true }
  return [
    {
      ...monthly,
      code: 'build',
      name: 'Build',
      description: 'Pay for what you use, nothing else.',
      amount_cents: 0,
      pay_in_advance: false,
      usage_thresholds: [{ threshold_display_name: 'First thousand', amount_cents: 100_000 }],
      charges: [tokens(0), images('0.04', '0.09')],
    },
    {
      ...monthly,
      code: 'team',
      name: 'Team',
      description: 'A workspace with seats, two weeks free.',
      amount_cents: 19_900,
      trial_period: 14,
      fixed_charges: [seats('29', '3')],
      charges: [tokens(0), images('0.035', '0.08'), agents],
    },
    {
      ...monthly,
      code: 'scale',
      name: 'Scale',
      description: 'Lower prices for a spending commitment.',
      amount_cents: 149_000,
      minimum_commitment: { amount_cents: 400_000, invoice_display_name: 'Minimum spend' },
      fixed_charges: [seats('25', '10')],
      charges: [tokens(0.12), images('0.03', '0.07'), agents, storage, fineTuning],
    },
    {
      ...monthly,
      code: 'scale_eur',
      name: 'Scale (EUR)',
      description: 'Scale for customers who are invoiced in euros.',
      amount_currency: 'EUR',
      amount_cents: 139_000,
      minimum_commitment: { amount_cents: 370_000, invoice_display_name: 'Minimum spend' },
      fixed_charges: [seats('23', '10')],
      charges: [tokens(0.16), images('0.028', '0.065'), agents, storage],
    },
    {
      code: 'enterprise',
      name: 'Enterprise',
      description: 'A year in advance; usage is invoiced every month.',
      interval: 'yearly',
      amount_currency: 'USD',
      amount_cents: 9_600_000,
      pay_in_advance: true,
      bill_charges_monthly: true,
      bill_fixed_charges_monthly: true,
      fixed_charges: [
        seats('20', '50'),
        {
          add_on_code: 'premium_support',
          code: 'premium_support',
          charge_model: 'standard',
          properties: { amount: '1500' },
          units: '1',
          pay_in_advance: false,
        },
      ],
      charges: [tokens(0.25), images('0.025', '0.06'), agents, storage, fineTuning],
      metadata: { sales_led: 'yes' },
    },
  ]
}

/** What each plan entitles to: features, and the values of their privileges. */
export const ENTITLEMENTS: Readonly<Record<PlanCode, Readonly<Record<string, object>>>> = {
  build: { projects: { max: 2 }, support: { level: 'community' } },
  team: { projects: { max: 10 }, support: { level: 'business_hours' }, sso: { provider: 'google' } },
  scale: {
    projects: { max: 50 },
    support: { level: 'business_hours', slack_channel: true },
    sso: { provider: 'okta' },
    audit_log: { days: 90 },
  },
  scale_eur: {
    projects: { max: 50 },
    support: { level: 'business_hours', slack_channel: true },
    sso: { provider: 'entra' },
    audit_log: { days: 90 },
    data_residency: { region: 'eu' },
  },
  enterprise: {
    projects: { max: 500 },
    support: { level: 'around_the_clock', slack_channel: true },
    sso: { provider: 'okta' },
    audit_log: { days: 365 },
    data_residency: { region: 'us' },
  },
}

/** Six decimals at most, none that says nothing. */
function price(dollars: number): string {
  return String(Number(dollars.toFixed(6)))
}
