import { useState } from 'react'
import type { Invoice, PaymentMethod } from '../../api/invoices.ts'
import { useMay, useOrganization } from '../../app/organization.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { currencyDecimals, formatMoney, parseMoney, shift } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Button } from '../../ui/button.tsx'
import { Code } from '../../ui/code.tsx'
import { Buttons, Dialog } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { useForm } from '../../ui/use-form.ts'

export interface InvoiceDialogProps {
  readonly invoice: Invoice
  readonly onClose: () => void
}

/** Notes money that came some other way than through a provider. */
export function RecordPayment({ invoice, onClose }: InvoiceDialogProps) {
  const { currency, total_due_amount_cents: due } = invoice
  const now = useOrganization().test_clock_now ?? new Date().toISOString()
  const record = useAction((api, payment: object) => api.post('/payments', { payment }), {
    done: t('payment.recorded'),
    toastFailure: false,
  })
  const form = useForm({
    start: { amount_cents: shift(due, currencyDecimals(currency)), reference: '', paid_at: now.slice(0, 10) },
    check: values => {
      const cents = parseMoney(values.amount_cents, currency)
      if (cents === undefined || cents <= 0) return { amount_cents: ['not_an_amount'] }
      return cents > due ? { amount_cents: ['more_than_due'] } : {}
    },
    send: values =>
      record.mutateAsync({
        invoice_id: invoice.lago_id,
        amount_cents: parseMoney(values.amount_cents, currency),
        reference: values.reference,
        paid_at: values.paid_at,
      }),
    onSent: onClose,
  })
  const rest = due - (parseMoney(form.values.amount_cents, currency) ?? 0)
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('payment.record')}
      description={t('payment.record_for', { number: invoice.number, due: formatMoney(due, currency) })}
    >
      <DialogForm form={form} submit={t('payment.record')} onCancel={onClose}>
        <Field
          label={t('common.amount')}
          errors={form.errors('amount_cents')}
          hint={rest > 0 ? t('payment.rest', { amount: formatMoney(rest, currency) }) : t('payment.settles')}
        >
          <AmountInput
            unit={currency}
            value={form.values.amount_cents}
            // Purchased credits are paid as a whole.
            disabled={invoice.invoice_type === 'credit'}
            onChange={text => form.set('amount_cents', text)}
          />
        </Field>
        <Field label={t('payment.reference')} hint={t('payment.reference_hint')} errors={form.errors('reference')}>
          <Input
            maxLength={40}
            value={form.values.reference}
            onChange={event => form.set('reference', event.target.value)}
          />
        </Field>
        <Field label={t('payment.paid_at')} errors={form.errors('paid_at')}>
          <Input type="date" value={form.values.paid_at} onChange={event => form.set('paid_at', event.target.value)} />
        </Field>
        <p className="text-sm text-faint">{t('payment.final')}</p>
      </DialogForm>
    </Dialog>
  )
}

const STATUSES = ['pending', 'succeeded', 'failed'] as const

/** Says what became of the payment, without money moving here. */
export function PaymentStatus({ invoice, onClose }: InvoiceDialogProps) {
  const change = useAction(
    (api, payment_status: string) => api.put(`/invoices/${invoice.lago_id}`, { invoice: { payment_status } }),
    { done: t('payment.status_changed'), toastFailure: false },
  )
  const form = useForm({
    start: { payment_status: invoice.payment_status },
    send: values => change.mutateAsync(values.payment_status),
    onSent: onClose,
  })
  return (
    <Dialog open onOpenChange={onClose} title={t('payment.change_status')} description={t('payment.status_hint')}>
      <DialogForm form={form} submit={t('common.save')} onCancel={onClose}>
        <Field label={t('payment.status')} errors={form.errors('payment_status')}>
          <Select value={form.values.payment_status} onChange={event => form.set('payment_status', event.target.value)}>
            {STATUSES.map(status => (
              <option key={status} value={status}>
                {tWord('payment_status', status)}
              </option>
            ))}
          </Select>
        </Field>
      </DialogForm>
    </Dialog>
  )
}

/** Tries again to collect what is due, with the method that is chosen. */
export function Collect({ invoice, onClose }: InvoiceDialogProps) {
  const customer = invoice.customer?.external_id ?? ''
  const may = useMay()
  const methods = useGet<{ payment_methods: PaymentMethod[] }>(
    `/customers/${encodeURIComponent(customer)}/payment_methods`,
    {},
    { enabled: may('payment_method', 'read') },
  )
  const [chosen, setChosen] = useState('')
  const collect = useAction(
    api =>
      api.post(
        `/invoices/${invoice.lago_id}/retry_payment`,
        chosen === '' ? {} : { payment_method: { payment_method_type: 'provider', payment_method_id: chosen } },
      ),
    { done: t('payment.collecting') },
  )
  const run = async () => {
    await collect.mutateAsync(undefined)
    onClose()
  }
  const hasProvider = invoice.customer?.billing_configuration.payment_provider != null
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('payment.collect')}
      description={
        hasProvider
          ? t('payment.collect_about', { amount: formatMoney(invoice.total_due_amount_cents, invoice.currency) })
          : t('payment.no_provider')
      }
    >
      {(methods.data?.payment_methods ?? []).length > 0 && (
        <Field label={t('payment.method')}>
          <Select value={chosen} onChange={event => setChosen(event.target.value)}>
            <option value="">{t('payment.default_method')}</option>
            {methods.data?.payment_methods.map(method => (
              <option key={method.lago_id} value={method.lago_id}>
                {[method.payment_provider_type, method.provider_method_id].filter(Boolean).join(' · ')}
              </option>
            ))}
          </Select>
        </Field>
      )}
      <Buttons>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button kind="primary" busy={collect.isPending} onClick={() => void run().catch(() => undefined)}>
          {t('payment.collect')}
        </Button>
      </Buttons>
    </Dialog>
  )
}

/** A page where the customer pays, made when it is asked for. */
export function PaymentLink({ invoice, onClose }: InvoiceDialogProps) {
  const make = useAction(
    api => api.post<{ invoice_payment_details: { payment_url: string } }>(`/invoices/${invoice.lago_id}/payment_url`),
    { invalidates: [] },
  )
  const address = make.data?.invoice_payment_details.payment_url
  return (
    <Dialog open onOpenChange={onClose} title={t('payment.link')} description={t('payment.link_about')}>
      {address !== undefined && <Code label={t('payment.link')}>{address}</Code>}
      <Buttons>
        <Button onClick={onClose}>{t('common.close')}</Button>
        {address === undefined ? (
          <Button kind="primary" busy={make.isPending} onClick={() => make.mutate(undefined)}>
            {t('payment.make_link')}
          </Button>
        ) : (
          <a href={address} target="_blank" rel="noreferrer" className="self-center text-accent hover:underline">
            {t('payment.open_link')}
          </a>
        )}
      </Buttons>
    </Dialog>
  )
}
