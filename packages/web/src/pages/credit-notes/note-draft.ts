import type { CreditNote, CreditNoteEstimate, Fee, Invoice } from '../../api/invoices.ts'
import { parseMoney } from '../../format/money.ts'

/** What is typed for a credit note. Amounts are text in units of the currency. */
export interface NoteValues {
  /** By the fee's id; empty for lines that are not credited. */
  readonly amounts: Readonly<Record<string, string>>
  readonly reason: string
  readonly description: string
  readonly refund: string
  /** Null until it is typed: as much as may be. */
  readonly offset: string | null
}

export interface NoteItem {
  readonly fee_id: string
  readonly amount_cents: number
}

/** How the total of a note is given back, in cents. What is neither refunded nor offset is credited. */
export interface Allocation {
  readonly total: number
  readonly credit: number
  readonly refund: number
  readonly offset: number
}

/** What is left to credit of each line, in cents, by the fee's id. */
export function leftByFee(invoice: Invoice, notes: readonly CreditNote[]): ReadonlyMap<string, number> {
  const credited = new Map<string, number>()
  for (const { fee, amount_cents: cents } of notes.flatMap(note => note.items ?? [])) {
    const id = fee?.lago_id ?? ''
    credited.set(id, (credited.get(id) ?? 0) + cents)
  }
  const leftOf = (fee: Fee) => fee.amount_cents - (credited.get(fee.lago_id ?? '') ?? 0)
  // Of purchased credits, those that were used cannot be given back.
  const most =
    invoice.invoice_type === 'credit' && isPaid(invoice) ? invoice.refundable_amount_cents : Number.POSITIVE_INFINITY
  return new Map((invoice.fees ?? []).map(fee => [fee.lago_id ?? '', Math.min(leftOf(fee), most)]))
}

export function isPaid(invoice: Invoice): boolean {
  return invoice.payment_status === 'succeeded'
}

/** A purchase of credits that was not paid can only be settled as a whole. */
export function isSettledWhole(invoice: Invoice): boolean {
  return invoice.invoice_type === 'credit' && !isPaid(invoice)
}

export function itemsOf(values: NoteValues, currency: string): readonly NoteItem[] {
  return Object.entries(values.amounts).flatMap(([fee_id, text]) => {
    const cents = parseMoney(text, currency) ?? 0
    return cents > 0 ? [{ fee_id, amount_cents: cents }] : []
  })
}

/** The codes of the lines whose amount is no amount or too much, by the fee's id. */
export function wrongAmounts(
  values: NoteValues,
  left: ReadonlyMap<string, number>,
  currency: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values.amounts).flatMap(([id, text]) => {
      if (text.trim() === '') return []
      const cents = parseMoney(text, currency)
      if (cents === undefined || cents < 0) return [[id, 'not_an_amount']]
      return cents > (left.get(id) ?? 0) ? [[id, 'more_than_left']] : []
    }),
  )
}

/** The parts of the total: they always add up to it. */
export function allocationOf(
  values: NoteValues,
  invoice: Invoice,
  estimate: CreditNoteEstimate | undefined,
): Allocation | undefined {
  const { currency } = invoice
  if (isSettledWhole(invoice)) {
    const total = invoice.total_amount_cents
    return { total, credit: 0, refund: 0, offset: total }
  }
  if (estimate === undefined) return undefined
  if (invoice.invoice_type === 'credit') {
    const total = estimate.max_refundable_amount_cents
    return { total, credit: 0, refund: total, offset: 0 }
  }
  const total = estimate.max_creditable_amount_cents
  const refund = parseMoney(values.refund || '0', currency) ?? 0
  const most = Math.min(estimate.max_offsettable_amount_cents, Math.max(total - refund, 0))
  const offset = values.offset === null ? most : (parseMoney(values.offset || '0', currency) ?? 0)
  return { total, refund, offset, credit: total - refund - offset }
}
