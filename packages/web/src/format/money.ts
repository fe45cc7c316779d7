import { currencyExponent, isCurrency } from '@weir/engine'
import { ungrouped } from './numbers.ts'

const LOCALE = 'en-US'
const READABLE_DECIMALS = 8
const SHORTENED_DECIMALS = 4
const formats = new Map<string, Intl.NumberFormat>()

/**
 * How many decimals a currency has: 2 for USD, 0 for JPY, 3 for KWD. Browsers know less of them for some currencies (none of
 * IDR), and would show a hundred times the amount.
 */
export function currencyDecimals(currency: string): number {
  return isCurrency(currency) ? currencyExponent(currency) : 2
}

/**
 * Minor units as people read them.
 *
 * @example formatMoney(123456, 'USD') // '$1,234.56'
 */
export function formatMoney(cents: number, currency: string): string {
  // A text of digits loses none of them on the way.
  return moneyFormat(currency).format(shift(cents, currencyDecimals(currency)) as Intl.StringNumericLiteral)
}

/**
 * A price in major units, with all its digits.
 *
 * @example formatPrice('0.00002', 'USD') // '$0.00002'
 */
export function formatPrice(amount: string | number, currency: string): string {
  const decimals = currencyDecimals(currency)
  const text = typeof amount === 'number' ? String(amount) : amount
  return moneyFormat(currency, 15, Math.min(decimals, 15)).format(text as Intl.StringNumericLiteral)
}

/**
 * A price that may be an average: what has more decimals than people read is shortened, and marked so.
 *
 * @example formatUnitPrice('0.583333333333333', 'USD') // '≈ $0.5833'
 */
export function formatUnitPrice(amount: string, currency: string): string {
  const decimals = /\.(\d+?)0*$/.exec(amount)?.[1]?.length ?? 0
  if (decimals <= READABLE_DECIMALS) return formatPrice(amount, currency)
  const shortened = Math.max(currencyDecimals(currency), SHORTENED_DECIMALS)
  return `≈ ${moneyFormat(currency, shortened, 0).format(amount as Intl.StringNumericLiteral)}`
}

/** Minor units as typed text in major units: what a form shows. `1250, 'USD'` is `12.50`. */
export function shift(cents: number, decimals: number): string {
  const digits = String(Math.abs(cents)).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const sign = cents < 0 ? '-' : ''
  return decimals === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-decimals)}`
}

/**
 * A decimal number of minor units in major ones, with all its digits.
 *
 * @example minorToMajor('1234.5', 2) // '12.345'
 */
export function minorToMajor(minor: string, decimals: number): string {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(minor) ?? []
  const digits = whole.padStart(decimals + 1, '0')
  const shifted = digits.slice(digits.length - decimals)
  const rest = decimals === 0 ? fraction : `${shifted}${fraction}`
  const major = `${sign}${digits.slice(0, digits.length - decimals)}`
  return rest === '' ? major : `${major}.${rest}`
}

/** What was typed in major units as minor units; undefined when it is no amount of the currency. */
export function parseMoney(text: string, currency: string): number | undefined {
  return parseMinor(text, currencyDecimals(currency))
}

/** As {@link parseMoney}, of what has so many decimals: a currency, or the organization's own unit of account. */
export function parseMinor(text: string, decimals: number): number | undefined {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(ungrouped(text)) ?? []
  if (whole === '' || fraction.length > decimals) return undefined
  const cents = Number(`${sign}${whole}${fraction.padEnd(decimals, '0')}`)
  return Number.isSafeInteger(cents) ? cents : undefined
}

function moneyFormat(currency: string, most?: number, least?: number): Intl.NumberFormat {
  const key = `${currency} ${most ?? ''}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat(LOCALE, {
    style: 'currency',
    currency,
    maximumFractionDigits: most ?? currencyDecimals(currency),
    minimumFractionDigits: least ?? currencyDecimals(currency),
  })
  formats.set(key, made)
  return made
}
