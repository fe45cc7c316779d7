import { Plus } from 'lucide-react'
import type { Query } from '../../api/client.ts'
import type { Invoice } from '../../api/invoices.ts'
import { apiCall } from '../../app/api-call.ts'
import { useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay, useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { type UrlState, useUrlState } from '../../app/url-state.ts'
import { parseMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Chips, ListPage } from '../../ui/list.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { ExportButton } from '../exports/export-button.tsx'
import { CollectAll } from './collect-all.tsx'
import { FILTER_KEYS, InvoiceFilters } from './invoice-filters.tsx'
import { invoiceColumns } from './invoice-table.tsx'
import { ListTotals } from './list-totals.tsx'
import { useInvoiceMenu } from './row-menu.tsx'

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
  const [state] = useUrlState()
  const { currency } = useOrganization()
  const href = useOrgHref()
  const navigate = useOrgNavigate()
  const may = useMay()
  const entities = useGet<{ billing_entities: { code: string; name: string }[] }>(
    '/billing_entities',
    {},
    { enabled: may('billing_entity', 'read') },
  )
  const filters = filtersOf(state, currency)
  const create = may('invoice', 'write') && may('add_on', 'read') && (
    <Button kind="primary" icon={Plus} onClick={() => navigate(paths.newInvoice)}>
      {t('one_off.new')}
    </Button>
  )
  const searched = { ...filters, search_term: state.search }
  const menu = useInvoiceMenu()
  const several = (entities.data?.billing_entities ?? []).length > 1
  return (
    <>
      <PageHeader
        title={t('invoices.title')}
        actions={
          <>
            <ExportButton list="/invoices" types={['invoices', 'invoice_fees']} filters={searched} />
            {showsOutstanding(state) && <CollectAll filters={searched} />}
            {create}
          </>
        }
      />
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
        columns={[...invoiceColumns({ withEntity: several, overdue: state.view === 'overdue' }), menu.column]}
        rowKey={invoice => invoice.lago_id}
        href={(invoice: Invoice) => href(paths.invoice(invoice.lago_id))}
        searchLabel={t('invoices.search')}
        counted={false}
        filterKeys={['view', ...FILTER_KEYS]}
        filters={filters}
        summary={() => <ListTotals filters={searched} />}
        controls={<InvoiceFilters entities={entities.data?.billing_entities ?? []} />}
        empty={
          <Empty
            title={t('invoices.empty.title')}
            text={t('invoices.empty.text')}
            action={create || undefined}
            call={apiCall('POST', '/invoices', {
              invoice: { external_customer_id: 'acme', currency: 'USD', fees: [{ add_on_code: 'setup', units: '1' }] },
            })}
          />
        }
      />
      {menu.dialogs}
    </>
  )
}

/** Whether what the list shows can be collected at all. */
function showsOutstanding({ view, status, payment_status: payment, self_billed: selfBilled }: UrlState): boolean {
  const isIssued = status === undefined || status === 'finalized'
  return view === 'outstanding' && isIssued && payment !== 'succeeded' && selfBilled !== 'true'
}

/** What the URL says, as the API is asked. Amounts are typed in units of the currency that is chosen, else the organization's. */
function filtersOf(state: UrlState, ownCurrency: string): Query {
  const cents = (text: string | undefined) =>
    text === undefined ? undefined : parseMoney(text, state.currency ?? ownCurrency)
  return {
    ...VIEWS[state.view ?? ''],
    issuing_date_from: state.from,
    issuing_date_to: state.to,
    currency: state.currency,
    invoice_type: state.type,
    ...(state.status !== undefined && { status: [state.status] }),
    ...(state.payment_status !== undefined && { payment_status: [state.payment_status] }),
    partially_paid: state.partially_paid,
    self_billed: state.self_billed,
    ...(state.settled_by !== undefined && { settlements: [state.settled_by] }),
    ...(state.entity !== undefined && { billing_entity_codes: [state.entity] }),
    purchase_order_number: state.po_number,
    amount_from: cents(state.least),
    amount_to: cents(state.most),
  }
}
