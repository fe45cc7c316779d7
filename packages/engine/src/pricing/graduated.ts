import { type Decimal, formatDecimal, ZERO } from '../money/index.ts'
import type { AmountDetails, ChargeModelDefinition } from './charge-model-definition.ts'
import { perUnit } from './charge-model-definition.ts'
import { priceProratedTiers } from './prorated-graduated.ts'
import type { UnitTier } from './tiers.ts'
import {
  boundDetails,
  freeUnitTiers,
  isLastTier,
  parseTiers,
  parseUnitTier,
  tierProblems,
  unitTierAmounts,
} from './tiers.ts'

/** Each tier prices the units that fall into it. A tier that is reached adds its flat amount, the first one always. */
export interface GraduatedProperties {
  readonly graduatedRanges: readonly UnitTier[]
}

const KEY = 'graduated_ranges'

export const graduated: ChargeModelDefinition<GraduatedProperties> = {
  propertyKeys: [KEY],
  startsFree: true,
  defaultProperties: { [KEY]: freeUnitTiers },

  validate: properties => tierProblems(properties, { key: KEY, amounts: unitTierAmounts, step: 0 }),

  parse: properties => ({ graduatedRanges: parseTiers(properties, KEY, parseUnitTier) }),

  price({ graduatedRanges }, { units, proratedChanges }) {
    if (proratedChanges !== undefined) {
      return { ...priceProratedTiers(graduatedRanges, proratedChanges, units), amountDetails: {} }
    }
    const adjacent = areAdjacent(graduatedRanges)
    const details: AmountDetails[] = []
    let amount = ZERO
    for (const tier of graduatedRanges) {
      const tierUnits = unitsInTier(tier, units, adjacent)
      const perUnitAmount = tierUnits.isZero() ? ZERO : tier.perUnitAmount
      const unitsAmount = tierUnits.times(perUnitAmount)
      const total = unitsAmount.plus(tier.flatAmount)
      amount = amount.plus(total)
      details.push({
        ...boundDetails(tier),
        flat_unit_amount: formatDecimal(tier.flatAmount),
        per_unit_amount: formatDecimal(perUnitAmount),
        units: formatDecimal(tierUnits),
        per_unit_total_amount: formatDecimal(unitsAmount),
        total_with_flat_amount: formatDecimal(total),
      })
      if (isLastTier(tier, units)) break
    }
    return { amount, unitAmount: perUnit(amount, units), amountDetails: { [KEY]: details } }
  },

  projectedAmount({ graduatedRanges }, units) {
    let amount = ZERO
    let below = ZERO
    for (const tier of graduatedRanges) {
      const reached = tier.toValue?.lessThanOrEqualTo(units) ? tier.toValue : units
      amount = amount.plus(reached.minus(below).times(tier.perUnitAmount)).plus(tier.flatAmount)
      if (isLastTier(tier, units)) break
      below = reached
    }
    return amount
  },
}

/** Fractions of a unit in the gap between the end of a tier and the next whole unit belong to the next tier. */
function unitsInTier(tier: UnitTier, units: Decimal, adjacent: boolean): Decimal {
  const end = tier.toValue?.lessThanOrEqualTo(units) ? tier.toValue : units
  if (tier.fromValue.isZero()) return end
  return end.minus(tier.fromValue).plus(adjacent ? 0 : 1)
}

/**
 * A list is written 0–100, 100–500 or 0–100, 101–500. One that mixes both is read as the latter, so that its adjacent
 * tiers hold one unit too many: that is how such lists have always been billed.
 */
function areAdjacent(tiers: readonly UnitTier[]): boolean {
  const ends = tiers.slice(0, -1).map(tier => tier.toValue)
  return ends.length > 0 && ends.every((end, index) => end !== null && tiers[index + 1]?.fromValue.equals(end))
}
