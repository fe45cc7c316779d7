import type { FullPlan } from '../../api/plans.ts'
import { formatMoney } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { ListPicker } from '../../pickers/list-picker.tsx'

/** One of the plans that are sold, with what it costs. */
export function PlanPicker({
  chosen,
  without,
  onChange,
}: {
  readonly chosen: Pick<FullPlan, 'code' | 'name'> | undefined
  /** The id of one that is not offered. */
  readonly without?: string
  readonly onChange: (plan: FullPlan) => void
}) {
  return (
    <ListPicker<FullPlan>
      label={t('subscriptions.plan')}
      path="/plans"
      root="plans"
      {...(without !== undefined && { offered: plan => plan.lago_id !== without })}
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
