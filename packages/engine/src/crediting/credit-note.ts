import type { Decimal } from '../money/index.ts'
import { decimal, round, truncate, ZERO } from '../money/index.ts'

/** A fee of the invoice that a credit note is issued on. */
export interface CreditedFee {
  readonly id: string
  readonly amountCents: bigint
  readonly preciseCouponsAmountCents: Decimal
  /** Codes of the taxes it carries. */
  readonly taxCodes: readonly string[]
}

/** Money given back on a fee: what was asked for, which may have a fraction of a cent. */
export interface CreditNoteItem {
  readonly fee: CreditedFee
  readonly preciseAmountCents: Decimal
}

/** A tax as the invoice has it. */
export interface CreditedTax {
  readonly code: string
  /** Percent. */
  readonly rate: number
  /** The part of the fees that was taxed: 1 unless a tax provider said otherwise. */
  readonly taxableShare: Decimal
}

export interface CreditNoteTax {
  readonly code: string
  readonly baseAmountCents: bigint
  readonly amountCents: bigint
}

export interface CreditNoteAmounts {
  readonly itemsCents: Decimal
  /** 5 decimals. */
  readonly preciseCouponsAdjustmentCents: Decimal
  readonly couponsAdjustmentCents: bigint
  readonly taxes: readonly CreditNoteTax[]
  /** 5 decimals. */
  readonly preciseTaxesCents: Decimal
  readonly taxesCents: bigint
  /** Percent, 5 decimals. */
  readonly taxesRate: number
  readonly subTotalExcludingTaxesCents: bigint
  readonly preciseTotalCents: Decimal
}

/** How a credit note is settled. The parts add up to its total. */
export interface CreditNoteSettlement {
  readonly creditCents: bigint
  readonly refundCents: bigint
  readonly offsetCents: bigint
}

const PRECISE_DECIMALS = 5

/**
 * What a credit note on some fees comes to: their share of the discounts is taken off, and the taxes of the invoice are
 * given back on the rest.
 *
 * @param taxes those of the invoice
 * @param earlierRounding for the note that empties its invoice: what the rounding of the taxes of all other notes added,
 * in cents, so that the taxes of all notes come to those of the invoice
 */
export function creditNoteAmounts(
  items: readonly CreditNoteItem[],
  taxes: readonly CreditedTax[],
  earlierRounding: Decimal = ZERO,
): CreditNoteAmounts {
  const parts = items.map(item => ({ ...item, couponsCents: couponsOf(item) }))
  const itemsCents = sum(parts.map(part => part.preciseAmountCents))
  const couponsCents = sum(parts.map(part => part.couponsCents))
  const discounted = itemsCents.minus(couponsCents)

  const carried = [...new Set(parts.flatMap(part => part.fee.taxCodes))]
  const rows: CreditNoteTax[] = []
  let preciseTaxes = ZERO
  let rate = ZERO
  for (const code of carried) {
    const tax = taxes.find(candidate => candidate.code === code)
    if (tax === undefined) continue
    const taxed = parts.filter(part => part.fee.taxCodes.includes(code))
    const base = sum(taxed.map(part => part.preciseAmountCents.minus(part.couponsCents)))
    const taxable = base.times(tax.taxableShare)
    const amount = taxable.times(decimal(tax.rate)).div(100)
    rows.push({ code, baseAmountCents: cents(taxable), amountCents: cents(amount) })
    preciseTaxes = preciseTaxes.plus(amount)
    if (!discounted.isZero()) rate = rate.plus(base.div(discounted).times(decimal(tax.rate)))
  }

  const precise = preciseTaxes.minus(earlierRounding)
  const preciseCoupons = round(couponsCents, PRECISE_DECIMALS)
  return {
    itemsCents,
    preciseCouponsAdjustmentCents: preciseCoupons,
    couponsAdjustmentCents: cents(couponsCents),
    taxes: rows,
    preciseTaxesCents: round(precise, PRECISE_DECIMALS),
    taxesCents: cents(precise),
    taxesRate: round(rate, PRECISE_DECIMALS).toNumber(),
    subTotalExcludingTaxesCents: cents(itemsCents.minus(preciseCoupons)),
    preciseTotalCents: itemsCents.minus(preciseCoupons).plus(round(precise, PRECISE_DECIMALS)),
  }
}

/**
 * How a note is settled in the end. Its total must be its rounded sub total plus its rounded taxes: where what was asked
 * differs by a cent, the credit gives way, else the offset, else the refund.
 */
export function settleCreditNote(
  amounts: Pick<CreditNoteAmounts, 'taxesCents' | 'subTotalExcludingTaxesCents'>,
  asked: CreditNoteSettlement,
): CreditNoteSettlement {
  const subTotal = asked.creditCents + asked.refundCents + asked.offsetCents - amounts.taxesCents
  const difference = sign(amounts.subTotalExcludingTaxesCents - subTotal)
  if (asked.creditCents > 0n) return { ...asked, creditCents: asked.creditCents + difference }
  if (asked.offsetCents > 0n) return { ...asked, offsetCents: asked.offsetCents + difference }
  return { ...asked, refundCents: asked.refundCents + difference }
}

/**
 * What is left to credit on an invoice, taxes included; it may have a fraction of a cent.
 *
 * @param fees with what no credit note has taken yet
 * @param discountsCents coupons and progressive billing credits of the invoice
 */
export function creditableCents(
  fees: readonly { readonly creditableCents: bigint; readonly taxesRate: number }[],
  discountsCents: bigint,
  feesAmountCents: bigint,
): Decimal {
  const left = sum(fees.map(fee => decimal(fee.creditableCents)))
  if (left.isZero() || feesAmountCents === 0n) return ZERO
  const discount = decimal(discountsCents).div(decimal(feesAmountCents)).times(left)
  const taxes = sum(
    fees.map(fee => {
      const own = decimal(fee.creditableCents)
      return own.minus(discount.times(own).div(left)).times(decimal(fee.taxesRate)).div(100)
    }),
  )
  return left.minus(discount).plus(round(taxes, 0))
}

function couponsOf({ fee, preciseAmountCents }: CreditNoteItem): Decimal {
  if (fee.amountCents === 0n) return ZERO
  return fee.preciseCouponsAmountCents.times(preciseAmountCents.div(decimal(fee.amountCents)))
}

function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value), ZERO)
}

function cents(value: Decimal): bigint {
  return truncate(round(value, 0))
}

function sign(value: bigint): bigint {
  if (value === 0n) return 0n
  return value > 0n ? 1n : -1n
}
