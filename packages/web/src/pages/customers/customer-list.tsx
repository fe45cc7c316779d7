import { Plus } from 'lucide-react'
import type { Customer } from '../../api/types.ts'
import { apiCall } from '../../app/api-call.ts'
import { RowLink, useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatDay } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { CurrencyFilter } from '../../pickers/currency-filter.tsx'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Select } from '../../ui/field.tsx'
import { ListPage } from '../../ui/list.tsx'
import { PageHeader } from '../../ui/page.tsx'
import type { Column } from '../../ui/table.tsx'
import { customerName } from './name.ts'

const COLUMNS: readonly Column<Customer>[] = [
  {
    key: 'name',
    head: t('common.name'),
    cell: customer => (
      <>
        <RowLink to={paths.customer(customer.external_id)}>{customerName(customer)}</RowLink>
        <span className="block text-sm text-faint">
          <InlineCode>{customer.external_id}</InlineCode>
        </span>
      </>
    ),
  },
  { key: 'email', head: t('customers.email'), wide: true, cell: customer => customer.email ?? <Dash /> },
  { key: 'country', head: t('customers.country'), wide: true, cell: customer => customer.country ?? <Dash /> },
  { key: 'currency', head: t('customers.currency'), cell: customer => customer.currency ?? <Dash /> },
  {
    key: 'created',
    head: t('common.created'),
    wide: true,
    numeric: true,
    cell: customer => formatDay(customer.created_at),
  },
]

export default function CustomerList() {
  const [state, setState] = useUrlState()
  const href = useOrgHref()
  const go = useOrgNavigate()
  const mayWrite = useMay()('customer', 'write')
  return (
    <>
      <PageHeader
        title={t('customers.title')}
        actions={
          mayWrite && (
            <Button kind="primary" icon={Plus} onClick={() => go(paths.newCustomer)}>
              {t('customers.create')}
            </Button>
          )
        }
      />
      <ListPage
        label={t('customers.title')}
        path="/customers"
        root="customers"
        columns={COLUMNS}
        rowKey={customer => customer.lago_id}
        href={(customer: Customer) => href(paths.customer(customer.external_id))}
        searchLabel={t('customers.search')}
        filterKeys={['type', 'currency']}
        filters={{ customer_type: state.type, currencies: state.currency === undefined ? undefined : [state.currency] }}
        controls={
          <>
            <Select
              aria-label={t('customers.type')}
              className="w-auto!"
              value={state.type ?? ''}
              onChange={event => setState({ type: event.target.value, page: undefined })}
            >
              <option value="">{t('customers.any_type')}</option>
              {['company', 'individual'].map(type => (
                <option key={type} value={type}>
                  {tWord('customer_type', type)}
                </option>
              ))}
            </Select>
            <CurrencyFilter />
          </>
        }
        empty={
          <Empty
            title={t('customers.empty.title')}
            text={t('customers.empty.text')}
            call={apiCall('POST', '/customers', {
              customer: { external_id: 'acme', name: 'Acme Inc.', currency: 'USD' },
            })}
          />
        }
      />
    </>
  )
}

function Dash() {
  return <span className="text-faint">–</span>
}
