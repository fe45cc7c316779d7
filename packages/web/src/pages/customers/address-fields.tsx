import { countries } from '../../format/places.ts'
import { t } from '../../messages/index.ts'
import { Field, Input, Select } from '../../ui/field.tsx'
import { FieldRow } from '../../ui/form.tsx'
import type { Form } from '../../ui/use-form.ts'
import type { CustomerValues } from './form-values.ts'

type Line = 'address_line1' | 'address_line2' | 'zipcode' | 'city' | 'state'

/** An address of the customer: the billing one, or with the prefix the shipping one. */
export function AddressFields({
  form,
  prefix,
}: {
  readonly form: Form<CustomerValues>
  readonly prefix: '' | 'shipping_'
}) {
  const { values, set, errors } = form
  const country = `${prefix}country` as const
  const line = (name: Line, label: string) => {
    const field = `${prefix}${name}` as const
    return (
      <Field label={label} errors={errors(field)}>
        <Input value={values[field]} onChange={event => set(field, event.target.value)} />
      </Field>
    )
  }
  return (
    <>
      <FieldRow>
        {line('address_line1', t('customer_form.line1'))}
        {line('address_line2', t('customer_form.line2'))}
      </FieldRow>
      <FieldRow>
        {line('zipcode', t('customer_form.zip'))}
        {line('city', t('customer_form.city'))}
      </FieldRow>
      <FieldRow>
        {line('state', t('customer_form.state'))}
        <Field label={t('customer_form.country')} errors={errors(country)}>
          <Select value={values[country]} onChange={event => set(country, event.target.value)}>
            <option value="">{t('customer_form.country_none')}</option>
            {countries().map(([code, name]) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
      </FieldRow>
    </>
  )
}
