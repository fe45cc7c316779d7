import type { Customer } from '../../api/types.ts'
import type { FullWallet } from '../../api/wallets.ts'
import { useMay, useOrganization } from '../../app/organization.ts'
import { useAction } from '../../app/queries.ts'
import { t, tWord } from '../../messages/index.ts'
import { MetricsPicker } from '../../pickers/catalog-pickers.tsx'
import { CurrencySelect } from '../../pickers/currency-select.tsx'
import { AmountInput } from '../../ui/amount.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Checkbox, Field, Input } from '../../ui/field.tsx'
import { DialogForm, FieldRow, FormSection } from '../../ui/form.tsx'
import { NameAndCode } from '../../ui/name-and-code.tsx'
import { type Form, useForm } from '../../ui/use-form.ts'
import { customerName } from './name.ts'
import { RuleFields } from './wallet-rule-fields.tsx'
import { bodyOf, checkWallet, FEE_TYPES, valuesOf, type WalletValues } from './wallet-values.ts'

interface Props {
  readonly customer: Customer
  /** Undefined: a new one. */
  readonly wallet: FullWallet | undefined
  readonly onClose: () => void
}

export function WalletForm({ customer, wallet, onClose }: Props) {
  const { currency: fallback } = useOrganization()
  const readsMetrics = useMay()('billable_metric', 'read')
  const zone = customer.applicable_timezone
  const save = useAction(
    (api, values: WalletValues) => {
      const body = bodyOf(values, wallet, customer.external_id, zone)
      return wallet === undefined ? api.post('/wallets', body) : api.put(`/wallets/${wallet.lago_id}`, body)
    },
    {
      done: t(wallet === undefined ? 'wallet_form.made' : 'wallet_form.saved'),
      toastFailure: false,
      invalidates: ['wallets', 'customers', 'invoices'],
    },
  )
  const form = useForm({
    start: valuesOf(wallet, customer.currency ?? fallback, zone),
    send: values => save.mutateAsync(values),
    onSent: onClose,
    check: checkWallet,
    aliases: { recurring_transaction_rules: 'has_rule' },
  })
  const isNew = wallet === undefined
  return (
    <Sheet
      open
      wide
      onOpenChange={open => !open && onClose()}
      title={t(isNew ? 'wallet_form.create' : 'wallet_form.edit')}
      description={t('wallet_form.text', { name: customerName(customer) })}
    >
      <DialogForm form={form} submit={isNew ? t('common.create') : t('common.save')} onCancel={onClose}>
        <Settings form={form} isNew={isNew} />
        {isNew && <FirstCredits form={form} />}
        <Limits form={form} />
        <FormSection title={t('wallet_form.rule')}>
          <RuleFields form={form} />
        </FormSection>
        <FormSection title={t('wallet_form.scope')} text={t('wallet_form.scope_text')}>
          <FeeTypes form={form} />
          {readsMetrics && (
            <Field label={t('wallet_form.metrics')}>
              <MetricsPicker
                codes={form.values.billable_metric_codes}
                onChange={codes => form.set('billable_metric_codes', codes)}
              />
            </Field>
          )}
        </FormSection>
      </DialogForm>
    </Sheet>
  )
}

interface PartProps {
  readonly form: Form<WalletValues>
}

function Settings({ form, isNew }: PartProps & { readonly isNew: boolean }) {
  const { values, set, errors } = form
  return (
    <FormSection title={t('wallet_form.settings')}>
      <NameAndCode form={form} isNew={isNew} />
      <FieldRow>
        <Field label={t('customers.currency')} errors={errors('currency')}>
          <CurrencySelect value={values.currency} disabled={!isNew} onChange={currency => set('currency', currency)} />
        </Field>
        <Field
          label={t('wallet_form.rate')}
          errors={errors('rate_amount')}
          hint={isNew ? undefined : t('wallet_form.rate_locked')}
        >
          <AmountInput
            value={values.rate_amount}
            unit={values.currency}
            disabled={!isNew}
            onChange={rate => set('rate_amount', rate)}
          />
        </Field>
      </FieldRow>
      <FieldRow>
        <Field label={t('wallet_form.priority')} hint={t('wallet_form.priority_hint')} errors={errors('priority')}>
          <Input inputMode="numeric" value={values.priority} onChange={event => set('priority', event.target.value)} />
        </Field>
        <Field label={t('wallet_form.expires')} hint={t('wallet_form.expires_hint')} errors={errors('expiration_at')}>
          <Input
            type="date"
            value={values.expiration_at}
            onChange={event => set('expiration_at', event.target.value)}
          />
        </Field>
      </FieldRow>
    </FormSection>
  )
}

function FirstCredits({ form }: PartProps) {
  const { values, set, errors } = form
  return (
    <FormSection title={t('wallet_form.first')}>
      <FieldRow>
        <Field label={t('wallet_form.paid')} errors={errors('paid_credits')}>
          <AmountInput
            value={values.paid_credits}
            unit={t('unit.credits')}
            onChange={credits => set('paid_credits', credits)}
          />
        </Field>
        <Field label={t('wallet_form.granted')} errors={errors('granted_credits')}>
          <AmountInput
            value={values.granted_credits}
            unit={t('unit.credits')}
            onChange={credits => set('granted_credits', credits)}
          />
        </Field>
      </FieldRow>
      <Field
        label={t('wallet_form.transaction_name')}
        optional={t('common.optional')}
        errors={errors('transaction_name')}
      >
        <Input value={values.transaction_name} onChange={event => set('transaction_name', event.target.value)} />
      </Field>
    </FormSection>
  )
}

function Limits({ form }: PartProps) {
  const { values, set, errors } = form
  const amount = (field: 'paid_top_up_min_amount_cents' | 'paid_top_up_max_amount_cents', label: string) => (
    <Field label={label} optional={t('common.optional')} errors={errors(field)}>
      <AmountInput value={values[field]} unit={values.currency} onChange={text => set(field, text)} />
    </Field>
  )
  return (
    <FormSection title={t('wallet_form.limits')}>
      <FieldRow>
        {amount('paid_top_up_min_amount_cents', t('wallet_form.min'))}
        {amount('paid_top_up_max_amount_cents', t('wallet_form.max'))}
      </FieldRow>
      <Checkbox
        label={t('wallet_form.requires_payment')}
        hint={t('wallet_form.requires_payment_hint')}
        checked={values.invoice_requires_successful_payment}
        onChange={event => set('invoice_requires_successful_payment', event.target.checked)}
      />
    </FormSection>
  )
}

function FeeTypes({ form }: PartProps) {
  const { fee_types: chosen } = form.values
  return (
    <fieldset>
      <legend className="pb-2 text-sm font-medium">{t('wallet_form.fee_types')}</legend>
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        {FEE_TYPES.map(type => (
          <Checkbox
            key={type}
            label={tWord('fee_type', type)}
            checked={chosen.includes(type)}
            onChange={event =>
              form.set('fee_types', event.target.checked ? [...chosen, type] : chosen.filter(one => one !== type))
            }
          />
        ))}
      </div>
    </fieldset>
  )
}
