import { decimal, floor, round } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { notAllowed } from '../../platform/errors.ts'
import { type CreditableFee, loadCreditedInvoice } from '../crediting/credited-invoice.ts'
import { amountsOf, issueCreditNote } from '../crediting/issue-note.ts'
import { lockInvoice } from '../store.ts'

/**
 * Gives back, with a credit note, what a progressive invoice billed too much because its usage was corrected afterwards: of
 * its largest fees first. The customer is locked by the caller.
 *
 * @param excessCents without taxes
 * @throws 405 `creditable_amount_is_less_than_requested` when credit notes took too much of the fees already
 */
export async function creditOverBilling(tx: Ctx, progressiveInvoiceId: string, excessCents: bigint): Promise<void> {
  const invoice = await lockInvoice(tx, progressiveInvoiceId)
  if (invoice === undefined) throw new Error(`invoice ${progressiveInvoiceId} does not exist`)
  const credited = await loadCreditedInvoice(tx, invoice)
  let rest = excessCents
  const items = credited.fees.toSorted(largestFirst).map(fee => {
    const cents = rest < fee.creditableCents ? rest : fee.creditableCents
    rest -= cents
    return { fee, preciseAmountCents: decimal(cents) }
  })
  if (rest > 0n) throw notAllowed('creditable_amount_is_less_than_requested')
  const amounts = amountsOf(credited, items)
  const taxesCents = amounts.taxes.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  const creditCents = round(
    amounts.itemsCents.minus(floor(amounts.preciseCouponsAdjustmentCents, 5)).plus(decimal(taxesCents)),
    0,
  )
  await issueCreditNote(tx, credited, {
    items,
    settlement: { creditCents: BigInt(creditCents.toFixed()), refundCents: 0n, offsetCents: 0n },
    reason: 'other',
    description: null,
    automatic: true,
  })
}

function largestFirst(a: CreditableFee, b: CreditableFee): number {
  return a.amountCents === b.amountCents ? 0 : a.amountCents > b.amountCents ? -1 : 1
}
