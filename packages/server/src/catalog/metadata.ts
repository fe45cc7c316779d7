import { validation } from '../platform/errors.ts'
import { withoutNul } from '../platform/validation/text.ts'

export type Metadata = Readonly<Record<string, string | null>>

const MOST_KEYS = 50
const LONGEST_KEY = 100
const LONGEST_VALUE = 255

/**
 * A free map of keys to texts, as it will be stored.
 *
 * @throws 422 on `value`, with a sentence for each rule that is broken
 */
export function readMetadata(given: Readonly<Record<string, unknown>>): Metadata {
  const entries = Object.entries(given)
  const problems = entries.flatMap(([key, value]) => entryProblems(key, value))
  if (entries.length > MOST_KEYS) problems.unshift(`cannot have more than ${MOST_KEYS} keys`)
  if (problems.length > 0) throw validation({ value: problems })
  return Object.fromEntries(
    entries.map(([key, value]) => [withoutNul(key), typeof value === 'string' ? withoutNul(value) : null]),
  )
}

/** @throws 422 when the result breaks a rule */
export function mergeMetadata(stored: Metadata, given: Readonly<Record<string, unknown>>): Metadata {
  return readMetadata({ ...stored, ...given })
}

function entryProblems(key: string, value: unknown): string[] {
  const problems: string[] = []
  if ([...key].length > LONGEST_KEY) problems.push(`key '${key}' must be a String up to ${LONGEST_KEY} characters`)
  const fits = value === null || (typeof value === 'string' && [...value].length <= LONGEST_VALUE)
  if (!fits) problems.push(`value for key '${key}' must be empty or a String up to ${LONGEST_VALUE} characters`)
  return problems
}
