/** Length in characters as people count them: code points, not UTF-16 units. */
export function characterCount(text: string): number {
  return [...text].length
}

/** Removes NUL characters, which PostgreSQL cannot store. */
export function withoutNul(text: string): string
export function withoutNul(text: string | null): string | null
export function withoutNul(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\0', '')
}

/** Text that PostgreSQL can hold: without NUL characters, and with U+FFFD for halves of surrogate pairs. */
export function storableText(text: string): string {
  return withoutNul(text.isWellFormed() ? text : text.toWellFormed())
}

/** What JSON holds, with every text in it made {@link storableText}, keys too. */
export function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
  if (Array.isArray(value)) return value.map(storableJson)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), storableJson(item)]))
}
