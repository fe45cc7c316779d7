import { X } from 'lucide-react'
import type { Feature, Privilege } from '../../api/plans.ts'
import { t } from '../../messages/index.ts'
import { ListPicker } from '../../pickers/list-picker.tsx'
import { TaxPicker } from '../../pickers/tax-picker.tsx'
import { AmountInput } from '../../ui/amount.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { FieldRow, FormSection } from '../../ui/form.tsx'
import { RowList } from '../../ui/row-list.tsx'
import type { EntitlementDraft } from './plan-draft.ts'
import type { PartProps } from './plan-form.tsx'
import { newKey } from './price-draft.ts'
import { NameInput } from './price-fields.tsx'
import { errorsAt } from './problems.ts'

/** Minimum commitment, progressive billing, entitlements and metadata. */
export function AdvancedSection(props: PartProps) {
  return (
    <>
      <Commitment {...props} />
      <Thresholds {...props} />
      <Entitlements {...props} />
      <FormSection title={t('plans.metadata')}>
        <RowList
          rows={props.plan.metadata}
          onChange={metadata => props.patch({ metadata })}
          fresh={() => ({ key: newKey(), name: '', value: '' })}
          add={t('plans.metadata.add')}
          nameOf={row => t('form.take_out', { name: row.name })}
          render={(row, change, index) => (
            <div className="grid gap-2 sm:grid-cols-2">
              <Input
                aria-label={t('plans.metadata.key', { number: index + 1 })}
                placeholder={t('plans.metadata.key_word')}
                value={row.name}
                onChange={event => change({ name: event.target.value })}
              />
              <Input
                aria-label={t('plans.metadata.value', { number: index + 1 })}
                placeholder={t('plans.metadata.value_word')}
                value={row.value}
                onChange={event => change({ value: event.target.value })}
              />
            </div>
          )}
        />
      </FormSection>
    </>
  )
}

function Commitment({ plan, patch, errors }: PartProps) {
  const { commitment } = plan
  const change = (changes: Partial<typeof commitment>) => patch({ commitment: { ...commitment, ...changes } })
  return (
    <FormSection title={t('plans.commitment')} text={t('plans.commitment.text')}>
      <FieldRow>
        <Field
          label={t('plans.commitment.amount')}
          optional={t('common.optional')}
          errors={errorsAt(errors, 'minimum_commitment.amount_cents')}
        >
          <AmountInput value={commitment.amount} unit={plan.currency} onChange={amount => change({ amount })} />
        </Field>
        {commitment.amount.trim() !== '' && (
          <Field label={t('plans.invoice_name')} optional={t('common.optional')}>
            <NameInput
              value={commitment.displayName}
              placeholder={t('plans.commitment')}
              onChange={displayName => change({ displayName })}
            />
          </Field>
        )}
      </FieldRow>
      {commitment.amount.trim() !== '' && (
        <Field label={t('plans.taxes')} hint={t('plans.taxes.charge_hint')}>
          <TaxPicker codes={commitment.taxCodes} onChange={taxCodes => change({ taxCodes })} />
        </Field>
      )}
    </FormSection>
  )
}

function Thresholds({ plan, patch, errors }: PartProps) {
  const { recurringThreshold: recurring } = plan
  return (
    <FormSection title={t('plans.thresholds')} text={t('plans.thresholds.text')}>
      <RowList
        rows={plan.thresholds}
        onChange={thresholds => patch({ thresholds })}
        fresh={() => ({ key: newKey(), amount: '', name: '' })}
        add={t('plans.thresholds.add')}
        nameOf={(_, index) => t('plans.thresholds.remove', { number: index + 1 })}
        render={(row, change, index) => (
          <FieldRow>
            <Field
              label={t('plans.threshold', { number: index + 1 })}
              errors={errorsAt(errors, `usage_thresholds.${row.key}`)}
            >
              <AmountInput value={row.amount} unit={plan.currency} onChange={amount => change({ amount })} />
            </Field>
            <Field label={t('plans.invoice_name')} optional={t('common.optional')}>
              <NameInput value={row.name} onChange={name => change({ name })} />
            </Field>
          </FieldRow>
        )}
      />
      <FieldRow>
        <Field
          label={t('plans.threshold.recurring')}
          optional={t('common.optional')}
          hint={t('plans.threshold.recurring_hint')}
          errors={errorsAt(errors, 'usage_thresholds.recurring')}
        >
          <AmountInput
            value={recurring.amount}
            unit={plan.currency}
            onChange={amount => patch({ recurringThreshold: { ...recurring, amount } })}
          />
        </Field>
        {recurring.amount.trim() !== '' && (
          <Field label={t('plans.invoice_name')} optional={t('common.optional')}>
            <NameInput
              value={recurring.name}
              onChange={name => patch({ recurringThreshold: { ...recurring, name } })}
            />
          </Field>
        )}
      </FieldRow>
    </FormSection>
  )
}

function Entitlements({ plan, patch, errors }: PartProps) {
  const { entitlements } = plan
  const write = (next: readonly EntitlementDraft[]) => patch({ entitlements: next })
  return (
    <FormSection title={t('plans.entitlements')} text={t('plans.entitlements.text')}>
      {entitlements.map(entitlement => (
        <fieldset key={entitlement.code} className="flex flex-col gap-3 border-l-2 border-rule pl-4">
          <legend className="sr-only">{entitlement.name}</legend>
          <div className="flex items-center justify-between">
            <span className="font-medium">{entitlement.name}</span>
            <IconButton
              label={t('form.take_out', { name: entitlement.name })}
              icon={X}
              onClick={() => write(entitlements.filter(other => other !== entitlement))}
            />
          </div>
          {entitlement.privileges.length > 0 && (
            <FieldRow>
              {entitlement.privileges.map(privilege => (
                <Field
                  key={privilege.code}
                  label={privilege.name || privilege.code}
                  optional={t('common.optional')}
                  errors={errorsAt(errors, `entitlements.${entitlement.code}.${privilege.code}`)}
                >
                  <PrivilegeValue
                    privilege={privilege}
                    value={entitlement.values[privilege.code] ?? ''}
                    onChange={value =>
                      write(
                        entitlements.map(other =>
                          other === entitlement
                            ? { ...other, values: { ...other.values, [privilege.code]: value } }
                            : other,
                        ),
                      )
                    }
                  />
                </Field>
              ))}
            </FieldRow>
          )}
        </fieldset>
      ))}
      <ListPicker<Feature>
        label={t('plans.entitlements.add')}
        path="/features"
        root="features"
        option={feature => ({ value: feature.code, label: feature.name || feature.code, note: feature.code })}
        chosen={undefined}
        placeholder={t('plans.entitlements.add')}
        onChange={feature => {
          if (entitlements.some(({ code }) => code === feature.code)) return
          const { code, name, privileges } = feature
          write([...entitlements, { code, name: name || code, privileges, values: {} }])
        }}
      />
    </FormSection>
  )
}

function PrivilegeValue({
  privilege,
  value,
  onChange,
}: {
  readonly privilege: Privilege
  readonly value: string
  readonly onChange: (value: string) => void
}) {
  const { value_type: type, config } = privilege
  if (type === 'integer') return <AmountInput value={value} unit="" onChange={onChange} />
  if (type !== 'boolean' && type !== 'select') return <NameInput value={value} onChange={onChange} />
  const options =
    type === 'boolean'
      ? [
          ['true', t('common.yes')],
          ['false', t('common.no')],
        ]
      : (config.select_options ?? []).map(option => [option, option])
  return (
    <Select value={value} onChange={event => onChange(event.target.value)}>
      <option value="">{t('plans.entitlements.unset')}</option>
      {options.map(([key, label]) => (
        <option key={key} value={key}>
          {label}
        </option>
      ))}
    </Select>
  )
}
