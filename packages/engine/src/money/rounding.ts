import type { Currency } from './currency.ts'
import { currencyExponent, currencySubunits } from './currency.ts'
import { Decimal } from './decimal.ts'

/**
 * Rounded to `decimals` places, halves away from zero. A negative number of places rounds to tens, hundreds...
 *
 * @example round(decimal('-0.125'), 2) // -0.13
 * @example round(decimal('1249.5'), -2) // 1200
 */
export function round(value: Decimal, decimals: number): Decimal {
  return toPlaces(value, decimals, Decimal.ROUND_HALF_UP)
}

/**
 * Rounded to `decimals` places, toward +infinity.
 *
 * @example ceil(decimal('-17.345'), 2) // -17.34
 */
export function ceil(value: Decimal, decimals: number): Decimal {
  return toPlaces(value, decimals, Decimal.ROUND_CEIL)
}

/**
 * Rounded to `decimals` places, toward -infinity.
 *
 * @example floor(decimal('-17.345'), 2) // -17.35
 */
export function floor(value: Decimal, decimals: number): Decimal {
  return toPlaces(value, decimals, Decimal.ROUND_FLOOR)
}

/**
 * The integer part of a value: what is left of it in a column of integers.
 *
 * @example truncate(decimal('-7.99')) // -7n
 */
export function truncate(value: Decimal): bigint {
  return BigInt(value.trunc().toFixed())
}

/**
 * An amount in units of a currency, in its smallest unit: rounded to the decimals of the currency, halves away from
 * zero. The only rounding an amount goes through on its way to an invoice.
 *
 * @example toCents(decimal('1.005'), 'USD') // 101n
 * @example toCents(decimal('2.5'), 'JPY') // 3n
 */
export function toCents(amount: Decimal, currency: Currency): bigint {
  return truncate(round(amount, currencyExponent(currency)).times(currencySubunits(currency)))
}

function toPlaces(value: Decimal, decimals: number, mode: typeof Decimal.rounding): Decimal {
  if (decimals >= 0) return value.toDecimalPlaces(decimals, mode)
  return value.toNearest(new Decimal(10).pow(-decimals), mode)
}
