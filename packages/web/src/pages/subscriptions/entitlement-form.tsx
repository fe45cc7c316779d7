import type { EntitledFeature, Entitlement, Privilege } from '../../api/subscriptions.ts'
import { useApi, useMay } from '../../app/organization.ts'
import { queryClient } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Sheet } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { toast } from '../../ui/toast.tsx'
import { useForm } from '../../ui/use-form.ts'
import { useFeatures, valueText } from './entitlements.tsx'
import { pathOf, type SubscriptionProps } from './reads.ts'

interface Values {
  readonly feature: string
  /** By privilege; empty: not given. */
  readonly privileges: Readonly<Record<string, string>>
}

/** Gives a feature, or changes what it comes with. A value that is the plan's is no override. */
export function EntitlementForm({
  subscription,
  entitlement,
  taken,
  onClose,
}: SubscriptionProps & {
  readonly entitlement: Entitlement | undefined
  /** The codes of what it has already. */
  readonly taken: readonly string[]
  readonly onClose: () => void
}) {
  const api = useApi()
  const features = useFeatures(useMay()('feature', 'read'))
  const form = useForm<Values, unknown>({
    start: {
      feature: entitlement?.code ?? '',
      privileges: Object.fromEntries((entitlement?.privileges ?? []).map(({ code, value }) => [code, String(value)])),
    },
    aliases: { 'privilege.value': 'privileges' },
    check: ({ feature }) => (feature === '' ? { feature: ['value_is_mandatory'] } : {}),
    send: ({ feature, privileges }) =>
      api.patch(`${pathOf(subscription)}/entitlements?subscription_status=${subscription.status}`, {
        entitlements: {
          [feature]: Object.fromEntries(Object.entries(privileges).filter(([, value]) => value !== '')),
        },
      }),
    onSent: () => {
      toast(t('sub.entitlement.saved'))
      onClose()
      void queryClient.invalidateQueries({ queryKey: [api.organizationId, 'subscriptions'] })
    },
  })
  const { values, set, errors } = form
  const known = features.data?.features ?? []
  const feature: EntitledFeature | undefined = known.find(({ code }) => code === values.feature) ?? entitlement
  const planValue = (code: string) => entitlement?.privileges.find(one => one.code === code)?.plan_value ?? null
  return (
    <Sheet
      open
      onOpenChange={onClose}
      title={entitlement === undefined ? t('sub.entitlement.add') : entitlement.name || entitlement.code}
      description={t('sub.entitlement.form_text')}
    >
      <DialogForm form={form} submit={t('common.save')} onCancel={onClose}>
        {entitlement === undefined && (
          <Field label={t('sub.entitlement.feature')} errors={errors('feature')}>
            <Select
              value={values.feature}
              onChange={event => form.patch({ feature: event.target.value, privileges: {} })}
            >
              <option value="">{t('sub.entitlement.choose')}</option>
              {known
                .filter(({ code }) => !taken.includes(code))
                .map(({ code, name }) => (
                  <option key={code} value={code}>
                    {name || code}
                  </option>
                ))}
            </Select>
          </Field>
        )}
        {(feature?.privileges ?? []).map(privilege => {
          const ofPlan = planValue(privilege.code)
          return (
            <Field
              key={privilege.code}
              label={privilege.name || privilege.code}
              {...(ofPlan !== null && { hint: t('sub.entitlement.plan_value', { value: valueText(ofPlan) }) })}
              errors={form.errors(`${privilege.code}_privilege_value`)}
            >
              <ValueInput
                privilege={privilege}
                value={values.privileges[privilege.code] ?? ''}
                onChange={value => set('privileges', { ...values.privileges, [privilege.code]: value })}
              />
            </Field>
          )
        })}
      </DialogForm>
    </Sheet>
  )
}

function ValueInput({
  privilege: { value_type: type, config },
  value,
  onChange,
}: {
  readonly privilege: Privilege
  readonly value: string
  readonly onChange: (value: string) => void
}) {
  if (type === 'boolean' || type === 'select') {
    const options = type === 'boolean' ? ['true', 'false'] : (config.select_options ?? [])
    return (
      <Select value={value} onChange={event => onChange(event.target.value)}>
        <option value="">{t('sub.entitlement.not_given')}</option>
        {options.map(option => (
          <option key={option} value={option}>
            {type === 'boolean' ? valueText(option === 'true') : option}
          </option>
        ))}
      </Select>
    )
  }
  return (
    <Input
      value={value}
      inputMode={type === 'integer' ? 'numeric' : 'text'}
      onChange={event => onChange(event.target.value)}
    />
  )
}
