import type { Query } from '../../api/client.ts'
import type { Invoice } from '../../api/types.ts'
import { apiCall } from '../../app/api-call.ts'
import { useOrgHref } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Input } from '../../ui/field.tsx'
import { Chips, ListPage } from '../../ui/list.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { invoiceColumns } from './invoice-table.tsx'

/** The questions asked every day, and how the API is asked. */
const VIEWS: Readonly<Record<string, Query>> = {
  outstanding: { status: ['finalized'], payment_status: ['pending', 'failed'] },
  succeeded: { status: ['finalized'], payment_status: ['succeeded'] },
  draft: { status: ['draft'] },
  overdue: { payment_overdue: true },
  voided: { status: ['voided'] },
  disputed: { payment_dispute_lost: true },
}

export default function InvoiceList() {
  const [state, setState] = useUrlState()
  const href = useOrgHref()
  return (
    <>
      <PageHeader title={t('invoices.title')} />
      <div className="pb-3">
        <Chips
          label={t('invoices.views')}
          name="view"
          options={[
            ['', t('common.all')],
            ['outstanding', t('invoices.view.outstanding')],
            ['overdue', t('invoices.view.overdue')],
            ['succeeded', t('invoices.view.succeeded')],
            ['draft', t('invoices.view.draft')],
            ['voided', t('invoices.view.voided')],
            ['disputed', t('invoices.view.disputed')],
          ]}
        />
      </div>
      <ListPage
        label={t('invoices.title')}
        path="/invoices"
        root="invoices"
        columns={invoiceColumns()}
        rowKey={invoice => invoice.lago_id}
        href={(invoice: Invoice) => href(paths.invoice(invoice.lago_id))}
        searchLabel={t('invoices.search')}
        filterKeys={['view', 'from', 'to']}
        filters={{ ...(VIEWS[state.view ?? ''] ?? {}), issuing_date_from: state.from, issuing_date_to: state.to }}
        summary={totalsOf}
        controls={
          <span className="flex items-center gap-2 text-soft">
            <Input
              aria-label={t('invoices.from')}
              type="date"
              className="w-36!"
              value={state.from ?? ''}
              onChange={event => setState({ from: event.target.value, page: undefined })}
            />
            –
            <Input
              aria-label={t('invoices.to')}
              type="date"
              className="w-36!"
              value={state.to ?? ''}
              onChange={event => setState({ to: event.target.value, page: undefined })}
            />
          </span>
        }
        empty={
          <Empty
            title={t('invoices.empty.title')}
            text={t('invoices.empty.text')}
            call={apiCall('POST', '/invoices', {
              invoice: { external_customer_id: 'acme', currency: 'USD', fees: [{ add_on_code: 'setup', units: '1' }] },
            })}
          />
        }
      />
    </>
  )
}

/** The sums of the rows that are shown, by currency. */
function totalsOf(invoices: readonly Invoice[]): string {
  const counted = invoices.filter(({ status }) => status === 'finalized' || status === 'draft')
  const byCurrency = Map.groupBy(counted, ({ currency }) => currency)
  return [...byCurrency]
    .map(([currency, rows]) =>
      t('invoices.sums', {
        total: formatMoney(
          rows.reduce((sum, row) => sum + row.total_amount_cents, 0),
          currency,
        ),
        due: formatMoney(
          rows.reduce((sum, row) => sum + (row.status === 'finalized' ? row.total_due_amount_cents : 0), 0),
          currency,
        ),
      }),
    )
    .join(' · ')
}
