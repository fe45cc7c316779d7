import type { Invoice } from '../../api/types.ts'
import { useOrgHref } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { t } from '../../messages/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { ListPage } from '../../ui/list.tsx'
import { invoiceColumns } from '../invoices/invoice-table.tsx'
import type { CustomerProps } from './reads.ts'

export function CustomerInvoices({ customer }: CustomerProps) {
  const href = useOrgHref()
  return (
    <ListPage
      label={t('customer.tab.invoices')}
      path="/invoices"
      root="invoices"
      columns={invoiceColumns(true)}
      rowKey={invoice => invoice.lago_id}
      href={(invoice: Invoice) => href(paths.invoice(invoice.lago_id))}
      filters={{ external_customer_id: customer.external_id }}
      empty={<Empty title={t('customer.invoices.empty')} text={t('customer.invoices.empty_text')} />}
    />
  )
}
