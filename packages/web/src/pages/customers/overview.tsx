import { Plus } from 'lucide-react'
import type { FullSubscription } from '../../api/subscriptions.ts'
import type { Invoice, Subscription } from '../../api/types.ts'
import { apiCall } from '../../app/api-call.ts'
import { OrgLink, useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay, useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatDate, formatPeriod } from '../../format/dates.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Load } from '../../ui/load.tsx'
import { Figure, Section } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { InvoiceTable } from '../invoices/invoice-table.tsx'
import { useRowActions } from '../subscriptions/actions.tsx'
import { selectionOf, subscriptionColumns } from '../subscriptions/columns.tsx'
import { NextInvoice } from './next-invoice.tsx'
import {
  type CustomerProps,
  useCurrentUsage,
  useNextInvoice,
  useSubscriptions,
  useUnpaid,
  useWallets,
} from './reads.ts'

const RECENT = 5

/** What a person wants to know first: what is owed, what is running, what comes next. */
export function Overview({ customer }: CustomerProps) {
  const may = useMay()
  const navigate = useOrgNavigate()
  const subscriptions = useSubscriptions(customer)
  const active = subscriptions.data?.subscriptions.filter(({ status }) => status === 'active') ?? []
  const recent = useGet<{ invoices: Invoice[] }>('/invoices', {
    external_customer_id: customer.external_id,
    per_page: RECENT,
  })
  return (
    <>
      <Figures customer={customer} main={active[0]} />
      <Section
        title={t('customer.subscriptions.title')}
        actions={
          may('subscription', 'write') && (
            <Button icon={Plus} onClick={() => navigate(paths.newSubscription, { customer: customer.external_id })}>
              {t('subscriptions.new')}
            </Button>
          )
        }
      >
        <Load query={subscriptions}>{data => <Subscriptions rows={data.subscriptions} {...{ customer }} />}</Load>
      </Section>
      {active.length > 0 && <NextInvoice customer={customer} active={active} />}
      <Section
        title={t('customer.recent_invoices')}
        actions={
          <OrgLink
            to={paths.customer(customer.external_id)}
            search={{ tab: 'invoices' }}
            className="text-accent hover:underline"
          >
            {t('common.view_all')}
          </OrgLink>
        }
      >
        <Load query={recent}>
          {data =>
            data.invoices.length === 0 ? (
              <p className="text-soft">{t('customer.invoices.empty_text')}</p>
            ) : (
              <InvoiceTable rows={data.invoices} ofCustomer />
            )
          }
        </Load>
      </Section>
    </>
  )
}

function Figures({ customer, main }: CustomerProps & { readonly main: Subscription | undefined }) {
  const { currency: fallback } = useOrganization()
  const unpaid = useUnpaid(customer)
  const wallets = useWallets(customer)
  const usage = useCurrentUsage(customer, main)
  const next = useNextInvoice(customer, main)
  const currency = customer.currency ?? fallback
  const rows = unpaid.data?.invoices.filter(invoice => invoice.currency === currency) ?? []
  const due = rows.reduce((sum, invoice) => sum + invoice.total_due_amount_cents, 0)
  const overdue = rows
    .filter(invoice => invoice.payment_overdue)
    .reduce((sum, invoice) => sum + invoice.total_due_amount_cents, 0)
  const held = wallets.data?.wallets.filter(({ status }) => status === 'active') ?? []
  const prepaid = held
    .filter(wallet => wallet.currency === currency)
    .reduce((sum, wallet) => sum + wallet.balance_cents, 0)
  return (
    <div className="grid grid-cols-2 gap-x-8 gap-y-5 pb-8 lg:grid-cols-4">
      <Figure
        label={t('customer.balance')}
        note={
          overdue > 0 ? (
            <span className="text-bad">{`${formatMoney(overdue, currency)} ${t('customer.overdue').toLowerCase()}`}</span>
          ) : (
            t('customer.overdue_none')
          )
        }
      >
        {unpaid.isPending ? <Skeleton className="h-7 w-24" /> : formatMoney(due, currency)}
      </Figure>
      {main !== undefined && (
        <>
          <Figure
            label={t('customer.usage_so_far')}
            note={
              usage.data &&
              formatPeriod(
                usage.data.customer_usage.from_datetime,
                usage.data.customer_usage.to_datetime,
                customer.applicable_timezone,
              )
            }
          >
            {usage.data === undefined ? (
              <Pending failed={usage.isError} />
            ) : (
              formatMoney(usage.data.customer_usage.amount_cents, usage.data.customer_usage.currency)
            )}
          </Figure>
          <Figure
            label={t('customer.next_invoice')}
            note={next.data && t('customer.next_invoice.on', { date: formatDate(next.data.invoice.issuing_date) })}
          >
            {next.data === undefined ? (
              <Pending failed={next.isError} />
            ) : (
              formatMoney(next.data.invoice.total_amount_cents, next.data.invoice.currency)
            )}
          </Figure>
        </>
      )}
      {held.length > 0 && <Figure label={t('customer.credit')}>{formatMoney(prepaid, currency)}</Figure>}
    </div>
  )
}

function Pending({ failed }: { readonly failed: boolean }) {
  return failed ? <span className="text-faint">–</span> : <Skeleton className="h-7 w-24" />
}

function Subscriptions({ rows, customer }: CustomerProps & { readonly rows: readonly FullSubscription[] }) {
  const href = useOrgHref()
  const [actions, dialogs] = useRowActions()
  if (rows.length === 0) {
    return (
      <Empty
        title={t('customer.subscriptions.empty')}
        text={t('customer.subscriptions.empty_text')}
        call={apiCall('POST', '/subscriptions', {
          subscription: {
            external_customer_id: customer.external_id,
            plan_code: 'starter',
            external_id: `${customer.external_id}-1`,
          },
        })}
      />
    )
  }
  return (
    <>
      <Table
        label={t('customer.subscriptions.title')}
        rows={rows}
        rowKey={subscription => subscription.lago_id}
        href={subscription => href(paths.subscription(subscription.external_id), selectionOf(subscription))}
        columns={[...subscriptionColumns(true), ...actions]}
      />
      {dialogs}
    </>
  )
}
