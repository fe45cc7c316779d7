import type { Subscription } from '../../api/types.ts'
import { RowLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatDay } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Chips, ListPage } from '../../ui/list.tsx'
import { Badge, Status } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'

const COLUMNS: readonly Column<Subscription>[] = [
  {
    key: 'subscription',
    head: t('plans.subscription'),
    cell: row => (
      <>
        <RowLink to={paths.customer(row.external_customer_id)} search={{ tab: 'usage', subscription: row.external_id }}>
          {row.name || row.external_id}
        </RowLink>
        <span className="block text-sm text-faint">{row.external_customer_id}</span>
      </>
    ),
  },
  { key: 'status', head: t('common.status'), cell: row => <Status kind="subscription_status" value={row.status} /> },
  {
    key: 'start',
    head: t('customer.subscriptions.started'),
    numeric: true,
    wide: true,
    cell: row => day(row.started_at ?? row.subscription_at),
  },
  {
    key: 'end',
    head: t('customer.subscriptions.ends'),
    numeric: true,
    wide: true,
    cell: row => day(row.terminated_at ?? row.ending_at),
  },
]

const STATUSES = ['active', 'pending', 'incomplete', 'terminated', 'canceled']

/** The subscriptions of a plan: those on it as it is, and those with prices of their own. */
export function PlanSubscriptions({ code }: { readonly code: string }) {
  const [state] = useUrlState()
  const overridden = state.prices === 'own' ? true : state.prices === 'plan' ? false : undefined
  const all = { plan_code: code, status: STATUSES }
  const own = useGet<{ subscriptions: Subscription[] }>('/subscriptions', { ...all, overridden: true, per_page: 1000 })
  const withOwn = new Set(own.data?.subscriptions.map(row => row.lago_id))
  return (
    <ListPage
      label={t('plans.tab.subscriptions')}
      path="/subscriptions"
      root="subscriptions"
      columns={[
        ...COLUMNS.slice(0, 2),
        {
          key: 'prices',
          head: t('plans.prices'),
          cell: (row: Subscription) =>
            withOwn.has(row.lago_id) ? <Badge tone="accent">{t('plans.prices.own')}</Badge> : t('plans.prices.plan'),
        },
        ...COLUMNS.slice(2),
      ]}
      rowKey={row => row.lago_id}
      filterKeys={['prices']}
      filters={{ ...all, overridden }}
      controls={
        <Chips
          label={t('plans.prices')}
          name="prices"
          options={[
            ['', t('common.all')],
            ['plan', t('plans.prices.plan')],
            ['own', t('plans.prices.own')],
          ]}
        />
      }
      empty={<Empty title={t('plans.no_subscriptions')} text={t('plans.no_subscriptions_text')} />}
    />
  )
}

function day(instant: string | null): string {
  return instant === null ? '–' : formatDay(instant)
}
