import { useState } from 'react'
import { useGet } from '../app/queries.ts'
import { t } from '../messages/index.ts'
import { MultiCombobox } from '../ui/multi-combobox.tsx'

/** Metrics by their codes, found by name. */
export function MetricsPicker({
  codes,
  onChange,
}: {
  readonly codes: readonly string[]
  readonly onChange: (codes: readonly string[]) => void
}) {
  return (
    <CatalogPicker
      path="/billable_metrics"
      root="billable_metrics"
      label={t('picker.add_metric')}
      {...{ codes, onChange }}
    />
  )
}

/** Plans by their codes, found by name. */
export function PlansPicker({
  codes,
  onChange,
}: {
  readonly codes: readonly string[]
  readonly onChange: (codes: readonly string[]) => void
}) {
  return <CatalogPicker path="/plans" root="plans" label={t('picker.add_plan')} {...{ codes, onChange }} />
}

function CatalogPicker<Root extends string>({
  path,
  root,
  label,
  codes,
  onChange,
}: {
  readonly path: string
  readonly root: Root
  readonly label: string
  readonly codes: readonly string[]
  readonly onChange: (codes: readonly string[]) => void
}) {
  const [term, setTerm] = useState('')
  const found = useGet<Record<Root, { code: string; name: string }[]>>(
    path,
    { search_term: term, per_page: 30 },
    { keep: true },
  )
  return (
    <MultiCombobox
      label={label}
      placeholder={label}
      values={codes}
      onChange={onChange}
      onSearch={setTerm}
      searching={found.isPlaceholderData}
      options={(found.data?.[root] ?? []).map(({ code, name }) => ({ value: code, label: name, note: code }))}
    />
  )
}
