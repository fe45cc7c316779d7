/** The currency codes that plans, invoices and wallets may use. */
// biome-ignore format: a code a line would be 142 lines
export const CURRENCIES = [
  'AED', 'AFN', 'ALL', 'AMD', 'ANG', 'AOA', 'ARS', 'AUD', 'AWG', 'AZN', 'BAM', 'BBD', 'BDT', 'BGN', 'BHD', 'BIF', 'BMD', 'BND',
  'BOB', 'BRL', 'BSD', 'BWP', 'BYN', 'BZD', 'CAD', 'CDF', 'CHF', 'CLF', 'CLP', 'CNY', 'COP', 'CRC', 'CVE', 'CZK', 'DJF', 'DKK',
  'DOP', 'DZD', 'EGP', 'ETB', 'EUR', 'FJD', 'FKP', 'GBP', 'GEL', 'GHS', 'GIP', 'GMD', 'GNF', 'GTQ', 'GYD', 'HKD', 'HNL', 'HRK',
  'HTG', 'HUF', 'IDR', 'ILS', 'INR', 'IRR', 'ISK', 'JMD', 'JOD', 'JPY', 'KES', 'KGS', 'KHR', 'KMF', 'KRW', 'KWD', 'KYD', 'KZT',
  'LAK', 'LBP', 'LKR', 'LRD', 'LSL', 'MAD', 'MDL', 'MGA', 'MKD', 'MMK', 'MNT', 'MOP', 'MRO', 'MUR', 'MVR', 'MWK', 'MXN', 'MYR',
  'MZN', 'NAD', 'NGN', 'NIO', 'NOK', 'NPR', 'NZD', 'PAB', 'PEN', 'PGK', 'PHP', 'PKR', 'PLN', 'PYG', 'QAR', 'RON', 'RSD', 'RUB',
  'RWF', 'SAR', 'SBD', 'SCR', 'SEK', 'SGD', 'SHP', 'SLL', 'SOS', 'SRD', 'STD', 'SZL', 'THB', 'TJS', 'TOP', 'TRY', 'TTD', 'TWD',
  'TZS', 'UAH', 'UGX', 'USD', 'UYU', 'UZS', 'VND', 'VUV', 'WST', 'XAF', 'XCD', 'XOF', 'XPF', 'YER', 'ZAR', 'ZMW',
] as const

export type Currency = (typeof CURRENCIES)[number]

const known: ReadonlySet<string> = new Set(CURRENCIES)

/** Whether a code is accepted; codes are upper case. */
export function isCurrency(code: string): code is Currency {
  return known.has(code)
}

/** Currencies whose amounts do not have two decimals. */
// biome-ignore format: grouped by the number of decimals
const exponents: Partial<Record<Currency, number>> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, HUF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, MGA: 0, PYG: 0, RWF: 0, UGX: 0, VND: 0, VUV: 0, XAF: 0,
  XOF: 0, XPF: 0,
  MRO: 1,
  BHD: 3, JOD: 3, KWD: 3,
  CLF: 4,
}

/**
 * The number of decimals an amount of a currency has.
 *
 * @example currencyExponent('EUR') // 2
 * @example currencyExponent('JPY') // 0
 */
export function currencyExponent(currency: Currency): number {
  return exponents[currency] ?? 2
}

/**
 * How many of its smallest unit, in which `*_amount_cents` are counted, make one unit of a currency: a power of ten,
 * but for the ouguiya (MRO), which has five khoums.
 *
 * @example currencySubunits('KWD') // 1000
 */
export function currencySubunits(currency: Currency): number {
  return currency === 'MRO' ? 5 : 10 ** currencyExponent(currency)
}
