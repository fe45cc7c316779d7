import { useUrlState } from '../../app/url-state.ts'
import { t } from '../../messages/index.ts'
import { Input, Select } from '../../ui/field.tsx'

/** One of a few, kept in the URL; `label` is what no choice is called. */
export function FilterSelect({
  name,
  label,
  options,
}: {
  readonly name: string
  readonly label: string
  readonly options: readonly (readonly [value: string, label: string])[]
}) {
  const [state, setState] = useUrlState()
  return (
    <Select
      aria-label={label}
      className="w-auto!"
      value={state[name] ?? ''}
      onChange={event => setState({ [name]: event.target.value, page: undefined })}
    >
      <option value="">{label}</option>
      {options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </Select>
  )
}

/** Days between which something was issued, as `from` and `to` in the URL. */
export function DateRange() {
  const [state, setState] = useUrlState()
  return (
    <span className="flex items-center gap-2 text-soft">
      {(['from', 'to'] as const).map((name, index) => (
        <span key={name} className="flex items-center gap-2">
          {index === 1 && '–'}
          <Input
            aria-label={t(`invoices.${name}`)}
            type="date"
            className="w-36!"
            value={state[name] ?? ''}
            onChange={event => setState({ [name]: event.target.value, page: undefined })}
          />
        </span>
      ))}
    </span>
  )
}
