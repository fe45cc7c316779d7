import type { BillingEntity } from '../../api/customers.ts'
import { useGet } from '../../app/queries.ts'
import { timeZones } from '../../format/places.ts'
import { t, tWord } from '../../messages/index.ts'
import { Combobox } from '../../ui/combobox.tsx'
import { Checkbox, Field, Input, Select } from '../../ui/field.tsx'
import { FieldRow } from '../../ui/form.tsx'
import type { Form } from '../../ui/use-form.ts'
import type { Used } from './customer-form.tsx'
import type { CustomerValues } from './form-values.ts'

/** Who the customer is, and whose books it stands in. */
export function IdentityFields({
  form,
  isNew,
  used,
}: {
  readonly form: Form<CustomerValues>
  readonly isNew: boolean
  readonly used: Used
}) {
  const { values, set, errors } = form
  const entities = useGet<{ billing_entities: BillingEntity[] }>('/billing_entities')
  const known = entities.data?.billing_entities ?? []
  const own = known.find(entity => entity.is_default)?.code ?? ''
  return (
    <>
      <FieldRow>
        <Field label={t('common.name')} errors={errors('name')}>
          <Input autoFocus={isNew} value={values.name} onChange={event => set('name', event.target.value)} />
        </Field>
        <Field
          label={t('customer_form.external_id')}
          errors={errors('external_id')}
          hint={isNew ? t('customer_form.external_id_hint') : t('customer_form.external_id_locked')}
        >
          <Input
            className="font-mono"
            disabled={!isNew}
            value={values.external_id}
            onChange={event => set('external_id', event.target.value)}
          />
        </Field>
      </FieldRow>
      <FieldRow>
        <Field label={t('customer_form.firstname')} errors={errors('firstname')}>
          <Input value={values.firstname} onChange={event => set('firstname', event.target.value)} />
        </Field>
        <Field label={t('customer_form.lastname')} errors={errors('lastname')}>
          <Input value={values.lastname} onChange={event => set('lastname', event.target.value)} />
        </Field>
      </FieldRow>
      <FieldRow>
        <Field label={t('customer_form.type')} errors={errors('customer_type')}>
          <Select value={values.customer_type} onChange={event => set('customer_type', event.target.value)}>
            <option value="">{t('customer_form.no_type')}</option>
            {['company', 'individual'].map(type => (
              <option key={type} value={type}>
                {tWord('customer_type', type)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t('customer.info.timezone')} errors={errors('timezone')}>
          <Combobox
            label={t('customer.info.timezone')}
            value={values.timezone}
            onChange={zone => set('timezone', zone)}
            options={[
              { value: '', label: t('customer_form.timezone_inherited') },
              ...timeZones().map(zone => ({ value: zone, label: zone })),
            ]}
          />
        </Field>
      </FieldRow>
      {known.length > 1 && (
        <Field label={t('customer_form.entity')} errors={errors('billing_entity_code')}>
          <Select
            value={values.billing_entity_code === '' ? own : values.billing_entity_code}
            onChange={event => set('billing_entity_code', event.target.value)}
          >
            {known.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
      )}
      <Checkbox
        label={t('customer_form.partner')}
        hint={t('customer_form.partner_hint')}
        disabled={used.account}
        checked={values.account_type === 'partner'}
        onChange={event => set('account_type', event.target.checked ? 'partner' : 'customer')}
      />
    </>
  )
}
