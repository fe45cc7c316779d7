import type { Metric } from './types.ts'

/** What the API gives of the price book. Amounts are in minor units, rates are decimal text. */

export interface MetricFilter {
  readonly key: string
  readonly values: readonly string[]
}

export interface FullMetric extends Metric {
  readonly description: string | null
  readonly recurring: boolean
  readonly field_name: string | null
  readonly expression: string | null
  readonly weighted_interval: string | null
  readonly rounding_function: string | null
  readonly rounding_precision: number | null
  readonly filters: readonly MetricFilter[]
  readonly created_at: string
}

/** What hangs on an object of the price book: how many of each. */
export interface Uses {
  /** Of the object that is used. */
  readonly lago_id: string
  readonly plans_count: number
  readonly subscriptions_count: number
  readonly draft_invoices_count: number
  readonly customers_count: number
}

export interface TaxRate {
  readonly lago_id: string
  readonly code: string
  readonly name: string
  readonly rate: number
  readonly description: string | null
  readonly applied_to_organization: boolean
  readonly created_at: string
}

export interface AddOn {
  readonly lago_id: string
  readonly code: string
  readonly name: string
  readonly invoice_display_name: string | null
  readonly description: string | null
  readonly amount_cents: number
  readonly amount_currency: string
  readonly taxes: readonly TaxRate[]
  readonly created_at: string
}

export interface Privilege {
  readonly code: string
  readonly name: string | null
  readonly value_type: string
  readonly config: { readonly select_options?: readonly string[] }
}

export interface Feature {
  readonly code: string
  readonly name: string | null
  readonly description: string | null
  readonly privileges: readonly Privilege[]
  readonly created_at: string
}

export interface Coupon {
  readonly lago_id: string
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly coupon_type: string
  readonly amount_cents: number | null
  readonly amount_currency: string | null
  readonly percentage_rate: string | null
  readonly frequency: string
  readonly frequency_duration: number | null
  readonly reusable: boolean
  readonly limited_plans: boolean
  readonly limited_billable_metrics: boolean
  readonly plan_codes: readonly string[]
  readonly billable_metric_codes: readonly string[]
  readonly expiration: string
  readonly expiration_at: string | null
  readonly terminated_at: string | null
  readonly created_at: string
}
