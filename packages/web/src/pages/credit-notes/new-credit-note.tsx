import { useParams } from '@tanstack/react-router'
import type { CreditNote, CreditNoteEstimate, Invoice } from '../../api/invoices.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useAction, useGet, usePreview } from '../../app/queries.ts'
import { useLater } from '../../app/use-later.ts'
import { currencyDecimals, formatMoney, shift } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { Empty, Failure } from '../../ui/empty.tsx'
import { Field, Select, TextArea } from '../../ui/field.tsx'
import { FormSection, PageForm } from '../../ui/form.tsx'
import { Facts, PageHeader } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { useForm } from '../../ui/use-form.ts'
import { customerName } from '../customers/name.ts'
import { useOffers } from '../invoices/use-offers.ts'
import { AllocationFields } from './allocation-fields.tsx'
import { EstimateSide } from './estimate-side.tsx'
import { allocationOf, isSettledWhole, itemsOf, leftByFee, type NoteValues, wrongAmounts } from './note-draft.ts'
import { NoteLines } from './note-lines.tsx'
import { useNotesOf } from './of-invoice.tsx'
import { REASONS } from './reasons.ts'

/** Issues a credit note on an invoice: which lines, how much of each, and how it is given back. */
export default function NewCreditNotePage() {
  const { invoiceId = '' } = useParams({ strict: false }) as { invoiceId?: string }
  const found = useGet<{ invoice: Invoice }>(paths.invoice(invoiceId))
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={10} />
  return <WithNotes invoice={found.data.invoice} />
}

function WithNotes({ invoice }: { readonly invoice: Invoice }) {
  const notes = useNotesOf(invoice)
  if (notes.isError) return <Failure page error={notes.error} onRetry={() => void notes.refetch()} />
  if (notes.data === undefined) return <SkeletonLines lines={10} />
  return <NoteForm invoice={invoice} notes={notes.data.credit_notes} />
}

function NoteForm({ invoice, notes }: { readonly invoice: Invoice; readonly notes: readonly CreditNote[] }) {
  const navigate = useOrgNavigate()
  const offers = useOffers(invoice)
  const { currency } = invoice
  const left = leftByFee(invoice, notes)
  const everything = () =>
    Object.fromEntries(
      [...left].filter(([, cents]) => cents > 0).map(([id, cents]) => [id, shift(cents, currencyDecimals(currency))]),
    )
  const issue = useAction(
    (api, credit_note: object) => api.post<{ credit_note: CreditNote }>('/credit_notes', { credit_note }),
    {
      done: ({ credit_note: note }) => t('note.issued', { number: note.number }),
      toastFailure: false,
    },
  )
  const form = useForm<NoteValues, { credit_note: CreditNote }>({
    start: {
      amounts: isSettledWhole(invoice) ? everything() : {},
      reason: 'other',
      description: '',
      refund: '',
      offset: null,
    },
    aliases: {
      refund_amount_cents: 'refund',
      offset_amount_cents: 'offset',
      items: 'amounts',
      amount_cents: 'amounts',
    },
    check: values => {
      if (Object.keys(wrongAmounts(values, left, currency)).length > 0) return { amounts: ['value_is_invalid'] }
      if (itemsOf(values, currency).length === 0) return { amounts: ['nothing_chosen'] }
      return {}
    },
    send: values =>
      issue.mutateAsync({
        invoice_id: invoice.lago_id,
        reason: values.reason,
        ...(values.description.trim() !== '' && { description: values.description.trim() }),
        items: itemsOf(values, currency),
        credit_amount_cents: allocation?.credit ?? 0,
        refund_amount_cents: allocation?.refund ?? 0,
        offset_amount_cents: allocation?.offset ?? 0,
      }),
    onSent: ({ credit_note: note }) => navigate(paths.creditNote(note.lago_id)),
  })
  const { values } = form
  const wrong = wrongAmounts(values, left, currency)
  const items = itemsOf(values, currency)
  const asked = useLater(items)
  const isOpen = issue.isIdle || issue.isError
  const isAsked = asked.length > 0 && Object.keys(wrong).length === 0 && !isSettledWhole(invoice)
  const estimate = usePreview<{ estimated_credit_note: CreditNoteEstimate }>(
    '/credit_notes/estimate',
    { credit_note: { invoice_id: invoice.lago_id, items: asked } },
    { enabled: isAsked && isOpen, keep: true },
  )
  const shown = isAsked ? estimate.data?.estimated_credit_note : undefined
  const allocation = allocationOf(values, invoice, shown)
  if (!offers.has('credit_note') && isOpen) {
    return <Empty page title={t('note.not_possible')} text={t('note.not_possible_text')} />
  }
  return (
    <>
      <PageHeader
        crumb={{ label: invoice.number, to: paths.invoice(invoice.lago_id) }}
        title={t('note.title', { number: invoice.number })}
      />
      <PageForm
        form={form}
        wideSide
        submit={
          allocation === undefined
            ? t('note.submit')
            : t('note.submit_of', { total: formatMoney(allocation.total, currency) })
        }
        onCancel={() => navigate(paths.invoice(invoice.lago_id))}
        side={
          <>
            <Summary invoice={invoice} />
            <EstimateSide
              invoice={invoice}
              estimate={shown}
              allocation={allocation}
              error={isAsked && estimate.isError ? estimate.error : undefined}
              stale={estimate.isPlaceholderData || JSON.stringify(asked) !== JSON.stringify(items)}
            />
          </>
        }
      >
        <FormSection title={t('note.lines')} text={isSettledWhole(invoice) ? t('note.whole') : t('note.lines_text')}>
          <NoteLines
            invoice={invoice}
            left={left}
            amounts={values.amounts}
            wrong={wrong}
            locked={isSettledWhole(invoice)}
            onChange={amounts => form.set('amounts', amounts)}
            onEverything={() => form.set('amounts', everything())}
          />
          {form.errors('amounts').length > 0 && (
            <p role="alert" className="text-sm text-bad">
              {form
                .errors('amounts')
                .map(code => tWord('code', code))
                .join('. ')}
            </p>
          )}
        </FormSection>
        <FormSection title={t('note.allocation')} text={t('note.allocation_text')}>
          <AllocationFields form={form} invoice={invoice} estimate={shown} allocation={allocation} />
        </FormSection>
        <FormSection title={t('note.why')}>
          <Field label={t('note.reason')} errors={form.errors('reason')}>
            <Select value={values.reason} onChange={event => form.set('reason', event.target.value)}>
              {REASONS.map(reason => (
                <option key={reason} value={reason}>
                  {tWord('note_reason', reason)}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t('form.description')} optional={t('common.optional')} errors={form.errors('description')}>
            <TextArea value={values.description} onChange={event => form.set('description', event.target.value)} />
          </Field>
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
        [t('note.invoice_total'), money(invoice.total_amount_cents)],
        [t('invoice.total.paid'), money(invoice.total_paid_amount_cents)],
        [t('invoices.due'), money(invoice.total_due_amount_cents)],
        [t('note.creditable'), money(invoice.creditable_amount_cents)],
        [t('note.refundable'), money(invoice.refundable_amount_cents)],
      ]}
    />
  )
}
