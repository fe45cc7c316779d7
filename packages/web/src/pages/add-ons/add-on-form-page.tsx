import { useParams } from '@tanstack/react-router'
import type { AddOn } from '../../api/catalog.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { currencyDecimals, parseMoney, shift } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { CurrencySelect } from '../../pickers/currency-select.tsx'
import { TaxPicker } from '../../pickers/tax-picker.tsx'
import { AmountInput } from '../../ui/amount.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Field, Input, TextArea } from '../../ui/field.tsx'
import { FieldRow, FormSection, PageForm } from '../../ui/form.tsx'
import { NameAndCode } from '../../ui/name-and-code.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { type FieldErrors, useForm } from '../../ui/use-form.ts'

/** Creates an add-on, or edits the one of the path. */
export default function AddOnFormPage() {
  const { code } = useParams({ strict: false }) as { code?: string }
  const enabled = code !== undefined
  const found = useGet<{ add_on: AddOn }>(`/add_ons/${encodeURIComponent(code ?? '')}`, {}, { enabled })
  if (!enabled) return <AddOnForm addOn={undefined} />
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={6} />
  return <AddOnForm addOn={found.data.add_on} />
}

interface Values {
  readonly name: string
  readonly code: string
  readonly description: string
  readonly invoice_display_name: string
  readonly amount_cents: string
  readonly amount_currency: string
  readonly tax_codes: readonly string[]
}

function AddOnForm({ addOn }: { readonly addOn: AddOn | undefined }) {
  const go = useOrgNavigate()
  const { currency } = useOrganization()
  const isNew = addOn === undefined
  const save = useAction(
    (api, values: Values) => {
      const body = { add_on: { ...values, amount_cents: parseMoney(values.amount_cents, values.amount_currency) } }
      return isNew
        ? api.post<{ add_on: AddOn }>('/add_ons', body)
        : api.put<{ add_on: AddOn }>(`/add_ons/${encodeURIComponent(addOn.code)}`, body)
    },
    {
      done: ({ add_on: { name } }) => t(isNew ? 'catalogue.made' : 'catalogue.saved', { name }),
      toastFailure: false,
      invalidates: ['add_ons', 'plans'],
    },
  )
  const form = useForm({
    start: valuesOf(addOn, currency),
    send: values => save.mutateAsync(values),
    onSent: ({ add_on: saved }) => go(paths.addOn(saved.code)),
    check: ({ amount_cents: text, amount_currency: of }): FieldErrors => {
      if (text === '') return { amount_cents: ['value_is_mandatory'] }
      return parseMoney(text, of) === undefined ? { amount_cents: ['not_an_amount'] } : {}
    },
  })
  const { values, set, errors } = form
  return (
    <>
      <PageHeader
        crumb={{ label: t('add_ons.title'), to: paths.addOns }}
        title={isNew ? t('add_ons.create') : addOn.name}
      />
      <PageForm
        form={form}
        submit={isNew ? t('common.create') : t('common.save')}
        onCancel={() => go(isNew ? paths.addOns : paths.addOn(addOn.code))}
      >
        <FormSection title={t('metric.section.settings')}>
          <NameAndCode form={form} isNew={isNew} />
          <Field label={t('add_on.invoice_name')} optional={t('common.optional')}>
            <Input
              value={values.invoice_display_name}
              onChange={event => set('invoice_display_name', event.target.value)}
            />
          </Field>
          <Field label={t('form.description')} optional={t('common.optional')}>
            <TextArea rows={2} value={values.description} onChange={event => set('description', event.target.value)} />
          </Field>
        </FormSection>
        <FormSection title={t('add_ons.price')}>
          <FieldRow>
            <Field label={t('common.amount')} errors={errors('amount_cents')}>
              <AmountInput
                value={values.amount_cents}
                unit={values.amount_currency}
                onChange={text => set('amount_cents', text)}
              />
            </Field>
            <Field label={t('customers.currency')} errors={errors('amount_currency')}>
              <CurrencySelect value={values.amount_currency} onChange={of => set('amount_currency', of)} />
            </Field>
          </FieldRow>
          <Field label={t('taxes.title')} errors={errors('tax_codes')}>
            <TaxPicker codes={values.tax_codes} onChange={codes => set('tax_codes', codes)} />
          </Field>
        </FormSection>
      </PageForm>
    </>
  )
}

function valuesOf(addOn: AddOn | undefined, currency: string): Values {
  const of = addOn?.amount_currency ?? currency
  return {
    name: addOn?.name ?? '',
    code: addOn?.code ?? '',
    description: addOn?.description ?? '',
    invoice_display_name: addOn?.invoice_display_name ?? '',
    amount_cents: addOn === undefined ? '' : shift(addOn.amount_cents, currencyDecimals(of)),
    amount_currency: of,
    tax_codes: addOn?.taxes.map(tax => tax.code) ?? [],
  }
}
