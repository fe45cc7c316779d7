import type { CreditNote } from '../../api/types.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatDate } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { Load } from '../../ui/load.tsx'
import { Money } from '../../ui/money.tsx'
import { Section } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { AppliedCoupons } from './applied-coupons.tsx'
import type { CustomerProps } from './reads.ts'

/** What reduces invoices: coupons that were applied and credit notes that were issued. */
export function Credits({ customer }: CustomerProps) {
  const query = { external_customer_id: customer.external_id, per_page: 50 }
  const notes = useGet<{ credit_notes: CreditNote[] }>('/credit_notes', query)
  return (
    <>
      <AppliedCoupons customer={customer} />
      <Section title={t('customer.credit_notes.title')}>
        <Load query={notes}>
          {data =>
            data.credit_notes.length === 0 ? (
              <p className="text-soft">{t('customer.credit_notes.empty')}</p>
            ) : (
              <Notes rows={data.credit_notes} />
            )
          }
        </Load>
      </Section>
    </>
  )
}

function Notes({ rows }: { readonly rows: readonly CreditNote[] }) {
  return (
    <Table
      label={t('customer.credit_notes.title')}
      rows={rows}
      rowKey={note => note.lago_id}
      columns={[
        {
          key: 'number',
          head: t('customer.credit_notes.number'),
          cell: note => <span className="font-medium">{note.number}</span>,
        },
        {
          key: 'invoice',
          head: t('customer.credit_notes.invoice'),
          cell: note => (
            <OrgLink to={paths.invoice(note.lago_invoice_id)} className="hover:text-accent hover:underline">
              {note.invoice_number}
            </OrgLink>
          ),
        },
        {
          key: 'status',
          head: t('common.status'),
          wide: true,
          cell: note => (
            <span className="flex gap-1">
              {note.credit_status !== null && <Status kind="credit_status" value={note.credit_status} />}
              {note.refund_status !== null && <Status kind="refund_status" value={note.refund_status} />}
            </span>
          ),
        },
        { key: 'date', head: t('common.date'), wide: true, cell: note => formatDate(note.issuing_date) },
        {
          key: 'available',
          head: t('customer.credit_notes.available'),
          numeric: true,
          cell: note => <Money cents={note.balance_amount_cents} currency={note.currency} />,
        },
        {
          key: 'total',
          head: t('common.total'),
          numeric: true,
          cell: note => <Money cents={note.total_amount_cents} currency={note.currency} />,
        },
      ]}
    />
  )
}
