import type { ChargeProperties, PropertyProblem } from './charge-model-definition.ts'

/** Event property that splits the usage of charges which may be paid from one wallet among several. */
const TARGET_WALLET_KEY = 'target_wallet_code'

/** How many presentation group keys a charge may have. */
const PRESENTATION_KEYS_LIMIT = 2

/**
 * The event properties by whose values the usage of a bucket is split and priced apart.
 *
 * @param properties of the bucket: a filter's own, the charge's for the default bucket
 */
export function pricingGroupKeys(properties: ChargeProperties, acceptsTargetWallet: boolean): string[] {
  const given = properties.pricing_group_keys
  const keys = Array.isArray(given) ? given.filter(key => typeof key === 'string') : []
  return [...new Set(acceptsTargetWallet ? [...keys, TARGET_WALLET_KEY] : keys)]
}

/** The event properties by whose values the units of a charge are split for display, whatever their price. */
export function presentationGroupKeys(properties: ChargeProperties): string[] {
  const given = properties.presentation_group_keys
  return Array.isArray(given)
    ? given.flatMap(key => (isObject(key) && isNonBlankText(key.value) ? [key.value] : []))
    : []
}

/** The group keys of given properties: the older name is replaced, and lists without a key are left out. */
export function reduceGroupKeys(given: ChargeProperties): ChargeProperties {
  const pricing = withoutEmptyText(isPresent(given.pricing_group_keys) ? given.pricing_group_keys : given.grouped_by)
  const presentation = given.presentation_group_keys
  return {
    ...(isPresent(pricing) ? { pricing_group_keys: pricing } : {}),
    ...(isPresent(presentation) ? { presentation_group_keys: presentation } : {}),
  }
}

/** What is wrong with the pricing and presentation group keys among properties; absent ones are fine. */
export function groupKeyProblems(properties: ChargeProperties): PropertyProblem[] {
  const { pricing_group_keys: pricing, presentation_group_keys: presentation } = properties
  return [
    ...(pricing === undefined ? [] : pricingProblems(pricing)),
    ...(presentation === undefined ? [] : presentationProblems(presentation)),
  ]
}

function pricingProblems(keys: unknown): PropertyProblem[] {
  const valid = Array.isArray(keys) && keys.every(isNonBlankText)
  return valid ? [] : [{ field: 'pricing_group_keys', code: 'invalid_type' }]
}

function presentationProblems(keys: unknown): PropertyProblem[] {
  const list: readonly unknown[] = Array.isArray(keys) ? keys : []
  const values = list.flatMap(key => (isObject(key) && isNonBlankText(key.value) ? [key.value] : []))
  const codes = [
    ...(Array.isArray(keys) && list.every(isPresentationKey) ? [] : ['invalid_type']),
    ...(list.length > PRESENTATION_KEYS_LIMIT ? ['too_many_keys'] : []),
    ...(new Set(values).size < values.length ? ['value_is_duplicated'] : []),
  ]
  return codes.map(code => ({ field: 'presentation_group_keys', code }))
}

/** `{ value: '<property>' }`, with `options: { display_in_invoice: boolean }` or without. */
function isPresentationKey(key: unknown): boolean {
  if (!isObject(key) || !isNonBlankText(key.value)) return false
  if (Object.keys(key).some(name => name !== 'value' && name !== 'options')) return false
  const { options } = key
  if (options === undefined || options === null) return true
  return isObject(options) && Object.keys(options).length === 1 && typeof options.display_in_invoice === 'boolean'
}

function withoutEmptyText(keys: unknown): unknown {
  return Array.isArray(keys) ? keys.filter(key => key !== '') : keys
}

function isPresent(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false
  if (typeof value === 'string') return value.trim() !== ''
  return typeof value !== 'object' || Object.keys(value).length > 0
}

function isNonBlankText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
