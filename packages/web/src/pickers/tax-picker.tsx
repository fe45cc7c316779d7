import { useGet } from '../app/queries.ts'
import { formatRate } from '../format/numbers.ts'
import { t } from '../messages/index.ts'
import { MultiCombobox } from '../ui/multi-combobox.tsx'

/** Taxes by their codes. */
export function TaxPicker({
  codes,
  onChange,
}: {
  readonly codes: readonly string[]
  readonly onChange: (codes: readonly string[]) => void
}) {
  const taxes = useGet<{ taxes: { code: string; name: string; rate: number }[] }>('/taxes', { per_page: 100 })
  return (
    <MultiCombobox
      label={t('picker.add_tax')}
      placeholder={t('picker.add_tax')}
      values={codes}
      onChange={onChange}
      options={(taxes.data?.taxes ?? []).map(({ code, name, rate }) => ({
        value: code,
        label: `${name} ${formatRate(rate)}`,
        note: code,
      }))}
    />
  )
}
