import type { Customer, Event, Meta, Metric, Plan, Subscription } from '../../api/types.ts'
import { apiCall } from '../../app/api-call.ts'
import { useIsAdmin, useMay, useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { PageHeader } from '../../ui/page.tsx'
import { DemoOffer, DemoStory } from './demo-data.tsx'
import { useDemoLoad } from './demo-load.ts'
import { FirstSteps, type Step } from './first-steps.tsx'
import { Standing } from './standing.tsx'

const FIRST = { per_page: 1 }
const LOOK_AGAIN_MS = 3000

/** What a step makes is looked for until it is there: the calls are made in a terminal beside this page. */
function untilFound({ state: { data } }: { readonly state: { readonly data: unknown } }): number | false {
  const lists = Object.values((data ?? {}) as Record<string, unknown>).filter(Array.isArray)
  return lists.some(list => list.length > 0) ? false : LOOK_AGAIN_MS
}

/** Where one lands: the first steps while there are any, then how things stand. */
export default function Home() {
  const may = useMay()
  const organization = useOrganization()
  const isAdmin = useIsAdmin()
  const demo = useDemoLoad()
  const isBuilder = may('plan', 'write')
  const metrics = useGet<{ billable_metrics: Metric[] }>('/billable_metrics', FIRST, {
    enabled: isBuilder,
    refetchInterval: untilFound,
  })
  const plans = useGet<{ plans: Plan[] }>('/plans', FIRST, { enabled: isBuilder, refetchInterval: untilFound })
  const customers = useGet<{ customers: Customer[]; meta: Meta }>('/customers', FIRST, { refetchInterval: untilFound })
  const subscriptions = useGet<{ subscriptions: Subscription[] }>('/subscriptions', FIRST, {
    enabled: isBuilder,
    refetchInterval: untilFound,
  })
  const events = useGet<{ events: Event[] }>(
    '/events',
    { ...FIRST, with_total_count: false },
    { enabled: isBuilder, refetchInterval: untilFound },
  )
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
      form: paths.newMetric,
      call: apiCall('POST', '/billable_metrics', {
        billable_metric: { name: 'API calls', code: 'api_calls', aggregation_type: 'count_agg' },
      }),
    },
    {
      key: 'plan',
      done: plan !== undefined,
      form: paths.newPlan,
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
      form: paths.newCustomer,
      call: apiCall('POST', '/customers', {
        customer: { external_id: 'acme', name: 'Acme Inc.', currency: organization.currency },
      }),
    },
    {
      key: 'subscription',
      done: subscription !== undefined,
      form: paths.newSubscription,
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
  const isEmpty = isStarting && steps.every(step => !step.done)
  const isTelling = demo.load !== undefined && demo.load.summary === undefined
  return (
    <>
      <PageHeader title={organization.name} documentTitle={t('home.title')} />
      {demo.load !== undefined && <DemoStory load={demo.load} onDismiss={demo.dismiss} />}
      {demo.load === undefined && isEmpty && isAdmin && organization.sandbox && <DemoOffer onStart={demo.start} />}
      {!isTelling && isStarting && <FirstSteps steps={steps} />}
      {!isTelling && !isStarting && <Standing customers={customers.data?.meta.total_count} />}
    </>
  )
}
