import { type Currency, currencyExponent, currencySubunits, type Decimal, decimal, ZERO } from '@weir/engine'
import type { FeeRow } from '../../invoices/index.ts'
import type { InvoiceForPrint } from '../load-invoice.ts'

export type TaxCategory = 'O' | 'S' | 'Z'

/** What the fees under one rate of taxes come to. Amounts in units of the currency, precise. */
export interface RatePart {
  readonly category: TaxCategory
  /** Percent. */
  readonly rate: number
  readonly taxable: Decimal
  readonly tax: Decimal
  /** What coupons and progressive credits take off. */
  readonly allowance: Decimal
}

/** 386 is an invoice of a prepayment, 389 a self-billed one, 380 any other. */
export function documentType({ invoice }: InvoiceForPrint): '380' | '386' | '389' {
  if (invoice.invoice_type === 'credit') return '386'
  return invoice.self_billed ? '389' : '380'
}

/** Not subject to VAT, at rate zero, or at a standard rate. */
export function categoryOf({ invoice }: InvoiceForPrint, rate: number): TaxCategory {
  if (invoice.invoice_type === 'credit') return 'O'
  return rate === 0 ? 'Z' : 'S'
}

/** The fees by their rate of taxes, the lowest first. */
export function ratePartsOf(print: InvoiceForPrint): RatePart[] {
  const { invoice, fees } = print
  const subunits = currencySubunits(invoice.currency as Currency)
  const units = (sum: Decimal) => sum.div(subunits)
  const allowances = decimal(invoice.coupons_amount_cents + invoice.progressive_billing_credit_amount_cents)
  const whole = sumOf(fees, fee => fee.precise_amount_cents)
  const byRate = Map.groupBy(fees, fee => fee.taxes_rate)
  return [...byRate]
    .toSorted(([a], [b]) => a - b)
    .map(([rate, own]) => {
      const precise = sumOf(own, fee => fee.precise_amount_cents)
      const tax = sumOf(own, fee => fee.taxes_precise_amount_cents)
      const share = whole.isZero() ? ZERO : allowances.times(precise).div(whole)
      const taxable = rate > 0 ? tax.times(100).div(rate) : precise.minus(share)
      const category = categoryOf(print, rate)
      return { category, rate, taxable: units(taxable), tax: units(tax), allowance: units(precise.minus(taxable)) }
    })
}

/** An amount as e-invoices write it: a point, and the decimals of the currency. */
export function plainAmount(amount: Decimal, currency: string): string {
  return amount.toFixed(currencyExponent(currency as Currency))
}

export function plainCents(cents: bigint, currency: string): string {
  return plainAmount(decimal(cents).div(currencySubunits(currency as Currency)), currency)
}

/** The day the delivery is said to have begun. */
export function deliveryDate({ invoice, links }: InvoiceForPrint): Temporal.PlainDate {
  const starts = links.flatMap(link => link.charges_from_datetime ?? link.from_datetime ?? [])
  const first = starts.toSorted(Temporal.Instant.compare)[0]
  return (first ?? invoice.created_at).toZonedDateTimeISO(invoice.timezone).toPlainDate()
}

/** The smallest first: lines are numbered from 1 in this order. */
export function linesOf({ fees }: InvoiceForPrint): FeeRow[] {
  return fees.toSorted((a, b) => Number(a.amount_cents - b.amount_cents))
}

function sumOf(fees: readonly FeeRow[], amount: (fee: FeeRow) => string): Decimal {
  return fees.reduce((sum, fee) => sum.plus(amount(fee)), ZERO)
}
