import { Plus } from 'lucide-react'
import type { FullSubscription } from '../../api/subscriptions.ts'
import type { Plan } from '../../api/types.ts'
import { apiCall } from '../../app/api-call.ts'
import { useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Select } from '../../ui/field.tsx'
import { Chips, ListPage } from '../../ui/list.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { useRowActions } from './actions.tsx'
import { selectionOf, subscriptionColumns } from './columns.tsx'

const STATUSES: readonly string[] = ['active', 'pending', 'incomplete', 'terminated', 'canceled']
const MOST_PLANS = 100

export default function SubscriptionList() {
  const [state, setState] = useUrlState()
  const may = useMay()
  const href = useOrgHref()
  const navigate = useOrgNavigate()
  const [actions, dialogs] = useRowActions()
  const create = may('subscription', 'write') && (
    <Button kind="primary" icon={Plus} onClick={() => navigate(paths.newSubscription)}>
      {t('subscriptions.new')}
    </Button>
  )
  return (
    <>
      <PageHeader title={t('subscriptions.title')} actions={create} />
      <div className="pb-3">
        <Chips
          label={t('common.status')}
          name="status"
          options={[
            ['', t('common.all')],
            ...STATUSES.map(status => [status, tWord('subscription_status', status)] as const),
          ]}
        />
      </div>
      <ListPage
        label={t('subscriptions.title')}
        path="/subscriptions"
        root="subscriptions"
        columns={[...subscriptionColumns(), ...actions]}
        rowKey={subscription => subscription.lago_id}
        href={(subscription: FullSubscription) =>
          href(paths.subscription(subscription.external_id), selectionOf(subscription))
        }
        searchLabel={t('subscriptions.search')}
        filterKeys={['status', 'plan', 'prices', 'currency']}
        filters={{
          status: state.status === undefined ? STATUSES : [state.status],
          plan_code: state.plan,
          overridden: state.prices === undefined ? undefined : state.prices === 'own',
          include: ['plan', 'customer'],
        }}
        controls={
          <>
            {may('plan', 'read') && (
              <PlanFilter chosen={state.plan} onChange={plan => setState({ plan, page: undefined })} />
            )}
            <Select
              aria-label={t('subscriptions.prices')}
              className="w-auto!"
              value={state.prices ?? ''}
              onChange={event => setState({ prices: event.target.value, page: undefined })}
            >
              <option value="">{t('subscriptions.any_prices')}</option>
              <option value="plan">{t('subscriptions.plan_prices')}</option>
              <option value="own">{t('subscriptions.own_prices')}</option>
            </Select>
          </>
        }
        empty={
          <Empty
            title={t('customer.subscriptions.empty')}
            text={t('customer.subscriptions.empty_text')}
            action={create}
            call={apiCall('POST', '/subscriptions', {
              subscription: { external_customer_id: 'acme', plan_code: 'starter', external_id: 'acme-1' },
            })}
          />
        }
      />
      {dialogs}
    </>
  )
}

function PlanFilter({
  chosen,
  onChange,
}: {
  readonly chosen: string | undefined
  readonly onChange: (code: string) => void
}) {
  const plans = useGet<{ plans: Plan[] }>('/plans', { per_page: MOST_PLANS })
  return (
    <Select
      aria-label={t('subscriptions.plan')}
      className="w-auto! max-w-56"
      value={chosen ?? ''}
      onChange={event => onChange(event.target.value)}
    >
      <option value="">{t('subscriptions.any_plan')}</option>
      {(plans.data?.plans ?? []).map(({ code, name }) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </Select>
  )
}
