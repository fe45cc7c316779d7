import type { Payment } from '../../api/invoices.ts'
import { apiCall } from '../../app/api-call.ts'
import { t } from '../../messages/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { ListPage } from '../../ui/list.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { paymentColumns } from './payment-table.tsx'

/** All money that came, and every attempt to collect it. */
export default function PaymentList() {
  return (
    <>
      <PageHeader title={t('payments.title')} />
      <ListPage
        label={t('payments.title')}
        path="/payments"
        root="payments"
        searchable={false}
        columns={paymentColumns()}
        rowKey={(payment: Payment) => payment.lago_id}
        empty={
          <Empty
            title={t('payments.empty.title')}
            text={t('payments.empty.text')}
            call={apiCall('POST', '/payments', {
              payment: { invoice_id: '…', amount_cents: 30000, reference: 'wire 17' },
            })}
          />
        }
      />
    </>
  )
}
