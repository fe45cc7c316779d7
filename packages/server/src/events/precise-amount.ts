import { Decimal, decimal } from '@weir/engine'

const FRACTION_DIGITS = 15
const WHOLE_DIGITS = 25
const NUMERIC_PREFIX = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?/

/**
 * The amount of an event whose price its sender decides, in cents: a number, or text that begins with one; other text
 * is 0, empty text none. Rounded half away from zero to 15 fractional digits.
 *
 * @returns plain decimal text; undefined beyond 25 digits before the point
 */
export function readPreciseAmount(value: string | number | boolean | null): string | null | undefined {
  if (value === null || value === '') return null
  const [prefix] = NUMERIC_PREFIX.exec(String(value).replace(/(?<=\d)_(?=\d)/g, '')) ?? ['0']
  const amount = decimal(prefix.trim()).toDecimalPlaces(FRACTION_DIGITS, Decimal.ROUND_HALF_UP)
  return amount.abs().lessThan(`1e${WHOLE_DIGITS}`) ? amount.toFixed() : undefined
}
