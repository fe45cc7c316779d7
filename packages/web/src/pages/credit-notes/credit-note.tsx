import { useParams } from '@tanstack/react-router'
import { FileText } from 'lucide-react'
import type { Api } from '../../api/client.ts'
import type { CreditNote } from '../../api/invoices.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatDate } from '../../format/dates.ts'
import { formatMoney } from '../../format/money.ts'
import { formatRate } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/classes.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Money } from '../../ui/money.tsx'
import { Facts, PageHeader, Section } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { WithActivity } from '../activity/activity-log.tsx'
import { customerName } from '../customers/name.ts'
import { feeName } from '../invoices/fee-name.ts'
import { Pdf } from '../invoices/pdf.tsx'
import { type Line, Sums } from '../invoices/totals.tsx'
import { NoteMenu } from './note-menu.tsx'
import { NoteStatus } from './note-table.tsx'

const PRINTING_MS = 1500

/** One credit note: what it gives back of which lines, and what became of it. */
export default function CreditNotePage() {
  const { noteId = '' } = useParams({ strict: false }) as { noteId?: string }
  const [state] = useUrlState()
  const found = useGet<{ credit_note: CreditNote }>(
    `/credit_notes/${noteId}`,
    {},
    {
      refetchInterval: ({ state: { data } }) => {
        const { credit_note: note } = (data ?? {}) as { readonly credit_note?: CreditNote }
        return state.pdf === '1' && note?.file_url === null ? PRINTING_MS : false
      },
    },
  )
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={10} />
  return <Content note={found.data.credit_note} />
}

function Content({ note }: { readonly note: CreditNote }) {
  const [state, setState] = useUrlState()
  const writes = useMay()('credit_note', 'write')
  const showsPdf = state.pdf === '1' && (note.file_url !== null || writes)
  const print = useAction((api: Api, id: string) => api.post(`/credit_notes/${id}/download`), {
    invalidates: ['credit_notes'],
  })
  const togglePdf = () => {
    if (!showsPdf && note.file_url === null) print.mutate(note.lago_id)
    setState({ pdf: showsPdf ? undefined : '1' }, { replace: true })
  }
  return (
    <>
      <PageHeader
        crumb={{ label: t('notes.title'), to: paths.creditNotes }}
        title={note.number}
        facts={
          <>
            <NoteStatus note={note} />
            <Money cents={note.total_amount_cents} currency={note.currency} className="font-medium text-ink" />
            <span>{t('invoice.issued_on', { date: formatDate(note.issuing_date) })}</span>
            <CopyButton text={note.lago_id} label={t('common.copy_id')} />
          </>
        }
        actions={
          <>
            {(note.file_url !== null || writes) && (
              <Button icon={FileText} aria-pressed={showsPdf} onClick={togglePdf}>
                {showsPdf ? t('invoice.hide_pdf') : t('invoice.show_pdf')}
              </Button>
            )}
            <NoteMenu note={note} />
          </>
        }
      />
      <div className={cx(showsPdf && 'grid gap-8 xl:grid-cols-2')}>
        <div className="min-w-0">
          <WithActivity
            label={note.number}
            of={{ resource_types: ['CreditNote'], resource_ids: [note.lago_id] }}
            zone={note.customer?.applicable_timezone}
            subjectId={note.lago_id}
          >
            <Section>
              <About note={note} />
            </Section>
            <Section title={t('note.lines')}>
              <Lines note={note} />
            </Section>
          </WithActivity>
        </div>
        {showsPdf && <Pdf title={t('note.pdf_title', { number: note.number })} fileUrl={note.file_url} />}
      </div>
    </>
  )
}

function About({ note }: { readonly note: CreditNote }) {
  const { customer } = note
  const money = (cents: number) => (cents > 0 ? formatMoney(cents, note.currency) : undefined)
  const link = 'font-medium text-accent hover:underline'
  return (
    <div className="grid gap-x-12 gap-y-4 lg:grid-cols-2">
      <Facts
        items={[
          [
            t('invoices.customer'),
            customer && (
              <OrgLink key="customer" to={paths.customer(customer.external_id)} className={link}>
                {customerName(customer)}
              </OrgLink>
            ),
          ],
          [
            t('note.invoice'),
            <OrgLink key="invoice" to={paths.invoice(note.lago_invoice_id)} className={link}>
              {note.invoice_number}
            </OrgLink>,
          ],
          [t('note.reason'), tWord('note_reason', note.reason)],
          [t('form.description'), note.description],
          [t('customer.info.entity'), note.billing_entity_code],
          [t('invoice.po_number'), note.purchase_order_number],
        ]}
      />
      <Facts
        items={[
          [t('note.refunded'), money(note.refund_amount_cents)],
          [
            t('note.refund_status'),
            note.refund_amount_cents > 0 && note.refund_status ? tWord('refund_status', note.refund_status) : undefined,
          ],
          [t('note.offset_on'), money(note.offset_amount_cents)],
          [t('note.credited'), money(note.credit_amount_cents)],
          [
            t('note.left'),
            note.credit_amount_cents > 0 ? formatMoney(note.balance_amount_cents, note.currency) : undefined,
          ],
        ]}
      />
    </div>
  )
}

function Lines({ note }: { readonly note: CreditNote }) {
  const { currency } = note
  const money = (cents: number) => formatMoney(cents, currency)
  const coupons = note.coupons_adjustment_amount_cents
  return (
    <>
      <Table
        label={t('note.lines')}
        rows={note.items ?? []}
        rowKey={item => item.lago_id}
        columns={[
          { key: 'item', head: t('invoice.line'), cell: item => (item.fee === null ? '–' : feeName(item.fee)) },
          {
            key: 'tax',
            head: t('invoice.taxes'),
            numeric: true,
            cell: item => (item.fee === null || item.fee.taxes_rate === 0 ? '–' : formatRate(item.fee.taxes_rate)),
          },
          {
            key: 'amount',
            head: t('common.amount'),
            numeric: true,
            cell: item => <Money cents={item.amount_cents} currency={currency} />,
          },
        ]}
      />
      <Sums
        lines={[
          coupons > 0 ? [t('note.coupons'), `−${money(coupons)}`] : undefined,
          [t('invoice.total.subtotal'), money(note.sub_total_excluding_taxes_amount_cents)],
          ...(note.applied_taxes ?? []).map(
            (tax): Line => [`${tax.tax_name} (${formatRate(tax.tax_rate)})`, money(tax.amount_cents)],
          ),
          [t('common.total'), money(note.total_amount_cents), 'strong'],
        ]}
      />
    </>
  )
}
