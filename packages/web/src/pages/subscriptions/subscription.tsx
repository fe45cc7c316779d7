import { useParams } from '@tanstack/react-router'
import { ArrowUpDown } from 'lucide-react'
import { useState } from 'react'
import { ApiFailure } from '../../api/client.ts'
import type { FullSubscription } from '../../api/subscriptions.ts'
import { OrgLink, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatDate, formatDay } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Failure } from '../../ui/empty.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { Status } from '../../ui/status.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { ActivityLog, useActivityTab } from '../activity/activity-log.tsx'
import { customerName } from '../customers/name.ts'
import { CancelDialog, type Doing, isLive, isReplacing, SubscriptionDialogs, SubscriptionMenu } from './actions.tsx'
import { SubscriptionAlerts } from './alerts.tsx'
import { subscriptionName } from './columns.tsx'
import { Entitlements } from './entitlements.tsx'
import { Overview } from './overview.tsx'
import { PlanTab } from './plan-tab.tsx'
import { chosenOf, type SubscriptionProps, scheduledOf, useChain } from './reads.ts'
import { Thresholds } from './thresholds.tsx'
import { UsageTab } from './usage-tab.tsx'

type Chain = readonly FullSubscription[]

/** Everything about one subscription. */
export default function SubscriptionPage() {
  const { subscriptionId = '' } = useParams({ strict: false }) as { subscriptionId?: string }
  const [state] = useUrlState()
  const chain = useChain(subscriptionId)
  if (chain.isError) return <Failure page error={chain.error} onRetry={() => void chain.refetch()} />
  if (chain.data === undefined) return <SkeletonLines lines={8} />
  const subscription = chosenOf(chain.data.subscriptions, state.id)
  if (subscription === undefined) return <Failure page error={new ApiFailure(404, undefined)} />
  return <Shown subscription={subscription} chain={chain.data.subscriptions} />
}

function Shown({ subscription, chain }: SubscriptionProps & { readonly chain: Chain }) {
  const may = useMay()
  const history = useActivityTab()
  const { customer, external_id: externalId, status, plan } = subscription
  const live = isLive(subscription)
  const tabs = [
    { key: 'overview', label: t('customer.tab.overview') },
    { key: 'plan', label: t('subscriptions.plan') },
    ...(status === 'active' && may('customer_usage', 'read') ? [{ key: 'usage', label: t('customer.tab.usage') }] : []),
    { key: 'progressive', label: t('sub.tab.progressive') },
    ...(live ? [{ key: 'entitlements', label: t('sub.tab.entitlements') }] : []),
    ...(live && may('alert', 'read') ? [{ key: 'alerts', label: t('sub.tab.alerts') }] : []),
    ...history,
  ]
  return (
    <>
      <PageHeader
        crumb={{ label: t('subscriptions.title'), to: paths.subscriptions }}
        title={subscriptionName(subscription)}
        facts={
          <>
            <Status kind="subscription_status" value={status} />
            <OrgLink to={paths.customer(customer.external_id)} className="hover:text-accent hover:underline">
              {customerName(customer)}
            </OrgLink>
            <span>{plan.name}</span>
            <span className="flex items-center gap-0.5">
              <InlineCode>{externalId}</InlineCode>
              <CopyButton text={externalId} label={t('common.copy_id')} />
            </span>
          </>
        }
        actions={<Actions subscription={subscription} />}
      />
      <Notices subscription={subscription} chain={chain} />
      <Tabs label={subscriptionName(subscription)} tabs={tabs}>
        {chosen => <Tab name={chosen} subscription={subscription} chain={chain} />}
      </Tabs>
    </>
  )
}

function Tab({ name, ...props }: SubscriptionProps & { readonly name: string; readonly chain: Chain }) {
  switch (name) {
    case 'plan':
      return <PlanTab {...props} />
    case 'usage':
      return <UsageTab {...props} />
    case 'progressive':
      return <Thresholds {...props} />
    case 'entitlements':
      return <Entitlements {...props} />
    case 'alerts':
      return <SubscriptionAlerts {...props} />
    case 'activity':
      return <Activity {...props} />
    default:
      return <Overview {...props} />
  }
}

/** All subscriptions of one external id are one history: those that a change of plan replaced, too. */
function Activity({ subscription }: SubscriptionProps) {
  return (
    <ActivityLog
      of={{ external_subscription_id: subscription.external_id }}
      zone={subscription.customer.applicable_timezone}
      subjectId={subscription.lago_id}
    />
  )
}

function Actions({ subscription }: SubscriptionProps) {
  const mayWrite = useMay()('subscription', 'write')
  const navigate = useOrgNavigate()
  const [doing, setDoing] = useState<Doing>()
  if (!mayWrite || !isLive(subscription)) return null
  return (
    <>
      {!isReplacing(subscription) && (
        <Button icon={ArrowUpDown} onClick={() => navigate(paths.changePlan(subscription.external_id))}>
          {t('sub.change.action')}
        </Button>
      )}
      <SubscriptionMenu subscription={subscription} onDo={setDoing} />
      <SubscriptionDialogs doing={doing} onClose={() => setDoing(undefined)} />
    </>
  )
}

/** What is to come: a change of the plan, a start, an end, a payment that is waited for. */
function Notices({ subscription, chain }: SubscriptionProps & { readonly chain: Chain }) {
  const [asks, setAsks] = useState(false)
  const mayWrite = useMay()('subscription', 'write')
  const { status, customer, subscription_at: startsAt, ending_at: endsAt } = subscription
  const zone = customer.applicable_timezone
  const next = scheduledOf(subscription, chain)
  const replaces = isReplacing(subscription)
  const texts = [
    next !== undefined &&
      subscription.downgrade_plan_date !== null &&
      t('sub.notice.downgrade', { plan: next.plan.name, date: formatDate(subscription.downgrade_plan_date) }),
    replaces && t('sub.notice.replaces', { plan: subscription.previous_plan_code ?? '' }),
    status === 'pending' &&
      !replaces &&
      startsAt !== null &&
      t('sub.notice.starts', { date: formatDay(startsAt, zone) }),
    status === 'incomplete' && t('sub.notice.incomplete'),
    status === 'active' && endsAt !== null && t('sub.notice.ends', { date: formatDay(endsAt, zone) }),
  ].filter(text => text !== false)
  if (texts.length === 0) return null
  return (
    <div className="mb-5 flex flex-wrap items-center justify-between gap-3 border-l-2 border-warn bg-warn-wash px-3 py-2">
      <p>{texts.join(' ')}</p>
      {next !== undefined && mayWrite && <Button onClick={() => setAsks(true)}>{t('sub.cancel.change_action')}</Button>}
      {asks && next !== undefined && <CancelDialog subscription={next} onClose={() => setAsks(false)} />}
    </div>
  )
}
