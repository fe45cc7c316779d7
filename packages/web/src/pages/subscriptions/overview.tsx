import type { FullSubscription } from '../../api/subscriptions.ts'
import { OrgLink, RowLink } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { formatDay, formatPeriod } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Facts, Section } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { customerName } from '../customers/name.ts'
import { selectionOf } from './columns.tsx'
import { PreviewPanel } from './preview.tsx'
import { type SubscriptionProps, useNextBill } from './reads.ts'

const BILLED_NEXT: readonly string[] = ['active', 'pending']

/** What it is, what is billed next, and what was before it. */
export function Overview({ subscription, chain }: SubscriptionProps & { readonly chain: readonly FullSubscription[] }) {
  const may = useMay()
  const { customer, status } = subscription
  const zone = customer.applicable_timezone
  const isBilled = BILLED_NEXT.includes(status) && may('invoice', 'write')
  const next = useNextBill(subscription, isBilled)
  return (
    <>
      <div className="grid gap-x-12 lg:grid-cols-2">
        <Section title={t('sub.info.title')}>
          <Information subscription={subscription} />
        </Section>
        <Section title={t('sub.info.billing')} className="lg:border-t-0 lg:pt-0">
          <Billing subscription={subscription} />
        </Section>
      </div>
      {isBilled && (
        <Section title={t('customer.next_invoice.title')}>
          <div className="max-w-3xl">
            <PreviewPanel query={next} zone={zone} />
          </div>
        </Section>
      )}
      {chain.length > 1 && (
        <Section title={t('sub.history.title')}>
          <History chain={chain} shown={subscription} />
        </Section>
      )}
    </>
  )
}

function Information({ subscription }: SubscriptionProps) {
  const { customer, external_id: externalId, lago_id: id } = subscription
  const zone = customer.applicable_timezone
  const day = (at: string | null) => (at === null ? null : formatDay(at, zone))
  return (
    <Facts
      items={[
        [
          t('subscriptions.customer'),
          <OrgLink key="customer" to={paths.customer(customer.external_id)} className="text-accent hover:underline">
            {customerName(customer)}
          </OrgLink>,
        ],
        [t('common.name'), subscription.name],
        [t('customer.info.external_id'), <Id key="external" text={externalId} />],
        [t('customer.info.lago_id'), <Id key="id" text={id} />],
        [
          subscription.started_at === null ? t('sub.info.starts') : t('customer.subscriptions.started'),
          day(subscription.started_at ?? subscription.subscription_at),
        ],
        [t('sub.info.trial_ended'), day(subscription.trial_ended_at)],
        [t('customer.subscriptions.ends'), subscription.terminated_at === null ? day(subscription.ending_at) : null],
        [t('sub.info.terminated'), day(subscription.terminated_at)],
        [t('sub.info.canceled'), day(subscription.canceled_at)],
        [
          t('sub.info.why'),
          subscription.cancellation_reason && tWord('cancellation_reason', subscription.cancellation_reason),
        ],
        [t('sub.info.zone'), zone],
      ]}
    />
  )
}

function Billing({ subscription }: SubscriptionProps) {
  const { current_billing_period_started_at: from, current_billing_period_ending_at: to, plan, customer } = subscription
  return (
    <Facts
      items={[
        [t('subscriptions.plan'), plan.name],
        [
          t('subscriptions.prices'),
          plan.parent_id === null ? t('subscriptions.plan_prices') : t('subscriptions.own_prices'),
        ],
        [t('subscriptions.frequency'), tWord('frequency_of', plan.interval)],
        [t('sub.info.billing_time'), tWord('billing_time', subscription.billing_time)],
        [
          t('customer.subscriptions.period'),
          from !== null && to !== null && subscription.status === 'active'
            ? formatPeriod(from, to, customer.applicable_timezone)
            : null,
        ],
        [t('sub.info.purchase_order'), subscription.purchase_order_number],
        [
          t('sub.info.invoices'),
          subscription.consolidate_invoice ? t('sub.info.consolidated') : t('sub.info.isolated'),
        ],
        [
          t('sub.info.on_end'),
          subscription.on_termination_invoice === 'skip' ? t('sub.end.no_invoice') : t('sub.end.invoice'),
        ],
        [
          t('sub.info.unused'),
          plan.pay_in_advance ? tWord('unused', subscription.on_termination_credit_note ?? 'credit') : null,
        ],
        [
          t('sub.info.activation'),
          subscription.activation_rules.length > 0
            ? subscription.activation_rules
                .map(({ status, timeout_hours: hours }) =>
                  [
                    t('sub.rule.payment'),
                    hours > 0 && t('sub.rule.hours', { count: hours }),
                    tWord('rule_status', status).toLowerCase(),
                  ]
                    .filter(Boolean)
                    .join(', '),
                )
                .join('; ')
            : null,
        ],
      ]}
    />
  )
}

/** All that ran under the external id: every change of the plan made a new one. */
function History({ chain, shown }: { readonly chain: readonly FullSubscription[]; readonly shown: FullSubscription }) {
  const zone = shown.customer.applicable_timezone
  const day = (at: string | null) => (at === null ? '–' : formatDay(at, zone))
  return (
    <Table
      label={t('sub.history.title')}
      rows={chain}
      rowKey={one => one.lago_id}
      columns={[
        {
          key: 'plan',
          head: t('subscriptions.plan'),
          cell: one =>
            one.lago_id === shown.lago_id ? (
              <span className="font-medium">{t('sub.history.this', { plan: one.plan.name })}</span>
            ) : (
              <RowLink to={paths.subscription(one.external_id)} search={selectionOf(one)}>
                {one.plan.name}
              </RowLink>
            ),
        },
        {
          key: 'status',
          head: t('common.status'),
          cell: one => <Status kind="subscription_status" value={one.status} />,
        },
        { key: 'start', head: t('subscriptions.start'), numeric: true, cell: one => day(one.started_at) },
        {
          key: 'end',
          head: t('subscriptions.end'),
          numeric: true,
          cell: one => day(one.terminated_at ?? one.canceled_at),
        },
      ]}
    />
  )
}

function Id({ text }: { readonly text: string }) {
  return (
    <span className="flex items-center gap-0.5">
      <InlineCode>{text}</InlineCode>
      <CopyButton text={text} label={t('common.copy_id')} />
    </span>
  )
}
