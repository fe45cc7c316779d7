import { Type } from 'typebox'
import { Input, Nullable } from '../platform/http/input.ts'

const Text = Nullable(Type.String())
const Flag = Nullable(Type.Boolean())
const Days = Nullable(Type.Integer())

const address = {
  address_line1: Text,
  address_line2: Text,
  city: Text,
  zipcode: Text,
  state: Text,
  country: Text,
}

const MetadataItem = Input({ id: Text, key: Text, value: Text, display_in_invoice: Flag })
export type MetadataItem = Type.Static<typeof MetadataItem>

const IntegrationCustomer = Input({
  id: Text,
  code: Text,
  external_customer_id: Text,
  integration_type: Text,
  integration_code: Text,
  subsidiary_id: Text,
  sync_with_provider: Flag,
  targeted_object: Text,
})

const BillingConfiguration = Input({
  invoice_grace_period: Days,
  subscription_invoice_issuing_date_anchor: Text,
  subscription_invoice_issuing_date_adjustment: Text,
  payment_provider: Text,
  payment_provider_code: Text,
  provider_customer_id: Text,
  sync: Flag,
  sync_with_provider: Flag,
  document_locale: Text,
  provider_payment_methods: Type.Array(Type.String()),
})
export type BillingConfigurationInput = Type.Static<typeof BillingConfiguration>

export const CustomerInput = Input({
  account_type: Text,
  external_id: Text,
  name: Text,
  firstname: Text,
  lastname: Text,
  customer_type: Text,
  ...address,
  email: Text,
  url: Text,
  phone: Text,
  logo_url: Text,
  legal_name: Text,
  legal_number: Text,
  tax_identification_number: Text,
  currency: Text,
  timezone: Text,
  net_payment_term: Days,
  external_salesforce_id: Text,
  finalize_zero_amount_invoice: Text,
  skip_invoice_custom_sections: Flag,
  billing_entity_code: Text,
  integration_customers: Type.Array(IntegrationCustomer),
  billing_configuration: BillingConfiguration,
  metadata: Type.Array(MetadataItem),
  shipping_address: Input(address),
  tax_codes: Type.Array(Type.String()),
  invoice_custom_section_codes: Type.Array(Type.String()),
})
export type CustomerInput = Type.Static<typeof CustomerInput>
