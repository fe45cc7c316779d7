import { Plus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, IconButton } from './button.tsx'

/** Rows of a form that come and go: each with its fields and a button that takes it away. */
export function RowList<Row>({
  rows,
  render,
  nameOf,
  onChange,
  fresh,
  add,
  remove,
  most = Number.POSITIVE_INFINITY,
}: {
  readonly rows: readonly Row[]
  readonly render: (row: Row, change: (changes: Partial<Row>) => void, index: number) => ReactNode
  /** What the button that takes a row away calls it. */
  readonly nameOf: (row: Row, index: number) => string
  readonly onChange: (rows: readonly Row[]) => void
  readonly fresh: () => Row
  readonly add: string
  /** Asked before a row goes: false keeps it. */
  readonly remove?: (row: Row, index: number) => boolean
  readonly most?: number
}) {
  const change = (at: number, changes: Partial<Row>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...changes } : row)))
  return (
    <div className="flex flex-col items-start gap-3">
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no names of their own while they are written
        <div key={index} className="flex w-full items-start gap-2">
          <div className="min-w-0 grow">{render(row, changes => change(index, changes), index)}</div>
          <IconButton
            label={nameOf(row, index)}
            icon={X}
            onClick={() => {
              if (remove?.(row, index) !== false) onChange(rows.filter((_, at) => at !== index))
            }}
          />
        </div>
      ))}
      {rows.length < most && (
        <Button kind="quiet" icon={Plus} className="-ml-3" onClick={() => onChange([...rows, fresh()])}>
          {add}
        </Button>
      )}
    </div>
  )
}
