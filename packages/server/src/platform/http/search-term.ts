/** What a list is searched for: undefined where nothing is asked. No stored text has NUL characters: they are left out. */
export function readSearchTerm(query: Record<string, unknown>): string | undefined {
  const { search_term: term } = query
  if (typeof term !== 'string') return undefined
  return term.replaceAll('\0', '').trim() || undefined
}
