import type { Decimal } from '../money/index.ts'
import { ZERO } from '../money/index.ts'
import type { ProratedChange } from './charge-model-definition.ts'
import { perUnit } from './charge-model-definition.ts'
import type { UnitTier } from './tiers.ts'

/**
 * What graduated tiers ask for units that were in force for a part of the period: the full units decide which tier a
 * change falls into, the prorated ones are priced. A change that crosses the border of a tier is divided there; a removal
 * first empties the highest tier. Flat amounts are not prorated: those of all tiers up to the peak are due.
 *
 * Tiers are read as 0–10, 11–…, whatever they look like.
 *
 * @param changes in order of time; the first may be what was carried over
 * @param units the prorated total: without any, only what no usage costs is due
 * @example
 * // 0–10 at 2, above at 1 and 5 flat: 8 units all month, 6 more for half of it
 * priceProratedTiers(tiers, changes, decimal(11)).amount // 18 + 2 + 5
 */
export function priceProratedTiers(
  tiers: readonly UnitTier[],
  changes: readonly ProratedChange[],
  units: Decimal,
): { amount: Decimal; unitAmount: Decimal } {
  const full = changes.reduce((sum, change) => sum.plus(change.full), ZERO)
  const amount = units.isZero() ? flatAmounts(tiers, ZERO) : amountOf(tiers, changes)
  return { amount, unitAmount: perUnit(amount, full) }
}

function amountOf(tiers: readonly UnitTier[], changes: readonly ProratedChange[]): Decimal {
  let [over, full, peak, inTier, money] = [ZERO, ZERO, ZERO, ZERO, ZERO]
  let place = 0
  let tier: UnitTier | undefined
  const close = (at: UnitTier) => {
    money = money.plus(inTier.times(at.perUnitAmount))
    inTier = ZERO
  }
  while (place < changes.length || !over.isZero()) {
    const change = changes[place]
    tier = tierAt(tiers, full, over, change)
    if (tier === undefined) return ZERO
    const end = endOf(tiers, tier)
    if (!over.isZero()) {
      const last = changes[place - 1]
      inTier = inTier.plus(weighted(over, last))
      if (end !== null && full.greaterThanOrEqualTo(end)) {
        over = full.minus(end)
        inTier = inTier.minus(weighted(over, last))
        close(tier)
        continue
      }
      over = ZERO
    }
    if (change === undefined) break
    place += 1
    if (isWithoutTime(change, full)) continue
    full = full.plus(change.full)
    if (full.greaterThan(peak)) peak = full
    inTier = inTier.plus(change.prorated)
    if (isInside(tier, end, full)) continue
    const isAbove = end !== null && full.greaterThanOrEqualTo(end)
    over = isAbove ? full.minus(end) : full.minus(tier.fromValue).plus(1)
    inTier = inTier.minus(weighted(over, change))
    close(tier)
  }
  if (tier !== undefined) close(tier)
  if (full.lessThan(0)) return ZERO
  return (money.lessThan(0) ? ZERO : money).plus(flatAmounts(tiers, peak))
}

/** Some units of a change, weighted by the share of the period that it was in force for. Divided last, to stay exact. */
function weighted(units: Decimal, change: ProratedChange | undefined): Decimal {
  if (change === undefined || change.full.isZero()) return ZERO
  return units.times(change.prorated).div(change.full)
}

/** An addition that was in force for no time, or the removal of such a one. */
function isWithoutTime(change: ProratedChange, full: Decimal): boolean {
  if (!change.prorated.isZero()) return false
  return change.full.greaterThan(0) || (change.full.lessThan(0) && full.plus(change.full).lessThan(0))
}

function isInside(tier: UnitTier, end: Decimal | null, full: Decimal): boolean {
  if (end === null) return full.greaterThanOrEqualTo(tier.fromValue.minus(1))
  return full.greaterThanOrEqualTo(tier.fromValue) && full.lessThan(end)
}

/** The tier that the next units belong to: those left over from the last change, else those of the next one. */
function tierAt(
  tiers: readonly UnitTier[],
  full: Decimal,
  over: Decimal,
  next: ProratedChange | undefined,
): UnitTier | undefined {
  const [first] = tiers
  if (full.lessThanOrEqualTo(0)) return first
  const units = unitsToPlace(full, over)
  for (const [place, tier] of tiers.entries()) {
    const end = endOf(tiers, tier)
    if (end?.equals(units)) return next?.full.greaterThan(0) ? tiers[place + 1] : tier
    if (units.greaterThanOrEqualTo(tier.fromValue) && (end === null || units.lessThan(end))) return tier
  }
  return first
}

function unitsToPlace(full: Decimal, over: Decimal): Decimal {
  if (over.isZero()) return full
  return over.greaterThan(0) ? full.minus(over).plus(1) : full.plus(over)
}

/** The last tier has no end, whatever is written there. */
function endOf(tiers: readonly UnitTier[], tier: UnitTier): Decimal | null {
  return tier === tiers.at(-1) ? null : tier.toValue
}

function flatAmounts(tiers: readonly UnitTier[], peak: Decimal): Decimal {
  let sum = ZERO
  for (const tier of tiers) {
    sum = sum.plus(tier.flatAmount)
    const end = endOf(tiers, tier)
    if (end === null || peak.lessThanOrEqualTo(end)) break
  }
  return sum
}
