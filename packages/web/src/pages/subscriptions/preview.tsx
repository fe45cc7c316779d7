import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { PreviewedCredit } from '../../api/subscriptions.ts'
import type { Fee, Invoice } from '../../api/types.ts'
import { formatDate, formatPeriod } from '../../format/dates.ts'
import { formatMoney } from '../../format/money.ts'
import { formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Money } from '../../ui/money.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { feeName } from '../invoices/fee-name.ts'
import { InvoiceTotals } from '../invoices/totals.tsx'
import type { Previewed } from './reads.ts'

/** What would be billed and credited, while it is read, and why it cannot be told. */
export function PreviewPanel({
  query,
  zone,
  idle,
}: {
  readonly query: UseQueryResult<Previewed>
  readonly zone: string
  /** Said while there is nothing to compute from. */
  readonly idle?: ReactNode
}) {
  if (query.isError) return <p className="text-bad">{reasonOf(query.error)}</p>
  if (query.data === undefined) {
    return query.fetchStatus === 'idle' && idle !== undefined ? <p className="text-soft">{idle}</p> : <SkeletonLines />
  }
  const { invoice, credit_note: credit } = query.data
  return (
    <div className={query.isPlaceholderData ? 'opacity-60 transition-opacity' : 'transition-opacity'}>
      {credit != null && <Credit credit={credit} />}
      {invoice === null ? <p className="text-soft">{t('sub.preview.none')}</p> : <Bill invoice={invoice} zone={zone} />}
    </div>
  )
}

/** The lines of a previewed invoice with their periods, and how they add up. */
export function Bill({ invoice, zone }: { readonly invoice: Invoice; readonly zone: string }) {
  const fees = (invoice.fees ?? []).filter(fee => fee.amount_cents !== 0 || fee.item.type !== 'charge')
  return (
    <>
      <p className="pb-3 text-soft">{t('sub.preview.dated', { date: formatDate(invoice.issuing_date) })}</p>
      {fees.length === 0 ? (
        <p className="text-soft">{t('sub.preview.no_lines')}</p>
      ) : (
        <table className="w-full" aria-label={t('sub.preview.lines')}>
          <thead className="sr-only">
            <tr>
              <th>{t('common.name')}</th>
              <th>{t('common.amount')}</th>
            </tr>
          </thead>
          <tbody>
            {fees.map((fee, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: what is previewed has no ids
              <Line key={index} fee={fee} zone={zone} />
            ))}
          </tbody>
        </table>
      )}
      <InvoiceTotals invoice={invoice} />
    </>
  )
}

function Line({ fee, zone }: { readonly fee: Fee; readonly zone: string }) {
  return (
    <tr className="border-t border-rule align-top">
      <td className="py-1.5 pr-3">
        {feeName(fee)}
        <span className="block text-sm text-faint">
          {t('sub.preview.units', { units: formatUnits(fee.units), type: tWord('fee_type', fee.item.type) })}
          {fee.from_date !== null && fee.to_date !== null && ` · ${formatPeriod(fee.from_date, fee.to_date, zone)}`}
        </span>
      </td>
      <td className="py-1.5 pl-2 text-right">
        <Money cents={fee.amount_cents} currency={fee.amount_currency} />
      </td>
    </tr>
  )
}

/** What is given back of a period that was paid in advance, and how. */
function Credit({ credit }: { readonly credit: PreviewedCredit }) {
  const money = (cents: number) => formatMoney(cents, credit.currency)
  const parts = [
    credit.refund_amount_cents > 0 && t('sub.credit.refund', { amount: money(credit.refund_amount_cents) }),
    credit.offset_amount_cents > 0 && t('sub.credit.offset', { amount: money(credit.offset_amount_cents) }),
    credit.credit_amount_cents > 0 && t('sub.credit.credit', { amount: money(credit.credit_amount_cents) }),
    credit.balance_amount_cents > 0 && t('sub.credit.left', { amount: money(credit.balance_amount_cents) }),
  ].filter(part => part !== false)
  return (
    <div className="mb-4 border-l-2 border-accent pl-3">
      <p className="font-medium">{t('sub.credit.title', { amount: money(credit.total_amount_cents) })}</p>
      <p className="text-sm text-soft">
        {parts.join(' · ')}
        {credit.taxes_amount_cents > 0 && ` · ${t('sub.credit.taxes', { amount: money(credit.taxes_amount_cents) })}`}
      </p>
    </div>
  )
}
