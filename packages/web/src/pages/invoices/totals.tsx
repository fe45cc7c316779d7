import type { ReactNode } from 'react'
import type { Invoice } from '../../api/types.ts'
import { formatMoney } from '../../format/money.ts'
import { formatRate } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { cx } from '../../ui/classes.ts'

/** From the sum of the lines to what is due, in the order of the computation; steps that change nothing are left out. */
export function InvoiceTotals({ invoice }: { readonly invoice: Invoice }) {
  const { currency } = invoice
  const money = (cents: number) => formatMoney(cents, currency)
  const minus = (label: string, cents: number): Line => (cents > 0 ? [label, `−${money(cents)}`] : undefined)
  const reduces = invoice.coupons_amount_cents + invoice.progressive_billing_credit_amount_cents > 0
  const isSettled =
    invoice.total_due_amount_cents !== undefined && invoice.total_due_amount_cents !== invoice.total_amount_cents
  const lines: readonly Line[] = [
    [t('invoice.total.fees'), money(invoice.fees_amount_cents)],
    minus(t('invoice.total.progressive'), invoice.progressive_billing_credit_amount_cents),
    minus(t('invoice.total.coupons'), invoice.coupons_amount_cents),
    reduces ? [t('invoice.total.subtotal'), money(invoice.sub_total_excluding_taxes_amount_cents)] : undefined,
    ...(invoice.applied_taxes ?? []).map(
      (tax): Line => [`${tax.tax_name} (${formatRate(tax.tax_rate)})`, money(tax.amount_cents)],
    ),
    minus(t('invoice.total.credit_notes'), invoice.credit_notes_amount_cents),
    minus(t('invoice.total.prepaid'), invoice.prepaid_credit_amount_cents),
    [t('common.total'), money(invoice.total_amount_cents), 'strong'],
    invoice.total_paid_amount_cents > 0
      ? [t('invoice.total.paid'), `−${money(invoice.total_paid_amount_cents)}`]
      : undefined,
    isSettled && invoice.status === 'finalized'
      ? [t('invoices.due'), money(invoice.total_due_amount_cents), 'strong']
      : undefined,
  ]
  return (
    <dl className="ml-auto grid w-full max-w-sm grid-cols-[1fr_auto] gap-y-1 pt-4">
      {lines.map(
        line =>
          line !== undefined && <Row key={line[0]} label={line[0]} value={line[1]} strong={line[2] === 'strong'} />,
      )}
    </dl>
  )
}

type Line = readonly [label: string, value: string, weight?: 'strong'] | undefined

function Row({
  label,
  value,
  strong,
}: {
  readonly label: string
  readonly value: ReactNode
  readonly strong: boolean
}) {
  return (
    <>
      <dt className={cx(strong ? 'border-t border-rule-strong pt-1.5 font-semibold' : 'text-soft')}>{label}</dt>
      <dd className={cx('pl-8 text-right tabular', strong && 'border-t border-rule-strong pt-1.5 font-semibold')}>
        {value}
      </dd>
    </>
  )
}
