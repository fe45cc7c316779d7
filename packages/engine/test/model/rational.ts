/** An exact fraction. Slow and plain on purpose: nothing here is shared with what it checks. */
export interface Rational {
  readonly n: bigint
  /** Positive. */
  readonly d: bigint
}

export const ZERO: Rational = { n: 0n, d: 1n }
export const ONE: Rational = { n: 1n, d: 1n }

export function ratio(n: bigint | number, d: bigint | number = 1n): Rational {
  const [a, b] = [BigInt(n), BigInt(d)]
  const sign = b < 0n ? -1n : 1n
  const common = gcd(a < 0n ? -a : a, b < 0n ? -b : b)
  return { n: (sign * a) / common, d: (sign * b) / common }
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? (a === 0n ? 1n : a) : gcd(b, a % b)
}

/** The number that a text in plain or exponent notation stands for. */
export function parse(text: string | number): Rational {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(String(text)) ?? []
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}` || '0')
  const shift = Number(exponent) - fraction.length
  return shift >= 0 ? ratio(digits * 10n ** BigInt(shift)) : ratio(digits, 10n ** BigInt(-shift))
}

export const plus = (a: Rational, b: Rational) => ratio(a.n * b.d + b.n * a.d, a.d * b.d)
export const minus = (a: Rational, b: Rational) => ratio(a.n * b.d - b.n * a.d, a.d * b.d)
export const times = (a: Rational, b: Rational) => ratio(a.n * b.n, a.d * b.d)
export const over = (a: Rational, b: Rational) => ratio(a.n * b.d, a.d * b.n)
export const sum = (values: readonly Rational[]) => values.reduce(plus, ZERO)
export const less = (a: Rational, b: Rational) => a.n * b.d < b.n * a.d
export const same = (a: Rational, b: Rational) => a.n * b.d === b.n * a.d
export const isZero = (a: Rational) => a.n === 0n
export const isNegative = (a: Rational) => a.n < 0n
export const smaller = (a: Rational, b: Rational) => (less(b, a) ? b : a)
export const greater = (a: Rational, b: Rational) => (less(a, b) ? b : a)

/** Toward negative infinity. */
export function floorOf({ n, d }: Rational): bigint {
  return n / d - (n % d < 0n ? 1n : 0n)
}

export function ceilOf(value: Rational): bigint {
  return -floorOf({ n: -value.n, d: value.d })
}

type Mode = 'half away' | 'ceil' | 'floor'

/** Rounded to a number of decimals, which may be negative. */
export function roundTo(value: Rational, decimals: number, mode: Mode = 'half away'): Rational {
  const unit = decimals >= 0 ? ratio(1n, 10n ** BigInt(decimals)) : ratio(10n ** BigInt(-decimals))
  const scaled = over(value, unit)
  if (mode === 'ceil') return times(ratio(ceilOf(scaled)), unit)
  if (mode === 'floor') return times(ratio(floorOf(scaled)), unit)
  const half = ratio(1n, 2n)
  const rounded = isNegative(scaled) ? -floorOf(plus({ n: -scaled.n, d: scaled.d }, half)) : floorOf(plus(scaled, half))
  return times(ratio(rounded), unit)
}

/** Plain notation with at most so many decimals, half away from zero, and no zeros at the end. */
export function print(value: Rational, decimals: number): string {
  const scaled = roundTo(value, decimals).n * (10n ** BigInt(decimals) / roundTo(value, decimals).d)
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return `${scaled < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

export const toNumber = (value: Rational) => Number(print(value, 40))
