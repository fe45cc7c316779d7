import type { FullSubscription } from '../../api/subscriptions.ts'
import { OrgLink, RowLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import type { UrlState } from '../../app/url-state.ts'
import { formatDay } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { Badge, Status } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'
import { customerName } from '../customers/name.ts'

/** What a subscription is called: its name, else its plan's. */
export function subscriptionName({ name, plan }: Pick<FullSubscription, 'name' | 'plan'>): string {
  return name || plan.name
}

/** What the address of a subscription needs besides its external id, where others have that too. */
export function selectionOf({ status, lago_id: id }: FullSubscription): UrlState {
  return status === 'active' ? {} : { id }
}

const SHOWN_ENDS = ({ terminated_at: terminated, canceled_at: canceled, ending_at: planned }: FullSubscription) =>
  terminated ?? canceled ?? planned

/** @param ofCustomer on a customer's page, where the customer need not be named */
export function subscriptionColumns(ofCustomer = false): readonly Column<FullSubscription>[] {
  const columns: readonly (Column<FullSubscription> | false)[] = [
    {
      key: 'name',
      head: t('common.name'),
      cell: subscription => (
        <>
          <RowLink to={paths.subscription(subscription.external_id)} search={selectionOf(subscription)}>
            {subscriptionName(subscription)}
          </RowLink>
          <span className="block text-sm text-soft md:hidden">
            {[!ofCustomer && customerName(subscription.customer), subscription.plan.name].filter(Boolean).join(' · ')}
          </span>
          <span className="md:hidden">
            <PlanMarks subscription={subscription} />
          </span>
          <span className="block min-w-36 font-mono text-xs break-all text-faint">{subscription.external_id}</span>
        </>
      ),
    },
    {
      key: 'status',
      head: t('common.status'),
      cell: subscription => <Status kind="subscription_status" value={subscription.status} />,
    },
    !ofCustomer && {
      key: 'customer',
      head: t('subscriptions.customer'),
      wide: true,
      cell: ({ customer }) => (
        <OrgLink to={paths.customer(customer.external_id)} className="hover:text-accent hover:underline">
          {customerName(customer)}
        </OrgLink>
      ),
    },
    {
      key: 'plan',
      head: t('subscriptions.plan'),
      wide: true,
      cell: subscription => (
        <>
          {subscription.plan.name}
          <PlanMarks subscription={subscription} />
        </>
      ),
    },
    {
      key: 'frequency',
      head: t('subscriptions.frequency'),
      wide: true,
      cell: ({ plan }) => tWord('frequency_of', plan.interval),
    },
    {
      key: 'start',
      head: t('subscriptions.start'),
      numeric: true,
      wide: true,
      cell: ({ started_at: started, subscription_at: planned, customer }) => day(started ?? planned, customer),
    },
    {
      key: 'end',
      head: t('subscriptions.end'),
      numeric: true,
      wide: true,
      cell: subscription => day(SHOWN_ENDS(subscription), subscription.customer),
    },
  ]
  return columns.filter(column => column !== false)
}

function PlanMarks({ subscription }: { readonly subscription: FullSubscription }) {
  const { plan, downgrade_plan_date: date, status } = subscription
  return (
    <span className="flex flex-wrap gap-1 pt-0.5">
      {plan.parent_id !== null && <Badge tone="accent">{t('subscriptions.own_prices')}</Badge>}
      {date !== null && status === 'active' && <Badge tone="warn">{t('subscriptions.changes')}</Badge>}
    </span>
  )
}

function day(at: string | null, { applicable_timezone: zone }: FullSubscription['customer']): string {
  return at === null ? '–' : formatDay(at, zone)
}
