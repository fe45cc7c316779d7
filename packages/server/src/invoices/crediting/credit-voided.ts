import { type Decimal, decimal, round, truncate } from '@weir/engine'
import { balanceOf, updateCreditNote, voidCreditNoteBalance } from '../../credits/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { validation } from '../../platform/errors.ts'
import type { Invoice } from '../store.ts'
import { loadLeftOnInvoice } from './creditable.ts'
import { type CreditedInvoice, loadCreditedInvoice } from './credited-invoice.ts'
import { amountsOf, issueCreditNote, itemsOfAllLeft, type NoteItem } from './issue-note.ts'

/** What is to be given back of a voided invoice, in cents, taxes included. */
export interface VoidCredit {
  readonly creditCents: bigint
  readonly refundCents: bigint
}

/**
 * Checks, before an invoice is voided, that so much can be given back.
 *
 * @throws 422 `total_amount_exceeds_invoice_amount` on `credit_refund_amount`
 */
export async function checkVoidCredit(
  ctx: Ctx,
  invoice: Invoice,
  { creditCents, refundCents }: VoidCredit,
): Promise<void> {
  const { creditable, refundable } = await loadLeftOnInvoice(ctx, invoice)
  const credit = decimal(creditCents)
  const refund = decimal(refundCents)
  if (credit.gt(creditable) || refund.gt(refundable) || credit.plus(refund).gt(creditable)) {
    throw validation({ credit_refund_amount: ['total_amount_exceeds_invoice_amount'] })
  }
}

/**
 * Gives back what was asked of an invoice that was just voided, spread over its fees by what is left of each; whatever is
 * left then goes on a second note that is voided at once. The customer's and the invoice's rows are locked by the caller,
 * who has checked the amounts.
 *
 * @param invoice as it was voided
 */
export async function creditVoidedInvoice(tx: Ctx, invoice: Invoice, asked: VoidCredit): Promise<void> {
  const note = {
    reason: 'other',
    description: `Credit note created due to voided invoice ${invoice.id}`,
    automatic: true,
  }
  const total = asked.creditCents + asked.refundCents
  if (total > 0n) {
    const credited = await loadCreditedInvoice(tx, invoice)
    await issueCreditNote(tx, credited, {
      ...note,
      items: partOf(credited, total),
      settlement: { ...asked, offsetCents: 0n },
    })
  }
  const rest = await loadCreditedInvoice(tx, invoice)
  const items = itemsOfAllLeft(rest)
  const left = truncate(round(amountsOf(rest, items).preciseTotalCents, 0))
  if (left < 1n) return
  const second = await issueCreditNote(tx, rest, {
    ...note,
    items,
    settlement: { creditCents: left, refundCents: 0n, offsetCents: 0n },
  })
  await voidCreditNote(tx, balanceOf(second))
}

/** Takes back what is left of a note. The customer's row is locked by the caller. */
export async function voidCreditNote(tx: Ctx, balance: ReturnType<typeof balanceOf>): Promise<void> {
  await voidCreditNoteBalance(tx, balance)
  await updateCreditNote(tx, balance.id, {
    credit_status: 'voided',
    voided_at: tx.clock.now(),
    balance_amount_cents: 0n,
  })
}

function partOf(credited: CreditedInvoice, totalCents: bigint): NoteItem[] {
  const items = itemsOfAllLeft(credited)
  const all: Decimal = amountsOf(credited, items).preciseTotalCents
  const estimated = round(all, 0)
  if (estimated.isZero()) return []
  return items.map(({ fee, preciseAmountCents }) => ({
    fee,
    preciseAmountCents: preciseAmountCents.times(decimal(totalCents)).div(estimated),
  }))
}
