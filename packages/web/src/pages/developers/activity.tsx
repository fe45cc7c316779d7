import { useQuery } from '@tanstack/react-query'
import type { ActivityLog } from '../../api/audit.ts'
import type { Meta } from '../../api/types.ts'
import { useConsoleApi, useIsAdmin, useOrganization } from '../../app/organization.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { endOfDay } from '../../format/dates.ts'
import { startOfDay } from '../../format/zoned.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Empty, Failure } from '../../ui/empty.tsx'
import { DateRange, FilterSelect, TypedFilter } from '../../ui/filters.tsx'
import { Pages } from '../../ui/list.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { ActivityTable } from '../activity/activity-table.tsx'
import { ACTIVITY_TYPES, RESOURCE_TYPES, SOURCES } from '../activity/types.ts'

const PER_PAGE = 50
const LIVE_MS = 5000
const FILTERS = ['resource', 'type', 'source', 'user', 'customer', 'from', 'to'] as const

/** Everything that happened in the organization, latest first. */
export default function ActivityPage() {
  const [state, setState] = useUrlState()
  const { timezone } = useOrganization()
  const page = Number(state.page ?? 1)
  const listOf = (value: string | undefined) => (value === undefined ? undefined : [value])
  const logs = useGet<{ activity_logs: ActivityLog[]; meta: Meta }>(
    '/activity_logs',
    {
      resource_types: listOf(state.resource),
      activity_types: listOf(state.type),
      activity_sources: listOf(state.source),
      user_emails: listOf(state.user),
      external_customer_id: state.customer,
      from_date: state.from && startOfDay(state.from, timezone),
      to_date: state.to && endOfDay(state.to, timezone),
      page,
      per_page: PER_PAGE,
    },
    { keep: true, refetchInterval: page === 1 ? LIVE_MS : false },
  )
  const isFiltered = FILTERS.some(name => state[name] !== undefined)
  const isEmpty = logs.data?.activity_logs.length === 0
  const clear = () => setState({ ...Object.fromEntries(FILTERS.map(name => [name, undefined])), page: undefined })
  return (
    <>
      <PageHeader title={t('activity.title')} />
      {isEmpty && !isFiltered && page === 1 ? (
        <Empty title={t('activity.empty.title')} text={t('activity.empty.text')} />
      ) : (
        <>
          <Filters />
          {logs.isError ? (
            <Failure error={logs.error} onRetry={() => void logs.refetch()} />
          ) : isEmpty ? (
            <Empty
              title={t('list.filter_none')}
              action={<Button onClick={clear}>{t('common.clear_filters')}</Button>}
            />
          ) : (
            <>
              <ActivityTable rows={logs.data?.activity_logs ?? []} loading={logs.isPending} zone={undefined} raw />
              {logs.data !== undefined && (
                <Pages meta={logs.data.meta} onPage={to => setState({ page: to === 1 ? undefined : String(to) })} />
              )}
            </>
          )}
        </>
      )}
    </>
  )
}

function Filters() {
  const [state] = useUrlState()
  const api = useConsoleApi()
  const { id } = useOrganization()
  const isAdmin = useIsAdmin()
  const team = useQuery({
    queryKey: [id, 'members'],
    queryFn: () => api.get<{ members: { email: string }[] }>('/members'),
    enabled: isAdmin,
  })
  const types = ACTIVITY_TYPES.filter(
    ([, resources]) => state.resource === undefined || resources.includes(state.resource),
  )
  return (
    <div className="flex flex-wrap items-center gap-2 pb-4">
      <FilterSelect
        name="resource"
        label={t('activity.any_resource')}
        options={RESOURCE_TYPES.map(type => [type, tWord('resource', type)])}
      />
      <FilterSelect
        name="type"
        label={t('activity.any_type')}
        options={types.map(([type]) => [type, tWord('activity', type)])}
      />
      <FilterSelect
        name="source"
        label={t('activity.any_source')}
        options={SOURCES.map(source => [source, tWord('activity_source', source)])}
      />
      <FilterSelect
        name="user"
        label={t('activity.any_user')}
        options={(team.data?.members ?? []).map(({ email }) => [email, email])}
      />
      <TypedFilter name="customer" label={t('activity.customer')} className="w-44!" />
      <DateRange />
    </div>
  )
}
