import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { FullPlan, PlanCharge, PlanFixedCharge } from '../../api/plans.ts'
import { t, tWord } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FieldRow, FormSection } from '../../ui/form.tsx'
import { Badge } from '../../ui/status.tsx'
import type { FieldErrors } from '../../ui/use-form.ts'
import { chargeBody, chargeDraft, fixedChargeDraft } from '../plans/charge-draft.ts'
import { isOverridden, type OverrideDraft, overrideDraft } from './override-draft.ts'
import { ChargeSheet, FixedChargeSheet } from './override-sheets.tsx'
import { priceLines } from './price-text.ts'
import { filterName } from './prices.tsx'

/** Any price of the plan, for this subscription only. It is closed until somebody wants it. */
export function Overrides({
  plan,
  draft,
  onChange,
  errors,
}: {
  readonly plan: FullPlan
  readonly draft: OverrideDraft
  readonly onChange: (draft: OverrideDraft) => void
  readonly errors: FieldErrors
}) {
  const changed = isOverridden(plan, draft)
  const [open, setOpen] = useState(changed)
  const currency = plan.amount_currency
  const patch = (changes: Partial<OverrideDraft>) => onChange({ ...draft, ...changes })
  if (!open) {
    return (
      <FormSection title={t('sub.override.title')} text={t('sub.override.closed', { plan: plan.name })}>
        <span>
          <Button icon={ChevronRight} onClick={() => setOpen(true)}>
            {t('sub.override.open')}
          </Button>
        </span>
      </FormSection>
    )
  }
  return (
    <FormSection title={t('sub.override.title')} text={t('sub.override.text', { plan: plan.name })}>
      <FieldRow>
        <Field label={t('sub.plan.fee')} errors={errors.amount ?? []} hint={tWord('frequency_of', plan.interval)}>
          <AmountInput value={draft.amount} unit={currency} onChange={amount => patch({ amount })} />
        </Field>
        <Field label={t('sub.plan.display_name')} optional={t('common.optional')}>
          <Input
            value={draft.displayName}
            placeholder={plan.name}
            onChange={event => patch({ displayName: event.target.value })}
          />
        </Field>
        <Field label={t('sub.plan.trial')} optional={t('common.optional')} errors={errors.trial ?? []}>
          <AmountInput value={draft.trial} unit={t('sub.override.days')} onChange={trial => patch({ trial })} />
        </Field>
        <Field label={t('sub.plan.minimum')} optional={t('common.optional')} errors={errors.minimum ?? []}>
          <AmountInput value={draft.minimum} unit={currency} onChange={minimum => patch({ minimum })} />
        </Field>
      </FieldRow>
      <ul aria-label={t('sub.override.charges')}>
        {(plan.fixed_charges ?? []).map(charge => (
          <FixedChargeRow key={charge.lago_id} charge={charge} {...{ currency, draft, patch }} />
        ))}
        {plan.charges.map(charge => (
          <ChargeRow key={charge.lago_id} charge={charge} {...{ currency, draft, patch }} />
        ))}
      </ul>
      {changed && (
        <span>
          <Button kind="quiet" className="-ml-3" onClick={() => onChange(overrideDraft(plan))}>
            {t('sub.override.reset')}
          </Button>
        </span>
      )}
    </FormSection>
  )
}

interface RowProps {
  readonly currency: string
  readonly draft: OverrideDraft
  readonly patch: (changes: Partial<OverrideDraft>) => void
}

function ChargeRow({ charge, currency, draft, patch }: RowProps & { readonly charge: PlanCharge }) {
  const [edits, setEdits] = useState(false)
  const own = draft.charges[charge.lago_id]
  const start = own ?? chargeDraft(charge, currency, undefined)
  const shown = own === undefined ? charge : { ...charge, ...chargeBody(own, currency) }
  const name = own?.displayName || charge.invoice_display_name || charge.billable_metric_code
  const { [charge.lago_id]: _, ...others } = draft.charges
  return (
    <Row
      name={name}
      changed={own !== undefined}
      onEdit={() => setEdits(true)}
      lines={[
        ...priceLines(charge.charge_model, shown.properties, currency),
        ...shown.filters.flatMap(filter =>
          priceLines(charge.charge_model, filter.properties, currency).map(line => `${filterName(filter)} · ${line}`),
        ),
      ]}
    >
      {edits && (
        <ChargeSheet
          name={name}
          currency={currency}
          start={start}
          onClose={() => setEdits(false)}
          onDone={changed => patch({ charges: { ...others, [charge.lago_id]: changed } })}
          onReset={own && (() => patch({ charges: others }))}
        />
      )}
    </Row>
  )
}

function FixedChargeRow({ charge, currency, draft, patch }: RowProps & { readonly charge: PlanFixedCharge }) {
  const [edits, setEdits] = useState(false)
  const own = draft.fixed[charge.lago_id]
  const start = own ?? fixedChargeDraft(charge, undefined)
  const name = start.displayName || charge.add_on_code
  const { [charge.lago_id]: _, ...others } = draft.fixed
  return (
    <Row
      name={name}
      changed={own !== undefined}
      onEdit={() => setEdits(true)}
      lines={[t('sub.plan.units', { units: start.units })]}
    >
      {edits && (
        <FixedChargeSheet
          name={name}
          currency={currency}
          start={start}
          onClose={() => setEdits(false)}
          onDone={changed => patch({ fixed: { ...others, [charge.lago_id]: changed } })}
          onReset={own && (() => patch({ fixed: others }))}
        />
      )}
    </Row>
  )
}

function Row({
  name,
  changed,
  lines,
  onEdit,
  children,
}: {
  readonly name: string
  readonly changed: boolean
  readonly lines: readonly string[]
  readonly onEdit: () => void
  readonly children: React.ReactNode
}) {
  return (
    <li className="flex items-start justify-between gap-4 border-t border-rule py-2">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {name}
          {changed && <Badge tone="accent">{t('sub.overridden')}</Badge>}
        </p>
        {lines.map(line => (
          <p key={line} className="text-sm text-soft tabular">
            {line}
          </p>
        ))}
      </div>
      <Button aria-label={t('sub.override.change_named', { name })} onClick={onEdit}>
        {t('sub.override.change')}
      </Button>
      {children}
    </li>
  )
}
