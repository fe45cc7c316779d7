import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { t } from '../messages/index.ts'
import { cx } from './classes.ts'
import { places, Skeleton } from './skeleton.tsx'

export interface Column<Row> {
  readonly key: string
  readonly head: ReactNode
  readonly cell: (row: Row) => ReactNode
  /** Figures stand right, so that they line up. */
  readonly numeric?: boolean
  /** Buttons: at the right end, and no higher than the line. */
  readonly action?: boolean
  /** Left out on narrow screens, where the row has to say it otherwise or not at all. */
  readonly wide?: boolean
  readonly className?: string
}

/**
 * Rows with hairlines between them. With `href`, a row is a link: clicking opens it; J and K (or the arrow keys) move
 * between rows, Enter opens, M opens the row's menu where it has one (`menuColumn`). Give the first column's cell a `RowLink` so that it is one for readers too.
 */
export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  href,
  onOpen,
  loading = false,
  skeletonRows = 8,
}: {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly href?: (row: Row) => string
  /** What opens where the row has no page of its own; give the first cell a button for it. */
  readonly onOpen?: (row: Row) => void
  readonly loading?: boolean
  readonly skeletonRows?: number
}) {
  const navigate = useNavigate()
  const body = useRef<HTMLTableSectionElement>(null)
  const move = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return
    if (asksForMenu(event)) return openMenu(event)
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key]
    const row = (event.target as HTMLElement).closest('tr')
    const links = [...(body.current?.querySelectorAll<HTMLElement>('[data-row-link]') ?? [])]
    const at = links.findIndex(link => row?.contains(link))
    if (step === undefined || at === -1 || (event.target as HTMLElement).matches('input, textarea, select')) return
    event.preventDefault()
    links[at + step]?.focus()
  }
  const open = (row: Row, target: EventTarget, inNewTab: boolean) => {
    if ((target as HTMLElement).closest('a, button, input, [role="menu"]') !== null) return
    onOpen?.(row)
    if (href === undefined) return
    if (inNewTab) window.open(href(row), '_blank')
    else void navigate({ to: href(row) })
  }
  return (
    // Positioned, so that what is only read aloud does not make the page as wide as the table.
    <div className={cx('relative -mx-4 px-4 md:mx-0 md:px-0', loading ? 'overflow-x-hidden' : 'overflow-x-auto')}>
      <table aria-label={label} aria-busy={loading} className="w-full border-collapse">
        <thead>
          <tr className="border-b border-rule-strong">
            {columns.map(column => (
              <th
                key={column.key}
                scope="col"
                className={cx(cellClass(column), 'pb-1.5 text-xs font-medium text-faint')}
              >
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={href === undefined ? undefined : move}>
          {loading
            ? places(skeletonRows).map(place => (
                <tr key={place} className="border-b border-rule">
                  {columns.map(column => (
                    <td key={column.key} className={cx(cellClass(column), 'py-2.5')}>
                      <Skeleton className={cx('h-4 w-24', column.numeric && 'ml-auto')} />
                    </td>
                  ))}
                </tr>
              ))
            : rows.map(row => (
                <tr
                  key={rowKey(row)}
                  onClick={event => open(row, event.target, event.metaKey || event.ctrlKey)}
                  className={cx(
                    'border-b border-rule',
                    (href !== undefined || onOpen !== undefined) &&
                      'cursor-pointer hover:bg-sunk has-[[data-row-link]:focus-visible]:bg-sunk',
                  )}
                >
                  {columns.map(column => (
                    <td key={column.key} className={cx(cellClass(column), column.action === true ? 'py-0.5' : 'py-2')}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
      {loading && (
        <span role="status" className="sr-only">
          {t('common.loading')}
        </span>
      )}
    </div>
  )
}

function asksForMenu({ key, shiftKey, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  if ((target as HTMLElement).matches('input, textarea, select')) return false
  const isLetter = key === 'm' && !ctrlKey && !metaKey && !altKey
  return isLetter || key === 'ContextMenu' || (key === 'F10' && shiftKey)
}

/** Opens the menu of the row that has the focus, where it has one. */
function openMenu(event: KeyboardEvent): void {
  const row = (event.target as HTMLElement).closest('tr')
  const trigger = row?.querySelector<HTMLElement>('[aria-haspopup="menu"]')
  if (!trigger) return
  event.preventDefault()
  trigger.focus()
  // Menus open at keys, not at clicks that nobody made.
  trigger.dispatchEvent(new globalThis.KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
}

function cellClass<Row>({ numeric, action, wide, className }: Column<Row>): string {
  return cx(
    'px-2 first:pl-0 last:pr-0 md:px-3',
    action === true ? 'w-0 max-md:pl-0 text-right align-middle whitespace-nowrap' : 'align-top',
    numeric === true ? 'text-right tabular' : 'text-left',
    wide === true && 'hidden md:table-cell',
    className,
  )
}
