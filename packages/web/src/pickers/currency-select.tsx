import { CURRENCIES } from '@weir/engine'
import { Select } from '../ui/field.tsx'

/** A currency. `none` is what no choice is called, where none is one. */
export function CurrencySelect({
  value,
  onChange,
  disabled = false,
  none,
}: {
  readonly value: string
  readonly onChange: (currency: string) => void
  readonly disabled?: boolean
  readonly none?: string
}) {
  return (
    <Select value={value} disabled={disabled} onChange={event => onChange(event.target.value)}>
      {none !== undefined && <option value="">{none}</option>}
      {CURRENCIES.map(currency => (
        <option key={currency}>{currency}</option>
      ))}
    </Select>
  )
}
