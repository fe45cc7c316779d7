/* What the API gives of plans and what prices them. Amounts are in minor units, prices and units decimal text. */

export type Properties = Readonly<Record<string, unknown>>
export type FilterValues = Readonly<Record<string, readonly string[]>>

export interface PlanTax {
  readonly lago_id: string
  readonly name: string
  readonly code: string
  readonly rate: number
  /** Whether it applies where nothing else says which tax does. */
  readonly applied_to_organization?: boolean
}

/** As far as it matters to prices. */
export interface PlanMetric {
  readonly lago_id: string
  readonly name: string
  readonly code: string
  readonly aggregation_type: string
  readonly recurring: boolean
  readonly rounding_function: 'round' | 'ceil' | 'floor' | null
  readonly rounding_precision: number | null
  readonly filters: readonly { readonly key: string; readonly values: readonly string[] }[]
}

export interface PlanChargeFilter {
  readonly lago_id?: string
  readonly invoice_display_name: string | null
  readonly properties: Properties
  readonly values: FilterValues
}

export interface PlanCharge {
  readonly lago_id: string
  readonly lago_billable_metric_id: string
  readonly billable_metric_code: string
  readonly code: string
  readonly invoice_display_name: string | null
  readonly charge_model: string
  readonly invoiceable: boolean
  readonly regroup_paid_fees: 'invoice' | null
  readonly pay_in_advance: boolean
  readonly prorated: boolean
  readonly min_amount_cents: number
  readonly accepts_target_wallet: boolean
  readonly properties: Properties
  readonly applied_pricing_unit: { readonly code: string; readonly conversion_rate: string } | null
  readonly lago_parent_id: string | null
  readonly filters: readonly PlanChargeFilter[]
  readonly taxes: readonly PlanTax[]
}

export interface PlanFixedCharge {
  readonly lago_id: string
  readonly lago_add_on_id: string
  readonly add_on_code: string
  readonly code: string
  readonly invoice_display_name: string | null
  readonly charge_model: string
  readonly pay_in_advance: boolean
  readonly prorated: boolean
  readonly properties: Properties
  readonly units: string
  readonly taxes: readonly PlanTax[]
}

export interface Privilege {
  readonly code: string
  readonly name: string | null
  readonly value_type: string
  readonly config: { readonly select_options?: readonly string[] }
}

export interface PlanEntitlement {
  readonly code: string
  readonly name: string
  readonly privileges: readonly (Privilege & { readonly value: string | number | boolean })[]
}

export interface Feature {
  readonly code: string
  readonly name: string
  readonly privileges: readonly Privilege[]
}

export interface AddOnOption {
  readonly lago_id: string
  readonly code: string
  readonly name: string
}

export interface PricingUnit {
  readonly code: string
  readonly name: string
  readonly short_name: string
}

export interface FullPlan {
  readonly lago_id: string
  readonly name: string
  readonly invoice_display_name: string | null
  readonly created_at: string
  readonly code: string
  readonly interval: string
  readonly description: string | null
  readonly amount_cents: number
  readonly amount_currency: string
  readonly trial_period: number | null
  readonly pay_in_advance: boolean
  readonly bill_charges_monthly: boolean | null
  readonly bill_fixed_charges_monthly: boolean | null
  readonly pending_deletion: boolean
  readonly charges: readonly PlanCharge[]
  /** Not in lists. */
  readonly fixed_charges?: readonly PlanFixedCharge[]
  readonly taxes: readonly PlanTax[]
  readonly usage_thresholds: readonly {
    readonly threshold_display_name: string | null
    readonly amount_cents: number
    readonly recurring: boolean
  }[]
  readonly minimum_commitment?: {
    readonly invoice_display_name: string | null
    readonly amount_cents: number
    readonly taxes: readonly PlanTax[]
  }
  readonly entitlements: readonly PlanEntitlement[]
  readonly metadata?: Readonly<Record<string, string | null>>
}

/** Who has a plan, private copies of it included. */
export interface PlanUses {
  readonly plan_code: string
  readonly active_subscriptions_count: number
  readonly pending_subscriptions_count: number
  /** Of the active and pending ones, those with prices of their own. */
  readonly overridden_subscriptions_count: number
  readonly customers_count: number
  readonly draft_invoices_count: number
  /** Whether any subscription was ever on it, so that its terms are fixed. */
  readonly attached: boolean
}
