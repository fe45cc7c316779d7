import { type ChargeProperties, type Decimal, decimal, formatDecimal, validateProperties } from '@weir/engine'
import { Problems, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { FIXED_CHARGE_MODELS, type FixedChargeModelName } from '../types.ts'

/** A fixed charge as it would be after a request, before anyone knows whether it may be so. */
export interface FixedChargeTerms {
  readonly code: string | null
  readonly chargeModel: string | null
  /** Reduced to what the model knows. */
  readonly properties: ChargeProperties
  readonly payInAdvance: boolean
  readonly prorated: boolean
  /** Null: what was given is no number. */
  readonly units: Decimal | null
}

// What the column holds: twenty digits before the point, ten after it.
const UNITS_LIMIT = decimal('1e20')
const UNITS_PLACES = 10

/** Whether fixed charges can be priced by the model: only by those that need no events. */
export function isFixedChargeModel(model: string | null): model is FixedChargeModelName {
  return FIXED_CHARGE_MODELS.some(known => known === model)
}

/** Units as they were given: a decimal in plain or scientific notation, to the tenth place; null for anything else. */
export function readUnits(text: string | null): Decimal | null {
  if (text === null || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i.test(text)) return null
  return decimal(text.trim()).toDecimalPlaces(UNITS_PLACES)
}

/**
 * Everything that is wrong with a fixed charge, by field.
 *
 * @param codeTaken whether another fixed charge of the plan has the code
 */
export function fixedChargeProblems(terms: FixedChargeTerms, codeTaken: boolean): Problems {
  const { chargeModel: model, payInAdvance, prorated, units } = terms
  const problems = new Problems()
  if (isBlank(terms.code)) problems.add('code', 'value_is_mandatory')
  else if (codeTaken) problems.add('code', 'value_already_exist')
  if (isBlank(model)) problems.add('charge_model', 'value_is_mandatory')
  else if (!isFixedChargeModel(model)) problems.add('charge_model', 'value_is_invalid')
  const codes = propertyCodes(terms)
  if (codes.length > 0) problems.add('properties', ...codes)
  // A tier that the units of the whole period decide on cannot be billed before they are known.
  if (payInAdvance && model === 'volume') problems.add('pay_in_advance', 'invalid_charge_model')
  if (payInAdvance && prorated && model === 'graduated') problems.add('prorated', 'invalid_charge_model')
  const ofUnits = unitsProblem(units)
  if (ofUnits !== undefined) problems.add('units', ofUnits)
  return problems
}

function unitsProblem(units: Decimal | null): string | undefined {
  if (units === null) return 'is not a number'
  const isInBounds = units.greaterThanOrEqualTo(0) && units.lessThan(UNITS_LIMIT)
  return isInBounds ? undefined : 'value_is_out_of_range'
}

/** Units that a subscription is given, as a decimal. @throws 422 `units` */
export function requireUnits(text: string | null): string {
  const units = readUnits(text)
  const problem = unitsProblem(units)
  if (units === null || problem !== undefined) throw validation({ units: [problem] })
  return formatDecimal(units)
}

function propertyCodes({ chargeModel, properties }: FixedChargeTerms): string[] {
  if (!isBlank(chargeModel) && !isFixedChargeModel(chargeModel)) return []
  if (Object.keys(properties).length === 0) return ['value_is_mandatory']
  // There is no aggregation: the one given forbids nothing.
  return isFixedChargeModel(chargeModel) ? validateProperties(chargeModel, properties, 'sum_agg') : []
}
