import { useState } from 'react'
import type { PricedPlan } from '../../api/subscriptions.ts'
import { currencyDecimals, parseMoney, shift } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Button } from '../../ui/button.tsx'
import { Buttons, Sheet } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { type OverrideDraft, overrideProblems } from './override-draft.ts'

type FeeDraft = Pick<OverrideDraft, 'amount' | 'displayName' | 'trial' | 'minimum'>

/** The base fee of a subscription and what goes with it. `onDone` gets what was typed, and that as the API takes it. */
export function FeeSheet({
  plan,
  onClose,
  onDone,
}: {
  readonly plan: PricedPlan
  readonly onClose: () => void
  readonly onDone: (draft: FeeDraft, body: object) => void
}) {
  const { amount_currency: currency, minimum_commitment: commitment } = plan
  const decimals = currencyDecimals(currency)
  const [draft, setDraft] = useState<FeeDraft>({
    amount: shift(plan.amount_cents, decimals),
    displayName: plan.invoice_display_name ?? '',
    trial: plan.trial_period ? String(plan.trial_period) : '',
    minimum: commitment === undefined ? '' : shift(commitment.amount_cents, decimals),
  })
  const faults = overrideProblems(plan, draft)
  const patch = (changes: Partial<FeeDraft>) => setDraft({ ...draft, ...changes })
  const minimum = parseMoney(draft.minimum, currency) ?? 0
  const done = () => {
    onDone(draft, {
      amount_cents: parseMoney(draft.amount, currency),
      invoice_display_name: draft.displayName.trim() || null,
      trial_period: draft.trial.trim() === '' ? 0 : Number(draft.trial),
      ...((minimum > 0 || commitment !== undefined) && {
        minimum_commitment:
          minimum > 0 ? { amount_cents: minimum, invoice_display_name: commitment?.invoice_display_name ?? null } : {},
      }),
    })
    onClose()
  }
  return (
    <Sheet open onOpenChange={onClose} title={t('sub.override.fee')} description={t('sub.override.fee_text')}>
      <Field label={t('sub.plan.fee')} errors={faults.amount ?? []} hint={tWord('frequency_of', plan.interval)}>
        <AmountInput value={draft.amount} unit={currency} onChange={amount => patch({ amount })} />
      </Field>
      <Field label={t('sub.plan.display_name')} optional={t('common.optional')}>
        <Input
          value={draft.displayName}
          placeholder={plan.name}
          onChange={event => patch({ displayName: event.target.value })}
        />
      </Field>
      <Field label={t('sub.plan.trial')} optional={t('common.optional')} errors={faults.trial ?? []}>
        <AmountInput value={draft.trial} unit={t('sub.override.days')} onChange={trial => patch({ trial })} />
      </Field>
      <Field label={t('sub.plan.minimum')} optional={t('common.optional')} errors={faults.minimum ?? []}>
        <AmountInput value={draft.minimum} unit={currency} onChange={value => patch({ minimum: value })} />
      </Field>
      <Buttons>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button kind="primary" disabled={Object.keys(faults).length > 0} onClick={done}>
          {t('common.save')}
        </Button>
      </Buttons>
    </Sheet>
  )
}
