import { useEffect, useState } from 'react'
import { useUrlState } from '../app/url-state.ts'
import { useLater } from '../app/use-later.ts'
import { t } from '../messages/index.ts'
import { Input, Select } from './field.tsx'

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
      className="w-auto! max-w-56"
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

/** Days between which something was, as `from` and `to` in the URL. */
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

/** What is typed, kept in the URL a moment later. */
export function TypedFilter({
  name,
  label,
  className,
}: {
  readonly name: string
  readonly label: string
  readonly className?: string
}) {
  const [state, setState] = useUrlState()
  const [text, setText] = useState(state[name] ?? '')
  const typed = useLater(text)
  const held = state[name] ?? ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed goes to the URL
  useEffect(() => {
    if (typed !== held) setState({ [name]: typed, page: undefined }, { replace: true })
  }, [typed])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what the URL says comes back, e.g. when filters are cleared
  useEffect(() => {
    if (held !== typed) setText(held)
  }, [held])
  return (
    <Input
      aria-label={label}
      placeholder={label}
      {...(className !== undefined && { className })}
      value={text}
      onChange={event => setText(event.target.value)}
    />
  )
}
