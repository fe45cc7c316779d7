import { Pencil } from 'lucide-react'
import { useState } from 'react'
import type { Threshold } from '../../api/subscriptions.ts'
import type { Subscription } from '../../api/types.ts'
import { useMay } from '../../app/organization.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Load } from '../../ui/load.tsx'
import { Section } from '../../ui/page.tsx'
import { Badge } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { pathOf, type SubscriptionProps } from './reads.ts'
import { ThresholdForm } from './threshold-form.tsx'

type Answer = { subscription: Subscription & { applicable_usage_thresholds: readonly Threshold[] } }

/** The amounts of usage at which it is billed before the period ends: its own, or those of its plan. */
export function Thresholds({ subscription }: SubscriptionProps) {
  const mayWrite = useMay()('subscription', 'write') && ['active', 'pending'].includes(subscription.status)
  const [edits, setEdits] = useState(false)
  const shown = useGet<Answer>(pathOf(subscription), { status: subscription.status })
  const change = useAction(
    (api, changes: object) =>
      api.put(`${pathOf(subscription)}?status=${subscription.status}`, { subscription: changes }),
    { done: t('sub.thresholds.done') },
  )
  const { plan, progressive_billing_disabled: isOff } = subscription
  return (
    <Load query={shown}>
      {({ subscription: { applicable_usage_thresholds: applicable } }) => {
        const isOwn = !isOff && !sameThresholds(applicable, ofPlan(subscription))
        return (
          <Section
            title={
              <span className="flex items-center gap-2">
                {t('sub.thresholds.title')}
                {isOff ? (
                  <Badge tone="warn">{t('sub.thresholds.off')}</Badge>
                ) : (
                  applicable.length > 0 && (
                    <Badge tone={isOwn ? 'accent' : 'quiet'}>{isOwn ? t('sub.overridden') : t('sub.inherited')}</Badge>
                  )
                )}
              </span>
            }
            actions={
              mayWrite && (
                <span className="flex flex-wrap gap-2">
                  {isOwn && (
                    <Button busy={change.isPending} onClick={() => change.mutate({ usage_thresholds: [] })}>
                      {t('sub.thresholds.reset')}
                    </Button>
                  )}
                  <Button
                    busy={change.isPending}
                    onClick={() => change.mutate({ progressive_billing_disabled: !isOff })}
                  >
                    {isOff ? t('sub.thresholds.turn_on') : t('sub.thresholds.turn_off')}
                  </Button>
                  {!isOff && (
                    <Button icon={Pencil} onClick={() => setEdits(true)}>
                      {t('sub.thresholds.edit')}
                    </Button>
                  )}
                </span>
              )
            }
          >
            <p className="max-w-prose pb-4 text-soft">
              {isOff ? t('sub.thresholds.off_text') : t('sub.thresholds.text')}
            </p>
            {applicable.length === 0 && !isOff && <p className="text-soft">{t('sub.thresholds.none')}</p>}
            {applicable.length > 0 && <List rows={applicable} currency={plan.amount_currency} />}
            {edits && (
              <ThresholdForm subscription={subscription} thresholds={applicable} onClose={() => setEdits(false)} />
            )}
          </Section>
        )
      }}
    </Load>
  )
}

function List({ rows, currency }: { readonly rows: readonly Threshold[]; readonly currency: string }) {
  return (
    <Table
      label={t('sub.thresholds.title')}
      rows={rows.toSorted((a, b) => Number(a.recurring) - Number(b.recurring) || a.amount_cents - b.amount_cents)}
      rowKey={({ amount_cents: cents, recurring }) => `${cents} ${recurring}`}
      columns={[
        {
          key: 'amount',
          head: t('common.amount'),
          cell: ({ amount_cents: cents, recurring }) =>
            recurring
              ? t('sub.thresholds.every', { amount: formatMoney(cents, currency) })
              : formatMoney(cents, currency),
        },
        { key: 'name', head: t('common.name'), cell: ({ threshold_display_name: name }) => name || '–' },
      ]}
    />
  )
}

/** What would apply if it had none of its own. */
function ofPlan({ plan }: SubscriptionProps['subscription']): readonly Threshold[] {
  return plan.usage_thresholds.length > 0 ? plan.usage_thresholds : (plan.applicable_usage_thresholds ?? [])
}

function sameThresholds(left: readonly Threshold[], right: readonly Threshold[]): boolean {
  const text = (list: readonly Threshold[]) =>
    list
      .map(one => `${one.amount_cents} ${one.recurring} ${one.threshold_display_name ?? ''}`)
      .toSorted()
      .join('\n')
  return text(left) === text(right)
}
