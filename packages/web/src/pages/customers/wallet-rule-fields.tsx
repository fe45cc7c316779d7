import { t, tWord } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Checkbox, Field, Input, Select } from '../../ui/field.tsx'
import { FieldRow } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import type { Form } from '../../ui/use-form.ts'
import { RULE_INTERVALS, type WalletValues } from './wallet-values.ts'

/** Whether and how a wallet fills itself again. */
export function RuleFields({ form }: { readonly form: Form<WalletValues> }) {
  const { values, set, errors } = form
  const wrong = errors('has_rule')
  const credits = (
    field: 'threshold_credits' | 'target_ongoing_balance' | 'rule_paid' | 'rule_granted',
    label: string,
    hint?: string,
  ) => (
    <Field label={label} hint={hint} errors={errors(field)}>
      <AmountInput value={values[field]} unit={t('unit.credits')} onChange={text => set(field, text)} />
    </Field>
  )
  return (
    <>
      <Checkbox
        label={t('wallet_form.rule_on')}
        checked={values.has_rule}
        onChange={event => set('has_rule', event.target.checked)}
      />
      {wrong.length > 0 && <Notice tone="warn">{wrong.map(code => tWord('code', code)).join('. ')}</Notice>}
      {values.has_rule && (
        <>
          <RadioGroup
            label={t('wallet_form.trigger')}
            value={values.trigger}
            inline
            options={[
              { value: 'interval', label: t('wallet_form.trigger.interval') },
              { value: 'threshold', label: t('wallet_form.trigger.threshold') },
            ]}
            onChange={trigger => set('trigger', trigger)}
          />
          <FieldRow>
            {values.trigger === 'interval' ? (
              <Field label={t('wallet_form.interval')} errors={errors('interval')}>
                <Select value={values.interval} onChange={event => set('interval', event.target.value)}>
                  {RULE_INTERVALS.map(interval => (
                    <option key={interval} value={interval}>
                      {tWord('interval', interval)}
                    </option>
                  ))}
                </Select>
              </Field>
            ) : (
              credits('threshold_credits', t('wallet_form.threshold'), t('wallet_form.threshold_hint'))
            )}
            <Field label={t('wallet_form.rule_expires')} hint={t('wallet_form.expires_hint')}>
              <Input
                type="date"
                value={values.rule_expiration_at}
                onChange={event => set('rule_expiration_at', event.target.value)}
              />
            </Field>
          </FieldRow>
          <RadioGroup
            label={t('wallet_form.method')}
            value={values.method}
            inline
            options={[
              { value: 'fixed', label: t('wallet_form.method.fixed') },
              { value: 'target', label: t('wallet_form.method.target') },
            ]}
            onChange={method => set('method', method)}
          />
          {values.method === 'fixed' ? (
            <FieldRow>
              {credits('rule_paid', t('wallet_form.paid'))}
              {credits('rule_granted', t('wallet_form.granted'))}
            </FieldRow>
          ) : (
            <>
              <FieldRow>{credits('target_ongoing_balance', t('wallet_form.target'))}</FieldRow>
              <Checkbox
                label={t('wallet_form.grants_target')}
                checked={values.grants_target_top_up}
                onChange={event => set('grants_target_top_up', event.target.checked)}
              />
            </>
          )}
        </>
      )}
    </>
  )
}
