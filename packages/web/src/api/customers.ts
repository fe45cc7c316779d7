import type { TaxRate } from './catalog.ts'
import type { Address, Customer } from './types.ts'

/** A customer as it is answered alone. */
export interface FullCustomer extends Customer {
  readonly external_salesforce_id: string | null
  readonly finalize_zero_amount_invoice: string
  readonly billing_configuration: Customer['billing_configuration'] & {
    readonly subscription_invoice_issuing_date_anchor: string | null
    readonly subscription_invoice_issuing_date_adjustment: string | null
  }
  readonly skip_invoice_custom_sections: boolean
  readonly shipping_address: Address | null
  readonly taxes: readonly TaxRate[]
  readonly applicable_invoice_custom_sections: readonly CustomSection[]
  readonly metadata: readonly {
    readonly lago_id: string
    readonly key: string
    readonly value: string
    readonly display_in_invoice: boolean
  }[]
}

export interface CustomSection {
  readonly lago_id: string
  readonly code: string
  readonly name: string
}

/** A billing entity, as far as customers inherit from it. */
export interface BillingEntity {
  readonly code: string
  readonly name: string
  readonly is_default: boolean
  readonly default_currency: string
  readonly timezone: string
  readonly net_payment_term: number
  readonly invoice_grace_period: number
  readonly document_locale: string
  readonly finalize_zero_amount_invoice: boolean
  readonly subscription_invoice_issuing_date_anchor: string
  readonly subscription_invoice_issuing_date_adjustment: string
  readonly taxes?: readonly TaxRate[]
  readonly selected_invoice_custom_sections?: readonly CustomSection[]
}
