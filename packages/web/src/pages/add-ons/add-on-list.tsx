import { Plus } from 'lucide-react'
import type { AddOn } from '../../api/catalog.ts'
import { apiCall } from '../../app/api-call.ts'
import { RowLink, useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { formatDay } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ListPage } from '../../ui/list.tsx'
import { Money } from '../../ui/money.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { UsesCell } from '../catalogue/uses-cell.tsx'

export default function AddOnList() {
  const href = useOrgHref()
  const go = useOrgNavigate()
  const mayWrite = useMay()('add_on', 'write')
  return (
    <>
      <PageHeader
        title={t('add_ons.title')}
        actions={
          mayWrite && (
            <Button kind="primary" icon={Plus} onClick={() => go(paths.newAddOn)}>
              {t('add_ons.create')}
            </Button>
          )
        }
      />
      <ListPage
        label={t('add_ons.title')}
        path="/add_ons"
        root="add_ons"
        searchLabel={t('metrics.search')}
        columns={[
          {
            key: 'name',
            head: t('common.name'),
            cell: addOn => (
              <>
                <RowLink to={paths.addOn(addOn.code)}>{addOn.name}</RowLink>
                <span className="block text-sm text-faint">
                  <InlineCode>{addOn.code}</InlineCode>
                </span>
              </>
            ),
          },
          {
            key: 'price',
            head: t('add_ons.price'),
            numeric: true,
            cell: addOn => <Money cents={addOn.amount_cents} currency={addOn.amount_currency} />,
          },
          {
            key: 'customers',
            head: t('customers.title'),
            numeric: true,
            wide: true,
            cell: addOn => <UsesCell collection="add_ons" code={addOn.code} count="customers_count" />,
          },
          {
            key: 'created',
            head: t('common.created'),
            numeric: true,
            wide: true,
            cell: addOn => formatDay(addOn.created_at),
          },
        ]}
        rowKey={addOn => addOn.lago_id}
        href={(addOn: AddOn) => href(paths.addOn(addOn.code))}
        empty={
          <Empty
            title={t('add_ons.empty.title')}
            text={t('add_ons.empty.text')}
            call={apiCall('POST', '/add_ons', {
              add_on: { name: 'Setup', code: 'setup', amount_cents: 50_000, amount_currency: 'USD' },
            })}
          />
        }
      />
    </>
  )
}
