import { type Decimal, decimal } from '@weir/engine'
import { Problems } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import type { PricingUnit } from './pricing-units/store.ts'
import type { AppliedPricingUnitInput } from './schema.ts'
import type { AppliedPricingUnit, Charge } from './types.ts'

/** What the database holds of a rate. */
const RATE_PLACES = 15
const RATE_LIMIT = decimal('1e25')

/**
 * The pricing unit of a charge after a request. A new charge gets the one it names. Afterwards only the rate changes: the
 * unit is neither replaced, nor added, nor taken away.
 *
 * @param units by code
 * @param current the charge before; undefined for a new one
 * @throws 422 on `pricing_unit` when it does not exist, on `conversion_rate` when that is not a positive number
 */
export function appliedPricingUnit(
  units: ReadonlyMap<string, PricingUnit>,
  current: Pick<Charge, 'appliedPricingUnit'> | undefined,
  input: AppliedPricingUnitInput | undefined,
): AppliedPricingUnit | null {
  const given = input ?? {}
  if (current !== undefined) return withRate(current.appliedPricingUnit, given.conversion_rate)
  return Object.keys(given).length === 0 ? null : newAppliedUnit(units, given)
}

function newAppliedUnit(
  units: ReadonlyMap<string, PricingUnit>,
  { code, conversion_rate: rate }: AppliedPricingUnitInput,
): AppliedPricingUnit {
  const problems = new Problems()
  const unit = units.get(code ?? '')
  if (unit === undefined) problems.add('pricing_unit', 'relation_must_exist')
  if (isBlank(rate)) problems.add('conversion_rate', 'value_is_mandatory')
  const conversionRate = readRate(rate, problems)
  problems.throwIfAny()
  return {
    pricingUnitId: unit?.id ?? '',
    code: unit?.code ?? '',
    shortName: unit?.short_name ?? '',
    conversionRate,
  }
}

function withRate(current: AppliedPricingUnit | null, rate: string | null | undefined): AppliedPricingUnit | null {
  if (current === null || isBlank(rate)) return current
  const problems = new Problems()
  const conversionRate = readRate(rate, problems)
  problems.throwIfAny()
  return { ...current, conversionRate }
}

function readRate(given: string | null | undefined, problems: Problems): Decimal {
  const isNumber = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i.test(given ?? '')
  const rate = decimal(isNumber ? (given ?? '').trim() : 0).toDecimalPlaces(RATE_PLACES)
  if (!isNumber) problems.add('conversion_rate', 'is not a number')
  else if (rate.lessThanOrEqualTo(0) || rate.greaterThanOrEqualTo(RATE_LIMIT)) {
    problems.add('conversion_rate', 'value_is_out_of_range')
  }
  return rate
}
