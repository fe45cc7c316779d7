import { Type } from 'typebox'
import { Input, Nullable } from '../platform/http/input.ts'

const Text = Nullable(Type.String())

/** Fields that organizations and billing entities share on input. */
const legalFields = {
  country: Text,
  default_currency: Text,
  address_line1: Text,
  address_line2: Text,
  state: Text,
  zipcode: Text,
  email: Text,
  city: Text,
  legal_name: Text,
  legal_number: Text,
  tax_identification_number: Text,
  timezone: Text,
  document_numbering: Text,
  document_number_prefix: Text,
  finalize_zero_amount_invoice: Nullable(Type.Boolean()),
  net_payment_term: Nullable(Type.Integer()),
  email_settings: Type.Array(Type.String()),
}

const organizationFields = {
  ...legalFields,
  webhook_url: Text,
  slug: Text,
  issue_receipts: Nullable(Type.Boolean()),
  audit_logs_period: Nullable(Type.Integer()),
  billing_configuration: Input({
    invoice_footer: Text,
    invoice_grace_period: Nullable(Type.Integer()),
    document_locale: Text,
  }),
}

export const OrganizationInput = Input(organizationFields)
export type OrganizationInput = Type.Static<typeof OrganizationInput>

const billingEntityFields = {
  ...legalFields,
  name: Text,
  phone: Text,
  einvoicing: Nullable(Type.Boolean()),
  eu_tax_management: Nullable(Type.Boolean()),
  logo: Text,
  billing_configuration: Input({
    invoice_footer: Text,
    invoice_grace_period: Nullable(Type.Integer()),
    document_locale: Text,
    subscription_invoice_issuing_date_anchor: Text,
    subscription_invoice_issuing_date_adjustment: Text,
  }),
}

export const NewBillingEntityInput = Input({ ...billingEntityFields, code: Text })
export type NewBillingEntityInput = Type.Static<typeof NewBillingEntityInput>

export const BillingEntityInput = Input({
  ...billingEntityFields,
  tax_codes: Type.Array(Type.String()),
  invoice_custom_section_codes: Type.Array(Type.String()),
})
export type BillingEntityInput = Type.Static<typeof BillingEntityInput>

/** Settings that updates take under `billing_configuration`; a new organization may also be given them beside the others. */
const billingConfiguration = {
  invoice_footer: Text,
  invoice_grace_period: Nullable(Type.Integer()),
  document_locale: Text,
  subscription_invoice_issuing_date_anchor: Text,
  subscription_invoice_issuing_date_adjustment: Text,
}
export const BillingConfigurationInput = Input(billingConfiguration)

export const NewOrganizationInput = Input({
  ...organizationFields,
  ...billingConfiguration,
  billing_configuration: BillingConfigurationInput,
  name: Text,
  phone: Text,
  eu_tax_management: Nullable(Type.Boolean()),
  sandbox: Nullable(Type.Boolean()),
})
export type NewOrganizationInput = Type.Static<typeof NewOrganizationInput>
