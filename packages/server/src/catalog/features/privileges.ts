import { Problems, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import { characterCount } from '../../platform/validation/text.ts'
import type { PrivilegeInput } from './schema.ts'
import { type Privilege, type PrivilegeConfig, VALUE_TYPES } from './types.ts'

/** Of codes and names, of features as of privileges. */
export const LONGEST_TEXT = 255

/**
 * The privileges to write for those that a request lists: new ones, and known ones with a new name or more options to
 * choose from. A known one keeps its type, and its options are never taken away.
 *
 * @throws 422 with what is wrong with the first that is wrong, under `privilege.…`
 */
export function readPrivileges(known: readonly Privilege[], given: readonly PrivilegeInput[]): Privilege[] {
  const codes = given.map(codeOf)
  if (new Set(codes).size < codes.length) throw validation({ 'privilege.code': ['value_is_duplicated'] })
  return given.map(input => {
    const privilege = known.find(candidate => candidate.code === codeOf(input))
    return privilege === undefined ? newPrivilege(input) : changedPrivilege(privilege, input)
  })
}

function codeOf(input: PrivilegeInput): string {
  return (input.code ?? '').trim()
}

function newPrivilege(input: PrivilegeInput): Privilege {
  const code = codeOf(input)
  const valueType = VALUE_TYPES.find(type => type === (input.value_type ?? 'string'))
  const config = input.config ?? {}
  const problems = new Problems()
  if (code === '') problems.add('privilege.code', 'value_is_mandatory')
  if (characterCount(code) > LONGEST_TEXT) problems.add('privilege.code', 'value_is_too_long')
  checkName(input.name, problems)
  if (valueType === undefined) problems.add('privilege.value_type', 'value_is_invalid')
  else checkConfig(valueType, config, problems)
  problems.throwIfAny()
  return { id: newId(), code, name: input.name ?? null, valueType: valueType ?? 'string', config }
}

function changedPrivilege(privilege: Privilege, input: PrivilegeInput): Privilege {
  const name = input.name === undefined ? privilege.name : input.name
  const config = privilege.valueType === 'select' ? withMoreOptions(privilege.config, input.config) : privilege.config
  const problems = new Problems()
  if (input.name !== undefined) checkName(name, problems)
  checkConfig(privilege.valueType, config, problems)
  problems.throwIfAny()
  return { ...privilege, name, config }
}

/** Options that exist come first. */
function withMoreOptions(config: PrivilegeConfig, given: PrivilegeInput['config']): PrivilegeConfig {
  const added = given?.select_options
  if (!Array.isArray(added)) return config
  return { select_options: [...new Set([...(config.select_options ?? []), ...added])] }
}

function checkName(name: string | null | undefined, problems: Problems): void {
  if (!isBlank(name) && characterCount(name ?? '') > LONGEST_TEXT) problems.add('privilege.name', 'value_is_too_long')
}

function checkConfig(valueType: Privilege['valueType'], config: object, problems: Problems): void {
  const isRight = valueType === 'select' ? isSelectConfig(config) : Object.keys(config).length === 0
  if (!isRight) problems.add('privilege.config', 'invalid_format')
}

function isSelectConfig(config: PrivilegeConfig): boolean {
  const options: unknown = config.select_options
  return (
    Object.keys(config).length === 1 &&
    Array.isArray(options) &&
    options.length > 0 &&
    options.every(option => typeof option === 'string')
  )
}
