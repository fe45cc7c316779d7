import type { Invoice } from '../../api/invoices.ts'
import type { Customer } from '../../api/types.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useMay, useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet, usePreview } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { useLater } from '../../app/use-later.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { CurrencySelect } from '../../pickers/currency-select.tsx'
import { ListPicker } from '../../pickers/list-picker.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Checkbox, Field, Input, Select } from '../../ui/field.tsx'
import { FieldRow, FormSection, PageForm } from '../../ui/form.tsx'
import { PageHeader, Section } from '../../ui/page.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { RowList } from '../../ui/row-list.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { useForm } from '../../ui/use-form.ts'
import { customerName } from '../customers/name.ts'
import { OneOffLineFields } from './one-off-line-fields.tsx'
import { emptyLine, feeOf, isWhole, type OneOffLine } from './one-off-lines.ts'
import { InvoiceTotals } from './totals.tsx'

/** Bills add-ons once, now; the customer may be in the URL. */
export default function OneOffPage() {
  const [{ customer }] = useUrlState()
  const may = useMay()
  const found = useGet<{ customer: Customer }>(paths.customer(customer ?? ''), {}, { enabled: customer !== undefined })
  if (!may('invoice', 'write'))
    return <Empty page title={t('error.no_access.title')} text={t('error.no_access.text')} />
  if (customer !== undefined && found.isPending) return <SkeletonLines lines={8} />
  return <OneOffForm {...(found.data !== undefined && { known: found.data.customer })} />
}

interface Values {
  readonly customer: Pick<Customer, 'external_id' | 'name' | 'firstname' | 'lastname' | 'currency'> | undefined
  readonly currency: string
  readonly billing_entity_code: string
  readonly purchase_order_number: string
  readonly skip_psp: boolean
  readonly fees: readonly OneOffLine[]
}

function OneOffForm({ known }: { readonly known?: Customer }) {
  const navigate = useOrgNavigate()
  const organization = useOrganization()
  const may = useMay()
  const back = known === undefined ? paths.invoices : paths.customer(known.external_id)
  const entities = useGet<{ billing_entities: { code: string; name: string }[] }>(
    '/billing_entities',
    {},
    { enabled: may('billing_entity', 'read') },
  )
  const make = useAction((api, invoice: object) => api.post<{ invoice: Invoice }>('/invoices', { invoice }), {
    done: ({ invoice }) =>
      invoice.status === 'closed' ? t('one_off.closed') : t('one_off.done', { number: invoice.number }),
    toastFailure: false,
  })
  const form = useForm<Values, { invoice: Invoice }>({
    start: {
      customer: known,
      currency: known?.currency ?? organization.currency,
      billing_entity_code: '',
      purchase_order_number: '',
      skip_psp: false,
      fees: [emptyLine()],
    },
    aliases: { external_customer_id: 'customer', units: 'fees', unit_amount_cents: 'fees', boundaries: 'fees' },
    check: values => ({
      ...(values.customer === undefined && { customer: ['value_is_mandatory'] }),
      ...(!values.fees.every(line => isWhole(line, values.currency)) && { fees: ['line_not_whole'] }),
      ...(values.fees.length === 0 && { fees: ['value_is_mandatory'] }),
    }),
    send: values => make.mutateAsync(bodyOf(values)),
    onSent: ({ invoice }) => navigate(invoice.status === 'closed' ? back : paths.invoice(invoice.lago_id)),
  })
  const { values } = form
  const asked = useLater(bodyOf(values))
  const isAsked =
    values.customer !== undefined && values.fees.length > 0 && values.fees.every(line => isWhole(line, values.currency))
  const preview = usePreview<{ invoice: Invoice }>(
    '/invoices/one_off/preview',
    { invoice: asked },
    {
      enabled: isAsked && (make.isIdle || make.isError) && asked.fees.length > 0 && asked.external_customer_id !== '',
      keep: true,
    },
  )
  const fees = isAsked ? (preview.data?.invoice.fees ?? []) : []
  const several = entities.data?.billing_entities ?? []
  return (
    <>
      <PageHeader
        crumb={{ label: known === undefined ? t('invoices.title') : customerName(known), to: back }}
        title={t('one_off.title')}
      />
      <PageForm
        form={form}
        wideSide
        submit={t('one_off.submit')}
        onCancel={() => navigate(back)}
        side={
          <Section title={t('one_off.preview')}>
            {!isAsked ? (
              <p className="text-soft">{t('one_off.preview_none')}</p>
            ) : preview.isError ? (
              <p role="alert" className="text-bad">
                {reasonOf(preview.error)}
              </p>
            ) : preview.data === undefined ? (
              <SkeletonLines lines={3} />
            ) : (
              <div aria-live="polite" className={preview.isPlaceholderData ? 'opacity-60' : undefined}>
                <InvoiceTotals invoice={preview.data.invoice} />
              </div>
            )}
          </Section>
        }
      >
        <FormSection title={t('one_off.who')}>
          <Field label={t('invoices.customer')} errors={form.errors('customer')}>
            <ListPicker<Customer>
              label={t('invoices.customer')}
              placeholder={t('one_off.choose_customer')}
              path="/customers"
              root="customers"
              chosen={values.customer && { value: values.customer.external_id, label: customerName(values.customer) }}
              option={customer => ({
                value: customer.external_id,
                label: customerName(customer),
                note: customer.external_id,
              })}
              onChange={customer => form.patch({ customer, currency: customer.currency ?? values.currency })}
            />
          </Field>
          <FieldRow>
            <Field
              label={t('customers.currency')}
              errors={form.errors('currency')}
              hint={values.customer?.currency ? t('one_off.currency_set') : undefined}
            >
              <CurrencySelect
                value={values.currency}
                disabled={Boolean(values.customer?.currency)}
                onChange={currency => form.set('currency', currency)}
              />
            </Field>
            {several.length > 1 && (
              <Field label={t('customer.info.entity')} errors={form.errors('billing_entity_code')}>
                <Select
                  value={values.billing_entity_code}
                  onChange={event => form.set('billing_entity_code', event.target.value)}
                >
                  <option value="">{t('one_off.entity_of_customer')}</option>
                  {several.map(({ code, name }) => (
                    <option key={code} value={code}>
                      {name}
                    </option>
                  ))}
                </Select>
              </Field>
            )}
            <Field
              label={t('invoice.po_number')}
              optional={t('common.optional')}
              errors={form.errors('purchase_order_number')}
            >
              <Input
                value={values.purchase_order_number}
                onChange={event => form.set('purchase_order_number', event.target.value)}
              />
            </Field>
          </FieldRow>
        </FormSection>
        <FormSection title={t('invoice.lines')}>
          <RowList<OneOffLine>
            rows={values.fees}
            onChange={rows => form.set('fees', rows)}
            fresh={emptyLine}
            add={t('invoice.add_line')}
            nameOf={row => t('form.take_out', { name: row.add_on?.name ?? t('invoice.line') })}
            render={(row, change, index) => (
              <OneOffLineFields
                line={row}
                currency={values.currency}
                amount={fees[index] === undefined ? undefined : formatMoney(fees[index].amount_cents, values.currency)}
                tried={form.errors('fees').length > 0}
                onChange={change}
              />
            )}
          />
          {form.errors('fees').length > 0 && (
            <p role="alert" className="text-sm text-bad">
              {t('one_off.wrong_lines')}
            </p>
          )}
        </FormSection>
        <FormSection title={t('one_off.payment')}>
          <Checkbox
            label={t('one_off.skip_psp')}
            hint={t('one_off.skip_psp_hint')}
            checked={values.skip_psp}
            onChange={event => form.set('skip_psp', event.target.checked)}
          />
        </FormSection>
      </PageForm>
    </>
  )
}

function bodyOf({ customer, currency, billing_entity_code, purchase_order_number, skip_psp, fees }: Values) {
  return {
    external_customer_id: customer?.external_id ?? '',
    currency,
    ...(billing_entity_code !== '' && { billing_entity_code }),
    ...(purchase_order_number.trim() !== '' && { purchase_order_number: purchase_order_number.trim() }),
    ...(skip_psp && { skip_psp }),
    fees: fees.filter(line => isWhole(line, currency)).map(line => feeOf(line, currency)),
  }
}
