import { t } from '../../messages/index.ts'
import { Alerts } from '../alerts/alerts.tsx'
import { pathOf, type SubscriptionProps } from './reads.ts'

const TYPES = [
  'current_usage_amount',
  'billable_metric_current_usage_amount',
  'billable_metric_current_usage_units',
  'lifetime_usage_amount',
  'billable_metric_lifetime_usage_units',
] as const

/** Who wants to be told when usage passes something. */
export function SubscriptionAlerts({ subscription }: SubscriptionProps) {
  const { plan, status, customer } = subscription
  return (
    <Alerts
      holder={{
        path: `${pathOf(subscription)}/alerts`,
        query: { subscription_status: status },
        types: TYPES,
        metrics: [...new Set(plan.charges.map(charge => charge.billable_metric_code))],
        currency: subscription.plan_amount_currency,
        zone: customer.applicable_timezone,
        unit: t('common.units').toLowerCase(),
        texts: {
          none: t('sub.alert.none_text'),
          form: t('sub.alert.form_text'),
          thresholds: t('sub.alert.thresholds'),
          recurring: t('sub.alert.recurring'),
        },
      }}
    />
  )
}
