import { listSelectedSections, serializeSection } from '../accounts/index.ts'
import type { Ctx } from '../platform/context.ts'
import { formatInstant } from '../platform/wire.ts'
import { serializeTax } from '../taxes/index.ts'
import { serializeLink } from './payment-provider/serialize.ts'
import type { Customer, CustomerRecord, MetadataRow } from './store.ts'
import { applicableTimeZone } from './time-zone.ts'

/** The customer as other objects and webhooks embed it. */
export function serializeCustomer({ customer, billingEntity, metadata, providerCustomer }: CustomerRecord) {
  return {
    lago_id: customer.id,
    billing_entity_code: billingEntity.code,
    external_id: customer.external_id,
    account_type: customer.account_type,
    name: customer.name,
    firstname: customer.firstname,
    lastname: customer.lastname,
    customer_type: customer.customer_type,
    sequential_id: Number(customer.sequential_id),
    slug: customer.slug,
    created_at: formatInstant(customer.created_at),
    updated_at: formatInstant(customer.updated_at),
    country: customer.country,
    address_line1: customer.address_line1,
    address_line2: customer.address_line2,
    state: customer.state,
    zipcode: customer.zipcode,
    email: customer.email,
    city: customer.city,
    url: customer.url,
    phone: customer.phone,
    logo_url: customer.logo_url,
    legal_name: customer.legal_name,
    legal_number: customer.legal_number,
    currency: customer.currency,
    tax_identification_number: customer.tax_identification_number,
    timezone: customer.timezone,
    applicable_timezone: applicableTimeZone(customer, billingEntity),
    net_payment_term: customer.net_payment_term,
    external_salesforce_id: customer.external_salesforce_id,
    finalize_zero_amount_invoice: customer.finalize_zero_amount_invoice,
    billing_configuration: serializeBillingConfiguration(customer, providerCustomer),
    shipping_address: {
      address_line1: customer.shipping_address_line1,
      address_line2: customer.shipping_address_line2,
      city: customer.shipping_city,
      zipcode: customer.shipping_zipcode,
      state: customer.shipping_state,
      country: customer.shipping_country,
    },
    skip_invoice_custom_sections: customer.skip_invoice_custom_sections,
    metadata: metadata.map(serializeMetadata),
  }
}

/** As webhooks send it: with its links to other systems. */
export function serializeCustomerForWebhook(record: CustomerRecord) {
  return { ...serializeCustomer(record), integration_customers: [] }
}

/** As it stands in a list. */
export function serializeCustomerInList(record: CustomerRecord) {
  return { ...serializeCustomer(record), taxes: record.taxes.map(serializeTax), integration_customers: [] }
}

/** As it is answered alone: with the sections that its invoices get where nothing else is said. */
export async function presentCustomerDetail(ctx: Ctx, record: CustomerRecord) {
  const [presented] = await presentCustomersWithSections(ctx, [record])
  return { ...serializeCustomerInList(record), ...presented, error_details: [] }
}

/** Customers with their taxes and the sections that their invoices get where nothing else is said, in their order. */
export async function presentCustomersWithSections(ctx: Ctx, records: readonly CustomerRecord[]) {
  const owners = records.flatMap(({ customer }) => [customer.id, customer.billing_entity_id])
  const selected = await listSelectedSections(ctx, [...new Set(owners)])
  const sectionsOf = (id: string) => (selected.get(id) ?? []).map(({ section }) => section)
  return records.map(record => {
    const { customer } = record
    const own = sectionsOf(customer.id)
    const manual = own.filter(section => section.section_type === 'manual')
    const chosen = manual.length > 0 ? manual : sectionsOf(customer.billing_entity_id)
    const sections = [
      ...(customer.skip_invoice_custom_sections ? [] : chosen),
      ...own.filter(section => section.section_type !== 'manual'),
    ]
    return {
      ...serializeCustomerInList(record),
      applicable_invoice_custom_sections: sections.map(serializeSection),
    }
  })
}

/** The customer's own values, null where the billing entity's apply. */
function serializeBillingConfiguration(customer: Customer, link: CustomerRecord['providerCustomer']) {
  return {
    invoice_grace_period: customer.invoice_grace_period,
    payment_provider: customer.payment_provider,
    payment_provider_code: customer.payment_provider_code,
    ...serializeLink(customer, link),
    document_locale: customer.document_locale,
    subscription_invoice_issuing_date_anchor: customer.subscription_invoice_issuing_date_anchor,
    subscription_invoice_issuing_date_adjustment: customer.subscription_invoice_issuing_date_adjustment,
  }
}

function serializeMetadata(item: MetadataRow) {
  return {
    lago_id: item.id,
    key: item.key,
    value: item.value,
    display_in_invoice: item.display_in_invoice,
    created_at: formatInstant(item.created_at),
  }
}
