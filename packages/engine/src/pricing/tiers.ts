import type { Decimal } from '../money/index.ts'
import { ZERO } from '../money/index.ts'
import type { ChargeProperties, PropertyProblem } from './charge-model-definition.ts'
import { amountProblems, parseAmount, requireAmount } from './charge-model-definition.ts'

/** A range of units; only the last one of a list is open. */
export interface Tier {
  readonly fromValue: Decimal
  readonly toValue: Decimal | null
}

/** A tier that has a price for each unit, and one for being reached. */
export interface UnitTier extends Tier {
  readonly perUnitAmount: Decimal
  readonly flatAmount: Decimal
}

/** What a list of tiers is checked for. */
export interface TierRules {
  /** The property that holds the list. */
  readonly key: string
  /** Fields of each tier that hold an amount, in the order they are checked, and the code of a faulty one. */
  readonly amounts: Readonly<Record<string, string>>
  /** What is added to the end of a tier before the next one, which may begin there or one later. */
  readonly step: 0 | 1
}

export const unitTierAmounts = { per_unit_amount: 'invalid_amount', flat_amount: 'invalid_amount' }

/** One free tier for any number of units. */
export const freeUnitTiers = [{ from_value: 0, to_value: null, per_unit_amount: '0', flat_amount: '0' }]

/** Whether the units end in this tier, or before it. */
export function isLastTier(tier: Tier, units: Decimal): boolean {
  return tier.toValue === null || tier.toValue.greaterThanOrEqualTo(units)
}

/**
 * Tiers follow each other in the order given: each begins where the one before it ends, or one later; the first at 0 or
 * 1. All but the last have an end, above their beginning. There is one problem for each tier with faulty bounds.
 */
export function tierProblems(properties: ChargeProperties, rules: TierRules): PropertyProblem[] {
  const tiers = tierList(properties, rules.key)
  if (tiers.length === 0) return [{ field: rules.key, code: `missing_${rules.key}` }]

  let next = ZERO
  return tiers.flatMap((tier, index) => {
    const amounts = Object.entries(rules.amounts).flatMap(([field, code]) => amountProblems(tier, field, code))
    const followsOn = hasBounds(tier, next, index === tiers.length - 1)
    next = (parseBound(tier.to_value) ?? ZERO).plus(rules.step)
    return followsOn ? amounts : [...amounts, { field: rules.key, code: `invalid_${rules.key}` }]
  })
}

/** The tiers of validated properties, in stored order. */
export function parseTiers<T extends Tier>(
  properties: ChargeProperties,
  key: string,
  parseTier: (tier: ChargeProperties, bounds: Tier) => T,
): T[] {
  return tierList(properties, key).map(tier => parseTier(tier, parseBounds(tier)))
}

/**
 * A tier that prices its units each and may add a flat amount, both in units of the currency.
 *
 * @throws TypeError for amounts that are none
 */
export function parseUnitTier(tier: ChargeProperties, bounds: Tier): UnitTier {
  return {
    ...bounds,
    perUnitAmount: requireAmount(tier, 'per_unit_amount'),
    flatAmount: requireAmount(tier, 'flat_amount'),
  }
}

/** The bounds of a tier as amount details show them: JSON numbers. */
export function boundDetails(tier: Tier): { from_value: number; to_value: number | null } {
  return { from_value: tier.fromValue.toNumber(), to_value: tier.toValue?.toNumber() ?? null }
}

function hasBounds(tier: ChargeProperties, next: Decimal, isLast: boolean): boolean {
  const from = parseBound(tier.from_value)
  if (from === null || !(from.equals(next) || from.equals(next.plus(1)))) return false
  if (isLast) return tier.to_value === null || tier.to_value === undefined
  return (parseBound(tier.to_value) ?? ZERO).greaterThan(from)
}

function parseBounds(tier: ChargeProperties): Tier {
  const fromValue = parseBound(tier.from_value)
  if (fromValue === null) throw new TypeError('from_value is not a number')
  return { fromValue, toValue: parseBound(tier.to_value) }
}

/** A bound may be an integer, a decimal or numeric text. */
function parseBound(value: unknown): Decimal | null {
  return parseAmount(typeof value === 'number' ? String(value) : value)
}

function tierList(properties: ChargeProperties, key: string): ChargeProperties[] {
  const tiers = properties[key]
  return Array.isArray(tiers) ? tiers.map(tier => (isObject(tier) ? tier : {})) : []
}

function isObject(value: unknown): value is ChargeProperties {
  return typeof value === 'object' && value !== null
}
