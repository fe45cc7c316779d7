import { type CreditNoteAmounts, type CreditNoteSettlement, decimal, round, truncate, ZERO } from '@weir/engine'
import { Problems } from '../../platform/errors.ts'
import type { CreditedInvoice } from './credited-invoice.ts'

/** What was asked may differ by a cent from what the items come to, since taxes are rounded. */
const TOLERANCE = 1n

/**
 * Checks a credit note against its invoice: what its items come to, what was paid, and what other notes have taken.
 *
 * @throws 422 with all that is wrong, in the order of the checks
 */
export function checkLimits(
  credited: CreditedInvoice,
  amounts: Pick<CreditNoteAmounts, 'preciseTotalCents'>,
  { creditCents, refundCents, offsetCents }: CreditNoteSettlement,
): void {
  const { invoice } = credited
  const { total_amount_cents: due, total_paid_amount_cents: paid } = invoice
  const isTopUp = invoice.invoice_type === 'credit'
  const taken = takenBefore(credited)
  const feesTotal = feesTotalOf(credited)
  const total = creditCents + refundCents + offsetCents
  const problems = new Problems()
  if (refundCents > 0n && invoice.payment_status !== 'succeeded' && paid === due && due > 0n) {
    problems.add('refund_amount_cents', 'cannot_refund_unpaid_invoice')
  }
  if (distance(total, truncate(round(amounts.preciseTotalCents, 0))) > TOLERANCE) {
    problems.add('base', 'does_not_match_item_amounts')
  }
  if (refundCents > 0n && paid <= 0n) problems.add('refund_amount_cents', 'cannot_refund_unpaid_invoice')
  if (refundCents > paid - taken.refund) problems.add('refund_amount_cents', 'higher_than_remaining_invoice_amount')
  if (isTopUp && creditCents > 0n) problems.add('credit_amount_cents', 'cannot_credit_invoice')
  if (creditCents > feesTotal - taken.credit - taken.offset + TOLERANCE) {
    problems.add('credit_amount_cents', 'higher_than_remaining_invoice_amount')
  }
  if (isTopUp && offsetCents > 0n) {
    if (paid > 0n) problems.add('offset_amount_cents', 'cannot_apply_to_paid_invoice')
    if (offsetCents !== due) problems.add('offset_amount_cents', 'not_equal_to_total_amount')
  }
  if (offsetCents > least(due - paid - taken.offset, feesTotal - taken.credit - taken.offset)) {
    problems.add('offset_amount_cents', 'higher_than_remaining_invoice_amount')
  }
  if (total > feesTotal - taken.credit - taken.refund - taken.offset + TOLERANCE) {
    problems.add('base', 'higher_than_remaining_invoice_amount')
  }
  if (total <= 0n) problems.add('base', 'total_amount_must_be_positive')
  problems.throwIfAny()
}

function takenBefore({ notes }: CreditedInvoice): { credit: bigint; refund: bigint; offset: bigint } {
  const finalized = notes.filter(note => note.status === 'finalized')
  return {
    credit: finalized.reduce((sum, note) => sum + note.credit_amount_cents, 0n),
    refund: finalized.reduce((sum, note) => sum + note.refund_amount_cents, 0n),
    offset: finalized.reduce((sum, note) => sum + note.offset_amount_cents, 0n),
  }
}

/** What the fees come to with their taxes, before any coupon. */
function feesTotalOf({ fees }: CreditedInvoice): bigint {
  const taxes = fees.reduce(
    (sum, fee) => sum.plus(decimal(fee.amountCents).times(decimal(fee.taxesRate)).div(100)),
    ZERO,
  )
  return fees.reduce((sum, fee) => sum + fee.amountCents, 0n) + truncate(round(taxes, 0))
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
