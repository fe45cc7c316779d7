import { ApiFailure } from '../../api/client.ts'
import type { FullCustomer } from '../../api/customers.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useAction } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { CurrencySelect } from '../../pickers/currency-select.tsx'
import { TaxPicker } from '../../pickers/tax-picker.tsx'
import { Checkbox, Field, Input } from '../../ui/field.tsx'
import { FieldRow, FormSection, PageForm } from '../../ui/form.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { RowList } from '../../ui/row-list.tsx'
import { type Form, useForm } from '../../ui/use-form.ts'
import { AddressFields } from './address-fields.tsx'
import { bodyOf, type CustomerValues, valuesOf } from './form-values.ts'
import { IdentityFields } from './identity-fields.tsx'
import { customerName } from './name.ts'

const MOST_METADATA = 5

/** What about the customer is settled, because something was made with it. */
export interface Used {
  readonly currency: boolean
  readonly account: boolean
}

export function CustomerForm({ customer, used }: { readonly customer: FullCustomer | undefined; readonly used: Used }) {
  const go = useOrgNavigate()
  const isNew = customer === undefined
  const start = valuesOf(customer)
  const save = useAction(
    async (api, values: CustomerValues) => {
      // The API creates or updates by the external id: a new customer must not overwrite another one.
      if (isNew && values.external_id.trim() !== '') {
        const taken = await api.get(paths.customer(values.external_id.trim())).then(
          () => true,
          (error: unknown) => {
            if (error instanceof ApiFailure && error.status === 404) return false
            throw error
          },
        )
        if (taken) throw new ApiFailure(422, { error_details: { external_id: ['value_already_exist'] } })
      }
      return api.post<{ customer: FullCustomer }>('/customers', bodyOf(values, start))
    },
    {
      done: ({ customer: saved }) =>
        t(isNew ? 'customer_form.made' : 'customer_form.saved', { name: customerName(saved) }),
      toastFailure: false,
    },
  )
  const form = useForm({
    start,
    send: values => save.mutateAsync(values),
    onSent: ({ customer: saved }) => go(paths.customer(saved.external_id)),
  })
  return (
    <>
      <PageHeader
        crumb={{ label: t('customers.title'), to: paths.customers }}
        title={isNew ? t('customers.create') : customerName(customer)}
      />
      <PageForm
        form={form}
        submit={isNew ? t('common.create') : t('common.save')}
        onCancel={() => go(isNew ? paths.customers : paths.customer(customer.external_id))}
      >
        <FormSection title={t('customer_form.identity')}>
          <IdentityFields form={form} isNew={isNew} used={used} />
        </FormSection>
        <FormSection title={t('customer_form.billing')}>
          <BillingFields form={form} used={used} />
        </FormSection>
        <FormSection title={t('customer_form.address')}>
          <AddressFields form={form} prefix="" />
          <Checkbox
            label={t('customer_form.shipping_other')}
            checked={form.values.ships_elsewhere}
            onChange={event => form.set('ships_elsewhere', event.target.checked)}
          />
        </FormSection>
        {form.values.ships_elsewhere && (
          <FormSection title={t('customer_form.shipping')}>
            <AddressFields form={form} prefix="shipping_" />
          </FormSection>
        )}
        <FormSection title={t('customer_form.taxes')} text={t('customer_form.taxes_text')}>
          <TaxPicker codes={form.values.tax_codes} onChange={codes => form.set('tax_codes', codes)} />
        </FormSection>
        <Metadata form={form} />
      </PageForm>
    </>
  )
}

interface PartProps {
  readonly form: Form<CustomerValues>
}

function BillingFields({ form, used }: PartProps & { readonly used: Used }) {
  const text = (field: keyof CustomerValues & string, label: string, hint?: string) => (
    <Field label={label} errors={form.errors(field)} hint={hint}>
      <Input
        value={String(form.values[field])}
        onChange={event => form.patch({ [field]: event.target.value } as Partial<CustomerValues>)}
      />
    </Field>
  )
  return (
    <>
      <FieldRow>
        <Field
          label={t('customers.currency')}
          errors={form.errors('currency')}
          hint={used.currency ? t('customer_form.currency_locked') : undefined}
        >
          <CurrencySelect
            value={form.values.currency}
            disabled={used.currency}
            none={t('customer_form.currency_none')}
            onChange={currency => form.set('currency', currency)}
          />
        </Field>
        {text('email', t('customer.info.email'), t('customer_form.email_hint'))}
      </FieldRow>
      <FieldRow>
        {text('legal_name', t('customer.info.legal_name'))}
        {text('legal_number', t('customer.info.legal_number'))}
      </FieldRow>
      <FieldRow>
        {text('tax_identification_number', t('customer.info.tax_number'))}
        {text('phone', t('customer.info.phone'))}
      </FieldRow>
      <FieldRow>
        {text('url', t('customer.info.url'))}
        {text('external_salesforce_id', t('customer_form.salesforce'))}
      </FieldRow>
    </>
  )
}

function Metadata({ form }: PartProps) {
  return (
    <FormSection title={t('customer_form.metadata')} text={t('customer_form.metadata_text')}>
      <RowList
        rows={form.values.metadata}
        onChange={metadata => form.set('metadata', metadata)}
        fresh={() => ({ id: undefined, key: '', value: '', display_in_invoice: false })}
        add={t('customer_form.metadata_add')}
        most={MOST_METADATA}
        nameOf={({ key }, index) => t('customer_form.metadata_remove', { name: key === '' ? index + 1 : key })}
        render={(row, change) => (
          <div className="flex flex-col gap-2">
            <FieldRow>
              <Field label={t('customer_form.metadata_key')} errors={form.errors('metadata')}>
                <Input value={row.key} onChange={event => change({ key: event.target.value })} />
              </Field>
              <Field label={t('customer_form.metadata_value')}>
                <Input value={row.value} onChange={event => change({ value: event.target.value })} />
              </Field>
            </FieldRow>
            <Checkbox
              label={t('customer_form.metadata_shown')}
              checked={row.display_in_invoice}
              onChange={event => change({ display_in_invoice: event.target.checked })}
            />
          </div>
        )}
      />
    </FormSection>
  )
}
