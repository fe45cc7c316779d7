import { readCents } from '../../platform/wire.ts'
import type { InvoiceForPrint } from '../load-invoice.ts'
import { formatMoney, formatRate } from './locales.ts'
import type { Totals } from './printed-document.ts'
import type { Say } from './words.ts'

/** What tax providers say of a whole invoice: why there is no tax on it. */
const WHOLE_INVOICE_CODES: readonly string[] = [
  'not_collecting',
  'juris_not_taxed',
  'reverse_charge',
  'customer_exempt',
  'transaction_exempt',
  'juris_has_no_tax',
  'unknown_taxation',
]

type Money = (cents: bigint) => string
type Line = Totals['lines'][number]

/** From the fees to what is to be paid. */
export function invoiceTotals(print: InvoiceForPrint, say: Say, money: Money): Totals {
  const { invoice } = print
  const line = (label: string, value: string, strong = false): Line => ({ label, value, strong })
  const minus = (label: string, cents: bigint) => (cents > 0n ? [line(label, money(-cents))] : [])
  const isAdvanceCharges = invoice.invoice_type === 'advance_charges'
  const total = line(say(isAdvanceCharges ? 'already_paid' : 'total'), money(invoice.total_amount_cents), true)
  if (invoice.invoice_type === 'credit') return { kind: 'totals', lines: [total] }
  return {
    kind: 'totals',
    lines: [
      ...(isAdvanceCharges ? [] : minus(say('already_billed'), invoice.progressive_billing_credit_amount_cents)),
      ...print.coupons.map(coupon => line(couponName(coupon, money), money(-coupon.amount_cents))),
      line(say('subtotal_excl'), money(invoice.sub_total_excluding_taxes_amount_cents)),
      ...taxLines(print, say, money).map(([label, value]) => line(label, value)),
      line(say('subtotal_incl'), money(invoice.sub_total_including_taxes_amount_cents)),
      ...minus(say('credit_notes'), invoice.credit_notes_amount_cents),
      ...prepaidLines(print, say).flatMap(([label, cents]) => minus(label, cents)),
      total,
    ],
  }
}

function couponName(coupon: InvoiceForPrint['coupons'][number], money: Money): string {
  if (coupon.percentage_rate !== null) return `${coupon.name} (${formatRate(coupon.percentage_rate, 2)})`
  return coupon.coupon_amount_cents === null ? coupon.name : `${coupon.name} (${money(coupon.coupon_amount_cents)})`
}

function taxLines({ taxes }: InvoiceForPrint, say: Say, money: Money): [string, string][] {
  if (taxes.length === 0) return [[say('no_tax'), money(0n)]]
  return taxes.map(tax => {
    if (WHOLE_INVOICE_CODES.includes(tax.tax_code)) return [tax.tax_name, '']
    const amount = money(readCents(tax.fees_amount_cents))
    return [
      say('tax_on', { name: tax.tax_name, rate: formatRate(tax.tax_rate, 1), amount }),
      money(readCents(tax.amount_cents)),
    ]
  })
}

function prepaidLines({ invoice }: InvoiceForPrint, say: Say): [string, bigint][] {
  const { prepaid_granted_credit_amount_cents: granted, prepaid_purchased_credit_amount_cents: purchased } = invoice
  if (granted === null && purchased === null) return [[say('prepaid_credits'), invoice.prepaid_credit_amount_cents]]
  return [
    [say('free_credits'), granted ?? 0n],
    [say('prepaid_credits'), purchased ?? 0n],
  ]
}

export function moneyOf(currency: string, locale: Parameters<typeof formatMoney>[2]): Money {
  return cents => formatMoney(cents, currency, locale)
}
