import { Copy, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { FullPlan } from '../../api/plans.ts'
import type { Meta } from '../../api/types.ts'
import { apiCall } from '../../app/api-call.ts'
import { RowLink, useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatDay } from '../../format/dates.ts'
import { formatMoney } from '../../format/money.ts'
import { formatCount } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ListPage } from '../../ui/list.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { Badge } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'
import { DeletePlan } from './delete-plan.tsx'
import { usePlanUses } from './uses.ts'

/** The plans that are sold. */
export default function PlanList() {
  const href = useOrgHref()
  const go = useOrgNavigate()
  const mayWrite = useMay()('plan', 'write')
  const [deleting, setDeleting] = useState<FullPlan>()
  const uses = usePlanUses(useShownCodes())
  const columns: Column<FullPlan>[] = [
    {
      key: 'name',
      head: t('common.name'),
      cell: plan => (
        <>
          <RowLink to={paths.plan(plan.code)}>{plan.name}</RowLink>
          {plan.pending_deletion && (
            <span className="ml-2">
              <Badge tone="warn">{t('plans.deleting')}</Badge>
            </span>
          )}
          <span className="block text-sm text-faint">
            <InlineCode>{plan.code}</InlineCode>
          </span>
        </>
      ),
    },
    {
      key: 'price',
      head: t('plans.price'),
      numeric: true,
      cell: plan =>
        t('plans.per', {
          amount: formatMoney(plan.amount_cents, plan.amount_currency),
          interval: tWord('interval', plan.interval),
        }),
    },
    {
      key: 'subscriptions',
      head: t('plans.subscriptions'),
      numeric: true,
      wide: true,
      cell: plan => {
        const found = uses?.get(plan.code)
        return found === undefined ? '' : formatCount(found.active_subscriptions_count)
      },
    },
    {
      key: 'charges',
      head: t('plans.charges'),
      numeric: true,
      wide: true,
      cell: plan => formatCount(plan.charges.length),
    },
    {
      key: 'created',
      head: t('common.created'),
      numeric: true,
      wide: true,
      cell: plan => formatDay(plan.created_at),
    },
  ]
  if (mayWrite) {
    columns.push({
      key: 'actions',
      head: <span className="sr-only">{t('common.more_actions')}</span>,
      action: true,
      cell: plan => (
        <Menu label={t('plans.menu', { name: plan.name })}>
          <MenuItem icon={Pencil} onSelect={() => go(paths.editPlan(plan.code))}>
            {t('plans.edit')}
          </MenuItem>
          <MenuItem icon={Copy} onSelect={() => go(paths.newPlan, { from: plan.code })}>
            {t('plans.duplicate')}
          </MenuItem>
          <MenuItem icon={Trash2} danger onSelect={() => setDeleting(plan)}>
            {t('common.delete')}
          </MenuItem>
        </Menu>
      ),
    })
  }
  const create = mayWrite && (
    <Button kind="primary" icon={Plus} onClick={() => go(paths.newPlan)}>
      {t('plans.new')}
    </Button>
  )
  return (
    <>
      <PageHeader title={t('plans.title')} actions={create} />
      <ListPage
        label={t('plans.title')}
        path="/plans"
        root="plans"
        columns={columns}
        rowKey={plan => plan.lago_id}
        href={(plan: FullPlan) => href(paths.plan(plan.code))}
        searchLabel={t('plans.search')}
        empty={
          <Empty
            title={t('plans.empty.title')}
            text={t('plans.empty.text')}
            call={apiCall('POST', '/plans', {
              plan: {
                name: 'Starter',
                code: 'starter',
                interval: 'monthly',
                amount_cents: 4900,
                amount_currency: 'USD',
                pay_in_advance: false,
              },
            })}
          />
        }
      />
      {deleting !== undefined && <DeletePlan plan={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}

/** The codes of the plans that the list shows: the same question as the list's, so it is asked once. */
function useShownCodes(): readonly string[] {
  const [state] = useUrlState()
  const query = { search_term: state.search ?? '', page: Number(state.page ?? 1), per_page: 25 }
  const { data } = useGet<{ plans: FullPlan[]; meta: Meta }>('/plans', query, { keep: true })
  return data?.plans.map(plan => plan.code) ?? []
}
