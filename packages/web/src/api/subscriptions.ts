import type { PlanCharge, PlanChargeFilter, PlanFixedCharge } from './plans.ts'
import type { Customer, Subscription } from './types.ts'

/* What the API gives of subscriptions and what belongs to them. Amounts are in minor units, prices and units decimal text. */

export type PricedFilter = PlanChargeFilter
export type PricedCharge = PlanCharge
export type PricedFixedCharge = PlanFixedCharge

export interface Threshold {
  readonly threshold_display_name: string | null
  readonly amount_cents: number
  readonly recurring: boolean
}

/** A plan with its prices: as it is sold, or a subscription's own copy of it (`parent_id`). */
export interface PricedPlan {
  readonly lago_id: string
  readonly name: string
  readonly code: string
  readonly invoice_display_name: string | null
  readonly description: string | null
  readonly interval: string
  readonly amount_cents: number
  readonly amount_currency: string
  readonly trial_period: number | null
  readonly pay_in_advance: boolean
  readonly bill_charges_monthly: boolean | null
  readonly parent_id: string | null
  readonly charges: readonly PricedCharge[]
  /** Not where the plan stands in something else. */
  readonly fixed_charges?: readonly PricedFixedCharge[]
  readonly minimum_commitment?: { readonly invoice_display_name: string | null; readonly amount_cents: number }
  readonly usage_thresholds: readonly Threshold[]
  readonly applicable_usage_thresholds?: readonly Threshold[]
}

export interface ActivationRule {
  readonly type: string
  readonly timeout_hours: number
  readonly status: string
  readonly expires_at: string | null
}

/** A subscription with its plan and its customer: what the list gives with `include[]=plan&include[]=customer`. */
export interface FullSubscription extends Omit<Subscription, 'plan'> {
  readonly plan_amount_cents: number
  readonly plan_amount_currency: string
  readonly trial_ended_at: string | null
  readonly canceled_at: string | null
  readonly previous_plan_code: string | null
  readonly next_plan_code: string | null
  readonly downgrade_plan_date: string | null
  readonly on_termination_credit_note: string | null
  readonly on_termination_invoice: string
  readonly progressive_billing_disabled: boolean
  readonly consolidate_invoice: boolean
  readonly purchase_order_number: string | null
  readonly cancellation_reason: string | null
  readonly activation_rules: readonly ActivationRule[]
  readonly plan: PricedPlan
  readonly customer: Customer
}

/** What a change would give back. */
export interface PreviewedCredit {
  readonly currency: string
  readonly total_amount_cents: number
  readonly taxes_amount_cents: number
  readonly credit_amount_cents: number
  readonly refund_amount_cents: number
  readonly offset_amount_cents: number
  /** What is left of it after the previewed invoice. */
  readonly balance_amount_cents: number
}

export interface LifetimeUsage {
  readonly external_historical_usage_amount_cents: number
  readonly invoiced_usage_amount_cents: number
  readonly current_usage_amount_cents: number
  readonly usage_thresholds?: readonly {
    readonly amount_cents: number
    readonly completion_ratio: number
    readonly reached_at: string | null
  }[]
}

export type PrivilegeValue = string | number | boolean

export interface Privilege {
  readonly code: string
  readonly name: string | null
  readonly value_type: string
  readonly config: { readonly select_options?: readonly string[] }
}

export interface EntitledPrivilege extends Privilege {
  readonly value: PrivilegeValue
  readonly plan_value: PrivilegeValue | null
  readonly override_value: PrivilegeValue | null
}

export interface Entitlement {
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly privileges: readonly EntitledPrivilege[]
}

export interface EntitledFeature {
  readonly code: string
  readonly name: string
  readonly privileges: readonly Privilege[]
}

export interface Alert {
  readonly lago_id: string
  readonly alert_type: string
  readonly code: string
  readonly name: string | null
  readonly previous_value: string
  readonly last_processed_at: string | null
  readonly thresholds: readonly { readonly code: string | null; readonly value: string; readonly recurring: boolean }[]
  readonly billable_metric: { readonly code: string; readonly name: string } | null
}
