import { CURRENCIES } from '@weir/engine'
import { useUrlState } from '../app/url-state.ts'
import { t } from '../messages/index.ts'
import { Combobox, type Option } from '../ui/combobox.tsx'

const names = new Intl.DisplayNames('en', { type: 'currency' })
const OPTIONS: readonly Option[] = [
  { value: '', label: t('customers.any_currency') },
  ...CURRENCIES.map(code => ({ value: code, label: code, note: names.of(code) ?? '' })),
]

/** One of all currencies, found by its code or name and kept in the URL as `currency`. */
export function CurrencyFilter() {
  const [state, setState] = useUrlState()
  return (
    <span className="w-40">
      <Combobox
        label={t('customers.currency')}
        value={state.currency ?? ''}
        options={OPTIONS}
        onChange={currency => setState({ currency, page: undefined })}
      />
    </span>
  )
}
