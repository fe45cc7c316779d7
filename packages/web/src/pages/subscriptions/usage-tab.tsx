import type { LifetimeUsage } from '../../api/subscriptions.ts'
import type { Usage } from '../../api/types.ts'
import { useMay } from '../../app/organization.ts'
import { useGet } from '../../app/queries.ts'
import { formatDay } from '../../format/dates.ts'
import { formatMoney } from '../../format/money.ts'
import { formatRate } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { ShareBar } from '../../ui/chart.tsx'
import { Load } from '../../ui/load.tsx'
import { Figure, Section } from '../../ui/page.tsx'
import { CurrentUsage, DailyUsages } from '../customers/usage.tsx'
import { pathOf, type SubscriptionProps } from './reads.ts'

interface Projected {
  readonly customer_projected_usage: Usage & { readonly projected_amount_cents: number }
}

/** What was used in the running period, what it comes to by its end, and what was used in all. */
export function UsageTab({ subscription }: SubscriptionProps) {
  const { customer, external_id: id } = subscription
  const isActive = subscription.status === 'active'
  const of = `/customers/${encodeURIComponent(customer.external_id)}`
  const query = { external_subscription_id: id }
  const usage = useGet<{ customer_usage: Usage }>(`${of}/current_usage`, query, { enabled: isActive, keep: true })
  const projected = useGet<Projected>(`${of}/projected_usage`, { ...query, apply_taxes: false }, { enabled: isActive })
  if (!isActive) return <p className="text-soft">{t('sub.usage.not_active')}</p>
  return (
    <>
      <Section title={t('customer.usage.title')}>
        <div className="grid grid-cols-2 gap-x-8 gap-y-4 pb-5 lg:grid-cols-4">
          {usage.data !== undefined && (
            <Figure label={t('customer.usage_so_far')}>
              {formatMoney(usage.data.customer_usage.amount_cents, usage.data.customer_usage.currency)}
            </Figure>
          )}
          {projected.data !== undefined && (
            <Figure label={t('sub.usage.projected')} note={t('sub.usage.projected_note')}>
              {formatMoney(
                projected.data.customer_projected_usage.projected_amount_cents,
                projected.data.customer_projected_usage.currency,
              )}
            </Figure>
          )}
        </div>
        <Load query={usage}>
          {data => (
            <CurrentUsage usage={data.customer_usage} subscription={subscription} zone={customer.applicable_timezone} />
          )}
        </Load>
      </Section>
      <Lifetime subscription={subscription} />
      <DailyUsages subscription={subscription} />
    </>
  )
}

/** All that was ever used, and how far it is to the thresholds at which it is billed. */
function Lifetime({ subscription }: SubscriptionProps) {
  const may = useMay()('lifetime_usage', 'read')
  const lifetime = useGet<{ lifetime_usage: LifetimeUsage }>(
    `${pathOf(subscription)}/lifetime_usage`,
    {},
    { enabled: may },
  )
  if (!may) return null
  const money = (cents: number) => formatMoney(cents, subscription.plan_amount_currency)
  return (
    <Section title={t('sub.lifetime.title')}>
      <Load query={lifetime} lines={2}>
        {({ lifetime_usage: all }) => {
          const { external_historical_usage_amount_cents: before, invoiced_usage_amount_cents: invoiced } = all
          const total = before + invoiced + all.current_usage_amount_cents
          return (
            <>
              <div className="grid grid-cols-2 gap-x-8 gap-y-4 lg:grid-cols-4">
                <Figure label={t('sub.lifetime.total')}>{money(total)}</Figure>
                <Figure label={t('sub.lifetime.invoiced')}>{money(invoiced)}</Figure>
                <Figure label={t('sub.lifetime.current')}>{money(all.current_usage_amount_cents)}</Figure>
                {before > 0 && <Figure label={t('sub.lifetime.before')}>{money(before)}</Figure>}
              </div>
              {all.usage_thresholds !== undefined && (
                <ul className="max-w-2xl pt-5">
                  {all.usage_thresholds.map(({ amount_cents: cents, completion_ratio: ratio, reached_at: reached }) => (
                    <li key={cents} className="border-t border-rule py-2">
                      <p className="flex justify-between gap-4 pb-1.5">
                        <span className="tabular">{money(cents)}</span>
                        <span className="text-sm text-soft">
                          {reached === null
                            ? formatRate(Math.floor(ratio * 100))
                            : t('sub.lifetime.reached', {
                                date: formatDay(reached, subscription.customer.applicable_timezone),
                              })}
                        </span>
                      </p>
                      <ShareBar share={ratio} />
                    </li>
                  ))}
                </ul>
              )}
            </>
          )
        }}
      </Load>
    </Section>
  )
}
