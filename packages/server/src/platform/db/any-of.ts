import { type RawBuilder, sql } from 'kysely'

/**
 * SQL: whether a column of ids has one of some. However many there are, the statement has one text, which can be prepared; with
 * `in`, each number of ids would make its own.
 */
export function anyOf(column: string, ids: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} = any(${ids}::uuid[])`
}
