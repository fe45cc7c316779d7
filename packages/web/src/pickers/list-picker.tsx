import { useState } from 'react'
import { useGet } from '../app/queries.ts'
import { Combobox, type Option } from '../ui/combobox.tsx'

/**
 * One of a list of the API, searched there while typing.
 *
 * @example <ListPicker<AddOn> label="Add-on" path="/add_ons" root="add_ons" option={addOn => ({ value: addOn.code, label: addOn.name })} … />
 */
export function ListPicker<Row>({
  label,
  path,
  root,
  option,
  offered,
  chosen,
  onChange,
  placeholder,
}: {
  readonly label: string
  readonly path: string
  /** The key of the rows in the answer. */
  readonly root: string
  readonly option: (row: Row) => Option
  /** False leaves a row out. */
  readonly offered?: (row: Row) => boolean
  /** Said where nothing is searched: the one chosen so far. */
  readonly chosen: Option | undefined
  readonly onChange: (row: Row) => void
  readonly placeholder?: string
}) {
  const [term, setTerm] = useState('')
  const { data, isPlaceholderData } = useGet<Record<string, Row[]>>(
    path,
    { search_term: term, per_page: 50 },
    { keep: true },
  )
  const rows = (data?.[root] ?? []).filter(row => offered?.(row) !== false)
  return (
    <Combobox
      label={label}
      value={chosen?.value}
      chosen={chosen}
      options={rows.map(option)}
      onSearch={setTerm}
      searching={isPlaceholderData}
      {...(placeholder !== undefined && { placeholder })}
      onChange={value => {
        const row = rows.find(one => option(one).value === value)
        if (row !== undefined) onChange(row)
      }}
    />
  )
}
