import type { ChargeModelName } from './charge-model.ts'
import { chargeModels } from './charge-model.ts'
import type { ChargeProperties } from './charge-model-definition.ts'
import { groupKeyProblems, reduceGroupKeys } from './group-keys.ts'

/**
 * The properties to keep for a charge: those its model knows, as given; the model's defaults if there are none at all.
 * Keys that are not given stay absent, and `grouped_by` is kept as `pricing_group_keys`. Nothing is validated.
 *
 * @example reduceProperties('standard', { amount: '1', rate: '2', grouped_by: ['team'] })
 * // { amount: '1', pricing_group_keys: ['team'] }
 */
export function reduceProperties(model: ChargeModelName, given: ChargeProperties | null): ChargeProperties {
  if (given === null || Object.keys(given).length === 0) return chargeModels[model].defaultProperties
  return { ...modelProperties(model, given), ...reduceGroupKeys(given) }
}

/** The properties to keep for a filter of a charge: as for a charge, but without defaults and presentation group keys. */
export function reduceFilterProperties(model: ChargeModelName, given: ChargeProperties | null): ChargeProperties {
  if (given === null) return {}
  const { presentation_group_keys: _, ...groupKeys } = reduceGroupKeys(given)
  return { ...modelProperties(model, given), ...groupKeys }
}

/**
 * The codes of what is wrong with the reduced properties of a charge or filter, all to be reported under `properties`.
 * A code is repeated for each fault. Codes are grouped by the field they are about, in order of its first fault.
 *
 * @param aggregationType of the charge's metric
 * @example validateProperties('standard', { amount: 12 }, 'sum_agg') // ['invalid_amount']: amounts are strings
 */
export function validateProperties(
  model: ChargeModelName,
  properties: ChargeProperties,
  aggregationType: string,
): string[] {
  const problems = [...chargeModels[model].validate(properties, aggregationType), ...groupKeyProblems(properties)]
  return [...Map.groupBy(problems, problem => problem.field).values()].flat().map(problem => problem.code)
}

function modelProperties(model: ChargeModelName, given: ChargeProperties): ChargeProperties {
  const keys = chargeModels[model].propertyKeys.filter(key => Object.hasOwn(given, key))
  return Object.fromEntries(keys.map(key => [key, given[key]]))
}
