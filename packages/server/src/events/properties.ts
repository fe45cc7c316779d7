import { isRecord } from '../platform/http/input.ts'
import { storableJson } from '../platform/validation/text.ts'

// Far beyond any measure, and far below what the database can hold.
const LONGEST_NUMBER = /\d{1001}/
const DEEPEST_NESTING = 100

/**
 * The text of the JSON object that is stored for an event's properties; anything but an object counts as none.
 *
 * What PostgreSQL cannot hold is mended: NUL characters are removed, halves of surrogate pairs become U+FFFD.
 *
 * @returns undefined when it is nested more than 100 levels deep or has an integer of more than 1,000 digits
 */
export function propertiesText(properties: unknown): string | undefined {
  if (!isRecord(properties) || JSON.isRawJSON(properties)) return '{}'
  if (isUnstorable(properties, DEEPEST_NESTING)) return undefined
  const text = JSON.stringify(properties)
  // Whatever needs mending is printed as a \u escape, as are a few characters that do not need it.
  return text.includes('\\u') ? JSON.stringify(storableJson(properties)) : text
}

function isUnstorable(value: object, levels: number): boolean {
  if (JSON.isRawJSON(value)) return LONGEST_NUMBER.test(value.rawJSON)
  if (levels === 0) return true
  for (const item of Object.values(value)) {
    if (typeof item === 'object' && item !== null && isUnstorable(item, levels - 1)) return true
  }
  return false
}
