import type { BillingEntity } from '../../accounts/index.ts'
import type { Customer } from '../../customers/index.ts'
import type { Locale } from './locales.ts'
import type { Party } from './printed-document.ts'
import type { Say } from './words.ts'

/** Countries that write the town before the postal code. */
const TOWN_FIRST: readonly string[] = ['AU', 'CA', 'GB', 'IE', 'IN', 'NZ', 'SG', 'US', 'ZA']

interface Address {
  readonly address_line1: string | null
  readonly address_line2: string | null
  readonly zipcode: string | null
  readonly city: string | null
  readonly state: string | null
  readonly country: string | null
}

/** Who issues the document. */
export function issuingParty(label: string, entity: BillingEntity, locale: Locale, say: Say): Party {
  const town = [entity.zipcode, entity.city, entity.state].filter(isText).join(', ')
  return {
    label,
    name: entity.legal_name || entity.name,
    lines: [
      entity.legal_number,
      entity.address_line1,
      entity.address_line2,
      town,
      countryName(entity.country, locale),
      entity.email,
      taxLine(entity, say),
    ].filter(isText),
  }
}

/** Who gets it. */
export function receivingParty(label: string, customer: Customer, locale: Locale, say: Say): Party {
  return {
    label,
    name: customerDisplayName(customer),
    lines: [
      customer.legal_number,
      customer.address_line1,
      customer.address_line2,
      townLine(customer),
      countryName(customer.country, locale),
      ...(customer.email ?? '').split(/\s*,\s*/),
      taxLine(customer, say),
    ].filter(isText),
  }
}

/** The legal name, else the name, and the person's. */
export function customerDisplayName(customer: Customer): string {
  const person = [customer.firstname, customer.lastname].filter(isText).join(' ')
  return [customer.legal_name || customer.name, person].filter(isText).join(' - ') || customer.external_id
}

function townLine({ zipcode, city, state, country }: Address): string {
  if (!TOWN_FIRST.includes(country ?? ''))
    return [[zipcode, city].filter(isText).join(' '), state].filter(isText).join(', ')
  return [city, [state, zipcode].filter(isText).join(' ')].filter(isText).join(', ')
}

function countryName(code: string | null, locale: Locale): string | undefined {
  return isText(code) ? new Intl.DisplayNames([locale], { type: 'region' }).of(code) : undefined
}

function taxLine({ tax_identification_number: number }: { tax_identification_number: string | null }, say: Say) {
  return isText(number) ? say('tax_id', { n: number }) : undefined
}

export function isText(text: string | null | undefined): text is string {
  return typeof text === 'string' && text.trim() !== ''
}
