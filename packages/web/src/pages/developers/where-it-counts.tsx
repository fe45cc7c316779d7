import { ApiFailure } from '../../api/client.ts'
import type { Event, Metric, Plan, Subscription } from '../../api/types.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatInstant } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { useNow } from '../subscriptions/reads.ts'
import { type CountedCharge, filtersThatCount, type MetricFilters } from './filters-that-count.ts'

type ReadMetric = Metric & MetricFilters & { readonly field_name: string | null; readonly expression?: string | null }
type ReadSubscription = Subscription & { readonly plan: Plan & { readonly charges: readonly CountedCharge[] } }

/** The aggregations that pass over what is no number, and what they take for one. */
const NUMERIC: ReadonlySet<string> = new Set(['sum_agg', 'max_agg', 'latest_agg', 'weighted_sum_agg'])
const NUMBER = /^-?\d+(\.\d+)?$/
const YEAR_MS = 366 * 86_400_000

/** In which metric, charges and filters an event counts; where it counts nowhere, why, and what would mend it. */
export function WhereItCounts({ event }: { readonly event: Event }) {
  const id = event.external_subscription_id ?? ''
  const now = useNow()
  const metric = useGet<{ billable_metric: ReadMetric }>(`/billable_metrics/${encodeURIComponent(event.code)}`)
  const subscription = useGet<{ subscription: ReadSubscription }>(
    `/subscriptions/${encodeURIComponent(id)}`,
    {},
    { enabled: id !== '' },
  )
  if (isMissing(metric.error)) return <Reason>{t('events.counts.no_metric', { code: event.code })}</Reason>
  if (id === '') return <Reason>{t('events.counts.unnamed_subscription')}</Reason>
  if (isMissing(subscription.error)) return <Reason>{t('events.counts.no_subscription', { id })}</Reason>
  if (metric.data === undefined || subscription.data === undefined) return <SkeletonLines lines={2} />
  const read = metric.data.billable_metric
  const found = subscription.data.subscription
  const charges = found.plan.charges.filter(charge => charge.billable_metric_code === event.code)
  const reason = whyNowhere(event, read, found, charges) ?? whyMuchLater(event, now)
  if (reason !== undefined) return <Reason>{reason}</Reason>
  return (
    <>
      <p>
        {t('events.counts.yes', { metric: read.name, plan: found.plan.name, customer: found.external_customer_id })}{' '}
        <OrgLink
          to={paths.customer(found.external_customer_id)}
          search={{ tab: 'usage', subscription: found.external_id }}
          className="text-accent hover:underline"
        >
          {t('customer.usage.title')}
        </OrgLink>
      </p>
      <ul className="pt-2 text-soft">
        {charges
          .filter(charge => charge.filters.length > 0)
          .map(charge => (
            <li key={charge.lago_id}>
              {t('events.counts.charge', {
                charge: charge.invoice_display_name || read.name,
                filters: filtersThatCount(charge, read, event.properties).join(' + ') || t('events.counts.default'),
              })}
            </li>
          ))}
      </ul>
    </>
  )
}

/** The first thing that keeps an event from being counted. */
function whyNowhere(
  event: Event,
  metric: ReadMetric,
  subscription: ReadSubscription,
  charges: readonly CountedCharge[],
): string | undefined {
  const { external_id: id, started_at: started, terminated_at: ended, plan } = subscription
  const at = Date.parse(event.timestamp)
  const utc = (instant: string) => `${formatInstant(instant, 'UTC')} UTC`
  if (charges.length === 0) return t('events.counts.no_charge', { plan: plan.name, metric: metric.name })
  if (started !== null && at < Date.parse(started)) return t('events.counts.before', { id, date: utc(started) })
  if (ended !== null && at > Date.parse(ended)) return t('events.counts.after', { id, date: utc(ended) })
  const { field_name: property, aggregation_type: aggregation } = metric
  const isRead = aggregation !== 'count_agg' && property !== null && !metric.expression
  if (isRead && event.properties[property] == null) {
    return t('events.counts.no_property', { metric: metric.name, property })
  }
  const value = property !== null && String(event.properties[property])
  if (isRead && value !== false && NUMERIC.has(aggregation) && !NUMBER.test(value)) {
    return t('events.counts.no_number', { metric: metric.name, property, value })
  }
  return undefined
}

/** Nobody means to count in a year, or in thousands: seconds are expected, and milliseconds were sent. */
function whyMuchLater({ timestamp }: Event, now: string): string | undefined {
  if (Date.parse(timestamp) < Date.parse(now) + YEAR_MS) return undefined
  return t('events.counts.much_later', { year: String(new Date(timestamp).getUTCFullYear()) })
}

function Reason({ children }: { readonly children: string }) {
  return <p className="border-l-2 border-warn pl-3 text-warn">{children}</p>
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 404
}
