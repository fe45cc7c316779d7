import type { FullSubscription } from '../../api/subscriptions.ts'
import { OrgLink, RowLink, useOrgHref } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatDay } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Chips, ListPage } from '../../ui/list.tsx'
import { Badge, Status } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'
import { customerName } from '../customers/name.ts'

const COLUMNS: readonly Column<FullSubscription>[] = [
  {
    key: 'subscription',
    head: t('plans.subscription'),
    cell: row => (
      <>
        <RowLink to={paths.subscription(row.external_id)}>{row.name || row.external_id}</RowLink>
        <span className="block text-sm">
          <OrgLink to={paths.customer(row.external_customer_id)} className="text-soft hover:underline">
            {customerName(row.customer)}
          </OrgLink>
        </span>
      </>
    ),
  },
  { key: 'status', head: t('common.status'), cell: row => <Status kind="subscription_status" value={row.status} /> },
  {
    key: 'prices',
    head: t('plans.prices'),
    cell: row =>
      row.plan.parent_id === null ? t('plans.prices.plan') : <Badge tone="accent">{t('plans.prices.own')}</Badge>,
  },
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
  const href = useOrgHref()
  const overridden = state.prices === 'own' ? true : state.prices === 'plan' ? false : undefined
  return (
    <ListPage
      label={t('plans.tab.subscriptions')}
      path="/subscriptions"
      root="subscriptions"
      columns={COLUMNS}
      rowKey={row => row.lago_id}
      href={(row: FullSubscription) => href(paths.subscription(row.external_id))}
      filterKeys={['prices']}
      filters={{ plan_code: code, status: STATUSES, overridden, include: ['plan', 'customer'] }}
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
