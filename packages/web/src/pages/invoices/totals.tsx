import type { ReactNode } from 'react'
import type { Invoice } from '../../api/invoices.ts'
import { formatMoney } from '../../format/money.ts'
import { formatRate } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { cx } from '../../ui/classes.ts'

/** From the sum of the lines to what is due, in the order of the computation; steps that change nothing are left out. */
export function InvoiceTotals({ invoice }: { readonly invoice: Invoice }) {
  const { currency } = invoice
  const money = (cents: number) => formatMoney(cents, currency)
  const minus = (label: string, cents: number | null | undefined): Line =>
    (cents ?? 0) > 0 ? [label, `−${money(cents ?? 0)}`] : undefined
  const reduces = invoice.coupons_amount_cents + invoice.progressive_billing_credit_amount_cents > 0
  const isIssued = invoice.status === 'finalized'
  // Previews owe nothing yet, and do not say so.
  const hasMoved = (invoice.total_due_amount_cents ?? invoice.total_amount_cents) !== invoice.total_amount_cents
  const lines: readonly Line[] = [
    [t('invoice.total.fees'), money(invoice.fees_amount_cents)],
    minus(t('invoice.total.progressive'), invoice.progressive_billing_credit_amount_cents),
    ...couponLines(invoice, minus),
    reduces ? [t('invoice.total.subtotal'), money(invoice.sub_total_excluding_taxes_amount_cents)] : undefined,
    ...(invoice.applied_taxes ?? []).map(
      (tax): Line => [
        tax.fees_amount_cents === undefined
          ? `${tax.tax_name} (${formatRate(tax.tax_rate)})`
          : t('invoice.total.tax', {
              name: tax.tax_name,
              rate: formatRate(tax.tax_rate),
              base: money(tax.fees_amount_cents),
            }),
        money(tax.amount_cents),
      ],
    ),
    invoice.taxes_amount_cents > 0
      ? [t('invoice.total.with_taxes'), money(invoice.sub_total_including_taxes_amount_cents)]
      : undefined,
    minus(t('invoice.total.credit_notes'), invoice.credit_notes_amount_cents),
    ...prepaidLines(invoice, minus),
    [t('common.total'), money(invoice.total_amount_cents), 'strong'],
    minus(t('invoice.total.paid'), invoice.total_paid_amount_cents),
    minus(t('invoice.total.offset'), invoice.total_offsetted_credit_note_amount_cents),
    isIssued && hasMoved ? [t('invoices.due'), money(invoice.total_due_amount_cents), 'strong'] : undefined,
  ]
  return <Sums lines={lines} />
}

/** Labels and amounts under each other, at the right. */
export function Sums({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <dl className="ml-auto grid w-full max-w-md grid-cols-[1fr_auto] gap-y-1 pt-4">
      {lines.map(
        (line, index) =>
          line !== undefined && (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines are an order, and two coupons may have one name
            <Row key={`${index} ${line[0]}`} label={line[0]} value={line[1]} strong={line[2] === 'strong'} />
          ),
      )}
    </dl>
  )
}

export type Line = readonly [label: string, value: string, weight?: 'strong'] | undefined

type Minus = (label: string, cents: number | null | undefined) => Line

function couponLines({ credits = [], coupons_amount_cents: cents }: Invoice, minus: Minus): readonly Line[] {
  const coupons = credits.filter(credit => credit.item.type === 'coupon')
  if (coupons.length === 0) return [minus(t('invoice.total.coupons'), cents)]
  return coupons.map(credit => minus(t('invoice.total.coupon', { name: credit.item.name }), credit.amount_cents))
}

/** The free part and the paid part where they are told apart. */
function prepaidLines(invoice: Invoice, minus: Minus): readonly Line[] {
  const { prepaid_granted_credit_amount_cents: granted, prepaid_purchased_credit_amount_cents: purchased } = invoice
  if (granted == null && purchased == null) {
    return [minus(t('invoice.total.prepaid'), invoice.prepaid_credit_amount_cents)]
  }
  return [minus(t('invoice.total.free_credits'), granted), minus(t('invoice.total.paid_credits'), purchased)]
}

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
