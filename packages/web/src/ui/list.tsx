import { ChevronLeft, ChevronRight, Search, X } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Query } from '../api/client.ts'
import type { Meta, UncountedMeta } from '../api/types.ts'
import { useGet } from '../app/queries.ts'
import { useUrlState } from '../app/url-state.ts'
import { t } from '../messages/index.ts'
import { Button } from './button.tsx'
import { cx } from './classes.ts'
import { Empty, Failure } from './empty.tsx'
import { isRefused } from './reason.ts'
import { type Column, Table } from './table.tsx'

const PER_PAGE = 25
const TYPING_MS = 250

interface ListProps<Row, Root extends string> {
  readonly label: string
  /** Where the list is read, e.g. `/customers`; `root` is the key of its rows in the answer. */
  readonly path: string
  readonly root: Root
  readonly columns: readonly Column<Row>[]
  readonly rowKey: (row: Row) => string
  readonly href?: (row: Row) => string
  /** What opens where the row has no page of its own. */
  readonly onOpen?: (row: Row) => void
  /** Milliseconds after which the first page is read again. */
  readonly live?: number
  /** Conditions besides the search, read from the URL by the page. Undefined values are none. */
  readonly filters?: Query
  /** Controls of the filters, beside the search box. */
  readonly controls?: ReactNode
  /** False where the API cannot search the list. */
  readonly searchable?: boolean
  readonly searchLabel?: string
  /** What to show when there is nothing at all yet. */
  readonly empty: ReactNode
  /** Names of the filters' keys in the URL, so that they can be cleared. */
  readonly filterKeys?: readonly string[]
  /** False for lists that are long, where `summary` says how long: they are shown before anybody has counted them. */
  readonly counted?: boolean
  /** Said under the rows about those that are shown, e.g. their sum. */
  readonly summary?: (rows: readonly Row[]) => ReactNode
}

/** A page of a list: search, filters and the page are in the URL; what is empty says why. */
export function ListPage<Row, Root extends string>(props: ListProps<Row, Root>) {
  const { path, root, filters = {}, filterKeys = [], searchable = true } = props
  const [state, setState] = useUrlState()
  const page = Number(state.page ?? 1)
  const term = state.search ?? ''
  const query = {
    ...filters,
    ...(searchable && { search_term: term }),
    ...(props.counted === false && { with_total_count: false }),
    page,
    per_page: PER_PAGE,
  }
  const list = useGet<Record<Root, Row[]> & { meta: Meta | UncountedMeta }>(path, query, {
    keep: true,
    refetchInterval: page === 1 && props.live !== undefined ? props.live : false,
  })
  const isFiltered = filterKeys.some(key => state[key] !== undefined)
  const clear = () =>
    setState({ ...Object.fromEntries(filterKeys.map(key => [key, undefined])), search: undefined, page: undefined })
  const rows: readonly Row[] = list.data?.[root] ?? []
  const isEmpty = list.data !== undefined && rows.length === 0
  // What may not be read needs no filters either.
  if (isRefused(list.error)) return <Failure error={list.error} />
  if (isEmpty && term === '' && !isFiltered && page === 1) return props.empty
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 pb-4">
        {searchable && (
          <SearchBox
            label={props.searchLabel ?? t('common.search')}
            term={term}
            onSearch={search => setState({ search, page: undefined }, { replace: true })}
          />
        )}
        {props.controls}
        {(isFiltered || term !== '') && !isEmpty && (
          <Button kind="quiet" icon={X} onClick={clear}>
            {t('common.clear_filters')}
          </Button>
        )}
      </div>
      {list.isError ? (
        <Failure error={list.error} onRetry={() => void list.refetch()} />
      ) : isEmpty && page > 1 ? (
        <Empty
          title={t('list.page_none', { page })}
          action={<Button onClick={() => setState({ page: undefined })}>{t('list.first_page')}</Button>}
        />
      ) : isEmpty ? (
        <Empty
          title={term === '' ? t('list.filter_none') : t('list.search_none', { term })}
          action={<Button onClick={clear}>{t('common.clear_filters')}</Button>}
        />
      ) : (
        <div className={cx('transition-opacity', list.isPlaceholderData && 'opacity-60')}>
          <Table
            label={props.label}
            columns={props.columns}
            rows={rows}
            rowKey={props.rowKey}
            loading={list.isPending}
            {...(props.href && { href: props.href })}
            {...(props.onOpen && { onOpen: props.onOpen })}
          />
          {list.data !== undefined && props.summary !== undefined && (
            <p className="pt-3 text-right text-sm text-soft tabular">{props.summary(rows)}</p>
          )}
          {list.data !== undefined && (
            <Pages meta={list.data.meta} onPage={to => setState({ page: to === 1 ? undefined : String(to) })} />
          )}
        </div>
      )}
    </>
  )
}

/** Searches a moment after the last letter. `/` moves to it. */
export function SearchBox({
  label,
  term,
  onSearch,
}: {
  readonly label: string
  readonly term: string
  readonly onSearch: (term: string) => void
}) {
  const [text, setText] = useState(term)
  const input = useRef<HTMLInputElement>(null)
  const sent = useRef(term)
  const search = useRef(onSearch)
  search.current = onSearch
  useEffect(() => {
    if (term !== sent.current) setText(term)
    sent.current = term
  }, [term])
  useEffect(() => {
    if (text === sent.current) return
    const timer = setTimeout(() => {
      sent.current = text
      search.current(text)
    }, TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  useEffect(() => {
    const focus = (event: globalThis.KeyboardEvent) => {
      if (event.key !== '/' || (event.target as HTMLElement).matches('input, textarea, select')) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])
  return (
    <div className="relative w-full sm:w-72">
      <Search size={15} aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 text-faint" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={event => setText(event.target.value)}
        className="h-8.5 w-full rounded-md border border-rule-strong bg-raised pr-2 pl-8 hover:border-faint"
      />
    </div>
  )
}

/** The way through a list, and how long it is where that was counted. */
export function Pages({
  meta,
  onPage,
}: {
  readonly meta: Meta | UncountedMeta
  readonly onPage: (page: number) => void
}) {
  const isLong = meta.next_page !== null || meta.prev_page !== null
  if (!isLong && meta.total_count === null) return null
  const place =
    meta.total_pages === null
      ? t('common.page', { page: meta.current_page })
      : t('common.page_of', { page: meta.current_page, pages: meta.total_pages })
  return (
    <nav aria-label={place} className="flex items-center justify-between gap-4 pt-3 text-sm text-faint">
      <span className="tabular">{meta.total_count !== null && t('list.count', { count: meta.total_count })}</span>
      {isLong && (
        <span className="flex items-center gap-1">
          <span className="pr-2 tabular">{place}</span>
          <Button
            kind="quiet"
            icon={ChevronLeft}
            disabled={meta.prev_page === null}
            onClick={() => onPage(meta.current_page - 1)}
          >
            {t('common.previous')}
          </Button>
          <Button
            kind="quiet"
            icon={ChevronRight}
            disabled={meta.next_page === null}
            onClick={() => onPage(meta.current_page + 1)}
          >
            {t('common.next')}
          </Button>
        </span>
      )}
    </nav>
  )
}

/** One of a few quick filters; its choice is in the URL under `name`. */
export function Chips({
  label,
  name,
  options,
}: {
  readonly label: string
  readonly name: string
  readonly options: readonly (readonly [value: string, label: string])[]
}) {
  const [state, setState] = useUrlState()
  const chosen = state[name] ?? ''
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{label}</legend>
      {options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={chosen === value}
          onClick={() => setState({ [name]: value === '' ? undefined : value, page: undefined })}
          className={cx(
            'h-7 rounded-full px-3 text-sm font-medium whitespace-nowrap',
            chosen === value ? 'bg-ink text-paper' : 'text-soft hover:bg-sunk hover:text-ink',
          )}
        >
          {text}
        </button>
      ))}
    </fieldset>
  )
}
