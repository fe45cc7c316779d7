import { Plus } from 'lucide-react'
import type { Invoice } from '../../api/types.ts'
import { useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useUrlState } from '../../app/url-state.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ListPage } from '../../ui/list.tsx'
import { invoiceColumns } from '../invoices/invoice-table.tsx'
import { ListTotals } from '../invoices/list-totals.tsx'
import { useInvoiceMenu } from '../invoices/row-menu.tsx'
import type { CustomerProps } from './reads.ts'

export function CustomerInvoices({ customer }: CustomerProps) {
  const href = useOrgHref()
  const [state] = useUrlState()
  const may = useMay()
  const navigate = useOrgNavigate()
  const create = may('invoice', 'write') && may('add_on', 'read') && (
    <Button icon={Plus} onClick={() => navigate(paths.newInvoice, { customer: customer.external_id })}>
      {t('one_off.new')}
    </Button>
  )
  const menu = useInvoiceMenu()
  const filters = { external_customer_id: customer.external_id }
  return (
    <>
      <ListPage
        label={t('customer.tab.invoices')}
        path="/invoices"
        root="invoices"
        columns={[...invoiceColumns({ ofCustomer: true }), menu.column]}
        rowKey={invoice => invoice.lago_id}
        href={(invoice: Invoice) => href(paths.invoice(invoice.lago_id))}
        filters={filters}
        controls={create}
        summary={() => <ListTotals filters={{ ...filters, search_term: state.search }} />}
        empty={
          <Empty
            title={t('customer.invoices.empty')}
            text={t('customer.invoices.empty_text')}
            action={create || undefined}
          />
        }
      />
      {menu.dialogs}
    </>
  )
}
