import type { Query } from '../../api/client.ts'
import type { InvoiceTotal } from '../../api/invoices.ts'
import { useGet } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'

/** What all invoices of the list come to, not only those of the page: a line a currency. */
export function ListTotals({ filters }: { readonly filters: Query }) {
  const { data } = useGet<{ invoice_totals: InvoiceTotal[] }>('/invoice_totals', filters, { keep: true })
  return (data?.invoice_totals ?? []).map(totals => {
    const money = (cents: number) => formatMoney(cents, totals.currency)
    const voided = totals.voided_amount_cents
    return (
      <span key={totals.currency} className="block">
        {t('invoices.sums', {
          count: totals.invoices_count,
          total: money(totals.total_amount_cents),
          due: money(totals.total_due_amount_cents),
        })}
        {voided > 0 && t('invoices.sums_voided', { voided: money(voided) })}
      </span>
    )
  })
}
