import type { ReactNode } from 'react'
import type { Invoice } from '../../api/invoices.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatDate, formatDay } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { Notice } from '../../ui/notice.tsx'

/** What one has to know before reading on. */
export function Notices({ invoice }: { readonly invoice: Invoice }) {
  const { status, lago_voided_invoice_id: voided, lago_regenerated_invoice_id: regenerated } = invoice
  const zone = invoice.customer?.applicable_timezone
  const notices: readonly (readonly [string, ReactNode] | false)[] = [
    status === 'draft' && ['draft', t('invoice.notice.draft', { date: formatDate(invoice.issuing_date) })],
    status === 'pending' && ['pending', t('invoice.notice.pending')],
    status === 'failed' && ['failed', t('invoice.notice.failed', { reason: reasonsOf(invoice) })],
    status === 'voided' && [
      'voided',
      t('invoice.notice.voided', { date: formatDay(invoice.voided_at ?? invoice.created_at, zone) }),
    ],
    regenerated != null && ['again', <Related key="again" id={regenerated} text={t('invoice.notice.regenerated')} />],
    voided != null && ['first', <Related key="first" id={voided} text={t('invoice.notice.replaces')} />],
    invoice.payment_dispute_lost_at !== null && [
      'dispute',
      t('invoice.notice.disputed', { date: formatDay(invoice.payment_dispute_lost_at, zone) }),
    ],
    invoice.self_billed && ['self', t('invoice.notice.self_billed')],
  ]
  const shown = notices.filter(notice => notice !== false)
  if (shown.length === 0) return null
  return (
    <div className="flex flex-col gap-2 pb-6">
      {shown.map(([key, text]) => (
        <Notice key={key} tone={key === 'self' || key === 'first' ? 'quiet' : 'warn'}>
          {text}
        </Notice>
      ))}
    </div>
  )
}

function Related({ id, text }: { readonly id: string; readonly text: string }) {
  const { data } = useGet<{ invoice: Invoice }>(paths.invoice(id))
  return (
    <>
      {text}{' '}
      <OrgLink to={paths.invoice(id)} className="font-medium underline">
        {data?.invoice.number ?? t('invoice.that')}
      </OrgLink>
    </>
  )
}

function reasonsOf({ error_details: details = [] }: Invoice): string {
  return details.map(({ error_code: code }) => tWord('code', code)).join(', ') || t('invoice.notice.no_reason')
}
