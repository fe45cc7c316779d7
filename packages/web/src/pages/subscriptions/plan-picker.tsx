import type { FullPlan } from '../../api/plans.ts'
import { formatMoney } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { ListPicker } from '../../pickers/list-picker.tsx'

/** One of the plans that are sold, with what it costs. */
export function PlanPicker({
  chosen,
  onChange,
}: {
  readonly chosen: Pick<FullPlan, 'code' | 'name'> | undefined
  readonly onChange: (plan: FullPlan) => void
}) {
  return (
    <ListPicker<FullPlan>
      label={t('subscriptions.plan')}
      path="/plans"
      root="plans"
      option={plan => ({
        value: plan.code,
        label: plan.name,
        note: `${formatMoney(plan.amount_cents, plan.amount_currency)} ${t('sub.plan.per', { interval: tWord('interval', plan.interval) })}`,
      })}
      chosen={chosen && { value: chosen.code, label: chosen.name }}
      placeholder={t('sub.form.choose_plan')}
      onChange={onChange}
    />
  )
}
