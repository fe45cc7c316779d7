/** What a privilege may be set to. */
export interface PrivilegeType {
  readonly valueType: 'integer' | 'string' | 'boolean' | 'select'
  /** Of a `select`: the texts to choose from. */
  readonly options: readonly string[]
}

/** A value as it is shown. A bigint is an integer that a double cannot hold. */
export type PrivilegeValue = number | bigint | boolean | string

export type PrivilegeValueProblem = 'value_is_mandatory' | 'value_is_invalid' | 'value_not_in_select_options'

const CANONICAL_INTEGER = /^(0|-?[1-9]\d*)$/

/**
 * Reads a value for a privilege. Its text is the same for all ways to write the same value, so texts can be compared.
 *
 * @param given as JSON has it; integers that a double cannot hold as bigint
 * @returns the text to keep, or what is wrong with the value
 * @example readPrivilegeValue({ valueType: 'integer', options: [] }, 10) // { text: '10' }
 */
export function readPrivilegeValue(
  type: PrivilegeType,
  given: unknown,
): { readonly text: string } | { readonly problem: PrivilegeValueProblem } {
  if (given === null || given === undefined || (typeof given === 'string' && given.trim() === '')) {
    return { problem: 'value_is_mandatory' }
  }
  const text = typeof given === 'object' ? undefined : String(given)
  if (text === undefined) {
    return { problem: type.valueType === 'select' ? 'value_not_in_select_options' : 'value_is_invalid' }
  }
  switch (type.valueType) {
    case 'integer':
      return typeof given !== 'boolean' && CANONICAL_INTEGER.test(text) ? { text } : { problem: 'value_is_invalid' }
    case 'boolean':
      return text === 'true' || text === 'false' ? { text } : { problem: 'value_is_invalid' }
    case 'string':
      return typeof given === 'string' ? { text } : { problem: 'value_is_invalid' }
    case 'select':
      return typeof given === 'string' && type.options.includes(text)
        ? { text }
        : { problem: 'value_not_in_select_options' }
  }
}

/**
 * A kept text as the value that it stands for.
 *
 * @example privilegeValue('integer', '10') // 10
 */
export function privilegeValue(valueType: PrivilegeType['valueType'], text: string): PrivilegeValue {
  switch (valueType) {
    case 'integer':
      return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)
    case 'boolean':
      return text === 'true'
    case 'string':
    case 'select':
      return text
  }
}
