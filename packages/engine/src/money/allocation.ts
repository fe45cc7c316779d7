import { type Decimal, decimal, ZERO } from './decimal.ts'

/**
 * Splits an amount in proportion to weights, without losing a cent: every part is rounded down, and what is left goes, a cent
 * each, to the parts that lost most (of equal ones, to the first). Where all weights are zero, the first part gets everything.
 *
 * @param total in cents, not negative
 * @param weights none negative
 * @example allocate(100n, [decimal(1), decimal(1), decimal(1)]) // [34n, 33n, 33n]
 */
export function allocate(total: bigint, weights: readonly Decimal[]): bigint[] {
  const whole = weights.reduce((sum, weight) => sum.plus(weight), ZERO)
  if (whole.isZero()) return weights.map((_, place) => (place === 0 ? total : 0n))
  const exact = weights.map(weight => decimal(total).times(weight).div(whole))
  const parts = exact.map(share => BigInt(share.floor().toFixed()))
  let left = total - parts.reduce((sum, part) => sum + part, 0n)
  const byLoss = exact
    .map((share, place) => ({ place, loss: share.minus(share.floor()) }))
    .toSorted((a, b) => b.loss.comparedTo(a.loss) || a.place - b.place)
  for (const { place } of byLoss) {
    if (left <= 0n) break
    parts[place] = (parts[place] ?? 0n) + 1n
    left -= 1n
  }
  return parts
}
