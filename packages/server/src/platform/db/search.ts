/**
 * The `ilike` pattern of texts that contain a term as it stands: `%`, `_` and `\` have no special meaning in it.
 *
 * @example sql`name ilike ${containing('50%')}` // '%50\%%'
 */
export function containing(term: string): string {
  return `%${term.replace(/[\\%_]/g, character => `\\${character}`)}%`
}
