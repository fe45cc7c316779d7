import { type ReactNode, useId } from 'react'
import { tWord } from '../messages/index.ts'
import { cx } from './classes.ts'

export interface ChoiceOption<Value extends string> {
  readonly value: Value
  readonly label: string
  readonly hint?: ReactNode
  readonly disabled?: boolean
}

/** One of a few, each with what it means. */
export function RadioGroup<Value extends string>({
  label,
  value,
  options,
  onChange,
  errors = [],
  inline = false,
  disabled = false,
  hint,
}: {
  readonly label: string
  readonly value: Value
  readonly options: readonly ChoiceOption<Value>[]
  readonly onChange: (value: Value) => void
  readonly errors?: readonly string[]
  readonly inline?: boolean
  readonly disabled?: boolean
  readonly hint?: string
}) {
  const id = useId()
  return (
    <fieldset className="flex min-w-0 flex-col gap-2" disabled={disabled}>
      <legend className="pb-1 text-sm font-medium">{label}</legend>
      <div className={inline ? 'flex flex-wrap gap-x-6 gap-y-2' : 'flex flex-col gap-2.5'}>
        {options.map(option => (
          <div key={option.value} className="flex items-start gap-2">
            <input
              type="radio"
              id={`${id}-${option.value}`}
              name={id}
              value={option.value}
              checked={option.value === value}
              disabled={option.disabled}
              onChange={() => onChange(option.value)}
              className="mt-0.5 size-4 accent-accent"
            />
            <label
              htmlFor={`${id}-${option.value}`}
              className={cx('leading-5', (disabled || option.disabled === true) && 'text-faint')}
            >
              {option.label}
              {option.hint !== undefined && <span className="block text-sm text-faint">{option.hint}</span>}
            </label>
          </div>
        ))}
      </div>
      {hint !== undefined && errors.length === 0 && <p className="text-sm text-faint">{hint}</p>}
      {errors.length > 0 && (
        <p role="alert" className="text-sm text-bad">
          {errors.map(code => tWord('code', code)).join('. ')}
        </p>
      )}
    </fieldset>
  )
}
