import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

/** What the query of the page's URL says: plain texts by name. */
export type UrlState = Readonly<Record<string, string | undefined>>

/**
 * The state that a page keeps in its URL, so that it can be shared and gone back to: filters, the tab, the page of a list.
 * Undefined and empty values are taken out of it.
 */
export function useUrlState(): [UrlState, (changes: UrlState, options?: { replace?: boolean }) => void] {
  const state = useSearch({ strict: false }) as UrlState
  const navigate = useNavigate()
  const change = useCallback(
    (changes: UrlState, { replace = false } = {}) =>
      void navigate({
        to: '.',
        replace,
        search: (held: UrlState) => withoutBlanks({ ...held, ...changes }),
      } as Parameters<typeof navigate>[0]),
    [navigate],
  )
  return [state, change]
}

export function withoutBlanks(state: UrlState): Record<string, string> {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined && value !== '')) as Record<
    string,
    string
  >
}

/** How the router reads and writes queries: every value is a text, nothing is quoted. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

export function stringifySearch(state: Record<string, unknown>): string {
  const search = new URLSearchParams(withoutBlanks(state as UrlState)).toString()
  return search === '' ? '' : `?${search}`
}
