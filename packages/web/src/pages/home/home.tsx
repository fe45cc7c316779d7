import { CheckCircle2, Circle } from 'lucide-react'
import type { Customer, Event, Invoice, Meta, Metric, Plan, Subscription } from '../../api/types.ts'
import { apiCall } from '../../app/api-call.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { useMay, useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatCount } from '../../format/numbers.ts'
import { type MessageKey, t } from '../../messages/index.ts'
import { Code } from '../../ui/code.tsx'
import { Load } from '../../ui/load.tsx'
import { Figure, PageHeader, Section } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { InvoiceTable } from '../invoices/invoice-table.tsx'

const FIRST = { per_page: 1 }

/** Where one lands: the first steps while there are any, then how things stand. */
export default function Home() {
  const may = useMay()
  const organization = useOrganization()
  const isBuilder = may('plan', 'write')
  const metrics = useGet<{ billable_metrics: Metric[] }>('/billable_metrics', FIRST, { enabled: isBuilder })
  const plans = useGet<{ plans: Plan[] }>('/plans', FIRST, { enabled: isBuilder })
  const customers = useGet<{ customers: Customer[]; meta: Meta }>('/customers', FIRST)
  const subscriptions = useGet<{ subscriptions: Subscription[] }>('/subscriptions', FIRST, { enabled: isBuilder })
  const events = useGet<{ events: Event[] }>('/events', FIRST, { enabled: isBuilder })
  const [metric, plan, customer, subscription] = [
    metrics.data?.billable_metrics[0],
    plans.data?.plans[0],
    customers.data?.customers[0],
    subscriptions.data?.subscriptions[0],
  ]
  const metricCode = metric?.code ?? 'api_calls'
  const planCode = plan?.code ?? 'starter'
  const customerId = customer?.external_id ?? 'acme'
  const steps: readonly Step[] = [
    {
      key: 'metric',
      done: metric !== undefined,
      call: apiCall('POST', '/billable_metrics', {
        billable_metric: { name: 'API calls', code: 'api_calls', aggregation_type: 'count_agg' },
      }),
    },
    {
      key: 'plan',
      done: plan !== undefined,
      call: apiCall('POST', '/plans', {
        plan: {
          name: 'Starter',
          code: 'starter',
          interval: 'monthly',
          amount_cents: 2900,
          amount_currency: organization.currency,
          charges: [
            {
              billable_metric_id: metric?.lago_id ?? '<id of the metric>',
              charge_model: 'standard',
              properties: { amount: '0.002' },
            },
          ],
        },
      }),
    },
    {
      key: 'customer',
      done: customer !== undefined,
      call: apiCall('POST', '/customers', {
        customer: { external_id: 'acme', name: 'Acme Inc.', currency: organization.currency },
      }),
    },
    {
      key: 'subscription',
      done: subscription !== undefined,
      call: apiCall('POST', '/subscriptions', {
        subscription: { external_customer_id: customerId, plan_code: planCode, external_id: `${customerId}-1` },
      }),
    },
    {
      key: 'event',
      done: (events.data?.events.length ?? 0) > 0,
      call: apiCall('POST', '/events', {
        event: {
          transaction_id: 'call-0001',
          external_subscription_id: subscription?.external_id ?? `${customerId}-1`,
          code: metricCode,
        },
      }),
    },
  ]
  const isLoading =
    customers.isPending || (isBuilder && [metrics, plans, subscriptions, events].some(query => query.isPending))
  const isStarting = isBuilder && !isLoading && steps.some(step => !step.done)
  return (
    <>
      <PageHeader title={organization.name} documentTitle={t('home.title')} />
      {isStarting && <FirstSteps steps={steps} />}
      {!isStarting && <Standing customers={customers.data?.meta.total_count} />}
    </>
  )
}

interface Step {
  readonly key: 'metric' | 'plan' | 'customer' | 'subscription' | 'event'
  readonly done: boolean
  readonly call: string
}

/** Five calls from nothing to usage; the next one is open. */
function FirstSteps({ steps }: { readonly steps: readonly Step[] }) {
  const next = steps.find(step => !step.done)
  const [before = '', after = ''] = t('home.key', { page: '|' }).split('|')
  return (
    <Section title={t('home.start.title')}>
      <p className="max-w-prose text-soft">{t('home.start.text')}</p>
      <p className="max-w-prose pb-5 text-soft">
        {before}
        <OrgLink to={paths.apiKeys} className="text-accent hover:underline">
          {t('nav.api_keys')}
        </OrgLink>
        {after}
      </p>
      <ol className="max-w-3xl">
        {steps.map((step, index) => {
          const Icon = step.done ? CheckCircle2 : Circle
          return (
            <li key={step.key} className="border-t border-rule py-3">
              <details open={step.key === next?.key}>
                <summary className="flex cursor-pointer items-start gap-3">
                  <Icon
                    size={19}
                    strokeWidth={1.75}
                    aria-hidden
                    className={step.done ? 'mt-0.5 text-good' : 'mt-0.5 text-faint'}
                  />
                  <span>
                    <span className="font-medium">
                      {index + 1}. {t(`home.step.${step.key}` as 'home.step.metric')}
                    </span>
                    {step.done && <span className="ml-2 text-sm text-good">{t('home.step.done')}</span>}
                    <span className="block text-soft">
                      {t(`home.step.${step.key}_text` as MessageKey as 'home.step.metric_text')}
                    </span>
                  </span>
                </summary>
                <div className="pt-3 pl-8">
                  <Code label={t('common.api_call')}>{step.call}</Code>
                </div>
              </details>
            </li>
          )
        })}
      </ol>
    </Section>
  )
}

const RECENT = 8

/** How many customers there are, what is owed, and what was billed last. */
function Standing({ customers }: { readonly customers: number | undefined }) {
  const outstanding = useGet<{ invoices: Invoice[]; meta: Meta }>('/invoices', {
    status: ['finalized'],
    payment_status: ['pending', 'failed'],
    per_page: 1,
  })
  const overdue = useGet<{ invoices: Invoice[]; meta: Meta }>('/invoices', { payment_overdue: true, per_page: 1 })
  const recent = useGet<{ invoices: Invoice[] }>('/invoices', { per_page: RECENT })
  return (
    <>
      <div className="grid grid-cols-2 gap-x-8 gap-y-5 pb-8 lg:grid-cols-4">
        <Figure label={t('home.customers')}>
          {customers === undefined ? (
            <Skeleton className="h-7 w-16" />
          ) : (
            <OrgLink to={paths.customers}>{formatCount(customers)}</OrgLink>
          )}
        </Figure>
        <CountFigure label={t('home.outstanding')} view="outstanding" count={outstanding.data?.meta.total_count} />
        <CountFigure label={t('home.overdue')} view="overdue" count={overdue.data?.meta.total_count} />
      </div>
      <Section
        title={t('home.recent')}
        actions={
          <OrgLink to={paths.invoices} className="text-accent hover:underline">
            {t('common.view_all')}
          </OrgLink>
        }
      >
        <Load query={recent} lines={8}>
          {data =>
            data.invoices.length === 0 ? (
              <p className="text-soft">{t('invoices.empty.text')}</p>
            ) : (
              <InvoiceTable rows={data.invoices} />
            )
          }
        </Load>
      </Section>
    </>
  )
}

function CountFigure({
  label,
  view,
  count,
}: {
  readonly label: string
  readonly view: string
  readonly count: number | undefined
}) {
  return (
    <Figure label={label}>
      {count === undefined ? (
        <Skeleton className="h-7 w-24" />
      ) : (
        <OrgLink to={paths.invoices} search={{ view }} className="hover:text-accent">
          {t('home.invoices_count', { count })}
        </OrgLink>
      )}
    </Figure>
  )
}
