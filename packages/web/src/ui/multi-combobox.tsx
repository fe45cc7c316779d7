import { Combobox, type Option } from './combobox.tsx'
import { Chip } from './word-list.tsx'

/** Several of many: what is chosen stands above the box that adds to it. */
export function MultiCombobox({
  label,
  values,
  options,
  onChange,
  onSearch,
  searching = false,
  placeholder,
}: {
  readonly label: string
  readonly values: readonly string[]
  readonly options: readonly Option[]
  readonly onChange: (values: readonly string[]) => void
  readonly onSearch?: (term: string) => void
  readonly searching?: boolean
  readonly placeholder?: string
}) {
  const labelOf = (value: string) => options.find(option => option.value === value)?.label ?? value
  return (
    <div className="flex flex-col gap-1.5">
      {values.length > 0 && (
        <ul className="flex flex-wrap gap-1">
          {values.map(value => (
            <li key={value}>
              <Chip text={labelOf(value)} onRemove={() => onChange(values.filter(other => other !== value))} />
            </li>
          ))}
        </ul>
      )}
      <Combobox
        label={label}
        value={undefined}
        options={options.filter(option => !values.includes(option.value))}
        onChange={value => onChange([...values, value])}
        searching={searching}
        {...(onSearch && { onSearch })}
        {...(placeholder !== undefined && { placeholder })}
      />
    </div>
  )
}
