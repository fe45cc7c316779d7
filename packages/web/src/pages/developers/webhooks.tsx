import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { WebhookEndpoint } from '../../api/webhooks.ts'
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
import { PageHeader } from '../../ui/page.tsx'
import type { Column } from '../../ui/table.tsx'
import { EndpointForm } from './endpoint-form.tsx'

const COLUMNS: readonly Column<WebhookEndpoint>[] = [
  {
    key: 'endpoint',
    head: t('webhooks.endpoint'),
    cell: endpoint => (
      <>
        <RowLink to={paths.webhook(endpoint.lago_id)}>{endpoint.name || t('webhooks.unnamed')}</RowLink>
        <span className="block text-sm text-faint">
          <InlineCode>{endpoint.webhook_url}</InlineCode>
        </span>
      </>
    ),
  },
  { key: 'events', head: t('webhooks.events'), cell: eventsInWords },
  {
    key: 'signature',
    head: t('webhooks.signature'),
    wide: true,
    cell: endpoint => tWord('signature', endpoint.signature_algo),
  },
  {
    key: 'created',
    head: t('common.created'),
    wide: true,
    numeric: true,
    cell: endpoint => formatDay(endpoint.created_at),
  },
]

/** Where Weir tells of what happens. */
export default function Webhooks() {
  const href = useOrgHref()
  const go = useOrgNavigate()
  const mayWrite = useMay()('webhook_endpoint', 'write')
  const [creating, setCreating] = useState(false)
  const create = mayWrite && (
    <Button kind="primary" icon={Plus} onClick={() => setCreating(true)}>
      {t('webhooks.create')}
    </Button>
  )
  return (
    <>
      <PageHeader title={t('webhooks.title')} actions={create} />
      <ListPage
        label={t('webhooks.title')}
        path="/webhook_endpoints"
        root="webhook_endpoints"
        searchable={false}
        columns={COLUMNS}
        rowKey={(endpoint: WebhookEndpoint) => endpoint.lago_id}
        href={endpoint => href(paths.webhook(endpoint.lago_id))}
        empty={
          <Empty
            title={t('webhooks.empty.title')}
            text={t('webhooks.empty.text')}
            call={apiCall('POST', '/webhook_endpoints', {
              webhook_endpoint: { webhook_url: 'https://example.com/weir', event_types: ['invoice.created'] },
            })}
          />
        }
      />
      {creating && (
        <EndpointForm
          endpoint={undefined}
          onClose={() => setCreating(false)}
          onSaved={saved => go(paths.webhook(saved.lago_id))}
        />
      )}
    </>
  )
}

/** @example 'All' or '3 types' */
export function eventsInWords({ event_types: types }: WebhookEndpoint): string {
  return types === null ? t('webhooks.events_all') : t('webhooks.events_count', { count: types.length })
}
