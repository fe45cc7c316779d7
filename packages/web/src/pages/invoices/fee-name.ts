import type { Fee } from '../../api/invoices.ts'
import { tWord } from '../../messages/index.ts'

/** What a line of an invoice is called: its name, and the filter and group that it is about. */
export function feeName({ item, description }: Fee): string {
  const name = item.invoice_display_name || item.name || description || tWord('fee_type', item.type)
  const groups = Object.values(item.grouped_by ?? {}).filter(value => value !== null)
  const filter =
    item.filter_invoice_display_name ||
    Object.values(item.filters ?? {})
      .flat()
      .join(', ')
  return [name, ...groups, filter].filter(Boolean).join(' · ')
}
