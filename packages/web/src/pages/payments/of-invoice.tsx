import { useState } from 'react'
import type { Invoice, Payment } from '../../api/invoices.ts'
import { useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Load } from '../../ui/load.tsx'
import { Section } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import type { Offer } from '../invoices/offers.ts'
import { RecordPayment } from '../invoices/payment-dialogs.tsx'
import { paymentColumns } from './payment-table.tsx'

/** What was paid of an invoice, and what was tried. */
export function InvoicePayments({
  invoice,
  offers,
}: {
  readonly invoice: Invoice
  readonly offers: ReadonlySet<Offer>
}) {
  const [recording, setRecording] = useState(false)
  const payments = useGet<{ payments: Payment[] }>('/payments', { invoice_id: invoice.lago_id, per_page: 100 })
  return (
    <Section
      title={t('payments.title')}
      actions={
        offers.has('record_payment') && <Button onClick={() => setRecording(true)}>{t('payment.record')}</Button>
      }
    >
      <Load query={payments}>
        {data =>
          data.payments.length === 0 ? (
            <p className="text-soft">{t('payments.none_of_invoice')}</p>
          ) : (
            <Table
              label={t('payments.title')}
              rows={data.payments}
              columns={paymentColumns(true)}
              rowKey={payment => payment.lago_id}
            />
          )
        }
      </Load>
      {recording && <RecordPayment invoice={invoice} onClose={() => setRecording(false)} />}
    </Section>
  )
}
