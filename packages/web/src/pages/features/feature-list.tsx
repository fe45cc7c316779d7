import { Plus } from 'lucide-react'
import type { Feature } from '../../api/catalog.ts'
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
import { PageHeader } from '../../ui/page.tsx'
import { UsesCell } from '../catalogue/uses-cell.tsx'

export default function FeatureList() {
  const href = useOrgHref()
  const go = useOrgNavigate()
  const mayWrite = useMay()('feature', 'write')
  return (
    <>
      <PageHeader
        title={t('features.title')}
        actions={
          mayWrite && (
            <Button kind="primary" icon={Plus} onClick={() => go(paths.newFeature)}>
              {t('features.create')}
            </Button>
          )
        }
      />
      <ListPage
        label={t('features.title')}
        path="/features"
        root="features"
        searchLabel={t('metrics.search')}
        columns={[
          {
            key: 'name',
            head: t('common.name'),
            cell: feature => (
              <>
                <RowLink to={paths.feature(feature.code)}>{feature.name || feature.code}</RowLink>
                <span className="block text-sm text-faint">
                  <InlineCode>{feature.code}</InlineCode>
                </span>
              </>
            ),
          },
          {
            key: 'privileges',
            head: t('features.privileges'),
            wide: true,
            cell: feature => feature.privileges.map(({ name, code }) => name || code).join(', ') || '–',
          },
          {
            key: 'subscriptions',
            head: t('customer.subscriptions.title'),
            numeric: true,
            cell: feature => <UsesCell collection="features" code={feature.code} count="subscriptions_count" />,
          },
          {
            key: 'created',
            head: t('common.created'),
            numeric: true,
            wide: true,
            cell: feature => formatDay(feature.created_at),
          },
        ]}
        rowKey={feature => feature.code}
        href={(feature: Feature) => href(paths.feature(feature.code))}
        empty={
          <Empty
            title={t('features.empty.title')}
            text={t('features.empty.text')}
            call={apiCall('POST', '/features', {
              feature: {
                name: 'Seats',
                code: 'seats',
                privileges: [{ name: 'Maximum', code: 'max', value_type: 'integer' }],
              },
            })}
          />
        }
      />
    </>
  )
}
