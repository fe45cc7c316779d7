import { useState } from 'react'
import type { ApiLog } from '../../api/audit.ts'
import { apiCall } from '../../app/api-call.ts'
import { useOrganization } from '../../app/organization.ts'
import { useUrlState } from '../../app/url-state.ts'
import { endOfDay, formatInstant } from '../../format/dates.ts'
import { prettyJson } from '../../format/json.ts'
import { startOfDay } from '../../format/zoned.ts'
import { t } from '../../messages/index.ts'
import { Code, InlineCode } from '../../ui/code.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Empty } from '../../ui/empty.tsx'
import { DateRange, FilterSelect, TypedFilter } from '../../ui/filters.tsx'
import { Fold } from '../../ui/fold.tsx'
import { ListPage } from '../../ui/list.tsx'
import { Facts, PageHeader } from '../../ui/page.tsx'
import { Badge } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'

const METHODS = ['post', 'put', 'patch', 'delete']
const LAST_SUCCESS = 399
const LIVE_MS = 3000

/** What systems with a key asked for, and what they were answered; what only reads is not kept. */
export default function ApiLogPage() {
  const [state] = useUrlState()
  const { timezone } = useOrganization()
  const [opened, setOpened] = useState<ApiLog>()
  const listOf = (value: string | undefined) => (value === undefined ? undefined : [value])
  return (
    <>
      <PageHeader title={t('api_log.title')} />
      <ListPage
        label={t('api_log.title')}
        path="/api_logs"
        root="api_logs"
        searchable={false}
        columns={columnsOf(setOpened)}
        rowKey={(log: ApiLog) => `${log.request_id} ${log.logged_at} ${log.request_path}`}
        onOpen={setOpened}
        live={LIVE_MS}
        filterKeys={['path', 'method', 'result', 'from', 'to']}
        filters={{
          request_paths: state.path && `*${state.path}*`,
          http_methods: listOf(state.method),
          http_statuses: listOf(state.result),
          from_date: state.from && startOfDay(state.from, timezone),
          to_date: state.to && endOfDay(state.to, timezone),
        }}
        controls={
          <>
            <TypedFilter name="path" label={t('api_log.path_filter')} className="w-full! sm:w-60!" />
            <FilterSelect
              name="method"
              label={t('api_log.any_method')}
              options={METHODS.map(method => [method, method.toUpperCase()])}
            />
            <FilterSelect
              name="result"
              label={t('api_log.any_result')}
              options={[
                ['succeeded', t('api_log.succeeded')],
                ['failed', t('api_log.failed')],
              ]}
            />
            <DateRange />
          </>
        }
        empty={
          <Empty
            title={t('api_log.empty.title')}
            text={t('api_log.empty.text')}
            call={apiCall('POST', '/customers', { customer: { external_id: 'acme', name: 'Acme Inc.' } })}
          />
        }
      />
      <Sheet
        open={opened !== undefined}
        wide
        onOpenChange={open => !open && setOpened(undefined)}
        title={opened === undefined ? '' : `${opened.http_method.toUpperCase()} ${opened.request_path}`}
      >
        {opened !== undefined && <Detail log={opened} />}
      </Sheet>
    </>
  )
}

function columnsOf(onOpen: (log: ApiLog) => void): readonly Column<ApiLog>[] {
  return [
    {
      key: 'request',
      head: t('api_log.request'),
      cell: log => (
        <button type="button" onClick={() => onOpen(log)} className="text-left hover:text-accent">
          <span className="mr-1 font-medium">{log.http_method.toUpperCase()}</span>{' '}
          <InlineCode>{log.request_path}</InlineCode>
          <span className="block text-sm text-faint md:hidden">{formatInstant(log.logged_at)}</span>
        </button>
      ),
    },
    { key: 'status', head: t('common.status'), cell: log => <HttpStatus log={log} /> },
    {
      key: 'client',
      head: t('api_log.client'),
      wide: true,
      className: 'text-soft max-w-64',
      cell: log => <span className="block truncate">{log.client || '–'}</span>,
    },
    {
      key: 'when',
      head: t('activity.when'),
      wide: true,
      numeric: true,
      cell: log => <span className="whitespace-nowrap">{formatInstant(log.logged_at)}</span>,
    },
  ]
}

function HttpStatus({ log }: { readonly log: ApiLog }) {
  return <Badge tone={log.http_status <= LAST_SUCCESS ? 'good' : 'bad'}>{log.http_status}</Badge>
}

function Detail({ log }: { readonly log: ApiLog }) {
  return (
    <>
      <Facts
        items={[
          [t('common.status'), <HttpStatus key="status" log={log} />],
          [t('activity.when'), formatInstant(log.logged_at)],
          [t('api_log.client'), log.client],
          [t('api_log.origin'), log.request_origin],
          [t('api_log.version'), log.api_version],
          [t('api_log.request_id'), <InlineCode key="id">{log.request_id}</InlineCode>],
        ]}
      />
      <Body title={t('api_log.asked')} body={log.request_body} />
      <Body title={t('api_log.answered')} body={log.request_response} />
    </>
  )
}

function Body({ title, body }: { readonly title: string; readonly body: unknown }) {
  const text = body === null || body === undefined ? '' : prettyJson(body)
  return (
    <Fold title={title} open>
      {text === '' ? <p className="text-soft">{t('api_log.no_body')}</p> : <Code label={title}>{text}</Code>}
    </Fold>
  )
}
