import type { ComponentProps } from 'react'
import { Input } from './field.tsx'

interface Props extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  readonly value: string
  readonly onChange: (text: string) => void
  /** Said at the right end: a currency, `%`, a unit. */
  readonly unit: string
}

/**
 * A number that is typed, with its unit. It stays the text that was typed: `parseMoney` reads an amount of money, the API
 * takes decimals as text.
 */
export function AmountInput({ value, onChange, unit, ...rest }: Props) {
  return (
    <span className="relative block">
      <Input
        {...rest}
        inputMode="decimal"
        autoComplete="off"
        value={value}
        onChange={event => onChange(event.target.value)}
        className="pr-16 text-right tabular"
      />
      <span
        aria-hidden
        className="pointer-events-none absolute inset-y-0 right-2.5 grid place-items-center text-sm text-faint"
      >
        {unit}
      </span>
    </span>
  )
}
