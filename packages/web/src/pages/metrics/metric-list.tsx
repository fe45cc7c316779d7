import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { FullMetric } from '../../api/catalog.ts'
import { apiCall } from '../../app/api-call.ts'
import { RowLink, useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { formatDay } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ListPage } from '../../ui/list.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { PageHeader } from '../../ui/page.tsx'
import type { Column } from '../../ui/table.tsx'
import { DeleteMetric } from './delete-metric.tsx'

export default function MetricList() {
  const href = useOrgHref()
  const go = useOrgNavigate()
  const mayWrite = useMay()('billable_metric', 'write')
  const [deleting, setDeleting] = useState<FullMetric>()
  const columns: Column<FullMetric>[] = [
    {
      key: 'name',
      head: t('common.name'),
      cell: metric => (
        <>
          <RowLink to={paths.metric(metric.code)}>{metric.name}</RowLink>
          <span className="block text-sm text-faint">
            <InlineCode>{metric.code}</InlineCode>
          </span>
        </>
      ),
    },
    {
      key: 'aggregation',
      head: t('metrics.aggregation'),
      cell: metric => (
        <>
          {tWord('aggregation', metric.aggregation_type)}
          {metric.field_name !== null && (
            <span className="text-faint">
              {' · '}
              <InlineCode>{metric.field_name}</InlineCode>
            </span>
          )}
        </>
      ),
    },
    {
      key: 'type',
      head: t('metric.type'),
      wide: true,
      cell: metric => (metric.recurring ? t('metric.recurring') : t('metric.metered')),
    },
    {
      key: 'created',
      head: t('common.created'),
      wide: true,
      numeric: true,
      cell: metric => formatDay(metric.created_at),
    },
  ]
  if (mayWrite) {
    columns.push({
      key: 'actions',
      head: <span className="sr-only">{t('common.more_actions')}</span>,
      action: true,
      cell: metric => (
        <Menu>
          <MenuItem onSelect={() => go(paths.editMetric(metric.code))}>{t('metric.edit')}</MenuItem>
          <MenuItem onSelect={() => go(paths.newMetric, { from: metric.code })}>{t('metric.duplicate')}</MenuItem>
          <MenuItem danger onSelect={() => setDeleting(metric)}>
            {t('common.delete')}
          </MenuItem>
        </Menu>
      ),
    })
  }
  const create = (
    <Button kind="primary" icon={Plus} onClick={() => go(paths.newMetric)}>
      {t('metrics.create')}
    </Button>
  )
  return (
    <>
      <PageHeader title={t('metrics.title')} actions={mayWrite && create} />
      <ListPage
        label={t('metrics.title')}
        path="/billable_metrics"
        root="billable_metrics"
        columns={columns}
        rowKey={metric => metric.lago_id}
        href={(metric: FullMetric) => href(paths.metric(metric.code))}
        searchLabel={t('metrics.search')}
        empty={
          <Empty
            title={t('metrics.empty.title')}
            text={t('metrics.empty.text')}
            call={apiCall('POST', '/billable_metrics', {
              billable_metric: { name: 'API calls', code: 'api_calls', aggregation_type: 'count_agg' },
            })}
          />
        }
      />
      {deleting !== undefined && <DeleteMetric metric={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}
