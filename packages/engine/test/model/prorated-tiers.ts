import type { UnitRange } from './pricing.ts'
import * as q from './rational.ts'

type Rational = q.Rational

/** What changes a total: the units, and the same weighted by the time they were in force. */
export interface Change {
  readonly full: Rational
  readonly prorated: Rational
}

/** Step by step as it is written down, with a pointer to the next change and what the last one left for another tier. */
export function proratedGraduated(ranges: readonly UnitRange[], changes: readonly Change[], units: Rational): Rational {
  const tiers = ranges.map((range, place) => ({
    from: q.parse(range.from_value),
    to: range.to_value === null || place === ranges.length - 1 ? null : q.parse(range.to_value),
    perUnit: q.parse(range.per_unit_amount),
    flat: q.parse(range.flat_amount),
  }))
  const atLeast = (a: Rational, b: Rational) => !q.less(a, b)

  const flats = (peak: Rational) => {
    const last = tiers.findIndex(tier => tier.to === null || atLeast(tier.to, peak))
    return q.sum(tiers.slice(0, last + 1).map(tier => tier.flat))
  }
  if (q.isZero(units)) return flats(q.ZERO)

  const coef = (k: number) => {
    const change = changes[k]
    return change === undefined || q.isZero(change.full) ? q.ZERO : q.over(change.prorated, change.full)
  }
  const pick = (full: Rational, over: Rational, next: Rational | undefined): number => {
    if (!q.less(q.ZERO, full)) return 0
    let x = full
    if (q.less(q.ZERO, over)) x = q.plus(q.minus(full, over), q.ONE)
    if (q.isNegative(over)) x = q.plus(full, over)
    for (const [k, { from, to }] of tiers.entries()) {
      if (to !== null && q.same(x, to)) return next !== undefined && q.less(q.ZERO, next) ? k + 1 : k
      if (atLeast(x, from) && (to === null || q.less(x, to))) return k
    }
    return 0
  }

  let [over, full, peak, acc, money] = [q.ZERO, q.ZERO, q.ZERO, q.ZERO, q.ZERO]
  let i = 0
  let lastPrice = q.ZERO
  while (i < changes.length || !q.isZero(over)) {
    const change = changes[i]
    const t = tiers[pick(full, over, change?.full)]
    if (t === undefined) throw new Error('no tier')
    lastPrice = t.perUnit
    if (!q.isZero(over)) {
      acc = q.plus(acc, q.times(over, coef(i - 1)))
      if (t.to !== null && atLeast(full, t.to)) {
        over = q.minus(full, t.to)
        acc = q.minus(acc, q.times(over, coef(i - 1)))
        money = q.plus(money, q.times(acc, t.perUnit))
        acc = q.ZERO
        continue
      }
      over = q.ZERO
    }
    if (change === undefined) break
    i += 1
    if (q.isZero(change.prorated) && q.less(q.ZERO, change.full)) continue
    if (q.isZero(change.prorated) && q.isNegative(change.full) && q.isNegative(q.plus(full, change.full))) continue
    full = q.plus(full, change.full)
    peak = q.greater(peak, full)
    acc = q.plus(acc, change.prorated)
    const inside = t.to === null ? atLeast(full, q.minus(t.from, q.ONE)) : atLeast(full, t.from) && q.less(full, t.to)
    if (inside) continue
    over = t.to !== null && atLeast(full, t.to) ? q.minus(full, t.to) : q.plus(q.minus(full, t.from), q.ONE)
    acc = q.minus(acc, q.times(over, coef(i - 1)))
    money = q.plus(money, q.times(acc, t.perUnit))
    acc = q.ZERO
  }
  money = q.plus(money, q.times(acc, lastPrice))
  return q.isNegative(full) ? q.ZERO : q.plus(q.greater(money, q.ZERO), flats(peak))
}
