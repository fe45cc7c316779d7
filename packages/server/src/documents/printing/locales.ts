import { type Currency, currencyExponent, currencySubunits, type DecimalInput, decimal } from '@weir/engine'

/** The languages that documents are printed in. */
export const LOCALES = ['en', 'de', 'es', 'fr', 'it', 'nb', 'pt-BR', 'sv', 'zh-TW'] as const
export type Locale = (typeof LOCALES)[number]

/** The language of a document; English where nobody chose one that is available. */
export function printedLocale(...wishes: (string | null)[]): Locale {
  const wish = wishes.find(code => code !== null && code !== '')
  return LOCALES.find(locale => locale === wish) ?? 'en'
}

interface NumberStyle {
  readonly group: string
  readonly point: string
  readonly symbol: 'before' | 'before with a space' | 'after'
}

const SPACE = '\u00a0'
const COMMAS: NumberStyle = { group: ',', point: '.', symbol: 'before' }
const SPACES_AFTER: NumberStyle = { group: SPACE, point: ',', symbol: 'after' }

const NUMBERS: Readonly<Record<Locale, NumberStyle>> = {
  en: COMMAS,
  es: COMMAS,
  'zh-TW': COMMAS,
  de: { group: '.', point: ',', symbol: 'before' },
  'pt-BR': { group: '.', point: ',', symbol: 'before with a space' },
  nb: { group: SPACE, point: ',', symbol: 'before' },
  fr: SPACES_AFTER,
  sv: SPACES_AFTER,
  it: { group: '.', point: ',', symbol: 'after' },
}

// biome-ignore format: a code a line would be 36 lines
const DOLLARS = ['USD', 'ARS', 'AUD', 'BBD', 'BMD', 'BND', 'BSD', 'CAD', 'CLP', 'COP', 'CVE', 'DOP', 'FJD', 'GYD', 'HKD', 'JMD',
  'KYD', 'LRD', 'MXN', 'NAD', 'NZD', 'SBD', 'SGD', 'SRD', 'TTD', 'TWD', 'XCD']
const SYMBOLS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(DOLLARS.map(code => [code, '$'])),
  EUR: '€',
  GBP: '£',
  FKP: '£',
  SHP: '£',
  JPY: '¥',
  CNY: '¥',
}

/**
 * An amount in the smallest unit of its currency, as people of a locale write it.
 *
 * @example formatMoney(123450n, 'USD', 'de') // "$1.234,50"
 */
export function formatMoney(cents: bigint, currency: string, locale: Locale): string {
  const exponent = currencyExponent(currency as Currency)
  const value = decimal(cents).div(currencySubunits(currency as Currency))
  return withCurrency(value.toFixed(exponent), currency, locale)
}

/** A price in units of the currency: up to 6 decimals, below 1 up to 6 significant digits, at least those of the currency. */
export function formatPrice(amount: DecimalInput, currency: string, locale: Locale): string {
  return withCurrency(paddedPrice(amount, currencyExponent(currency as Currency)), currency, locale)
}

/** An amount in a pricing unit: `12.5 CR`. */
export function formatPricingUnits(amount: DecimalInput, shortName: string, locale: Locale): string {
  return `${localized(paddedPrice(amount, 2), locale)}${SPACE}${shortName}`
}

/** Units: up to 6 decimals, below 1 up to 6 significant digits. */
export function formatUnits(units: DecimalInput, locale: Locale): string {
  return localized(shortened(units).toFixed(), locale)
}

/** A rate of a tax or a coupon: `20.0%`. */
export function formatRate(rate: DecimalInput, decimals: number): string {
  return `${decimal(rate).toFixed(Math.max(decimals, Math.min(decimal(rate).decimalPlaces(), 4)))}%`
}

function shortened(value: DecimalInput) {
  const number = decimal(value)
  return number.abs().lessThan(1) && !number.isZero() ? number.toSignificantDigits(6) : number.toDecimalPlaces(6)
}

function paddedPrice(amount: DecimalInput, decimals: number): string {
  const short = shortened(amount)
  return short.toFixed(Math.max(decimals, short.decimalPlaces()))
}

function withCurrency(number: string, currency: string, locale: Locale): string {
  const symbol = SYMBOLS[currency]
  const isNegative = number.startsWith('-')
  const digits = localized(isNegative ? number.slice(1) : number, locale)
  return `${isNegative ? '-' : ''}${joined(digits, symbol ?? currency, symbol === undefined, NUMBERS[locale].symbol)}`
}

function joined(digits: string, sign: string, isCode: boolean, place: NumberStyle['symbol']): string {
  if (place === 'after') return `${digits}${SPACE}${sign}`
  return isCode || place === 'before with a space' ? `${sign}${SPACE}${digits}` : `${sign}${digits}`
}

function localized(number: string, locale: Locale): string {
  const { group, point } = NUMBERS[locale]
  const [whole = '0', fraction] = number.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group)
  return fraction === undefined ? grouped : `${grouped}${point}${fraction}`
}

const MONTHS: Readonly<Record<Exclude<Locale, 'pt-BR' | 'zh-TW'>, string>> = {
  en: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec',
  de: 'Jan. Feb. Mär. Apr. Mai Jun. Jul. Aug. Sep. Okt. Nov. Dez.',
  es: 'ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.',
  fr: 'janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.',
  it: 'gen feb mar apr mag giu lug ago set ott nov dic',
  nb: 'jan. feb. mars april mai juni juli aug. sep. okt. nov. des.',
  sv: 'jan. feb. mars april maj juni juli aug. sep. okt. nov. dec.',
}

/** A day, with the month abbreviated where the locale writes it as a word. */
export function formatDate(day: Temporal.PlainDate, locale: Locale): string {
  const [year, month, date] = [day.year, String(day.month).padStart(2, '0'), String(day.day).padStart(2, '0')]
  if (locale === 'pt-BR') return `${date}/${month}/${year}`
  if (locale === 'zh-TW') return `${year}年${day.month}月${day.day}日`
  const name = MONTHS[locale].split(' ')[day.month - 1] ?? ''
  switch (locale) {
    case 'en':
      return `${name} ${date}, ${year}`
    case 'de':
    case 'nb':
      return `${date}. ${name} ${year}`
    case 'es':
      return `${day.day} de ${name} de ${year}`
    case 'fr':
      return `${day.day} ${name} ${year}`
    case 'it':
    case 'sv':
      return `${date} ${name} ${year}`
  }
}
