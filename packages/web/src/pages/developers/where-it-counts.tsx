import { ApiFailure } from '../../api/client.ts'
import type { Event, Metric, Plan, Subscription } from '../../api/types.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { SkeletonLines } from '../../ui/skeleton.tsx'

type PlanWithCharges = Plan & { readonly charges?: readonly { readonly billable_metric_code: string }[] }

/** In which metric and plan an event counts; where it counts nowhere, why, and what would mend it. */
export function WhereItCounts({ event }: { readonly event: Event }) {
  const metric = useGet<{ billable_metric: Metric }>(`/billable_metrics/${encodeURIComponent(event.code)}`)
  const subscription = useGet<{ subscription: Subscription }>(
    `/subscriptions/${encodeURIComponent(event.external_subscription_id ?? '')}`,
    {},
    {
      enabled: (event.external_subscription_id ?? '') !== '',
    },
  )
  const planCode = subscription.data?.subscription.plan_code
  const plan = useGet<{ plan: PlanWithCharges }>(
    `/plans/${encodeURIComponent(planCode ?? '')}`,
    {},
    { enabled: planCode !== undefined },
  )
  if (isMissing(metric.error)) return <Reason>{t('events.counts.no_metric', { code: event.code })}</Reason>
  if (isMissing(subscription.error) || (event.external_subscription_id ?? '') === '') {
    return <Reason>{t('events.counts.no_subscription', { id: event.external_subscription_id ?? '–' })}</Reason>
  }
  if (metric.data === undefined || subscription.data === undefined || plan.data === undefined)
    return <SkeletonLines lines={2} />
  const { name } = metric.data.billable_metric
  const isCharged = plan.data.plan.charges?.some(charge => charge.billable_metric_code === event.code) === true
  if (!isCharged) return <Reason>{t('events.counts.no_charge', { plan: plan.data.plan.name, metric: name })}</Reason>
  const customer = subscription.data.subscription.external_customer_id
  return (
    <p>
      {t('events.counts.yes', { metric: name, plan: plan.data.plan.name, customer })}{' '}
      <OrgLink
        to={paths.customer(customer)}
        search={{ tab: 'usage', subscription: subscription.data.subscription.external_id }}
        className="text-accent hover:underline"
      >
        {t('customer.usage.title')}
      </OrgLink>
    </p>
  )
}

function Reason({ children }: { readonly children: string }) {
  return <p className="border-l-2 border-warn pl-3 text-warn">{children}</p>
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 404
}
