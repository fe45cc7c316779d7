import {
  EU_COUNTRIES,
  REVERSE_CHARGE_CODE,
  standardCode,
  TAX_EXEMPT_CODE,
  territoryCode,
  territoryOf,
} from './rates.ts'
import { parseVatNumber } from './vat-number.ts'

/** Who buys and who sells, as far as European VAT goes. Countries are ISO codes. */
export interface EuSale {
  readonly customerCountry: string | null
  readonly zipcode: string | null
  readonly taxNumber: string | null
  /** Where the seller is: one of the member states. */
  readonly sellerCountry: string
}

/** The code of the tax, or that the customer's number has to be checked first. */
export type EuDecision = { readonly kind: 'tax'; readonly code: string } | { readonly kind: 'check' }

/**
 * What can be said of the tax of a sale without asking anybody.
 *
 * @example
 * decideEuTax({ customerCountry: 'ES', zipcode: '38 010', taxNumber: null, sellerCountry: 'FR' })
 * // { kind: 'tax', code: 'lago_eu_es_exception_canary_islands' }
 */
export function decideEuTax(sale: EuSale): EuDecision {
  const code = territoryTax(sale)
  if (code !== undefined) return { kind: 'tax', code }
  if (sale.taxNumber !== null && sale.taxNumber.trim() !== '') return { kind: 'check' }
  return { kind: 'tax', code: taxByCountry(sale) }
}

/** In French territories only businesses have a rate of their own. */
function territoryTax({ customerCountry, zipcode, taxNumber }: EuSale): string | undefined {
  if (!customerCountry || !zipcode) return undefined
  const territory = territoryOf(customerCountry, zipcode.replace(/\s/g, ''))
  if (territory === undefined) return undefined
  const isBusiness = taxNumber !== null && parseVatNumber(taxNumber) !== undefined
  return customerCountry === 'FR' && !isBusiness ? undefined : territoryCode(customerCountry, territory)
}

/** The tax of customers who have no valid number: that of where they are. */
export function taxByCountry({ customerCountry, sellerCountry }: EuSale): string {
  if (!customerCountry) return standardCode(sellerCountry)
  return EU_COUNTRIES.includes(customerCountry) ? standardCode(customerCountry) : TAX_EXEMPT_CODE
}

/**
 * The tax of a sale to a customer whose number is valid: a business in another member state owes the tax itself.
 *
 * @param numberCountry the letters of the number; `EL` is Greece
 */
export function taxOfBusiness({ zipcode, sellerCountry }: EuSale, numberCountry: string): string {
  const country = numberCountry.toUpperCase() === 'EL' ? 'GR' : numberCountry.toUpperCase()
  if (country !== sellerCountry.toUpperCase()) return REVERSE_CHARGE_CODE
  const territory = zipcode === null ? undefined : territoryOf(country, zipcode)
  return territory === undefined ? standardCode(country) : territoryCode(country, territory)
}

const MINUTES_BEFORE_RETRIES = [5, 5, 10, 20, 40]
const MINUTES_BEFORE_LATER_RETRIES = 60

/**
 * How long to wait after a check that nobody answered, in minutes.
 *
 * @param failures in a row, at least 1
 */
export function minutesBeforeNextCheck(failures: number): number {
  return MINUTES_BEFORE_RETRIES[failures - 1] ?? MINUTES_BEFORE_LATER_RETRIES
}
