import { useApi } from '../../app/organization.ts'
import { queryClient } from '../../app/queries.ts'
import { localDay, startOfDay } from '../../format/zoned.ts'
import { t, tWord } from '../../messages/index.ts'
import { RadioGroup } from '../../ui/choice.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Checkbox, Field, Input } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { toast } from '../../ui/toast.tsx'
import { useForm } from '../../ui/use-form.ts'
import { pathOf, type SubscriptionProps } from './reads.ts'

const UNUSED = ['credit', 'refund', 'offset', 'skip'] as const

/** Its name, when it ends and what happens then, and how its invoices are made. */
export function EditDialog({ subscription, onClose }: SubscriptionProps & { readonly onClose: () => void }) {
  const api = useApi()
  const { plan, customer, status } = subscription
  const zone = customer.applicable_timezone
  const day = (at: string | null) => (at === null ? '' : localDay(at, zone))
  const isMovable = status === 'pending' && subscription.previous_plan_code === null
  const form = useForm({
    start: {
      name: subscription.name ?? '',
      subscription_at: day(subscription.subscription_at),
      ending_at: day(subscription.ending_at),
      purchase_order_number: subscription.purchase_order_number ?? '',
      consolidate_invoice: subscription.consolidate_invoice,
      on_termination_invoice: subscription.on_termination_invoice === 'skip' ? 'skip' : 'generate',
      on_termination_credit_note: subscription.on_termination_credit_note ?? 'credit',
    },
    send: values => {
      // An instant that was not changed stays as exact as it is.
      const ends = values.ending_at !== day(subscription.ending_at)
      const starts = isMovable && values.subscription_at !== day(subscription.subscription_at)
      return api.put(`${pathOf(subscription)}?status=${status}`, {
        subscription: {
          name: values.name,
          purchase_order_number: values.purchase_order_number || null,
          consolidate_invoice: values.consolidate_invoice,
          on_termination_invoice: values.on_termination_invoice,
          ...(plan.pay_in_advance && { on_termination_credit_note: values.on_termination_credit_note }),
          ...(ends && { ending_at: values.ending_at === '' ? null : startOfDay(values.ending_at, zone) }),
          ...(starts && { subscription_at: startOfDay(values.subscription_at, zone) }),
        },
      })
    },
    onSent: () => {
      toast(t('sub.edit.done'))
      onClose()
      void queryClient.invalidateQueries({ queryKey: [api.organizationId] })
    },
  })
  const { values, set, errors } = form
  return (
    <Sheet open onOpenChange={onClose} title={t('sub.edit.title')}>
      <DialogForm form={form} submit={t('common.save')} onCancel={onClose}>
        <Field label={t('common.name')} errors={errors('name')}>
          <Input value={values.name} onChange={event => set('name', event.target.value)} />
        </Field>
        {isMovable && (
          <Field label={t('subscriptions.start')} hint={t('sub.edit.start_hint')} errors={errors('subscription_at')}>
            <Input
              type="date"
              value={values.subscription_at}
              onChange={event => set('subscription_at', event.target.value)}
            />
          </Field>
        )}
        <Field
          label={t('subscriptions.end')}
          optional={t('common.optional')}
          hint={t('sub.form.end_hint')}
          errors={errors('ending_at')}
        >
          <Input type="date" value={values.ending_at} onChange={event => set('ending_at', event.target.value)} />
        </Field>
        <Field
          label={t('sub.info.purchase_order')}
          optional={t('common.optional')}
          errors={errors('purchase_order_number')}
        >
          <Input
            value={values.purchase_order_number}
            onChange={event => set('purchase_order_number', event.target.value)}
          />
        </Field>
        <Checkbox
          label={t('sub.form.consolidate')}
          hint={t('sub.form.consolidate_hint')}
          checked={values.consolidate_invoice}
          onChange={event => set('consolidate_invoice', event.target.checked)}
        />
        <RadioGroup
          label={t('sub.info.on_end')}
          value={values.on_termination_invoice}
          onChange={value => set('on_termination_invoice', value)}
          options={[
            { value: 'generate', label: t('sub.end.invoice') },
            { value: 'skip', label: t('sub.end.no_invoice') },
          ]}
        />
        {plan.pay_in_advance && (
          <RadioGroup
            label={t('sub.info.unused')}
            value={values.on_termination_credit_note}
            onChange={value => set('on_termination_credit_note', value)}
            options={UNUSED.map(value => ({ value, label: tWord('unused', value) }))}
          />
        )}
      </DialogForm>
    </Sheet>
  )
}
