import { useParams } from '@tanstack/react-router'
import type { Invoice } from '../../api/invoices.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { formatDate } from '../../format/dates.ts'
import { currencyDecimals, formatMoney, parseMoney, shift } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Empty, Failure } from '../../ui/empty.tsx'
import { Field } from '../../ui/field.tsx'
import { FieldRow, FormSection, PageForm } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Facts, PageHeader } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { useForm } from '../../ui/use-form.ts'
import { customerName } from '../customers/name.ts'
import { useOffers } from './use-offers.ts'

/** Cancels an invoice that was issued: what that affects, and what is given back. */
export default function VoidInvoicePage() {
  const { invoiceId = '' } = useParams({ strict: false }) as { invoiceId?: string }
  const found = useGet<{ invoice: Invoice }>(paths.invoice(invoiceId))
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={10} />
  return <VoidForm invoice={found.data.invoice} />
}

type GivesBack = 'nothing' | 'credit_note'
type Afterwards = 'stop' | 'again'

function VoidForm({ invoice }: { readonly invoice: Invoice }) {
  const navigate = useOrgNavigate()
  const may = useMay()
  const offers = useOffers(invoice)
  const { currency, lago_id: id } = invoice
  const isPaid = invoice.total_paid_amount_cents > 0
  const run = useAction((api, input: object) => api.post(`/invoices/${id}/void`, input), {
    done: t('void.done', { number: invoice.number }),
    toastFailure: false,
  })
  const typed = (cents: number) => shift(cents, currencyDecimals(currency))
  const form = useForm({
    start: {
      gives: (isPaid && invoice.creditable_amount_cents > 0 ? 'credit_note' : 'nothing') as GivesBack,
      credit: typed(isPaid ? Math.max(invoice.creditable_amount_cents - invoice.refundable_amount_cents, 0) : 0),
      refund: typed(invoice.refundable_amount_cents),
      afterwards: 'stop' as Afterwards,
    },
    aliases: { credit_refund_amount: 'credit' },
    check: values => {
      if (values.gives === 'nothing') return {}
      const codesOf = (text: string, most: number) => {
        const cents = parseMoney(text, currency)
        if (cents === undefined || cents < 0) return ['not_an_amount']
        return cents > most ? ['more_than_possible'] : []
      }
      const credit = codesOf(values.credit, invoice.creditable_amount_cents)
      const refund = codesOf(values.refund, invoice.refundable_amount_cents)
      return { ...(credit.length > 0 && { credit }), ...(refund.length > 0 && { refund }) }
    },
    send: values =>
      run.mutateAsync(
        values.gives === 'nothing'
          ? {}
          : {
              generate_credit_note: true,
              credit_amount: parseMoney(values.credit, currency) ?? 0,
              refund_amount: parseMoney(values.refund, currency) ?? 0,
            },
      ),
    onSent: () => navigate(form.values.afterwards === 'again' ? paths.regenerateInvoice(id) : paths.invoice(id)),
  })
  const isOpen = run.isIdle || run.isError
  if (!may('invoice', 'write') || (isOpen && invoice.status !== 'finalized')) {
    return <Empty page title={t('void.not_possible')} text={t('void.not_possible_text')} />
  }
  const { values } = form
  return (
    <>
      <PageHeader
        crumb={{ label: invoice.number, to: paths.invoice(id) }}
        title={t('void.title', { number: invoice.number })}
      />
      <PageForm
        form={form}
        submit={values.afterwards === 'again' ? t('void.submit_again') : t('void.submit')}
        onCancel={() => navigate(paths.invoice(id))}
        side={<Summary invoice={invoice} />}
      >
        <div className="pb-6">
          <Notice tone="warn">{t('void.warning')}</Notice>
        </div>
        <FormSection title={t('void.effects')}>
          <Effects invoice={invoice} givesBack={values.gives} />
        </FormSection>
        {offers.has('credit_note') && invoice.creditable_amount_cents > 0 && (
          <FormSection title={t('void.give_back')} text={isPaid ? t('void.paid_text') : t('void.unpaid_text')}>
            <RadioGroup<GivesBack>
              label={t('void.give_back_how')}
              value={values.gives}
              onChange={gives => form.set('gives', gives)}
              options={[
                {
                  value: 'nothing',
                  label: t('void.nothing'),
                  ...(invoice.prepaid_credit_amount_cents > 0 && { hint: t('void.nothing_hint') }),
                },
                { value: 'credit_note', label: t('void.credit_note'), hint: t('void.credit_note_hint') },
              ]}
            />
            {values.gives === 'credit_note' && (
              <FieldRow>
                <Field
                  label={t('note.credit')}
                  errors={form.errors('credit')}
                  hint={t('note.at_most', { amount: formatMoney(invoice.creditable_amount_cents, currency) })}
                >
                  <AmountInput unit={currency} value={values.credit} onChange={text => form.set('credit', text)} />
                </Field>
                {invoice.refundable_amount_cents > 0 && (
                  <Field
                    label={t('note.refund')}
                    errors={form.errors('refund')}
                    hint={t('note.at_most', { amount: formatMoney(invoice.refundable_amount_cents, currency) })}
                  >
                    <AmountInput unit={currency} value={values.refund} onChange={text => form.set('refund', text)} />
                  </Field>
                )}
              </FieldRow>
            )}
          </FormSection>
        )}
        <FormSection title={t('void.afterwards')}>
          <RadioGroup<Afterwards>
            label={t('void.afterwards_what')}
            value={values.afterwards}
            onChange={afterwards => form.set('afterwards', afterwards)}
            options={[
              { value: 'stop', label: t('void.stop') },
              { value: 'again', label: t('void.again'), hint: t('void.again_hint') },
            ]}
          />
        </FormSection>
      </PageForm>
    </>
  )
}

function Summary({ invoice }: { readonly invoice: Invoice }) {
  const money = (cents: number) => formatMoney(cents, invoice.currency)
  return (
    <Facts
      items={[
        [t('invoices.customer'), invoice.customer && customerName(invoice.customer)],
        [t('invoices.issued'), formatDate(invoice.issuing_date)],
        [t('common.total'), money(invoice.total_amount_cents)],
        [t('invoice.total.paid'), money(invoice.total_paid_amount_cents)],
        [t('invoices.due'), money(invoice.total_due_amount_cents)],
        [t('note.refundable'), money(invoice.refundable_amount_cents)],
      ]}
    />
  )
}

/** What voiding changes elsewhere; what the invoice had nothing of is not mentioned. */
function Effects({ invoice, givesBack }: { readonly invoice: Invoice; readonly givesBack: GivesBack }) {
  const money = (cents: number) => formatMoney(cents, invoice.currency)
  const { prepaid_credit_amount_cents: prepaid, total_due_amount_cents: due, total_paid_amount_cents: paid } = invoice
  const effects = [
    due > 0 && t('void.effect.due', { amount: money(due) }),
    paid > 0 && t('void.effect.paid', { amount: money(paid) }),
    invoice.coupons_amount_cents > 0 && t('void.effect.coupons', { amount: money(invoice.coupons_amount_cents) }),
    prepaid > 0 &&
      (givesBack === 'nothing'
        ? t('void.effect.prepaid', { amount: money(prepaid) })
        : t('void.effect.prepaid_kept', { amount: money(prepaid) })),
    invoice.credit_notes_amount_cents > 0 &&
      t('void.effect.credit_notes', { amount: money(invoice.credit_notes_amount_cents) }),
    t('void.effect.number', { number: invoice.number }),
  ].filter(effect => effect !== false)
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5">
      {effects.map(effect => (
        <li key={effect}>{effect}</li>
      ))}
    </ul>
  )
}
