import { Decimal as DecimalJs } from 'decimal.js'

/**
 * The only decimal type of the engine: base 10, 50 significant digits, ties away from zero, plain notation.
 *
 * Additions, subtractions and multiplications of the magnitudes billing meets are exact; a division is carried to
 * 50 digits and cut when it is stored.
 */
export const Decimal = DecimalJs.clone({
  precision: 50,
  rounding: DecimalJs.ROUND_HALF_UP,
  toExpNeg: -9e15,
  toExpPos: 9e15,
})
export type Decimal = DecimalJs

/** What a decimal may be made from. A `number` is read as its shortest decimal, so it must be an integer or come from a rule that says "double". */
export type DecimalInput = DecimalJs | string | number | bigint

export const ZERO: Decimal = new Decimal(0)

/**
 * A decimal of 50 significant digits. Money and units are never JavaScript numbers, but those that come as one are taken.
 *
 * @throws Error for text that is no number
 * @example decimal('0.1').plus('0.2').toFixed() // "0.3"
 */
export function decimal(value: DecimalInput): Decimal {
  return new Decimal(typeof value === 'bigint' ? value.toString() : value)
}

/**
 * A decimal as the API prints it: plain notation, at least one fractional digit, no superfluous zeros.
 *
 * @example formatDecimal(decimal('10')) // "10.0"
 * @example formatDecimal(decimal('0.5000')) // "0.5"
 */
export function formatDecimal(value: DecimalInput): string {
  const text = decimal(value).toFixed()
  return text.includes('.') ? text : `${text}.0`
}
