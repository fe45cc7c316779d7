import type { Decimal } from '../money/index.ts'
import { decimal, formatDecimal, round, ZERO } from '../money/index.ts'
import type { AmountDetails, ChargeModelDefinition } from './charge-model-definition.ts'
import { perUnit, requireAmount } from './charge-model-definition.ts'
import type { Tier } from './tiers.ts'
import { boundDetails, isLastTier, parseTiers, tierProblems } from './tiers.ts'

/** Each tier takes a percentage of the units, which are money, that fall into it, and a flat amount when it is reached. */
export interface GraduatedPercentageProperties {
  readonly graduatedPercentageRanges: readonly PercentageTier[]
}

export interface PercentageTier extends Tier {
  /** In percent. */
  readonly rate: Decimal
  readonly flatAmount: Decimal
}

const KEY = 'graduated_percentage_ranges'

export const graduatedPercentage: ChargeModelDefinition<GraduatedPercentageProperties> = {
  propertyKeys: [KEY],
  startsFree: true,
  defaultProperties: {
    [KEY]: [{ from_value: 0, to_value: null, rate: '0', fixed_amount: '0', flat_amount: '0' }],
  },

  validate(properties, aggregationType) {
    const amounts = { flat_amount: 'invalid_amount', rate: 'invalid_rate' }
    const problems = tierProblems(properties, { key: KEY, amounts, step: 0 })
    if (aggregationType !== 'latest_agg') return problems
    return [{ field: 'billable_metric', code: 'invalid_value' }, ...problems]
  },

  parse: properties => ({
    graduatedPercentageRanges: parseTiers(properties, KEY, (tier, bounds) => ({
      ...bounds,
      rate: requireAmount(tier, 'rate'),
      flatAmount: requireAmount(tier, 'flat_amount'),
    })),
  }),

  price({ graduatedPercentageRanges }, { units }) {
    const details: AmountDetails[] = []
    let amount = ZERO
    for (const tier of graduatedPercentageRanges) {
      const tierUnits = unitsInTier(tier, units)
      const unitsAmount = tierUnits.times(tier.rate).div(100)
      const total = unitsAmount.plus(tier.flatAmount)
      amount = amount.plus(total)
      details.push({
        ...boundDetails(tier),
        flat_unit_amount: formatDecimal(tier.flatAmount),
        rate: formatDecimal(tier.rate),
        units: formatDecimal(tierUnits),
        per_unit_total_amount: formatDecimal(unitsAmount),
        total_with_flat_amount: formatDecimal(total),
      })
      if (isLastTier(tier, units)) break
    }
    return { amount, unitAmount: perUnit(amount, units), amountDetails: { [KEY]: details } }
  },

  eventDetails(including, excluding) {
    const before = tierDetails(excluding)
    return {
      [KEY]: tierDetails(including).map(tier => {
        const same = before.find(other => other.from_value === tier.from_value && other.to_value === tier.to_value)
        return eventInTier(tier, same)
      }),
    }
  },
}

function tierDetails(details: AmountDetails): readonly AmountDetails[] {
  return (details[KEY] ?? []) as readonly AmountDetails[]
}

/** What an event adds to a tier; its price of a unit includes the flat amount, and is rounded to 2 decimals. */
function eventInTier(tier: AmountDetails, before: AmountDetails | undefined): AmountDetails {
  const added = (key: string) => decimal(String(tier[key])).minus(String(before?.[key] ?? 0))
  const [units, total] = [added('units'), added('total_with_flat_amount')]
  return {
    ...tier,
    units: formatDecimal(units),
    flat_unit_amount: formatDecimal(added('flat_unit_amount')),
    total_with_flat_amount: formatDecimal(total),
    per_unit_total_amount: formatDecimal(units.greaterThan(0) ? round(total.div(units), 2) : ZERO),
  }
}

/**
 * Unlike graduated tiers, these are always read as 0–100, 101–500: a tier that begins where the one before it ends holds
 * one unit too many.
 */
function unitsInTier(tier: PercentageTier, units: Decimal): Decimal {
  const startsAtZero = tier.fromValue.isZero()
  if (tier.toValue?.lessThanOrEqualTo(units)) return tier.toValue.minus(startsAtZero ? 1 : tier.fromValue).plus(1)
  return startsAtZero ? units : units.minus(tier.fromValue).plus(1)
}
