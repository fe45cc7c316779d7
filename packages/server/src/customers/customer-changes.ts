import { isCurrency } from '@weir/engine'
import type { Updateable } from 'kysely'
import { ISSUING_DATE_ADJUSTMENTS, ISSUING_DATE_ANCHORS } from '../accounts/index.ts'
import type { Customers } from '../platform/db/types.ts'
import type { Problems } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { isCountry } from '../platform/validation/countries.ts'
import { dayCountProblems } from '../platform/validation/days.ts'
import { isEmailList, sanitizeEmail } from '../platform/validation/email.ts'
import { isDocumentLocale } from '../platform/validation/locales.ts'
import { characterCount, withoutNul } from '../platform/validation/text.ts'
import { ianaTimeZone } from '../platform/validation/time-zones.ts'
import type { CustomerInput } from './schema.ts'

/** New values of a customer's columns; absent: unchanged. */
export type CustomerChanges = Updateable<Customers>

export const ACCOUNT_TYPES: readonly string[] = ['customer', 'partner']
export const CUSTOMER_TYPES: readonly string[] = ['company', 'individual']

const LONGEST_NAME = 255

const TEXTS = [
  'name',
  'firstname',
  'lastname',
  'legal_name',
  'legal_number',
  'tax_identification_number',
  'phone',
  'url',
  'logo_url',
  'external_salesforce_id',
] as const

const ADDRESS_LINES = ['address_line1', 'address_line2', 'city', 'zipcode', 'state'] as const

/**
 * The columns that a request changes, normalized: a key that is absent changes nothing, null clears. What is wrong is
 * added to `problems`. Not read here: what takes a look at the database (billing entity, account type, payment provider,
 * metadata).
 */
export function readCustomerChanges(input: CustomerInput, problems: Problems): CustomerChanges {
  const changes: CustomerChanges = {}
  for (const column of TEXTS) {
    const value = input[column]
    if (value !== undefined) changes[column] = withoutNul(value)
  }
  if (characterCount(input.name ?? '') > LONGEST_NAME) problems.add('name', 'value_is_too_long')
  readAddresses(input, changes, problems)
  readEmail(input, changes, problems)
  readMoneyAndTime(input, changes, problems)
  readInvoiceSettings(input, changes, problems)
  return changes
}

function readAddresses(input: CustomerInput, changes: CustomerChanges, problems: Problems): void {
  for (const line of ADDRESS_LINES) {
    const billing = input[line]
    const shipping = input.shipping_address?.[line]
    if (billing !== undefined) changes[line] = withoutNul(billing) || null
    if (shipping !== undefined) changes[`shipping_${line}`] = withoutNul(shipping) || null
  }
  if (input.country !== undefined) changes.country = readCountry('country', input.country, problems)
  const shippingCountry = input.shipping_address?.country
  if (shippingCountry !== undefined) {
    changes.shipping_country = readCountry('shipping_country', shippingCountry, problems)
  }
}

function readCountry(field: string, value: string | null, problems: Problems): string | null {
  const country = value?.toUpperCase() || null
  if (country !== null && !isCountry(country)) problems.add(field, 'not_a_valid_country_code')
  return country
}

function readEmail(input: CustomerInput, changes: CustomerChanges, problems: Problems): void {
  if (input.email === undefined) return
  const email = input.email === null ? null : sanitizeEmail(input.email)
  if (!isBlank(email) && !isEmailList(email ?? '')) problems.add('email', 'invalid_email_format')
  changes.email = email
}

function readMoneyAndTime(input: CustomerInput, changes: CustomerChanges, problems: Problems): void {
  if (input.currency !== undefined) {
    if (input.currency !== null && !isCurrency(input.currency)) problems.add('currency', 'value_is_invalid')
    changes.currency = input.currency
  }
  if (input.timezone !== undefined) {
    const zone = isBlank(input.timezone) ? null : ianaTimeZone(input.timezone ?? '')
    if (zone === undefined) problems.add('timezone', 'invalid_timezone')
    else changes.timezone = zone
  }
  if (input.net_payment_term !== undefined) {
    changes.net_payment_term = readDays('net_payment_term', input.net_payment_term, problems)
  }
}

function readInvoiceSettings(input: CustomerInput, changes: CustomerChanges, problems: Problems): void {
  const configuration = input.billing_configuration ?? {}
  if (configuration.invoice_grace_period !== undefined) {
    changes.invoice_grace_period = readDays('invoice_grace_period', configuration.invoice_grace_period, problems)
  }
  const { document_locale: locale } = configuration
  if (locale !== undefined) {
    if (locale !== null && !isDocumentLocale(locale)) problems.add('document_locale', 'not_a_valid_language_code')
    changes.document_locale = locale
  }
  const { subscription_invoice_issuing_date_anchor: anchor } = configuration
  if (anchor !== undefined) {
    changes.subscription_invoice_issuing_date_anchor = readChoice(
      'subscription_invoice_issuing_date_anchor',
      ISSUING_DATE_ANCHORS,
      anchor,
      problems,
    )
  }
  const { subscription_invoice_issuing_date_adjustment: adjustment } = configuration
  if (adjustment !== undefined) {
    changes.subscription_invoice_issuing_date_adjustment = readChoice(
      'subscription_invoice_issuing_date_adjustment',
      ISSUING_DATE_ADJUSTMENTS,
      adjustment,
      problems,
    )
  }
  if (input.customer_type !== undefined) {
    changes.customer_type = readChoice('customer_type', CUSTOMER_TYPES, input.customer_type, problems)
  }
  if (input.finalize_zero_amount_invoice !== undefined) {
    changes.finalize_zero_amount_invoice = input.finalize_zero_amount_invoice ?? 'inherit'
  }
  // Choosing sections by hand, even none, means that they are not skipped.
  if (input.invoice_custom_section_codes !== undefined) changes.skip_invoice_custom_sections = false
  else if (input.skip_invoice_custom_sections !== undefined) {
    changes.skip_invoice_custom_sections = input.skip_invoice_custom_sections ?? false
  }
}

function readDays(field: string, days: number | null, problems: Problems): number | null {
  if (days === null) return null
  const codes = dayCountProblems(days)
  if (codes.length > 0) problems.add(field, ...codes)
  return days
}

/** Null, and blank text, leave the choice to the default. */
export function readChoice(
  field: string,
  choices: readonly string[],
  value: string | null,
  problems: Problems,
): string | null {
  if (isBlank(value)) return null
  if (value !== null && !choices.includes(value)) problems.add(field, 'value_is_invalid')
  return value
}
