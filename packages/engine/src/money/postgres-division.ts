import type { Decimal } from './decimal.ts'
import { round } from './rounding.ts'

const SIGNIFICANT_DIGITS = 16
const GROUP = 4

/**
 * The quotient that PostgreSQL's `numeric` type gives: at least 16 significant digits, half away from zero, and at least
 * as many decimals as either operand was written with. Usage that was weighted by time has always been divided like that,
 * and the last digits show in amounts.
 *
 * Digits are counted in groups of four, as `select_div_scale` of PostgreSQL does.
 *
 * @param scale decimals that the operands were written with, where that is more than they need
 * @example divideAsPostgres(decimal(20), decimal(30)) // 0.66666666666666666667
 * @example divideAsPostgres(decimal(31), decimal(30)) // 1.0333333333333333
 */
export function divideAsPostgres(dividend: Decimal, divisor: Decimal, scale = 0): Decimal {
  const [one, other] = [leadingGroup(dividend), leadingGroup(divisor)]
  const weight = one.weight - other.weight - (one.digits <= other.digits ? 1 : 0)
  const decimals = Math.max(
    SIGNIFICANT_DIGITS - weight * GROUP,
    dividend.decimalPlaces(),
    divisor.decimalPlaces(),
    scale,
    0,
  )
  return round(dividend.div(divisor), decimals)
}

/** The first group of four digits that is not zero, and its place: 0 for the one before the decimal point. */
function leadingGroup(value: Decimal): { weight: number; digits: number } {
  if (value.isZero()) return { weight: 0, digits: 0 }
  const weight = Math.floor(value.e / GROUP)
  const digits = value
    .abs()
    .div(`1e${weight * GROUP}`)
    .floor()
    .toNumber()
  return { weight, digits }
}
