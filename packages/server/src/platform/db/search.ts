import { type RawBuilder, sql } from 'kysely'

/** The condition that a row's name or code contains a term. */
export function namedLike(term: string): RawBuilder<boolean> {
  const pattern = containing(term)
  return sql<boolean>`(name ilike ${pattern} or code ilike ${pattern})`
}

/**
 * The `ilike` pattern of texts that contain a term as it stands: `%`, `_` and `\` have no special meaning in it.
 *
 * @example sql`name ilike ${containing('50%')}` // '%50\%%'
 */
export function containing(term: string): string {
  return `%${term.replace(/[\\%_]/g, character => `\\${character}`)}%`
}
