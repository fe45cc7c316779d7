/** The page asked for. */
export interface Page {
  readonly page: number
  readonly perPage: number
  readonly offset: number
}

export interface PageMeta {
  readonly current_page: number
  readonly next_page: number | null
  readonly prev_page: number | null
  readonly total_pages: number
  readonly total_count: number
}

const DEFAULT_PER_PAGE = 100
const FALLBACK_PER_PAGE = 25

/**
 * Reads `page` and `per_page` from a query string. A page that is not a positive integer is the first; a negative or
 * unreadable per_page is 25, an absent one or 0 is 100.
 */
export function readPage(query: Record<string, unknown>): Page {
  const page = Math.max(leadingInteger(query.page) ?? 1, 1)
  const perPage = readPerPage(query.per_page)
  return { page, perPage, offset: (page - 1) * perPage }
}

function readPerPage(value: unknown): number {
  if (value === undefined || value === null) return DEFAULT_PER_PAGE
  const number = leadingInteger(value)
  if (number === undefined || number < 0) return FALLBACK_PER_PAGE
  return number === 0 ? DEFAULT_PER_PAGE : number
}

function leadingInteger(value: unknown): number | undefined {
  const digits = /^-?\d{1,9}/.exec(String(value ?? ''))?.[0]
  return digits === undefined ? undefined : Number(digits)
}

/** The `meta` of a list. An empty list says page 0, whatever page was asked. */
export function pageMeta(page: Page, totalCount: number): PageMeta {
  const totalPages = Math.ceil(totalCount / page.perPage)
  if (totalCount === 0) return { current_page: 0, next_page: null, prev_page: null, total_pages: 0, total_count: 0 }
  return {
    current_page: page.page,
    next_page: page.page < totalPages ? page.page + 1 : null,
    prev_page: page.page > 1 ? page.page - 1 : null,
    total_pages: totalPages,
    total_count: totalCount,
  }
}
