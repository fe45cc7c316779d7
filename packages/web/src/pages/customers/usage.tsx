import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { ChargeUsage, DailyUsage, FilterUsage, Subscription, Usage, UsageSums } from '../../api/types.ts'
import { apiCall } from '../../app/api-call.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatAxisDay, formatPeriod } from '../../format/dates.ts'
import { formatMoney } from '../../format/money.ts'
import { formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { BarChart, ShareBar } from '../../ui/chart.tsx'
import { cx } from '../../ui/classes.ts'
import { Empty } from '../../ui/empty.tsx'
import { Select } from '../../ui/field.tsx'
import { Load } from '../../ui/load.tsx'
import { Money } from '../../ui/money.tsx'
import { Section } from '../../ui/page.tsx'
import { type CustomerProps, useCurrentUsage, useSubscriptions } from './reads.ts'

/** What was used in the running period, by charge, filter and group, and from day to day. */
export function UsageTab({ customer }: CustomerProps) {
  const subscriptions = useSubscriptions(customer)
  return <Load query={subscriptions}>{data => <OfSubscriptions customer={customer} all={data.subscriptions} />}</Load>
}

function OfSubscriptions({ customer, all }: CustomerProps & { readonly all: readonly Subscription[] }) {
  const [state, setState] = useUrlState()
  const active = all.filter(({ status }) => status === 'active')
  const chosen = active.find(({ external_id }) => external_id === state.subscription) ?? active[0]
  const usage = useCurrentUsage(customer, chosen)
  if (chosen === undefined)
    return <Empty title={t('customer.usage.no_subscription')} text={t('customer.usage.no_subscription_text')} />
  return (
    <>
      <Section
        title={t('customer.usage.title')}
        actions={
          active.length > 1 && (
            <Select
              aria-label={t('customer.usage.subscription')}
              className="w-auto!"
              value={chosen.external_id}
              onChange={event => setState({ subscription: event.target.value })}
            >
              {active.map(({ external_id: id, name, plan_code: plan }) => (
                <option key={id} value={id}>
                  {name ?? plan} · {id}
                </option>
              ))}
            </Select>
          )
        }
      >
        <Load query={usage}>
          {data => (
            <CurrentUsage usage={data.customer_usage} subscription={chosen} zone={customer.applicable_timezone} />
          )}
        </Load>
      </Section>
      <DailyUsages subscription={chosen} />
    </>
  )
}

/** What was used in the running period, by charge. */
export function CurrentUsage({
  usage,
  subscription,
  zone,
}: {
  readonly usage: Usage
  readonly subscription: Pick<Subscription, 'external_id'>
  readonly zone: string
}) {
  const most = Math.max(...usage.charges_usage.map(charge => charge.amount_cents), 1)
  const period = formatPeriod(usage.from_datetime, usage.to_datetime, zone)
  if (usage.charges_usage.length === 0) {
    return (
      <Empty
        title={t('customer.usage.none')}
        text={t('customer.usage.none_text')}
        call={apiCall('POST', '/events', {
          event: {
            transaction_id: crypto.randomUUID(),
            external_subscription_id: subscription.external_id,
            code: 'requests',
            properties: {},
          },
        })}
      />
    )
  }
  return (
    <>
      <p className="pb-4 text-soft">
        {t('customer.usage.period', { period })}:{' '}
        <Money cents={usage.amount_cents} currency={usage.currency} className="font-semibold text-ink" />
      </p>
      <ul>
        {usage.charges_usage
          .toSorted((a, b) => b.amount_cents - a.amount_cents)
          .map(charge => (
            <Charge key={charge.charge.lago_id} charge={charge} most={most} />
          ))}
      </ul>
    </>
  )
}

/** A charge with its bar; one with filters or groups opens. */
function Charge({ charge, most }: { readonly charge: ChargeUsage; readonly most: number }) {
  const [open, setOpen] = useState(false)
  const parts = partsOf(charge)
  const currency = charge.amount_currency
  const name = charge.charge.invoice_display_name ?? charge.billable_metric.name
  return (
    <li className="border-t border-rule py-3 first:border-t-0 first:pt-0">
      <div className="grid grid-cols-[1fr_auto] gap-x-6">
        <div className="min-w-0">
          {parts.length === 0 ? (
            <span className="font-medium">{name}</span>
          ) : (
            <button
              type="button"
              aria-expanded={open}
              onClick={() => setOpen(!open)}
              className="flex items-center gap-1 text-left font-medium"
            >
              <ChevronRight
                size={15}
                aria-hidden
                className={cx('text-faint transition-transform', open && 'rotate-90')}
              />
              {name}
            </button>
          )}
          <span className="block text-sm text-faint">
            {tWord('charge_model', charge.charge.charge_model)} · {formatUnits(charge.units)}{' '}
            {t('common.units').toLowerCase()} · {t('common.events', { count: charge.events_count })}
          </span>
        </div>
        <Money cents={charge.amount_cents} currency={currency} className="text-right font-medium" />
      </div>
      <div className="pt-2">
        <ShareBar share={charge.amount_cents / most} />
      </div>
      {open && (
        <table className="mt-3 w-full">
          <thead className="sr-only">
            <tr>
              <th>{t('common.name')}</th>
              <th>{t('common.units')}</th>
              <th>{t('common.amount')}</th>
            </tr>
          </thead>
          <tbody>
            {parts.map(part => (
              <tr key={part.name} className="border-t border-rule">
                <td className="py-1.5 pr-4 pl-5 break-words">{part.name}</td>
                <td className="px-4 py-1.5 text-right text-soft">{formatUnits(part.units)}</td>
                <td className="w-28 py-1.5 text-right">{formatMoney(part.amount_cents, currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </li>
  )
}

type Part = UsageSums & { readonly name: string }

/** The rows that a charge is made of: its groups, each with its filters, or its filters alone. */
function partsOf(charge: ChargeUsage): Part[] {
  if (charge.grouped_usage.length > 0) {
    return charge.grouped_usage.flatMap((group): Part[] => {
      const name = Object.entries(group.grouped_by)
        .map(([key, value]) => `${key}: ${value ?? t('customer.usage.no_value')}`)
        .join(', ')
      if (group.filters.length === 0) return [{ ...group, name }]
      return group.filters.map(filter => ({ ...filter, name: `${name} · ${filterName(filter)}` }))
    })
  }
  return charge.filters.map(filter => ({ ...filter, name: filterName(filter) }))
}

function filterName({ invoice_display_name: name, values }: FilterUsage): string {
  if (name !== null && name !== '') return name
  if (values === null) return t('customer.usage.other')
  return Object.entries(values)
    .map(([key, list]) => `${key}: ${list.join(', ')}`)
    .join(' · ')
}

const DAYS = 60

/** What was used, day by day. */
export function DailyUsages({ subscription }: { readonly subscription: Pick<Subscription, 'external_id'> }) {
  const days = useGet<{ daily_usages: DailyUsage[] }>(
    `/subscriptions/${encodeURIComponent(subscription.external_id)}/daily_usages`,
    { per_page: DAYS },
  )
  return (
    <Section title={t('customer.usage.daily')}>
      <Load query={days}>
        {data =>
          data.daily_usages.length === 0 ? (
            <p className="text-soft">{t('customer.usage.daily_none')}</p>
          ) : (
            <BarChart
              label={t('customer.usage.per_day')}
              bars={data.daily_usages.toReversed().map(day => ({
                key: day.usage_date,
                label: formatAxisDay(day.usage_date),
                value: day.usage_diff.amount_cents,
                text: formatMoney(day.usage_diff.amount_cents, day.usage_diff.currency),
              }))}
            />
          )
        }
      </Load>
    </Section>
  )
}
