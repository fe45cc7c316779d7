import type { Plan, Subscription } from '../../api/types.ts'
import { useGet } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { Badge } from '../../ui/status.tsx'

/** The plan of a row: its name, its price, and whether the subscription has prices of its own. */
export function PlanOfSubscription({ subscription }: { readonly subscription: Subscription }) {
  const { external_id: id, status, plan_code: code } = subscription
  const found = useGet<{ subscription: { readonly plan?: Plan & { readonly parent_id: string | null } } }>(
    `/subscriptions/${encodeURIComponent(id)}`,
    { status },
  )
  const plan = found.data?.subscription.plan
  if (plan === undefined) return <span>{code}</span>
  return (
    <>
      {plan.name}
      <span className="block text-sm text-faint">
        {t('customer.subscriptions.per', {
          amount: formatMoney(plan.amount_cents, plan.amount_currency),
          interval: tWord('interval', plan.interval),
        })}
      </span>
      {plan.parent_id !== null && <Badge tone="accent">{t('customer.subscriptions.own_prices')}</Badge>}
    </>
  )
}
