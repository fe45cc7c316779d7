import { decimal, ZERO } from '@weir/engine'
import type { CreditedItem, CreditNoteForPrint } from '../load-credit-note.ts'
import { feeName } from '../printing/fee-rows.ts'
import { categoryOf, type EInvoice, type EInvoiceLine, type RatePart, ratePartsOf } from './einvoice.ts'
import { deliveryDate } from './from-invoice.ts'

const UNIT_DECIMALS = 6

/** A credit note as an e-invoice: what it gives back is negative, what coupons had taken off comes on top. */
export function einvoiceOfCreditNote(print: CreditNoteForPrint): EInvoice {
  const { note, items, invoice, entity, customer } = print
  const isTaxable = invoice.invoice_type !== 'credit'
  const itemsCents = items.reduce((sum, { item }) => sum + item.amount_cents, 0n)
  // What items lack to the note's total, coupons took off: the three add up, as the standard wants.
  const exclusive = note.total_amount_cents - note.taxes_amount_cents
  const reductions = itemsCents > exclusive ? itemsCents - exclusive : 0n
  const whole = items.reduce((sum, { item }) => sum.plus(item.precise_amount_cents), ZERO)
  const parts = ratePartsOf(
    items.map(({ item, fee }) => {
      const amount = decimal(item.precise_amount_cents)
      const reduction = whole.isZero() ? ZERO : amount.times(reductions.toString()).div(whole)
      const rate = fee?.taxes_rate ?? 0
      return { rate, amountCents: item.amount_cents, reduction, tax: amount.minus(reduction).times(rate).div(100) }
    }),
    { reductionCents: reductions, taxesCents: note.taxes_amount_cents, isTaxable },
  )
  return {
    kind: 'credit_note',
    typeCode: '381',
    number: note.number,
    issuedOn: note.issuing_date,
    dueOn: null,
    currency: note.total_amount_currency,
    notes: [`Credit Note ID: ${note.id}`, `Original Invoice: ${invoice.number}`, `Reason: ${note.reason}`],
    purchaseOrderNumber: invoice.purchase_order_number,
    corrected: { number: invoice.number, issuedOn: invoice.issuing_date },
    entity,
    customer,
    deliveredOn: deliveryDate(print),
    payments: [{ code: '1', cents: -note.total_amount_cents }],
    terms: 'Credit note - immediate settlement',
    parts: parts.map(negative),
    totals: {
      lines: -itemsCents,
      reductions: -reductions,
      exclusive: -itemsCents + reductions,
      taxes: -note.taxes_amount_cents,
      inclusive: -itemsCents + reductions - note.taxes_amount_cents,
      prepaid: 0n,
      payable: -itemsCents + reductions - note.taxes_amount_cents,
    },
    lines: items.map(item => line(item, isTaxable)),
  }
}

function negative(part: RatePart): RatePart {
  const { taxableCents, taxCents, reductionCents } = part
  return { ...part, taxableCents: -taxableCents, taxCents: -taxCents, reductionCents: -reductionCents }
}

/** As many units as the item gives back of what the fee cost. */
function line({ item, fee }: CreditedItem, isTaxable: boolean): EInvoiceLine {
  const isWhole = fee === undefined || fee.amount_cents <= 0n
  const units = isWhole
    ? decimal(1)
    : decimal(fee.units).times(item.amount_cents.toString()).div(fee.amount_cents.toString())
  const name = fee === undefined ? 'Credit' : feeName(fee) || 'Prepaid credits'
  return {
    name,
    description: fee?.description || name,
    quantity: units.toDecimalPlaces(UNIT_DECIMALS).negated(),
    price: fee?.precise_unit_amount ?? '0',
    amountCents: -item.amount_cents,
    category: categoryOf({ isTaxable }, fee?.taxes_rate ?? 0),
    rate: fee?.taxes_rate ?? 0,
  }
}
