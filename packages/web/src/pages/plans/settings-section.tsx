import { useState } from 'react'
import { codeFromName } from '../../format/code.ts'
import { t, tWord } from '../../messages/index.ts'
import { CurrencySelect } from '../../pickers/currency-select.tsx'
import { TaxPicker } from '../../pickers/tax-picker.tsx'
import { AmountInput } from '../../ui/amount.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Checkbox, Field, Input, Select, TextArea } from '../../ui/field.tsx'
import { FieldRow, FormSection } from '../../ui/form.tsx'
import { INTERVALS, splitsMonths } from './plan-draft.ts'
import type { PartProps } from './plan-form.tsx'
import { NameInput } from './price-fields.tsx'
import { errorsAt } from './problems.ts'

/** What the plan is: its names, how often it bills, its currency and taxes. */
export function SettingsSection({ plan, patch, errors, lock, isNew }: PartProps & { readonly isNew: boolean }) {
  const [follows, setFollows] = useState(isNew && plan.code === '')
  const isLocked = lock !== undefined
  return (
    <FormSection title={t('plans.settings')}>
      <FieldRow>
        <Field label={t('common.name')} errors={errorsAt(errors, 'name')}>
          <Input
            autoFocus={isNew}
            value={plan.name}
            onChange={({ target: { value } }) => patch({ name: value, ...(follows && { code: codeFromName(value) }) })}
          />
        </Field>
        <Field label={t('common.code')} errors={errorsAt(errors, 'code')} hint={lock ?? t('form.code_hint')}>
          <Input
            className="font-mono"
            value={plan.code}
            disabled={isLocked}
            onChange={event => {
              setFollows(false)
              patch({ code: event.target.value })
            }}
          />
        </Field>
      </FieldRow>
      <Field label={t('form.description')} optional={t('common.optional')}>
        <TextArea rows={2} value={plan.description} onChange={event => patch({ description: event.target.value })} />
      </Field>
      <FieldRow>
        <Field label={t('plans.interval')} errors={errorsAt(errors, 'interval')} {...(isLocked && { hint: lock })}>
          <Select value={plan.interval} disabled={isLocked} onChange={event => patch({ interval: event.target.value })}>
            {INTERVALS.map(interval => (
              <option key={interval} value={interval}>
                {tWord('plans.interval', interval)}
              </option>
            ))}
          </Select>
        </Field>
        <Field
          label={t('plans.currency')}
          errors={errorsAt(errors, 'amount_currency')}
          {...(isLocked && { hint: lock })}
        >
          <CurrencySelect value={plan.currency} disabled={isLocked} onChange={currency => patch({ currency })} />
        </Field>
      </FieldRow>
      {splitsMonths(plan.interval) && (
        <div className="flex flex-col gap-2">
          <Checkbox
            label={t('plans.charges_monthly')}
            hint={lock ?? t('plans.charges_monthly_hint')}
            checked={plan.billChargesMonthly}
            disabled={isLocked}
            onChange={event => patch({ billChargesMonthly: event.target.checked })}
          />
          <Checkbox
            label={t('plans.fixed_monthly')}
            checked={plan.billFixedChargesMonthly}
            disabled={isLocked}
            onChange={event => patch({ billFixedChargesMonthly: event.target.checked })}
          />
        </div>
      )}
      <Field label={t('plans.taxes')} errors={errorsAt(errors, 'tax_codes')} hint={t('plans.taxes.plan_hint')}>
        <TaxPicker codes={plan.taxCodes} onChange={taxCodes => patch({ taxCodes })} />
      </Field>
    </FormSection>
  )
}

/** What is paid each period, whatever is used. */
export function FeeSection({ plan, patch, errors, lock }: PartProps) {
  return (
    <FormSection title={t('plans.fee')}>
      <FieldRow>
        <Field
          label={t('plans.amount_per', { interval: tWord('interval', plan.interval) })}
          errors={errorsAt(errors, 'amount_cents')}
        >
          <AmountInput
            value={plan.amount}
            unit={plan.currency}
            placeholder="0"
            onChange={amount => patch({ amount })}
          />
        </Field>
        <Field
          label={t('plans.trial')}
          optional={t('common.optional')}
          errors={errorsAt(errors, 'trial_period')}
          hint={lock ?? t('plans.trial_hint')}
        >
          <AmountInput
            value={plan.trial}
            unit={t('plans.days')}
            disabled={lock !== undefined}
            onChange={trial => patch({ trial })}
          />
        </Field>
      </FieldRow>
      <RadioGroup
        label={t('plans.paid')}
        value={plan.payInAdvance ? 'advance' : 'arrears'}
        disabled={lock !== undefined}
        errors={[...errorsAt(errors, 'pay_in_advance')]}
        inline
        {...(lock !== undefined && { hint: lock })}
        onChange={when => patch({ payInAdvance: when === 'advance' })}
        options={[
          { value: 'arrears', label: t('plans.paid.arrears') },
          { value: 'advance', label: t('plans.paid.advance') },
        ]}
      />
      <Field label={t('plans.invoice_name')} optional={t('common.optional')}>
        <NameInput value={plan.displayName} placeholder={plan.name} onChange={displayName => patch({ displayName })} />
      </Field>
    </FormSection>
  )
}
