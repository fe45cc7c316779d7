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
  chosen,
  onChange,
  placeholder,
}: {
  readonly label: string
  readonly path: string
  /** The key of the rows in the answer. */
  readonly root: string
  readonly option: (row: Row) => Option
  /** Said where nothing is searched: the one chosen so far. */
  readonly chosen: Option | undefined
  readonly onChange: (row: Row) => void
  readonly placeholder?: string
}) {
  const [term, setTerm] = useState('')
  const { data } = useGet<Record<string, Row[]>>(path, { search_term: term, per_page: 50 }, { keep: true })
  const rows = data?.[root] ?? []
  const options = rows.map(option)
  const isListed = chosen === undefined || options.some(({ value }) => value === chosen.value)
  return (
    <Combobox
      label={label}
      value={chosen?.value}
      options={isListed ? options : [chosen, ...options]}
      onSearch={setTerm}
      {...(placeholder !== undefined && { placeholder })}
      onChange={value => {
        const row = rows.find(one => option(one).value === value)
        if (row !== undefined) onChange(row)
      }}
    />
  )
}
