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
