import { useParams } from '@tanstack/react-router'
import { Copy, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { formatDay } from '../../format/dates.ts'
import { formatMoney } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { Badge } from '../../ui/status.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { ActivityLog, useActivityTab } from '../activity/activity-log.tsx'
import { DeletePlan } from './delete-plan.tsx'
import { PlanOverview } from './plan-overview.tsx'
import { PlanSubscriptions } from './plan-subscriptions.tsx'
import { usePlan } from './use-plan.ts'
import { usePlanUses } from './uses.ts'

/** Everything about one plan. */
export default function PlanPage() {
  const { planCode = '' } = useParams({ strict: false }) as { planCode?: string }
  const go = useOrgNavigate()
  const mayWrite = useMay()('plan', 'write')
  const { found, plan, draft } = usePlan(planCode)
  const uses = usePlanUses([planCode])?.get(planCode)
  const history = useActivityTab()
  const [isDeleting, setIsDeleting] = useState(false)
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (plan === undefined || draft === undefined) return <SkeletonLines lines={10} />
  return (
    <>
      <PageHeader
        crumb={{ label: t('plans.title'), to: paths.plans }}
        title={plan.name}
        facts={
          <>
            <span className="flex items-center gap-0.5">
              <InlineCode>{plan.code}</InlineCode>
              <CopyButton text={plan.code} label={t('common.copy_id')} />
            </span>
            <span>
              {t('plans.per', {
                amount: formatMoney(plan.amount_cents, plan.amount_currency),
                interval: tWord('interval', plan.interval),
              })}
            </span>
            <span>{t('plans.created_on', { date: formatDay(plan.created_at) })}</span>
            {plan.pending_deletion && <Badge tone="warn">{t('plans.deleting')}</Badge>}
          </>
        }
        actions={
          mayWrite && (
            <>
              <Button kind="primary" icon={Pencil} onClick={() => go(paths.editPlan(plan.code))}>
                {t('plans.edit')}
              </Button>
              <Menu label={t('plans.menu', { name: plan.name })}>
                <MenuItem icon={Copy} onSelect={() => go(paths.newPlan, { from: plan.code })}>
                  {t('plans.duplicate')}
                </MenuItem>
                <MenuItem icon={Trash2} danger onSelect={() => setIsDeleting(true)}>
                  {t('common.delete')}
                </MenuItem>
              </Menu>
            </>
          )
        }
      />
      <Tabs
        label={plan.name}
        tabs={[
          { key: 'overview', label: t('plans.tab.overview') },
          { key: 'subscriptions', label: t('plans.tab.subscriptions'), count: uses?.active_subscriptions_count },
          ...history,
        ]}
      >
        {chosen =>
          chosen === 'subscriptions' ? (
            <PlanSubscriptions code={plan.code} />
          ) : chosen === 'activity' ? (
            <ActivityLog of={{ resource_types: ['Plan'], resource_ids: [plan.lago_id] }} subjectId={plan.lago_id} />
          ) : (
            <PlanOverview plan={draft} />
          )
        }
      </Tabs>
      {isDeleting && <DeletePlan plan={plan} onClose={() => setIsDeleting(false)} onDeleted={() => go(paths.plans)} />}
    </>
  )
}
