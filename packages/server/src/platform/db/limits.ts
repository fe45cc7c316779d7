import { type Decimal, decimal } from '@weir/engine'

const MOST_CENTS = 2n ** 63n - 1n
const MOST_CREDITS = decimal('9999999999999999999999999.99999')

/**
 * Cents as a column of 64 bits keeps them: at its limit where they are beyond it. Only for what is told of usage that
 * nobody is asked to pay yet, which absurd events must not bring to a halt; never for an amount that is due.
 */
export function cappedCents(cents: bigint): bigint {
  if (cents > MOST_CENTS) return MOST_CENTS
  return cents < -MOST_CENTS ? -MOST_CENTS : cents
}

/** The same for decimals of 30 digits, 5 of them behind the point. */
export function cappedDecimal(value: Decimal): Decimal {
  if (value.greaterThan(MOST_CREDITS)) return MOST_CREDITS
  return value.lessThan(MOST_CREDITS.negated()) ? MOST_CREDITS.negated() : value
}
