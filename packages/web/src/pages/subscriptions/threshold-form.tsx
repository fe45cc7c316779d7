import type { Threshold } from '../../api/subscriptions.ts'
import { useApi } from '../../app/organization.ts'
import { queryClient } from '../../app/queries.ts'
import { currencyDecimals, formatMoney, parseMoney, shift } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Checkbox, Field, Input } from '../../ui/field.tsx'
import { DialogForm, FieldRow } from '../../ui/form.tsx'
import { RowList } from '../../ui/row-list.tsx'
import { toast } from '../../ui/toast.tsx'
import { useForm } from '../../ui/use-form.ts'
import { FieldErrors } from './field-errors.tsx'
import { pathOf, type SubscriptionProps } from './reads.ts'

interface Row {
  readonly amount: string
  readonly name: string
  readonly recurring: boolean
}

/** Thresholds of its own, in the place of those of its plan. */
export function ThresholdForm({
  subscription,
  thresholds,
  onClose,
}: SubscriptionProps & { readonly thresholds: readonly Threshold[]; readonly onClose: () => void }) {
  const api = useApi()
  const currency = subscription.plan.amount_currency
  const form = useForm({
    start: {
      usage_thresholds: thresholds.map(
        (one): Row => ({
          amount: shift(one.amount_cents, currencyDecimals(currency)),
          name: one.threshold_display_name ?? '',
          recurring: one.recurring,
        }),
      ),
    },
    check: ({ usage_thresholds: rows }) =>
      rows.some(row => (parseMoney(row.amount, currency) ?? 0) <= 0) ? { usage_thresholds: ['not_an_amount'] } : {},
    send: ({ usage_thresholds: rows }) =>
      api.put(`${pathOf(subscription)}?status=${subscription.status}`, {
        subscription: {
          usage_thresholds: rows.map(row => ({
            amount_cents: parseMoney(row.amount, currency),
            threshold_display_name: row.name || null,
            recurring: row.recurring,
          })),
        },
      }),
    onSent: () => {
      toast(t('sub.thresholds.done'))
      onClose()
      void queryClient.invalidateQueries({ queryKey: [api.organizationId] })
    },
  })
  const { values, set, errors } = form
  return (
    <Sheet open onOpenChange={onClose} title={t('sub.thresholds.edit')} description={t('sub.thresholds.edit_text')}>
      <DialogForm form={form} submit={t('common.save')} onCancel={onClose}>
        <RowList
          rows={values.usage_thresholds}
          onChange={rows => set('usage_thresholds', rows as Row[])}
          fresh={(): Row => ({ amount: '', name: '', recurring: false })}
          add={t('sub.thresholds.add')}
          nameOf={row => t('form.take_out', { name: amountText(row, currency) })}
          render={(row, change) => (
            <div className="flex flex-col gap-2 pb-2">
              <FieldRow>
                <Field label={t('common.amount')}>
                  <AmountInput value={row.amount} unit={currency} onChange={amount => change({ amount })} />
                </Field>
                <Field label={t('common.name')} optional={t('common.optional')}>
                  <Input value={row.name} onChange={event => change({ name: event.target.value })} />
                </Field>
              </FieldRow>
              <Checkbox
                label={t('sub.thresholds.recurring')}
                checked={row.recurring}
                onChange={event => change({ recurring: event.target.checked })}
              />
            </div>
          )}
        />
        <FieldErrors codes={errors('usage_thresholds')} />
      </DialogForm>
    </Sheet>
  )
}

function amountText({ amount }: Row, currency: string): string {
  const cents = parseMoney(amount, currency)
  return cents === undefined ? t('common.amount') : formatMoney(cents, currency)
}
