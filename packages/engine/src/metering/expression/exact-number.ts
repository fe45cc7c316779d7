/**
 * A decimal that keeps the decimals it was written with: `4.250` is not `4.25` where numbers become text. Its value is
 * `digits` / 10^`scale`; a negative scale stands for zeros before the decimal point.
 */
export interface ExactNumber {
  readonly digits: bigint
  readonly scale: number
}

export type Rounding = 'round' | 'ceil' | 'floor'

/** Far beyond any measure. Larger numbers would only serve to keep a machine busy. */
const MOST_DIGITS = 5_000
const QUOTIENT_DIGITS = 100

const NUMBER = /^([+-]?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,9}))?$/

/** Optional sign, digits, optional fraction, optional exponent, and nothing around it; undefined for any other text. */
export function parseNumber(text: string): ExactNumber | undefined {
  const [, whole, fraction = '', exponent = '0'] = NUMBER.exec(text) ?? []
  // Looked at before the digits are read, which takes long when they are millions.
  if (whole === undefined || whole.length + fraction.length > MOST_DIGITS) return undefined
  const number = { digits: BigInt(whole.replace('+', '') + fraction), scale: fraction.length - Number(exponent) }
  return isWithinBounds(number) ? number : undefined
}

/** Whether a number can be written with a reasonable amount of digits. */
export function isWithinBounds({ digits, scale }: ExactNumber): boolean {
  return Math.abs(scale) <= MOST_DIGITS && lengthOf(digits) <= MOST_DIGITS
}

/** The sum, with the decimals of the operand that has more: `1.50` + `2` is `3.50`. */
export function add(a: ExactNumber, b: ExactNumber): ExactNumber {
  const scale = Math.max(a.scale, b.scale)
  return { digits: digitsAt(a, scale) + digitsAt(b, scale), scale }
}

/** The same digits with the other sign. */
export function negate({ digits, scale }: ExactNumber): ExactNumber {
  return { digits: -digits, scale }
}

/** The product, with the decimals of both operands together: `1.50` * `2.0` is `3.000`. */
export function multiply(a: ExactNumber, b: ExactNumber): ExactNumber {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale }
}

/**
 * The exact quotient if its digits end, else its first 100 significant ones, the last of them rounded half up.
 *
 * @param b not zero
 */
export function divide(a: ExactNumber, b: ExactNumber): ExactNumber {
  if (a.digits === 0n) return { digits: 0n, scale: 0 }
  const divisor = magnitude(b.digits)
  let scale = a.scale - b.scale
  let rest = magnitude(a.digits)
  for (; rest < divisor; scale += 1) rest *= 10n
  let quotient = rest / divisor
  rest %= divisor
  for (let length = lengthOf(quotient); rest !== 0n && length < QUOTIENT_DIGITS; length += 1, scale += 1) {
    rest *= 10n
    quotient = quotient * 10n + rest / divisor
    rest %= divisor
  }
  if (rest * 2n >= divisor) quotient += 1n
  return { digits: a.digits < 0n === b.digits < 0n ? quotient : -quotient, scale }
}

/** Negative when `a` is the smaller one, positive when it is the larger one, 0 when they are equal. */
export function compare(a: ExactNumber, b: ExactNumber): number {
  const difference = add(a, negate(b)).digits
  return difference === 0n ? 0 : difference < 0n ? -1 : 1
}

/**
 * With so many decimals: `round` to the nearest, halves away from zero, `ceil` toward +infinity, `floor` toward
 * -infinity. Negative decimals round to tens, hundreds...
 */
export function toDecimals(number: ExactNumber, decimals: number, rounding: Rounding): ExactNumber {
  if (decimals >= number.scale) return { digits: digitsAt(number, decimals), scale: decimals }
  const unit = 10n ** BigInt(number.scale - decimals)
  // Towards zero; what was cut off has the sign of the number.
  const cut = number.digits / unit
  const rest = number.digits % unit
  return { digits: cut + correction(rest, unit, rounding), scale: decimals }
}

function correction(rest: bigint, unit: bigint, rounding: Rounding): bigint {
  if (rest === 0n) return 0n
  const away = rest < 0n ? -1n : 1n
  if (rounding === 'round') return magnitude(rest) * 2n >= unit ? away : 0n
  return (rounding === 'ceil') === rest > 0n ? away : 0n
}

/** The whole part, as a JavaScript number. */
export function toInteger({ digits, scale }: ExactNumber): number {
  return Number(scale > 0 ? digits / 10n ** BigInt(scale) : digits * 10n ** BigInt(-scale))
}

/** Plain notation with the decimals that the number carries. */
export function toText(number: ExactNumber): string {
  if (number.scale <= 0) return String(digitsAt(number, 0))
  const text = String(magnitude(number.digits)).padStart(number.scale + 1, '0')
  return `${number.digits < 0n ? '-' : ''}${text.slice(0, -number.scale)}.${text.slice(-number.scale)}`
}

/** Plain notation with at least one decimal, and no more than are needed. */
export function toDecimalText(number: ExactNumber): string {
  const text = toText(number)
  return text.includes('.') ? text.replace(/(\.\d+?)0+$/, '$1') : `${text}.0`
}

/** @param scale at least that of the number */
function digitsAt(number: ExactNumber, scale: number): bigint {
  return number.digits * 10n ** BigInt(scale - number.scale)
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

function lengthOf(digits: bigint): number {
  return String(magnitude(digits)).length
}
