import { applicableIssuingSettings, type IssuingPreferences, type IssuingSettings } from '@weir/engine'
import type { BillingEntity } from '../accounts/index.ts'
import type { Customer } from '../customers/index.ts'

/** The grace period, term and issuing date settings that apply to a customer's invoices. */
export function issuingSettings(customer: Customer, entity: BillingEntity): IssuingSettings {
  return applicableIssuingSettings(preferences(customer), preferences(entity))
}

function preferences(
  owner: Pick<
    Customer,
    | 'invoice_grace_period'
    | 'net_payment_term'
    | 'subscription_invoice_issuing_date_anchor'
    | 'subscription_invoice_issuing_date_adjustment'
  >,
): IssuingPreferences {
  return {
    invoiceGracePeriod: owner.invoice_grace_period,
    netPaymentTerm: owner.net_payment_term,
    issuingDateAnchor: owner.subscription_invoice_issuing_date_anchor as IssuingPreferences['issuingDateAnchor'],
    issuingDateAdjustment:
      owner.subscription_invoice_issuing_date_adjustment as IssuingPreferences['issuingDateAdjustment'],
  }
}
