import type { FullSubscription } from '../../api/subscriptions.ts'
import { useOrgHref } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useUrlState } from '../../app/url-state.ts'
import { t } from '../../messages/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Chips, ListPage } from '../../ui/list.tsx'
import { Badge } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'
import { selectionOf, subscriptionColumns } from '../subscriptions/columns.tsx'

const PRICES: Column<FullSubscription> = {
  key: 'prices',
  head: t('plans.prices'),
  cell: ({ plan }) =>
    plan.parent_id === null ? t('plans.prices.plan') : <Badge tone="accent">{t('plans.prices.own')}</Badge>,
}

const COLUMNS = subscriptionColumns().flatMap(column => {
  if (column.key === 'frequency') return []
  return column.key === 'plan' ? [PRICES] : [column]
})

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
      href={(row: FullSubscription) => href(paths.subscription(row.external_id), selectionOf(row))}
      filterKeys={['prices']}
      filters={{ plan_code: code, status: STATUSES, include: ['plan', 'customer'], overridden }}
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
