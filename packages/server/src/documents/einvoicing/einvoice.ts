import { allocate, type Currency, currencyExponent, currencySubunits, type Decimal, decimal, ZERO } from '@weir/engine'
import type { BillingEntity } from '../../accounts/index.ts'
import type { Customer } from '../../customers/index.ts'

export type TaxCategory = 'O' | 'S' | 'Z'

/** What the lines under one rate of taxes come to, in cents. */
export interface RatePart {
  readonly category: TaxCategory
  /** Percent. */
  readonly rate: number
  readonly taxableCents: bigint
  readonly taxCents: bigint
  /** What coupons and progressive credits take off; of a credit note, what they take off what is given back. */
  readonly reductionCents: bigint
}

export interface EInvoiceLine {
  readonly name: string
  readonly description: string
  readonly quantity: Decimal
  /** In units of the currency. */
  readonly price: string
  readonly amountCents: bigint
  readonly category: TaxCategory
  readonly rate: number
}

/** An invoice or a credit note as the European standard EN 16931 sees it. What a credit note says is negative. */
export interface EInvoice {
  readonly kind: 'invoice' | 'credit_note'
  /** 386 is an invoice of a prepayment, 389 a self-billed one, 380 any other; 381 is a credit note, 202 a receipt. */
  readonly typeCode: '202' | '380' | '381' | '386' | '389'
  readonly number: string
  readonly issuedOn: Temporal.PlainDate
  readonly dueOn: Temporal.PlainDate | null
  readonly currency: string
  readonly notes: readonly string[]
  readonly purchaseOrderNumber: string | null
  /** The invoice that a credit note is on. */
  readonly corrected: { readonly number: string; readonly issuedOn: Temporal.PlainDate } | null
  readonly entity: BillingEntity
  readonly customer: Customer
  readonly deliveredOn: Temporal.PlainDate
  /** How it is paid, by the codes of UNTDID 4461. */
  readonly payments: readonly { readonly code: '1' | '48' | '57' | '97'; readonly cents: bigint }[]
  readonly terms: string
  /** The lowest rate first. */
  readonly parts: readonly RatePart[]
  readonly totals: {
    readonly lines: bigint
    readonly reductions: bigint
    readonly exclusive: bigint
    readonly taxes: bigint
    readonly inclusive: bigint
    readonly prepaid: bigint
    readonly payable: bigint
  }
  readonly lines: readonly EInvoiceLine[]
}

/** What is billed or given back, as far as taxes are concerned. Amounts in cents, none negative. */
export interface TaxedAmount {
  readonly rate: number
  readonly amountCents: bigint
  readonly reduction: Decimal
  readonly tax: Decimal
}

/**
 * Amounts by their rate of taxes, the lowest first. The parts of the reductions and of the taxes add up to those of the whole
 * document, whatever the rounding: the standard wants both.
 */
export function ratePartsOf(
  amounts: readonly TaxedAmount[],
  whole: { readonly reductionCents: bigint; readonly taxesCents: bigint; readonly isTaxable: boolean },
): RatePart[] {
  const groups = [...Map.groupBy(amounts, amount => amount.rate)].toSorted(([a], [b]) => a - b)
  const reductions = allocate(
    whole.reductionCents,
    groups.map(([, own]) => sumOf(own, amount => amount.reduction)),
  )
  const taxes = allocate(
    whole.taxesCents,
    groups.map(([, own]) => sumOf(own, amount => amount.tax)),
  )
  return groups.map(([rate, own], place) => {
    const reductionCents = reductions[place] ?? 0n
    const taxableCents = own.reduce((sum, amount) => sum + amount.amountCents, 0n) - reductionCents
    return { category: categoryOf(whole, rate), rate, taxableCents, taxCents: taxes[place] ?? 0n, reductionCents }
  })
}

/** Not subject to VAT, at rate zero, or at a standard rate. */
export function categoryOf({ isTaxable }: { readonly isTaxable: boolean }, rate: number): TaxCategory {
  if (!isTaxable) return 'O'
  return rate === 0 ? 'Z' : 'S'
}

/** The first of several addresses: e-invoices have room for one. */
export function firstEmail(email: string | null): string | undefined {
  return email?.split(',')[0]?.trim()
}

/** Who moved to another country since issues none. */
export function issuesEinvoices({ einvoicing, country }: BillingEntity): boolean {
  return einvoicing && (country === 'FR' || country === 'DE')
}

/** An amount as e-invoices write it: a point, and the decimals of the currency. */
export function plainCents(cents: bigint, currency: string): string {
  return decimal(cents)
    .div(currencySubunits(currency as Currency))
    .toFixed(currencyExponent(currency as Currency))
}

function sumOf(amounts: readonly TaxedAmount[], part: (amount: TaxedAmount) => Decimal): Decimal {
  return amounts.reduce((sum, amount) => sum.plus(part(amount)), ZERO)
}
