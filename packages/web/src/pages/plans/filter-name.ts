import type { FilterValues } from '../../api/plans.ts'
import { t } from '../../messages/index.ts'

/** Stands for every value that the metric declares. */
export const ALL_VALUES = '__ALL_FILTER_VALUES__'

/** What a filter is called on invoices: its own name, else its values. */
export function filterName({
  displayName,
  values,
}: {
  readonly displayName: string
  readonly values: FilterValues
}): string {
  if (displayName.trim() !== '') return displayName
  const parts = Object.entries(values).flatMap(([key, list]) => (list[0] === ALL_VALUES ? [key] : list))
  return parts.length === 0 ? t('plans.filter_unnamed') : parts.join(', ')
}
