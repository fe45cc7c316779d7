import { useState } from 'react'
import type { Event, UncountedMeta } from '../../api/types.ts'
import { apiCall } from '../../app/api-call.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatInstant } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { Code, InlineCode } from '../../ui/code.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Empty, Failure } from '../../ui/empty.tsx'
import { Checkbox } from '../../ui/field.tsx'
import { Pages, SearchBox } from '../../ui/list.tsx'
import { Facts, PageHeader, Section } from '../../ui/page.tsx'
import { isRefused } from '../../ui/reason.ts'
import { Table } from '../../ui/table.tsx'
import { WhereItCounts } from './where-it-counts.tsx'

const PER_PAGE = 50
const LIVE_MS = 2000

/** What arrived, newest first; each event tells where it counts, or why nowhere. */
export default function Events() {
  const [state, setState] = useUrlState()
  const [opened, setOpened] = useState<Event>()
  const isLive = state.live !== '0'
  const page = Number(state.page ?? 1)
  const filters = { code: state.code, external_subscription_id: state.subscription }
  const events = useGet<{ events: Event[]; meta: UncountedMeta }>(
    '/events',
    { ...filters, page, per_page: PER_PAGE, with_total_count: false },
    { keep: true, refetchInterval: isLive && page === 1 ? LIVE_MS : false },
  )
  const isFiltered = state.code !== undefined || state.subscription !== undefined
  const isEmpty = events.data?.events.length === 0
  return (
    <>
      <PageHeader title={t('events.title')} />
      {isRefused(events.error) ? (
        <Failure error={events.error} />
      ) : isEmpty && !isFiltered ? (
        <Empty
          title={t('events.empty.title')}
          text={t('events.empty.text')}
          call={apiCall('POST', '/events', {
            event: {
              transaction_id: 'call-0001',
              external_subscription_id: 'acme-1',
              code: 'api_calls',
              properties: { model: 'large', tokens: 1200 },
            },
          })}
        />
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-3 pb-4">
            <SearchBox
              label={t('events.code_filter')}
              term={state.code ?? ''}
              onSearch={code => setState({ code, page: undefined }, { replace: true })}
            />
            <SearchBox
              label={t('events.subscription_filter')}
              term={state.subscription ?? ''}
              onSearch={subscription => setState({ subscription, page: undefined }, { replace: true })}
            />
            <Checkbox
              label={t('events.live')}
              checked={isLive}
              onChange={event => setState({ live: event.target.checked ? undefined : '0' }, { replace: true })}
            />
          </div>
          {events.isError ? (
            <Failure error={events.error} onRetry={() => void events.refetch()} />
          ) : isEmpty ? (
            <Empty title={t('list.filter_none')} />
          ) : (
            <>
              <Table
                label={t('events.title')}
                loading={events.isPending}
                rows={events.data?.events ?? []}
                rowKey={event => event.lago_id}
                onOpen={setOpened}
                columns={[
                  {
                    key: 'code',
                    head: t('events.metric'),
                    cell: event => (
                      <button
                        type="button"
                        onClick={() => setOpened(event)}
                        className="text-left font-medium hover:text-accent"
                      >
                        {event.code}
                      </button>
                    ),
                  },
                  {
                    key: 'subscription',
                    head: t('events.subscription'),
                    cell: event => event.external_subscription_id ?? '–',
                  },
                  {
                    key: 'transaction',
                    head: t('events.transaction'),
                    wide: true,
                    cell: event => <InlineCode>{event.transaction_id}</InlineCode>,
                  },
                  {
                    key: 'time',
                    head: t('events.time'),
                    numeric: true,
                    cell: event => <span className="whitespace-nowrap">{formatInstant(event.timestamp, 'UTC')}</span>,
                  },
                ]}
              />
              {events.data !== undefined && (
                <Pages meta={events.data.meta} onPage={to => setState({ page: to === 1 ? undefined : String(to) })} />
              )}
            </>
          )}
        </>
      )}
      <Sheet
        open={opened !== undefined}
        onOpenChange={open => !open && setOpened(undefined)}
        title={opened?.code ?? t('events.detail')}
      >
        {opened !== undefined && <EventDetail event={opened} />}
      </Sheet>
    </>
  )
}

function EventDetail({ event }: { readonly event: Event }) {
  const hasProperties = Object.keys(event.properties).length > 0
  return (
    <>
      <Section>
        <Facts
          items={[
            [t('events.transaction'), <InlineCode key="transaction">{event.transaction_id}</InlineCode>],
            [t('events.subscription'), event.external_subscription_id],
            [t('events.time'), `${formatInstant(event.timestamp, 'UTC')} UTC`],
            [t('events.received'), `${formatInstant(event.created_at, 'UTC')} UTC`],
          ]}
        />
      </Section>
      <Section title={t('events.counts')}>
        <WhereItCounts event={event} />
      </Section>
      <Section title={t('events.properties')}>
        {hasProperties ? (
          <Code label={t('events.properties')}>{JSON.stringify(event.properties, null, 2)}</Code>
        ) : (
          <p className="text-soft">{t('events.no_properties')}</p>
        )}
      </Section>
    </>
  )
}
