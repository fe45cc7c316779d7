/** What was changed of an object, by field: what it no longer is, and what it is now. A side that is null is left out. */
export type Differences = Record<string, { readonly deleted?: unknown; readonly added?: unknown }>

/**
 * The fields of `after` that differ from those of `before`. Values are compared as JSON.
 *
 * @example differences({ name: 'a', code: 'c' }, { name: 'b', code: 'c' }) // { name: { deleted: 'a', added: 'b' } }
 */
export function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Differences {
  return Object.fromEntries(
    Object.keys(after)
      .filter(field => JSON.stringify(before[field] ?? null) !== JSON.stringify(after[field] ?? null))
      .map(field => [
        field,
        {
          ...(before[field] != null && { deleted: before[field] }),
          ...(after[field] != null && { added: after[field] }),
        },
      ]),
  )
}
