import type { ReactNode } from 'react'
import type { ActivityLog as Log } from '../../api/audit.ts'
import type { Query } from '../../api/client.ts'
import type { Meta } from '../../api/types.ts'
import { useMay } from '../../app/organization.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { t } from '../../messages/index.ts'
import { Empty, Failure } from '../../ui/empty.tsx'
import { Pages } from '../../ui/list.tsx'
import { type Tab, Tabs } from '../../ui/tabs.tsx'
import { ActivityTable } from './activity-table.tsx'

const PER_PAGE = 25
/** What background work does appears by itself. */
const LIVE_MS = 5000

interface Props {
  /** Of whom: `{ resource_ids: [id] }`, `{ external_customer_id: id }`. */
  readonly of: Query
  /** Dates are told in it; the browser's by default. */
  readonly zone?: string | undefined
  /** The id of the page's own object, which need not be named in each line. */
  readonly subjectId?: string
}

/** The history of one object: what happened, when, by whom, and what changed. */
export function ActivityLog({ of, zone, subjectId }: Props) {
  const [state, setState] = useUrlState()
  const page = Number(state.page ?? 1)
  const logs = useGet<{ activity_logs: Log[]; meta: Meta }>(
    '/activity_logs',
    { ...of, page, per_page: PER_PAGE },
    { keep: true, refetchInterval: page === 1 ? LIVE_MS : false },
  )
  if (logs.isError) return <Failure error={logs.error} onRetry={() => void logs.refetch()} />
  if (logs.data?.activity_logs.length === 0 && page === 1) {
    return <Empty title={t('activity.empty.title')} text={t('activity.empty.text')} />
  }
  return (
    <>
      <ActivityTable
        rows={logs.data?.activity_logs ?? []}
        loading={logs.isPending}
        zone={zone}
        {...(subjectId !== undefined && { subjectId })}
      />
      {logs.data !== undefined && (
        <Pages meta={logs.data.meta} onPage={to => setState({ page: to === 1 ? undefined : String(to) })} />
      )}
    </>
  )
}

/** The tab of the history, for those who may see it. */
export function useActivityTab(): readonly Tab[] {
  const may = useMay()
  return may('activity_log', 'read') ? [{ key: 'activity', label: t('activity.tab') }] : []
}

/** A page that has one tab besides its history; without tabs for those who may not see the history. */
export function WithActivity({ label, children, ...props }: Props & { label: string; children: ReactNode }) {
  const history = useActivityTab()
  if (history.length === 0) return children
  return (
    <Tabs label={label} tabs={[{ key: 'overview', label: t('customer.tab.overview') }, ...history]}>
      {chosen => (chosen === 'activity' ? <ActivityLog {...props} /> : children)}
    </Tabs>
  )
}
