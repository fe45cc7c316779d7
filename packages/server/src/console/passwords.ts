import { Problems } from '../platform/errors.ts'
import { isRecord } from '../platform/http/input.ts'

const SHORTEST = 8
const LONGEST = 128
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/\p{Ll}/u, 'lowercase_letter_is_missing'],
  [/\p{Lu}/u, 'uppercase_letter_is_missing'],
  [/\p{Nd}/u, 'digit_is_missing'],
  [/[^\p{L}\p{N}\s]/u, 'special_character_is_missing'],
]

/** What is wrong with a new password, under the name of its field: at least 8 characters, of four kinds. */
export function passwordProblems(field: string, body: unknown): Problems {
  const value = isRecord(body) ? body[field] : undefined
  const problems = new Problems()
  if (typeof value !== 'string' || value === '') {
    problems.add(field, 'value_is_mandatory')
    return problems
  }
  if (value.length < SHORTEST) problems.add(field, 'value_is_too_short')
  if (value.length > LONGEST) problems.add(field, 'value_is_too_long')
  for (const [kind, code] of KINDS) if (!kind.test(value)) problems.add(field, code)
  return problems
}
