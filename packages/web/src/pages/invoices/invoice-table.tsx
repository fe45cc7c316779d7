import type { Invoice } from '../../api/invoices.ts'
import { OrgLink, RowLink, useOrgHref } from '../../app/org-link.tsx'
import { useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { dayIn, formatDate } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { cx } from '../../ui/classes.ts'
import { Money } from '../../ui/money.tsx'
import { Status } from '../../ui/status.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { customerName } from '../customers/name.ts'

/** What a list of invoices is about. */
interface About {
  /** The customer is left out on the customer's own page. */
  readonly ofCustomer?: boolean
  readonly withEntity?: boolean
  /** Says since when they are overdue. */
  readonly overdue?: boolean
}

/** What lists of invoices show. */
export function invoiceColumns({
  ofCustomer = false,
  withEntity = false,
  overdue = false,
}: About = {}): readonly Column<Invoice>[] {
  const since: Column<Invoice> = {
    key: 'since',
    head: t('invoices.due_date'),
    wide: true,
    cell: invoice => <Overdue invoice={invoice} />,
  }
  const entity: Column<Invoice> = {
    key: 'entity',
    head: t('customer.info.entity'),
    className: 'hidden xl:table-cell',
    cell: invoice => invoice.billing_entity_code,
  }
  const customer: Column<Invoice> = {
    key: 'customer',
    head: t('invoices.customer'),
    wide: true,
    cell: invoice =>
      invoice.customer && (
        <OrgLink to={paths.customer(invoice.customer.external_id)} className="hover:text-accent hover:underline">
          {customerName(invoice.customer)}
        </OrgLink>
      ),
  }
  return [
    {
      key: 'number',
      head: t('invoices.number'),
      cell: invoice => (
        <>
          <RowLink to={paths.invoice(invoice.lago_id)} className="whitespace-nowrap">
            {invoice.number || t('invoice.no_number')}
          </RowLink>
          <span className={cx('block text-sm text-faint', !ofCustomer && 'hidden md:block')}>
            {tWord('invoice_type', invoice.invoice_type)}
          </span>
          {!ofCustomer && invoice.customer && (
            <span className="block text-sm text-soft md:hidden">{customerName(invoice.customer)}</span>
          )}
          <span className="block text-sm text-faint md:hidden">
            {overdue ? <Overdue invoice={invoice} /> : formatDate(invoice.issuing_date)}
          </span>
        </>
      ),
    },
    ...(ofCustomer ? [] : [customer]),
    ...(withEntity ? [entity] : []),
    { key: 'status', head: t('common.status'), cell: invoice => <InvoiceStatus invoice={invoice} /> },
    { key: 'date', head: t('invoices.issued'), wide: true, cell: invoice => formatDate(invoice.issuing_date) },
    ...(overdue ? [since] : []),
    {
      key: 'due',
      head: t('invoices.due'),
      numeric: true,
      wide: true,
      cell: invoice =>
        invoice.status === 'finalized' && invoice.total_due_amount_cents > 0 ? (
          <Money cents={invoice.total_due_amount_cents} currency={invoice.currency} />
        ) : (
          <span className="text-faint">–</span>
        ),
    },
    {
      key: 'total',
      head: t('common.total'),
      numeric: true,
      cell: invoice => <Money cents={invoice.total_amount_cents} currency={invoice.currency} className="font-medium" />,
    },
  ]
}

/** What became of an invoice: its status while it is not final; what was paid of it afterwards, and what is wrong with that. */
export function InvoiceStatus({ invoice }: { readonly invoice: Invoice }) {
  if (invoice.status !== 'finalized') return <Status kind="invoice_status" value={invoice.status} />
  const isPaid = invoice.payment_status === 'succeeded'
  const marks = [
    invoice.payment_dispute_lost_at !== null && 'disputed',
    invoice.payment_overdue && !isPaid && 'overdue',
    invoice.total_paid_amount_cents > 0 && !isPaid && 'partially_paid',
  ].filter(mark => mark !== false)
  // An overdue invoice is unpaid: it need not be said twice.
  const shown = marks.length > 0 && invoice.payment_status === 'pending' ? marks : [invoice.payment_status, ...marks]
  return (
    <span className="flex flex-wrap gap-1">
      {shown.map(word => (
        <Status key={word} kind="payment_status" value={word} />
      ))}
    </span>
  )
}

/** When it was due, and how many of the customer's days ago that was. */
function Overdue({ invoice }: { readonly invoice: Invoice }) {
  const { test_clock_now: clock, timezone } = useOrganization()
  const { payment_due_date: due } = invoice
  if (due === null) return null
  const today = dayIn(clock ?? new Date().toISOString(), invoice.customer?.applicable_timezone ?? timezone)
  const days = Math.round((Date.parse(today) - Date.parse(due)) / DAY_MS)
  return (
    <>
      <span className="whitespace-nowrap">{formatDate(due)}</span>
      {days > 0 && <span className="block text-sm text-bad">{t('invoices.days_overdue', { count: days })}</span>}
    </>
  )
}

const DAY_MS = 86_400_000

export function InvoiceTable({
  rows,
  ...about
}: Pick<About, 'ofCustomer' | 'overdue'> & { readonly rows: readonly Invoice[] }) {
  const href = useOrgHref()
  return (
    <Table
      label={t('invoices.title')}
      columns={invoiceColumns(about)}
      rows={rows}
      rowKey={invoice => invoice.lago_id}
      href={invoice => href(paths.invoice(invoice.lago_id))}
    />
  )
}
