/** The page asked for. */
export interface Page {
  readonly page: number
  readonly perPage: number
  readonly offset: number
  /** False where the client does not want to know how long the list is, as counting a long one takes its time. */
  readonly counted: boolean
}

export interface PageMeta {
  readonly current_page: number
  readonly next_page: number | null
  readonly prev_page: number | null
  /** Null where the list was not counted. */
  readonly total_pages: number | null
  readonly total_count: number | null
}

/** What the documentation of a list says that need not be counted. */
export const UNCOUNTED =
  '`with_total_count=false` leaves the list uncounted, which is quicker where it is long: `total_count` and `total_pages` are null then.'

const DEFAULT_PER_PAGE = 100
const FALLBACK_PER_PAGE = 25

/**
 * Reads `page` and `per_page` from a query string. A page that is not a positive integer is the first; a negative or
 * unreadable per_page is 25, an absent one or 0 is 100. Lists that can leave their length uncounted do so for
 * `with_total_count=false`.
 */
export function readPage(query: Record<string, unknown>): Page {
  const page = Math.max(leadingInteger(query.page) ?? 1, 1)
  const perPage = readPerPage(query.per_page)
  return { page, perPage, offset: (page - 1) * perPage, counted: query.with_total_count !== 'false' }
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
export function pageMeta(page: Pick<Page, 'page' | 'perPage'>, totalCount: number): PageMeta {
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

/** How many rows a list reads for a page: one more where nobody counts, which says that there is a next page. */
export function rowsToRead({ perPage, counted }: Page): number {
  return counted ? perPage : perPage + 1
}

/** The rows of a page and its `meta`. @param rows as many as {@link rowsToRead} says @param totalCount undefined where nobody counted */
export function pageOf<Row>(
  page: Page,
  rows: readonly Row[],
  totalCount: number | undefined,
): { rows: readonly Row[]; meta: PageMeta } {
  if (totalCount !== undefined) return { rows, meta: pageMeta(page, totalCount) }
  const meta = {
    current_page: page.page,
    next_page: rows.length > page.perPage ? page.page + 1 : null,
    prev_page: page.page > 1 ? page.page - 1 : null,
    total_pages: null,
    total_count: null,
  }
  return { rows: rows.slice(0, page.perPage), meta }
}
