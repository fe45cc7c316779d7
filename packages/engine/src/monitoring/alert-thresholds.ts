import { type Decimal, decimal, ZERO } from '../money/index.ts'

/** Usage grows past thresholds; what is left of a balance falls past them. */
export type AlertDirection = 'increasing' | 'decreasing'

/** A value that an alert tells of once it is reached, or, when recurring, each time that many more are. */
export interface AlertThreshold {
  readonly code: string | null
  /** A decimal; positive when recurring. */
  readonly value: string
  readonly recurring: boolean
}

/** A threshold that was reached. Of a recurring one, `value` is the multiple that was reached. */
export interface CrossedThreshold {
  readonly code: string | null
  readonly value: Decimal
  readonly recurring: boolean
}

/** Of more multiples of a recurring threshold than this, only those nearest to the present value are told. */
const MOST_MULTIPLES = 10_000

/**
 * The thresholds of an alert that lie between its previous and its present value: those that are not recurring in the
 * order they were defined in, then multiples of the recurring one in ascending order.
 *
 * Multiples are counted from the last of the other thresholds in the alert's direction, or from 0. A previous value exactly
 * on one of them reports it again; the other thresholds are only reported when the previous value was short of them.
 *
 * @param thresholds at most one is recurring
 * @example
 * // one-time 2000 and 4500, recurring 1200
 * crossedThresholds('increasing', thresholds, '2600', '7100') // 4500, 5700, 6900
 */
export function crossedThresholds(
  direction: AlertDirection,
  thresholds: readonly AlertThreshold[],
  previous: string,
  current: string,
): CrossedThreshold[] {
  // A fall is a rise of the opposite numbers.
  const sign = direction === 'increasing' ? 1 : -1
  const from = decimal(previous).times(sign)
  const to = decimal(current).times(sign)
  if (to.lessThanOrEqualTo(from)) return []

  const oneTime = thresholds
    .filter(threshold => !threshold.recurring)
    .map(threshold => ({ threshold, level: decimal(threshold.value).times(sign) }))
  const levels = oneTime.map(({ level }) => level)
  if (levels.length > 0 && levels.every(level => to.lessThan(level))) return []
  const crossed = oneTime
    .filter(({ level }) => level.greaterThan(from) && level.lessThanOrEqualTo(to))
    .map(({ threshold, level }) => ({ code: threshold.code, value: level.times(sign), recurring: false }))

  const recurring = thresholds.find(threshold => threshold.recurring)
  if (recurring === undefined) return crossed
  const base = levels.reduce((last, level) => (level.greaterThan(last) ? level : last), levels[0] ?? ZERO)
  const multiples = multiplesBetween(base, decimal(recurring.value), from, to)
    .map(level => ({ code: recurring.code, value: level.times(sign), recurring: true }))
    .toSorted((a, b) => a.value.comparedTo(b.value))
  return [...crossed, ...multiples]
}

/** All `base + k * step` with a positive integer k that are not below `from` and not above `to`. */
function multiplesBetween(base: Decimal, step: Decimal, from: Decimal, to: Decimal): Decimal[] {
  const last = to.minus(base).divToInt(step)
  const beforeFrom = from.minus(base)
  const whole = beforeFrom.divToInt(step)
  const reached = whole.times(step).lessThan(beforeFrom) ? whole.plus(1) : whole
  const earliest = last.minus(MOST_MULTIPLES - 1)
  const first = [decimal(1), reached, earliest].reduce((most, k) => (k.greaterThan(most) ? k : most))
  const multiples: Decimal[] = []
  for (let k = first; k.lessThanOrEqualTo(last); k = k.plus(1)) multiples.push(base.plus(step.times(k)))
  return multiples
}
