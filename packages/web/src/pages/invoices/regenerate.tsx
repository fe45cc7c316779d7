import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Invoice } from '../../api/invoices.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useAction, useGet, usePreview } from '../../app/queries.ts'
import { useLater } from '../../app/use-later.ts'
import { t } from '../../messages/index.ts'
import { Empty, Failure } from '../../ui/empty.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { FormSection, PageForm } from '../../ui/form.tsx'
import { PageHeader, Section } from '../../ui/page.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { useForm } from '../../ui/use-form.ts'
import { type AddOn, AddOnPicker } from './add-on-picker.tsx'
import { useChargeables } from './charges-of.ts'
import { RegeneratedLines } from './regenerated-line-table.tsx'
import { addedLine, feesOf, linesOf, type RegeneratedLine, wrongLines } from './regenerated-lines.ts'
import { InvoiceTotals } from './totals.tsx'
import { useOffers } from './use-offers.ts'

/** Makes a voided invoice again: its lines, each of which may be edited, left out or added, and what they come to. */
export default function RegeneratePage() {
  const { invoiceId = '' } = useParams({ strict: false }) as { invoiceId?: string }
  const found = useGet<{ invoice: Invoice }>(paths.invoice(invoiceId))
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={10} />
  return <RegenerateForm key={found.data.invoice.lago_id} voided={found.data.invoice} />
}

interface Values {
  readonly lines: readonly RegeneratedLine[]
  readonly purchase_order_number: string
}

function RegenerateForm({ voided }: { readonly voided: Invoice }) {
  const navigate = useOrgNavigate()
  const offers = useOffers(voided)
  const path = `/invoices/${voided.lago_id}/regenerate`
  const make = useAction((api, invoice: object) => api.post<{ invoice: Invoice }>(path, { invoice }), {
    done: ({ invoice }) => t('regenerate.done', { number: invoice.number }),
    toastFailure: false,
  })
  const form = useForm<Values, { invoice: Invoice }>({
    start: { lines: linesOf(voided), purchase_order_number: voided.purchase_order_number ?? '' },
    aliases: { fees: 'lines', units: 'lines', unit_amount_cents: 'lines' },
    check: ({ lines }) => (wrongLines(lines).size > 0 ? { lines: ['not_a_number'] } : {}),
    send: values => make.mutateAsync(bodyOf(values)),
    onSent: ({ invoice }) => navigate(paths.invoice(invoice.lago_id)),
  })
  const { values } = form
  // Once it is made, it is previewed no more: it cannot be made twice.
  const isOpen = make.isIdle || make.isError
  const isPurchase = voided.invoice_type === 'credit'
  const isPaidBefore = voided.invoice_type === 'advance_charges'
  const isWhole = wrongLines(values.lines).size === 0
  const preview = usePreview<{ invoice: Invoice }>(
    `${path}/preview`,
    { invoice: useLater(bodyOf(values)) },
    { enabled: isWhole && offers.has('regenerate') && isOpen, keep: true },
  )
  if (!offers.has('regenerate') && isOpen) {
    return <Empty page title={t('regenerate.not_possible')} text={t('regenerate.not_possible_text')} />
  }
  const add = (label: string, ref: Readonly<Record<string, string>>, subscription: string | null) => {
    const line = addedLine(label, ref, subscription)
    if (!values.lines.some(({ key }) => key === line.key)) form.set('lines', [...values.lines, line])
  }
  return (
    <>
      <PageHeader
        crumb={{ label: voided.number, to: paths.invoice(voided.lago_id) }}
        title={t('regenerate.title', { number: voided.number })}
      />
      <PageForm
        form={form}
        wideSide
        submit={t('regenerate.submit')}
        onCancel={() => navigate(paths.invoice(voided.lago_id))}
        side={
          <Section title={t('regenerate.preview')}>
            {preview.isError ? (
              <p role="alert" className="text-bad">
                {reasonOf(preview.error)}
              </p>
            ) : preview.data === undefined ? (
              <SkeletonLines lines={4} />
            ) : (
              <div aria-live="polite" className={preview.isPlaceholderData ? 'opacity-60' : undefined}>
                <InvoiceTotals invoice={preview.data.invoice} />
              </div>
            )}
          </Section>
        }
      >
        <FormSection
          title={t('invoice.lines')}
          text={isPaidBefore || isPurchase ? t('regenerate.fixed_text') : t('regenerate.lines_text')}
        >
          <RegeneratedLines
            lines={values.lines}
            wrong={wrongLines(values.lines)}
            currency={voided.currency}
            fixed={{ amounts: isPaidBefore || isPurchase, lines: isPurchase }}
            fees={preview.data?.invoice.fees ?? []}
            onChange={lines => form.set('lines', lines)}
          />
          {form.errors('lines').length > 0 && (
            <p role="alert" className="text-bad">
              {t('regenerate.wrong_lines')}
            </p>
          )}
          {voided.invoice_type === 'one_off' ? (
            <Field label={t('invoice.add_line')}>
              <AddOnPicker onChoose={(addOn: AddOn) => add(addOn.name, { add_on_code: addOn.code }, null)} />
            </Field>
          ) : isPaidBefore || isPurchase ? null : (
            <AddCharge invoice={voided} onAdd={add} />
          )}
        </FormSection>
        <FormSection title={t('regenerate.reference')}>
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
        </FormSection>
      </PageForm>
    </>
  )
}

function bodyOf({ lines, purchase_order_number: number }: Values) {
  return { fees: feesOf(lines), purchase_order_number: number === '' ? null : number }
}

/** Charges of the subscriptions that the voided invoice had no line for, or not the one that is wanted. */
function AddCharge({
  invoice,
  onAdd,
}: {
  readonly invoice: Invoice
  readonly onAdd: (label: string, ref: Readonly<Record<string, string>>, subscription: string) => void
}) {
  const subscriptions = invoice.subscriptions ?? []
  const [chosen, setChosen] = useState(subscriptions[0]?.lago_id)
  const subscription = subscriptions.find(({ lago_id: id }) => id === chosen)
  const taken = new Set((invoice.fees ?? []).map(fee => `${fee.lago_charge_id} ${fee.lago_charge_filter_id ?? ''}`))
  const free = useChargeables(subscription).filter(one => !taken.has(`${one.charge_id} ${one.charge_filter_id ?? ''}`))
  if (subscription === undefined || (free.length === 0 && subscriptions.length < 2)) return null
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {subscriptions.length > 1 && (
        <Field label={t('invoice.subscription')}>
          <Select value={chosen} onChange={event => setChosen(event.target.value)}>
            {subscriptions.map(one => (
              <option key={one.lago_id} value={one.lago_id}>
                {one.name || one.plan_code} · {one.external_id}
              </option>
            ))}
          </Select>
        </Field>
      )}
      <Field label={t('invoice.add_line')}>
        <Select
          value=""
          onChange={event => {
            const one = free[Number(event.target.value)]
            if (one === undefined) return
            const ref = {
              subscription_id: subscription.lago_id,
              charge_id: one.charge_id,
              ...(one.charge_filter_id !== undefined && { charge_filter_id: one.charge_filter_id }),
            }
            onAdd(one.label, ref, subscription.external_id)
          }}
        >
          <option value="">{t('invoice.choose_charge')}</option>
          {free.map((one, index) => (
            <option key={`${one.charge_id} ${one.charge_filter_id ?? ''}`} value={index}>
              {one.label}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  )
}
