import type { Decimal } from '../money/index.ts'
import { formatDecimal, ZERO } from '../money/index.ts'
import type { ChargeModelDefinition } from './charge-model-definition.ts'
import { perUnit, shownUnits } from './charge-model-definition.ts'
import type { UnitTier } from './tiers.ts'
import { freeUnitTiers, parseTiers, parseUnitTier, tierProblems, unitTierAmounts } from './tiers.ts'

/** The tier that the total falls into prices all units; where they are prorated, the full units decide the tier. */
export interface VolumeProperties {
  /** In ascending order. */
  readonly volumeRanges: readonly UnitTier[]
}

const KEY = 'volume_ranges'

export const volume: ChargeModelDefinition<VolumeProperties> = {
  propertyKeys: [KEY],
  defaultProperties: { [KEY]: freeUnitTiers },

  validate: properties => tierProblems(properties, { key: KEY, amounts: unitTierAmounts, step: 1 }),

  parse: properties => ({
    volumeRanges: parseTiers(properties, KEY, parseUnitTier).sort((a, b) => a.fromValue.cmp(b.fromValue)),
  }),

  price({ volumeRanges }, usage) {
    const units = shownUnits(usage)
    const tier = tierOf(volumeRanges, units)
    const flatAmount = tier?.flatAmount ?? ZERO
    const unitsAmount = usage.units.times(tier?.perUnitAmount ?? ZERO)
    const amount = unitsAmount.plus(flatAmount)
    return {
      amount,
      unitAmount: perUnit(amount, units),
      amountDetails: {
        flat_unit_amount: formatDecimal(flatAmount),
        per_unit_amount: formatDecimal(perUnit(unitsAmount, units)),
        per_unit_total_amount: formatDecimal(unitsAmount),
      },
    }
  },

  projectedAmount({ volumeRanges }, units) {
    const tier = tierOf(volumeRanges, units)
    return tier === undefined ? ZERO : units.times(tier.perUnitAmount).plus(tier.flatAmount)
  },
}

/**
 * The first tier that does not end below the units. Units in the gap before a tier (0.5 or 51 where one tier ends at 50
 * and the next begins at 52) thus belong to that tier, and no usage at all to the first. Negative units have none.
 */
function tierOf(tiers: readonly UnitTier[], units: Decimal): UnitTier | undefined {
  if (units.isNegative() && !units.isZero()) return undefined
  return tiers.find(({ toValue }) => toValue === null || toValue.greaterThanOrEqualTo(units))
}
