import type { Ctx } from '../platform/context.ts'
import { fileUrl } from '../platform/files/file-urls.ts'
import { formatInstant } from '../platform/wire.ts'
import type { BillingEntity } from './billing-entities.ts'
import type { Organization } from './organizations.ts'

export interface OrganizationExtras {
  /** URLs of the organization's webhook endpoints. */
  readonly webhookUrls: readonly string[]
}

export function serializeOrganization(organization: Organization, entity: BillingEntity, extras: OrganizationExtras) {
  return {
    lago_id: organization.id,
    name: organization.name,
    slug: organization.slug,
    default_currency: entity.default_currency,
    created_at: formatInstant(organization.created_at),
    webhook_url: extras.webhookUrls[0] ?? '',
    webhook_urls: extras.webhookUrls,
    country: organization.country,
    address_line1: organization.address_line1,
    address_line2: organization.address_line2,
    state: organization.state,
    zipcode: organization.zipcode,
    email: organization.email,
    city: organization.city,
    legal_name: organization.legal_name,
    legal_number: organization.legal_number,
    timezone: entity.timezone,
    net_payment_term: organization.net_payment_term,
    email_settings: organization.email_settings,
    document_numbering: organization.document_numbering,
    document_number_prefix: organization.document_number_prefix,
    tax_identification_number: organization.tax_identification_number,
    finalize_zero_amount_invoice: organization.finalize_zero_amount_invoice,
    issue_receipts: organization.issue_receipts,
    audit_logs_period: organization.audit_logs_period,
    billing_configuration: {
      invoice_footer: organization.invoice_footer,
      invoice_grace_period: organization.invoice_grace_period,
      document_locale: organization.document_locale,
    },
    events_store: 'postgres',
  }
}

export function serializeBillingEntity({ config }: Pick<Ctx, 'config'>, entity: BillingEntity, isDefault: boolean) {
  return {
    lago_id: entity.id,
    code: entity.code,
    name: entity.name,
    default_currency: entity.default_currency,
    created_at: formatInstant(entity.created_at),
    updated_at: formatInstant(entity.updated_at),
    country: entity.country,
    address_line1: entity.address_line1,
    address_line2: entity.address_line2,
    phone: entity.phone,
    city: entity.city,
    state: entity.state,
    zipcode: entity.zipcode,
    einvoicing: entity.einvoicing,
    email: entity.email,
    legal_name: entity.legal_name,
    legal_number: entity.legal_number,
    timezone: entity.timezone,
    net_payment_term: entity.net_payment_term,
    email_settings: entity.email_settings,
    document_numbering: entity.document_numbering,
    document_number_prefix: entity.document_number_prefix,
    tax_identification_number: entity.tax_identification_number,
    finalize_zero_amount_invoice: entity.finalize_zero_amount_invoice,
    invoice_footer: entity.invoice_footer,
    invoice_grace_period: entity.invoice_grace_period,
    subscription_invoice_issuing_date_adjustment: entity.subscription_invoice_issuing_date_adjustment,
    subscription_invoice_issuing_date_anchor: entity.subscription_invoice_issuing_date_anchor,
    document_locale: entity.document_locale,
    is_default: isDefault,
    eu_tax_management: entity.eu_tax_management,
    logo_url: entity.logo_file_key === null ? null : fileUrl(config, entity.logo_file_key),
  }
}
