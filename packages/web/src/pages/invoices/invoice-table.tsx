import type { Invoice } from '../../api/types.ts'
import { OrgLink, RowLink, useOrgHref } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { formatDate } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { cx } from '../../ui/classes.ts'
import { Money } from '../../ui/money.tsx'
import { Status } from '../../ui/status.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { customerName } from '../customers/name.ts'

/** What lists of invoices show; the customer is left out on the customer's own page. */
export function invoiceColumns(ofCustomer = false): readonly Column<Invoice>[] {
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
        </>
      ),
    },
    ...(ofCustomer ? [] : [customer]),
    { key: 'status', head: t('common.status'), cell: invoice => <InvoiceStatus invoice={invoice} /> },
    { key: 'date', head: t('invoices.issued'), wide: true, cell: invoice => formatDate(invoice.issuing_date) },
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

/** What became of an invoice: its status while it is not final, what was paid of it afterwards. */
export function InvoiceStatus({ invoice }: { readonly invoice: Invoice }) {
  if (invoice.status !== 'finalized') return <Status kind="invoice_status" value={invoice.status} />
  return <Status kind="payment_status" value={paymentState(invoice)} />
}

function paymentState(invoice: Invoice): string {
  if (invoice.payment_dispute_lost_at !== null) return 'disputed'
  if (invoice.payment_status === 'succeeded') return 'succeeded'
  if (invoice.payment_overdue) return 'overdue'
  return invoice.total_paid_amount_cents > 0 ? 'partially_paid' : invoice.payment_status
}

export function InvoiceTable({
  rows,
  ofCustomer = false,
}: {
  readonly rows: readonly Invoice[]
  readonly ofCustomer?: boolean
}) {
  const href = useOrgHref()
  return (
    <Table
      label={t('invoices.title')}
      columns={invoiceColumns(ofCustomer)}
      rows={rows}
      rowKey={invoice => invoice.lago_id}
      href={invoice => href(paths.invoice(invoice.lago_id))}
    />
  )
}
