import type { CreditNoteEstimate, Invoice } from '../../api/invoices.ts'
import { formatMoney } from '../../format/money.ts'
import { formatRate } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { Section } from '../../ui/page.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { type Line, Sums } from '../invoices/totals.tsx'
import type { Allocation } from './note-draft.ts'

/** What the note comes to, from the server, while it is typed. */
export function EstimateSide({
  invoice,
  estimate,
  allocation,
  error,
  stale,
}: {
  readonly invoice: Invoice
  readonly estimate: CreditNoteEstimate | undefined
  readonly allocation: Allocation | undefined
  readonly error: unknown
  /** It is of what was typed a moment ago. */
  readonly stale: boolean
}) {
  const money = (cents: number) => formatMoney(cents, invoice.currency)
  return (
    <Section title={t('note.estimate')} className="mt-6">
      {error !== undefined ? (
        <p role="alert" className="text-bad">
          {reasonOf(error)}
        </p>
      ) : allocation === undefined ? (
        <p className="text-soft">{t('note.estimate_none')}</p>
      ) : (
        <div aria-live="polite" aria-busy={stale} className={stale ? 'opacity-60' : undefined}>
          <Sums
            lines={[
              ...(estimate === undefined ? [] : linesOf(estimate, money)),
              [t('note.total'), money(allocation.total), 'strong'],
              part(t('note.refunded'), allocation.refund, money),
              part(t('note.offset_on'), allocation.offset, money),
              part(t('note.credited'), allocation.credit, money),
            ]}
          />
        </div>
      )}
    </Section>
  )
}

function linesOf(estimate: CreditNoteEstimate, money: (cents: number) => string): readonly Line[] {
  const { coupons_adjustment_amount_cents: coupons, sub_total_excluding_taxes_amount_cents: subTotal } = estimate
  return [
    [t('note.items'), money(subTotal + coupons)],
    coupons > 0 ? [t('note.coupons'), `−${money(coupons)}`] : undefined,
    coupons > 0 ? [t('invoice.total.subtotal'), money(subTotal)] : undefined,
    ...estimate.applied_taxes.map(
      (tax): Line => [`${tax.tax_name} (${formatRate(tax.tax_rate)})`, money(tax.amount_cents)],
    ),
  ]
}

function part(label: string, cents: number, money: (cents: number) => string): Line {
  return cents > 0 ? [label, money(cents)] : undefined
}
