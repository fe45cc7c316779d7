import { useState } from 'react'
import { useMay } from '../../app/organization.ts'
import { queryClient, useAction, usePreview } from '../../app/queries.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Buttons, Sheet } from '../../ui/dialog.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { subscriptionName } from './columns.tsx'
import { PreviewPanel } from './preview.tsx'
import { type Previewed, pathOf, type SubscriptionProps } from './reads.ts'

const UNUSED = ['credit', 'refund', 'offset', 'skip'] as const

/** Ends a subscription now, after showing what that bills and gives back. */
export function TerminateDialog({ subscription, onClose }: SubscriptionProps & { readonly onClose: () => void }) {
  const { plan, customer, external_id: id } = subscription
  const mayPreview = useMay()('invoice', 'write')
  const [invoice, setInvoice] = useState(subscription.on_termination_invoice === 'skip' ? 'skip' : 'generate')
  const [unused, setUnused] = useState<string>(subscription.on_termination_credit_note ?? 'credit')
  const choices = {
    on_termination_invoice: invoice,
    ...(plan.pay_in_advance && { on_termination_credit_note: unused }),
  }
  const terminate = useAction(
    async api => {
      await api.delete(pathOf(subscription), choices)
      await queryClient.invalidateQueries({ queryKey: [api.organizationId], refetchType: 'none' })
    },
    // What is on the page is told first that it has ended: what a running one is asked is not asked again.
    { done: t('sub.end.done'), invalidates: ['subscriptions'], toastFailure: false },
  )
  const preview = usePreview<Previewed>(
    '/invoices/preview',
    { customer: { external_id: customer.external_id }, subscriptions: { external_ids: [id] }, termination: choices },
    { enabled: mayPreview && (terminate.isIdle || terminate.isError), keep: true },
  )
  return (
    <Sheet
      open
      onOpenChange={onClose}
      title={t('sub.end.title', { name: subscriptionName(subscription) })}
      description={t('sub.end.text', { customer: customer.name || customer.external_id, id })}
    >
      <RadioGroup
        label={t('sub.end.invoice_label')}
        value={invoice}
        onChange={setInvoice}
        options={[
          { value: 'generate', label: t('sub.end.invoice'), hint: t('sub.end.invoice_hint') },
          { value: 'skip', label: t('sub.end.no_invoice'), hint: t('sub.end.no_invoice_hint') },
        ]}
      />
      {plan.pay_in_advance && (
        <RadioGroup
          label={t('sub.end.unused_label')}
          value={unused}
          onChange={setUnused}
          options={UNUSED.map(value => ({
            value,
            label: tWord('unused', value),
            hint: tWord('unused_hint', value),
          }))}
        />
      )}
      {mayPreview && (
        <section aria-label={t('sub.end.preview')} className="border-t border-rule pt-4">
          <h3 className="pb-2 font-semibold">{t('sub.end.preview')}</h3>
          <PreviewPanel query={preview} zone={customer.applicable_timezone} />
        </section>
      )}
      {terminate.isError && (
        <p role="alert" className="text-bad">
          {reasonOf(terminate.error)}
        </p>
      )}
      <Buttons>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button
          kind="danger"
          busy={terminate.isPending}
          onClick={() => terminate.mutate(undefined, { onSuccess: onClose })}
        >
          {t('sub.end.action')}
        </Button>
      </Buttons>
    </Sheet>
  )
}
