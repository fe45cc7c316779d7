import { isCurrency } from '@weir/engine'
import type { Problems } from '../platform/errors.ts'
import { isCountry } from '../platform/validation/countries.ts'
import { dayCountProblems } from '../platform/validation/days.ts'
import { isEmailList, sanitizeEmail } from '../platform/validation/email.ts'
import { isDocumentLocale } from '../platform/validation/locales.ts'
import { characterCount, withoutNul } from '../platform/validation/text.ts'
import { ianaTimeZone } from '../platform/validation/time-zones.ts'
import type { OrganizationInput } from './schema.ts'

const LONGEST_FOOTER = 600
const LONGEST_PREFIX = 10

/** Documents that may be mailed to customers when they are made. */
const EMAIL_SETTINGS: readonly string[] = ['invoice.finalized', 'credit_note.created', 'payment_receipt.created']

const TEXTS = [
  'address_line1',
  'address_line2',
  'city',
  'state',
  'zipcode',
  'legal_name',
  'legal_number',
  'tax_identification_number',
] as const

/** New values of the columns that organizations and billing entities share; absent: unchanged. */
export interface Settings extends Partial<Record<(typeof TEXTS)[number], string | null>> {
  country?: string | null
  email?: string | null
  default_currency?: string
  timezone?: string
  document_number_prefix?: string
  finalize_zero_amount_invoice?: boolean
  net_payment_term?: number
  email_settings?: string[]
  invoice_footer?: string | null
  invoice_grace_period?: number
  document_locale?: string
}

/**
 * The shared settings of a request, normalized: countries and prefixes in upper case, e-mail addresses cleaned. What is
 * wrong is added to `problems`, and its value left out.
 */
export function readSettings(input: Omit<OrganizationInput, 'webhook_url' | 'slug'>, problems: Problems): Settings {
  const settings: Settings = {}
  for (const column of TEXTS) {
    const value = input[column]
    if (value !== undefined) settings[column] = withoutNul(value)
  }
  readPlaceAndMoney(input, settings, problems)
  readDocumentSettings(input, settings, problems)
  return settings
}

function readPlaceAndMoney(input: OrganizationInput, settings: Settings, problems: Problems): void {
  if (input.country !== undefined) {
    const country = input.country?.trim().toUpperCase() || null
    if (country === null || isCountry(country)) settings.country = country
    else problems.add('country', 'not_a_valid_country_code')
  }
  if (input.default_currency !== undefined) {
    const currency = input.default_currency?.toUpperCase() ?? ''
    if (isCurrency(currency)) settings.default_currency = currency
    else problems.add('default_currency', 'value_is_invalid')
  }
  if (input.timezone !== undefined) {
    const zone = ianaTimeZone(input.timezone ?? '')
    if (zone === undefined) problems.add('timezone', 'invalid_timezone')
    else settings.timezone = zone
  }
  if (input.email !== undefined) {
    const email = input.email === null ? null : sanitizeEmail(input.email)
    if (email === null || email === '' || isEmailList(email)) settings.email = email
    else problems.add('email', 'invalid_email_format')
  }
}

function readDocumentSettings(input: OrganizationInput, settings: Settings, problems: Problems): void {
  const { invoice_footer, invoice_grace_period, document_locale } = input.billing_configuration ?? {}
  if (invoice_footer !== undefined) {
    settings.invoice_footer = withoutNul(invoice_footer)
    if (characterCount(invoice_footer ?? '') > LONGEST_FOOTER) problems.add('invoice_footer', 'value_is_too_long')
  }
  if (input.document_number_prefix !== undefined) {
    const prefix = withoutNul(input.document_number_prefix ?? '').toUpperCase()
    settings.document_number_prefix = prefix
    if (prefix.trim() === '') problems.add('document_number_prefix', 'value_is_too_short')
    if (characterCount(prefix) > LONGEST_PREFIX) problems.add('document_number_prefix', 'value_is_too_long')
  }
  readDays('net_payment_term', input.net_payment_term, settings, problems)
  readDays('invoice_grace_period', invoice_grace_period, settings, problems)
  if (document_locale !== undefined) {
    if (document_locale !== null && isDocumentLocale(document_locale)) settings.document_locale = document_locale
    else problems.add('document_locale', 'not_a_valid_language_code')
  }
  if (input.email_settings !== undefined) {
    settings.email_settings = [...new Set(input.email_settings)]
    if (!input.email_settings.every(name => EMAIL_SETTINGS.includes(name))) {
      problems.add('email_settings', 'unsupported_value')
    }
  }
  if (input.finalize_zero_amount_invoice !== undefined) {
    if (input.finalize_zero_amount_invoice === null) problems.add('finalize_zero_amount_invoice', 'value_is_invalid')
    else settings.finalize_zero_amount_invoice = input.finalize_zero_amount_invoice
  }
}

function readDays(
  column: 'net_payment_term' | 'invoice_grace_period',
  days: number | null | undefined,
  settings: Settings,
  problems: Problems,
): void {
  if (days === undefined) return
  const codes = dayCountProblems(days)
  if (codes.length > 0) problems.add(column, ...codes)
  else if (days !== null) settings[column] = days
}
