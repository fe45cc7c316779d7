import type { Customer, Subscription } from './types.ts'

/** A tax of an invoice or a credit note. */
export interface Tax {
  readonly tax_code: string
  readonly tax_name: string
  readonly tax_rate: number
  readonly amount_cents: number
  readonly amount_currency: string
  readonly fees_amount_cents?: number
  readonly base_amount_cents?: number
}

export interface Fee {
  readonly lago_id: string | null
  readonly lago_charge_id: string | null
  readonly lago_charge_filter_id: string | null
  readonly lago_fixed_charge_id: string | null
  readonly lago_true_up_fee_id: string | null
  readonly lago_true_up_parent_fee_id: string | null
  readonly lago_original_fee_id: string | null
  readonly lago_subscription_id: string | null
  readonly external_subscription_id: string | null
  readonly item: {
    readonly type: string
    readonly code: string | null
    readonly name: string | null
    readonly lago_item_id: string | null
    readonly item_type: string | null
    readonly invoice_display_name: string | null
    readonly filter_invoice_display_name: string | null
    readonly filters: Readonly<Record<string, readonly string[]>> | null
    readonly grouped_by: Readonly<Record<string, string | null>>
  }
  readonly amount_cents: number
  readonly amount_currency: string
  /** In units of the currency. */
  readonly precise_amount: string
  readonly precise_total_amount: string
  readonly precise_coupons_amount_cents: string
  readonly taxes_amount_cents: number
  readonly taxes_precise_amount: string
  readonly taxes_rate: number
  readonly total_amount_cents: number
  readonly units: string
  readonly total_aggregated_units: string | null
  readonly precise_unit_amount: string
  readonly events_count: number | null
  readonly from_date: string | null
  readonly to_date: string | null
  readonly pay_in_advance: boolean
  readonly description: string | null
  readonly payment_status: string
  readonly created_at: string | null
  readonly event_transaction_id?: string | null
  readonly amount_details: Readonly<Record<string, unknown>> | null
  readonly pricing_unit_details: {
    readonly short_name: string
    readonly precise_amount_cents: string
    readonly precise_unit_amount: string
    readonly conversion_rate: string
  } | null
  readonly presentation_breakdowns: readonly {
    readonly presentation_by: Readonly<Record<string, string | null>>
    readonly units: string
  }[]
}

export interface MetadataPair {
  readonly lago_id?: string
  readonly key: string
  readonly value: string
}

export interface Invoice {
  readonly lago_id: string
  readonly number: string
  readonly issuing_date: string
  readonly payment_due_date: string | null
  readonly net_payment_term: number
  readonly payment_overdue: boolean
  readonly payment_dispute_lost_at: string | null
  readonly invoice_type: string
  readonly status: string
  readonly payment_status: string
  readonly currency: string
  readonly fees_amount_cents: number
  readonly progressive_billing_credit_amount_cents: number
  readonly coupons_amount_cents: number
  readonly sub_total_excluding_taxes_amount_cents: number
  readonly taxes_amount_cents: number
  readonly sub_total_including_taxes_amount_cents: number
  readonly credit_notes_amount_cents: number
  readonly prepaid_credit_amount_cents: number
  readonly prepaid_granted_credit_amount_cents: number | null
  readonly prepaid_purchased_credit_amount_cents: number | null
  readonly total_amount_cents: number
  readonly total_paid_amount_cents: number
  readonly total_due_amount_cents: number
  readonly total_offsetted_credit_note_amount_cents: number
  readonly creditable_amount_cents: number
  readonly refundable_amount_cents: number
  readonly offsettable_amount_cents: number
  readonly file_url: string | null
  readonly xml_url: string | null
  readonly voided_at: string | null
  readonly created_at: string
  readonly billing_entity_code: string
  readonly purchase_order_number?: string | null
  readonly self_billed: boolean
  readonly customer?: Customer
  readonly metadata?: readonly MetadataPair[]
  readonly fees?: readonly Fee[]
  readonly credits?: readonly {
    readonly lago_id: string | null
    readonly amount_cents: number
    readonly item: { readonly type: string; readonly code: string; readonly name: string }
  }[]
  readonly applied_taxes?: readonly Tax[]
  readonly subscriptions?: readonly Subscription[]
  readonly billing_periods?: readonly BillingPeriod[]
  readonly error_details?: readonly { readonly error_code: string; readonly details: unknown }[]
  readonly lago_voided_invoice_id?: string | null
  readonly lago_regenerated_invoice_id?: string | null
}

export interface BillingPeriod {
  readonly lago_subscription_id: string
  readonly external_subscription_id: string
  readonly subscription_from_datetime: string
  readonly subscription_to_datetime: string
  readonly charges_from_datetime: string
  readonly charges_to_datetime: string
}

/** What the invoices of a list come to, in one currency. */
export interface InvoiceTotal {
  readonly currency: string
  readonly invoices_count: number
  readonly total_amount_cents: number
  readonly voided_amount_cents: number
  readonly total_paid_amount_cents: number
  readonly total_due_amount_cents: number
}

/** An edit of a line of a draft. */
export interface AdjustedFee {
  readonly lago_id: string
  readonly lago_fee_id: string | null
  readonly units: string | null
  readonly unit_precise_amount: string | null
  readonly invoice_display_name: string | null
}

export interface Step {
  readonly name: string
  readonly formula: string
  readonly unrounded: string
  readonly rounded: string | null
}

export interface FeeExplanation {
  readonly lago_fee_id: string
  readonly currency: string
  readonly inputs: {
    readonly from_datetime: string | null
    readonly to_datetime: string | null
    readonly units: string
    readonly total_aggregated_units: string | null
    readonly events_count: number | null
    readonly computed_from: Readonly<Record<string, unknown>>
    readonly amount_details: Readonly<Record<string, unknown>> | null
    readonly pricing_unit: { readonly short_name: string } | null
    readonly taxes: readonly { readonly code: string; readonly rate: number }[]
  }
  readonly steps: readonly Step[]
}

export interface InvoiceExplanation {
  readonly currency: string
  readonly steps: readonly Step[]
  readonly fees: readonly FeeExplanation[]
}

export interface CreditNote {
  readonly lago_id: string
  readonly number: string
  readonly invoice_number: string
  readonly lago_invoice_id: string
  readonly issuing_date: string
  readonly credit_status: string | null
  readonly refund_status: string | null
  readonly reason: string
  readonly description: string | null
  readonly currency: string
  readonly total_amount_cents: number
  readonly taxes_amount_cents: number
  readonly sub_total_excluding_taxes_amount_cents: number
  readonly coupons_adjustment_amount_cents: number
  readonly credit_amount_cents: number
  readonly balance_amount_cents: number
  readonly refund_amount_cents: number
  readonly offset_amount_cents: number
  readonly billing_entity_code: string
  readonly purchase_order_number: string | null
  readonly file_url: string | null
  readonly xml_url: string | null
  readonly created_at: string
  readonly customer?: Customer
  readonly items?: readonly { readonly lago_id: string; readonly amount_cents: number; readonly fee: Fee | null }[]
  readonly applied_taxes?: readonly Tax[]
}

export interface CreditNoteEstimate {
  readonly currency: string
  readonly taxes_amount_cents: number
  readonly sub_total_excluding_taxes_amount_cents: number
  readonly coupons_adjustment_amount_cents: number
  readonly max_creditable_amount_cents: number
  readonly max_refundable_amount_cents: number
  readonly max_offsettable_amount_cents: number
  readonly applied_taxes: readonly Tax[]
}

export interface Payment {
  readonly lago_id: string
  readonly external_customer_id: string | null
  readonly invoice_ids: readonly string[]
  readonly invoice_numbers: readonly string[]
  readonly amount_cents: number
  readonly amount_currency: string
  readonly payment_status: string | null
  readonly type: string
  readonly reference: string | null
  readonly payment_provider_type: string | null
  readonly provider_payment_id: string | null
  readonly created_at: string
}

export interface PaymentMethod {
  readonly lago_id: string
  readonly is_default: boolean
  readonly payment_provider_type: string | null
  readonly provider_method_id: string
}

/** Of the billing entity of an invoice: what its settings allow. */
export interface Issuer {
  readonly code: string
  readonly name: string
  readonly email: string | null
  readonly email_settings: readonly string[]
  readonly einvoicing: boolean
}
