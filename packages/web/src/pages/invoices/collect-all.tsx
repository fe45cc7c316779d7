import { useState } from 'react'
import { type Api, type Query, queryText } from '../../api/client.ts'
import type { InvoiceTotal } from '../../api/invoices.ts'
import { useMay } from '../../app/organization.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'

/** Tries again to collect everything that is outstanding of the list, once it was said how much that is. */
export function CollectAll({ filters }: { readonly filters: Query }) {
  const [isOpen, setOpen] = useState(false)
  const may = useMay()
  if (!may('invoice', 'write')) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('collect_all.action')}</Button>
      {/* What is owed to partners is not collected. */}
      {isOpen && <Question filters={{ ...filters, self_billed: false }} onClose={() => setOpen(false)} />}
    </>
  )
}

function Question({ filters, onClose }: { readonly filters: Query; readonly onClose: () => void }) {
  const found = useGet<{ invoice_totals: InvoiceTotal[] }>('/invoice_totals', filters)
  const collect = useAction(
    (api: Api, query: Query) =>
      api.post<{ retried_payments: { invoices_count: number } }>(`/invoices/retry_payments${queryText(query)}`),
    {
      done: ({ retried_payments: { invoices_count: count } }) => t('collect_all.done', { count }),
      toastFailure: false,
    },
  )
  if (found.data === undefined) return null
  const totals = found.data.invoice_totals
  const count = totals.reduce((sum, one) => sum + one.invoices_count, 0)
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t('collect_all.title', { count })}
      affects={
        <>
          {totals.map(one => (
            <p key={one.currency} className="font-medium text-ink tabular">
              {t('collect_all.amount', {
                count: one.invoices_count,
                due: formatMoney(one.total_due_amount_cents, one.currency),
              })}
            </p>
          ))}
          <p className="pt-1">{t('collect_all.affects')}</p>
        </>
      }
      confirm={t('payment.collect')}
      danger={false}
      onConfirm={() => collect.mutateAsync(filters)}
    />
  )
}
