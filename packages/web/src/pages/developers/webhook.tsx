import { useParams } from '@tanstack/react-router'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { WebhookEndpoint } from '../../api/webhooks.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useApi, useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { formatInstant } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { Facts, PageHeader, Section } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Deliveries } from './deliveries.tsx'
import { EndpointForm } from './endpoint-form.tsx'
import { Verify } from './verify.tsx'
import { eventsInWords } from './webhooks.tsx'

/** One endpoint: what was sent to it, what it wants to be told, and how it knows who speaks. */
export default function WebhookPage() {
  const { endpointId = '' } = useParams({ strict: false }) as { endpointId?: string }
  const found = useGet<{ webhook_endpoint: WebhookEndpoint }>(`/webhook_endpoints/${endpointId}`)
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={8} />
  return <Content endpoint={found.data.webhook_endpoint} />
}

function Content({ endpoint }: { readonly endpoint: WebhookEndpoint }) {
  const name = endpoint.name || t('webhooks.unnamed')
  return (
    <>
      <PageHeader
        crumb={{ label: t('webhooks.title'), to: paths.webhooks }}
        title={name}
        facts={
          <>
            <span className="flex items-center gap-0.5">
              <InlineCode>{endpoint.webhook_url}</InlineCode>
              <CopyButton text={endpoint.webhook_url} />
            </span>
            <span>{t('webhooks.told_of', { what: eventsInWords(endpoint).toLowerCase() })}</span>
          </>
        }
        actions={<Actions endpoint={endpoint} name={name} />}
      />
      <Tabs
        label={name}
        tabs={[
          { key: 'deliveries', label: t('webhooks.deliveries') },
          { key: 'settings', label: t('webhooks.settings') },
        ]}
      >
        {chosen => (chosen === 'settings' ? <Settings endpoint={endpoint} /> : <Deliveries endpoint={endpoint} />)}
      </Tabs>
    </>
  )
}

function Actions({ endpoint, name }: { readonly endpoint: WebhookEndpoint; readonly name: string }) {
  const api = useApi()
  const go = useOrgNavigate()
  const mayWrite = useMay()('webhook_endpoint', 'write')
  const [doing, setDoing] = useState<'edit' | 'delete'>()
  const close = () => setDoing(undefined)
  const remove = useAction(() => api.delete(`/webhook_endpoints/${endpoint.lago_id}`), {
    done: t('webhooks.deleted'),
    toastFailure: false,
    // What is gone is not asked for again.
    invalidates: [],
  })
  if (!mayWrite) return null
  return (
    <>
      <Button icon={Pencil} onClick={() => setDoing('edit')}>
        {t('webhooks.edit')}
      </Button>
      <Menu>
        <MenuItem icon={Trash2} danger onSelect={() => setDoing('delete')}>
          {t('common.delete')}
        </MenuItem>
      </Menu>
      {doing === 'edit' && <EndpointForm endpoint={endpoint} onClose={close} />}
      {doing === 'delete' && (
        <ConfirmDialog
          open
          onOpenChange={close}
          title={t('webhooks.delete.title', { name })}
          affects={t('webhooks.delete.affects', { url: endpoint.webhook_url })}
          confirm={t('common.delete')}
          onConfirm={async () => {
            await remove.mutateAsync(undefined)
            go(paths.webhooks)
          }}
        />
      )}
    </>
  )
}

function Settings({ endpoint }: { readonly endpoint: WebhookEndpoint }) {
  return (
    <>
      <Section>
        <Facts
          items={[
            [t('webhooks.url'), <InlineCode key="url">{endpoint.webhook_url}</InlineCode>],
            [
              t('webhooks.events'),
              endpoint.event_types === null ? t('webhooks.events_all') : endpoint.event_types.join(', '),
            ],
            [t('webhooks.signature'), tWord('signature', endpoint.signature_algo)],
            [t('common.created'), formatInstant(endpoint.created_at)],
          ]}
        />
      </Section>
      <Section title={t('webhooks.verify')}>
        <Verify algorithm={endpoint.signature_algo} />
      </Section>
    </>
  )
}
