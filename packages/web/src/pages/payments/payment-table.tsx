import type { Payment } from '../../api/invoices.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { formatDay } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { Money } from '../../ui/money.tsx'
import { Status } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'

/** What lists of payments show. */
export function paymentColumns(ofInvoice = false): readonly Column<Payment>[] {
  const invoices: Column<Payment> = {
    key: 'invoices',
    head: t('payments.invoices'),
    cell: payment => (
      <span className="flex flex-col">
        {payment.invoice_ids.map((id, index) => (
          <OrgLink key={id} to={paths.invoice(id)} className="whitespace-nowrap hover:text-accent hover:underline">
            {payment.invoice_numbers[index] || t('invoice.no_number')}
          </OrgLink>
        ))}
      </span>
    ),
  }
  const customer: Column<Payment> = {
    key: 'customer',
    head: t('invoices.customer'),
    wide: true,
    cell: payment =>
      payment.external_customer_id !== null && (
        <OrgLink to={paths.customer(payment.external_customer_id)} className="hover:text-accent hover:underline">
          {payment.external_customer_id}
        </OrgLink>
      ),
  }
  return [
    {
      key: 'date',
      head: t('common.date'),
      cell: payment => <span className="whitespace-nowrap">{formatDay(payment.created_at, 'UTC')}</span>,
    },
    ...(ofInvoice ? [] : [invoices, customer]),
    {
      key: 'status',
      head: t('common.status'),
      cell: payment =>
        payment.payment_status !== null && <Status kind="collection_status" value={payment.payment_status} />,
    },
    { key: 'method', head: t('payments.method'), wide: true, cell: methodOf },
    {
      key: 'amount',
      head: t('common.amount'),
      numeric: true,
      cell: payment => (
        <Money cents={payment.amount_cents} currency={payment.amount_currency} className="font-medium" />
      ),
    },
  ]
}

function methodOf(payment: Payment) {
  const detail = payment.reference ?? payment.provider_payment_id
  return (
    <>
      {payment.type === 'manual' ? t('payments.by_hand') : tWord('provider', payment.payment_provider_type ?? '')}
      {detail !== null && <span className="block text-sm break-all text-faint">{detail}</span>}
    </>
  )
}
