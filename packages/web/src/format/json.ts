/**
 * JSON as people can read it: a text of it, or a value. What is no JSON stays as it is.
 *
 * @example prettyJson('{"a":1}') // '{\n  "a": 1\n}'
 */
export function prettyJson(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value, null, 2) ?? ''
  try {
    return JSON.stringify(JSON.parse(value), null, 2)
  } catch {
    return value
  }
}
