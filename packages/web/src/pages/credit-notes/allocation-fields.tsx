import type { CreditNoteEstimate, Invoice } from '../../api/invoices.ts'
import { currencyDecimals, formatMoney, parseMoney, shift } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Field } from '../../ui/field.tsx'
import { FieldRow } from '../../ui/form.tsx'
import type { Form } from '../../ui/use-form.ts'
import type { Allocation, NoteValues } from './note-draft.ts'

interface Props {
  readonly form: Form<NoteValues>
  readonly invoice: Invoice
  readonly estimate: CreditNoteEstimate | undefined
  readonly allocation: Allocation | undefined
}

/** How the note is given back. Refund and offset are typed, each up to its maximum; the rest is credited. */
export function AllocationFields({ form, invoice, estimate, allocation }: Props) {
  const { currency } = invoice
  const { values } = form
  const money = (cents: number) => formatMoney(cents, currency)
  if (allocation === undefined) return <p className="text-soft">{t('note.allocation_first')}</p>
  const credit = (
    <p aria-live="polite" className={allocation.credit < 0 ? 'text-bad' : undefined}>
      <span className="text-soft">{t('note.credit')} </span>
      <span className="font-semibold tabular">{money(Math.max(allocation.credit, 0))}</span>
      {allocation.credit < 0 && (
        <span role="alert">
          {' '}
          {t('note.too_much', { amount: money(-allocation.credit), total: money(allocation.total) })}
        </span>
      )}
    </p>
  )
  if (estimate === undefined)
    return <p className="text-soft">{t('note.offset_whole', { amount: money(allocation.offset) })}</p>
  if (invoice.invoice_type === 'credit')
    return <p className="text-soft">{t('note.refund_whole', { amount: money(allocation.refund) })}</p>
  const most = { refund: estimate.max_refundable_amount_cents, offset: estimate.max_offsettable_amount_cents }
  const errorsOf = (field: 'refund' | 'offset', text: string) => {
    const cents = parseMoney(text || '0', currency)
    if (cents === undefined || cents < 0) return ['not_an_amount']
    return cents > most[field] ? ['more_than_possible'] : form.errors(field)
  }
  const offset = values.offset ?? shift(allocation.offset, currencyDecimals(currency))
  return (
    <>
      {most.refund + most.offset > 0 && (
        <FieldRow>
          {most.refund > 0 && (
            <Field
              label={t('note.refund')}
              hint={t('note.at_most', { amount: money(most.refund) })}
              errors={errorsOf('refund', values.refund)}
            >
              <AmountInput
                unit={currency}
                placeholder={shift(0, currencyDecimals(currency))}
                value={values.refund}
                onChange={text => form.set('refund', text)}
              />
            </Field>
          )}
          {most.offset > 0 && (
            <Field
              label={t('note.offset')}
              hint={t('note.at_most', { amount: money(most.offset) })}
              errors={errorsOf('offset', offset)}
            >
              <AmountInput unit={currency} value={offset} onChange={text => form.set('offset', text)} />
            </Field>
          )}
        </FieldRow>
      )}
      {credit}
    </>
  )
}
