import { RotateCw } from 'lucide-react'
import { useState } from 'react'
import type { Delivery, WebhookEndpoint } from '../../api/webhooks.ts'
import { useMay, useOrganization } from '../../app/organization.ts'
import { useAction } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { endOfDay, formatInstant } from '../../format/dates.ts'
import { prettyJson } from '../../format/json.ts'
import { startOfDay } from '../../format/zoned.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Code, InlineCode } from '../../ui/code.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Empty } from '../../ui/empty.tsx'
import { DateRange, FilterSelect } from '../../ui/filters.tsx'
import { Fold } from '../../ui/fold.tsx'
import { ListPage } from '../../ui/list.tsx'
import { Facts } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'
import { otherTypes, WEBHOOK_TYPES } from './webhook-types.ts'

const STATUSES = ['succeeded', 'pending', 'retrying', 'failed'] as const
const ANSWERS = ['2xx', '3xx', '4xx', '5xx', 'timeout'] as const
const LIVE_MS = 3000

/** What was sent to an endpoint, the latest change first, and what came of it. */
export function Deliveries({ endpoint }: { readonly endpoint: WebhookEndpoint }) {
  const [state] = useUrlState()
  const { timezone } = useOrganization()
  const [opened, setOpened] = useState<Delivery>()
  const types = endpoint.event_types ?? WEBHOOK_TYPES.flatMap(([, names]) => names)
  const columns: readonly Column<Delivery>[] = [
    {
      key: 'type',
      head: t('delivery.type'),
      cell: delivery => (
        <button
          type="button"
          onClick={() => setOpened(delivery)}
          className="text-left font-medium break-all hover:text-accent"
        >
          {delivery.webhook_type}
          <span className="block text-sm font-normal text-faint md:hidden">{formatInstant(delivery.updated_at)}</span>
        </button>
      ),
    },
    {
      key: 'status',
      head: t('common.status'),
      cell: delivery => <Status kind="delivery_status" value={delivery.status} />,
    },
    {
      key: 'http',
      head: t('delivery.answer'),
      numeric: true,
      cell: delivery => delivery.http_status ?? <span className="text-faint">–</span>,
    },
    { key: 'attempts', head: t('delivery.attempts'), numeric: true, wide: true, cell: attemptsOf },
    {
      key: 'date',
      head: t('common.date'),
      numeric: true,
      wide: true,
      cell: delivery => <span className="whitespace-nowrap">{formatInstant(delivery.updated_at)}</span>,
    },
  ]
  const listOf = (value: string | undefined) => (value === undefined ? undefined : [value])
  return (
    <>
      <ListPage
        label={t('webhooks.deliveries')}
        path={`/webhook_endpoints/${endpoint.lago_id}/webhooks`}
        root="webhooks"
        columns={columns}
        rowKey={(delivery: Delivery) => delivery.lago_id}
        onOpen={setOpened}
        live={LIVE_MS}
        searchLabel={t('delivery.search')}
        filterKeys={['status', 'type', 'answer', 'from', 'to']}
        filters={{
          statuses: listOf(state.status),
          event_types: listOf(state.type),
          http_statuses: listOf(state.answer),
          from_date: state.from && startOfDay(state.from, timezone),
          to_date: state.to && endOfDay(state.to, timezone),
        }}
        controls={
          <>
            <FilterSelect
              name="status"
              label={t('delivery.any_status')}
              options={STATUSES.map(status => [status, t(`delivery_status.${status}`)])}
            />
            <FilterSelect
              name="type"
              label={t('delivery.any_type')}
              options={[...types, ...(endpoint.event_types === null ? otherTypes(types) : [])].map(type => [
                type,
                type,
              ])}
            />
            <FilterSelect
              name="answer"
              label={t('delivery.any_answer')}
              options={ANSWERS.map(answer => [answer, answer === 'timeout' ? t('delivery.no_answer') : answer])}
            />
            <DateRange />
          </>
        }
        empty={<Empty title={t('delivery.empty.title')} text={t('delivery.empty.text')} />}
      />
      <Sheet
        open={opened !== undefined}
        wide
        onOpenChange={open => !open && setOpened(undefined)}
        title={opened?.webhook_type ?? ''}
      >
        {opened !== undefined && <Detail delivery={opened} onRetried={() => setOpened(undefined)} />}
      </Sheet>
    </>
  )
}

function Detail({ delivery, onRetried }: { readonly delivery: Delivery; readonly onRetried: () => void }) {
  const mayWrite = useMay()('webhook_endpoint', 'write')
  const retry = useAction((api, id: string) => api.post(`/webhooks/${id}/retry`), {
    done: t('delivery.retrying'),
    invalidates: ['webhook_endpoints'],
  })
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-4">
        <Facts
          items={[
            [t('common.status'), <Status key="status" kind="delivery_status" value={delivery.status} />],
            [t('delivery.answer'), delivery.http_status ?? t('delivery.no_answer')],
            [t('delivery.attempts'), attemptsOf(delivery)],
            [t('delivery.made'), formatInstant(delivery.created_at)],
            [t('delivery.last'), delivery.last_retried_at && formatInstant(delivery.last_retried_at)],
            [
              t('delivery.next'),
              delivery.status === 'retrying' && delivery.next_attempt_at !== null
                ? formatInstant(delivery.next_attempt_at)
                : undefined,
            ],
            [t('webhooks.url'), <InlineCode key="url">{delivery.endpoint}</InlineCode>],
            [t('delivery.id'), <InlineCode key="id">{delivery.lago_id}</InlineCode>],
          ]}
        />
        {mayWrite && delivery.status !== 'succeeded' && (
          <Button
            icon={RotateCw}
            busy={retry.isPending}
            onClick={() => retry.mutate(delivery.lago_id, { onSuccess: onRetried })}
          >
            {t('delivery.retry')}
          </Button>
        )}
      </div>
      <Fold title={t('delivery.payload')} open>
        <Code label={t('delivery.payload')}>{prettyJson(delivery.payload)}</Code>
      </Fold>
      <Fold title={t('delivery.response')} open>
        {delivery.response === null || delivery.response === '' ? (
          <p className="text-soft">{t('delivery.response_none')}</p>
        ) : (
          <Code label={t('delivery.response')}>{prettyJson(delivery.response)}</Code>
        )}
      </Fold>
    </>
  )
}

/** Those that failed, and the one that did not. */
function attemptsOf({ retries, status }: Delivery): number {
  return status === 'succeeded' ? retries + 1 : retries
}
