/*
 * What the API gives, as far as the console reads it. Names are those of the wire; amounts are in minor units, units and
 * rates are decimal text.
 */

export type { CreditNote, Fee, FeeExplanation, Invoice, InvoiceExplanation, Step, Tax } from './invoices.ts'

export interface Meta {
  readonly current_page: number
  readonly next_page: number | null
  readonly prev_page: number | null
  readonly total_pages: number
  readonly total_count: number
}

/** Of a list that was read without being counted. */
export interface UncountedMeta extends Omit<Meta, 'total_pages' | 'total_count'> {
  readonly total_pages: null
  readonly total_count: null
}

export type Mode = 'read' | 'write'

export interface Organization {
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly sandbox: boolean
  readonly test_clock_now: string | null
  readonly currency: string
  readonly timezone: string
  readonly roles: readonly string[]
  readonly permissions: Readonly<Record<string, readonly Mode[]>>
}

export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
}

export interface Me {
  readonly user: User | null
  readonly organizations: readonly Organization[]
  readonly sign_up_open: boolean
}

export interface Address {
  readonly address_line1: string | null
  readonly address_line2: string | null
  readonly city: string | null
  readonly state: string | null
  readonly zipcode: string | null
  readonly country: string | null
}

export interface Customer extends Address {
  readonly lago_id: string
  readonly external_id: string
  readonly sequential_id: number
  readonly name: string | null
  readonly firstname: string | null
  readonly lastname: string | null
  readonly customer_type: string | null
  readonly account_type: string
  readonly email: string | null
  readonly phone: string | null
  readonly url: string | null
  readonly legal_name: string | null
  readonly legal_number: string | null
  readonly tax_identification_number: string | null
  readonly currency: string | null
  readonly timezone: string | null
  readonly applicable_timezone: string
  readonly net_payment_term: number | null
  readonly billing_entity_code: string
  readonly billing_configuration: {
    readonly invoice_grace_period: number | null
    readonly payment_provider: string | null
    readonly document_locale: string | null
  }
  readonly shipping_address?: Address | null
  readonly metadata: readonly { readonly key: string; readonly value: string; readonly display_in_invoice: boolean }[]
  readonly created_at: string
}

export interface Subscription {
  readonly lago_id: string
  readonly external_id: string
  readonly external_customer_id: string
  readonly name: string | null
  readonly plan_code: string
  readonly status: string
  readonly billing_time: string
  readonly started_at: string | null
  readonly ending_at: string | null
  readonly terminated_at: string | null
  readonly subscription_at: string | null
  readonly created_at: string
  readonly current_billing_period_started_at: string | null
  readonly current_billing_period_ending_at: string | null
  readonly plan?: Plan
}

export interface Plan {
  readonly lago_id: string
  readonly name: string
  readonly code: string
  readonly invoice_display_name: string | null
  readonly interval: string
  readonly amount_cents: number
  readonly amount_currency: string
}

export interface Metric {
  readonly lago_id: string
  readonly name: string
  readonly code: string
  readonly aggregation_type: string
}

export interface UsageSums {
  readonly units: string
  readonly events_count: number
  readonly amount_cents: number
}

export interface FilterUsage extends UsageSums {
  readonly invoice_display_name: string | null
  readonly values: Readonly<Record<string, readonly string[]>> | null
}

export interface ChargeUsage extends UsageSums {
  readonly amount_currency: string
  readonly charge: {
    readonly lago_id: string
    readonly charge_model: string
    readonly invoice_display_name: string | null
  }
  readonly billable_metric: Metric
  readonly filters: readonly FilterUsage[]
  readonly grouped_usage: readonly (UsageSums & {
    readonly grouped_by: Readonly<Record<string, string | null>>
    readonly filters: readonly FilterUsage[]
  })[]
}

export interface Usage {
  readonly from_datetime: string
  readonly to_datetime: string
  readonly currency: string
  readonly amount_cents: number
  readonly total_amount_cents: number
  readonly taxes_amount_cents: number
  readonly charges_usage: readonly ChargeUsage[]
}

export interface DailyUsage {
  readonly usage_date: string
  readonly usage: Usage
  readonly usage_diff: Usage
}

export interface Wallet {
  readonly lago_id: string
  readonly status: string
  readonly currency: string
  readonly name: string | null
  readonly rate_amount: string
  readonly credits_balance: string
  readonly balance_cents: number
  readonly ongoing_balance_cents: number
  readonly credits_ongoing_balance: string
  readonly consumed_credits: string
  readonly priority: number
  readonly expiration_at: string | null
  readonly created_at: string
}

export interface WalletTransaction {
  readonly lago_id: string
  readonly status: string
  readonly source: string
  readonly transaction_status: string
  readonly transaction_type: string
  readonly name: string | null
  readonly amount: string
  readonly credit_amount: string
  readonly settled_at: string | null
  readonly created_at: string
}

export interface AppliedCoupon {
  readonly lago_id: string
  readonly coupon_code: string
  readonly coupon_name: string
  readonly status: string
  readonly amount_cents: number | null
  readonly amount_currency: string | null
  readonly amount_cents_remaining: number | null
  readonly percentage_rate: string | null
  readonly frequency: string
  readonly frequency_duration: number | null
  readonly frequency_duration_remaining: number | null
  readonly created_at: string
}

export interface Event {
  readonly lago_id: string
  readonly transaction_id: string
  readonly code: string
  readonly timestamp: string
  readonly external_subscription_id: string | null
  readonly precise_total_amount_cents: string | null
  readonly properties: Readonly<Record<string, unknown>>
  readonly created_at: string
}

export interface TestClock {
  readonly now: string | null
  readonly frozen: boolean
}
