import type { Decimal } from '../money/index.ts'
import { decimal, round, ZERO } from '../money/index.ts'

/** A fee as credit notes see it that pay for its invoice. */
export interface SettledFee {
  readonly id: string
  readonly amountCents: bigint
  readonly preciseCouponsAmountCents: Decimal
  readonly taxesAmountCents: bigint
}

export interface AvailableCreditNote {
  readonly id: string
  readonly balanceAmountCents: bigint
}

export interface CreditNotesOnInvoice {
  readonly credits: readonly { readonly creditNoteId: string; readonly amountCents: bigint }[]
  readonly amountCents: bigint
  /** The share of each fee, by its id; 5 decimals. */
  readonly preciseCreditNotesAmountCents: ReadonlyMap<string, Decimal>
}

const SHARE_DECIMALS = 5

/**
 * Lets credit notes pay for an invoice, after taxes, oldest first, until nothing is due.
 *
 * @param notes of the customer, available, in the invoice's currency and not issued on it, oldest first
 */
export function applyCreditNotes(
  totalCents: bigint,
  fees: readonly SettledFee[],
  notes: readonly AvailableCreditNote[],
): CreditNotesOnInvoice {
  const shares = new Map<string, Decimal>(fees.map(fee => [fee.id, ZERO]))
  const credits: { creditNoteId: string; amountCents: bigint }[] = []
  let due = totalCents
  for (const note of notes) {
    if (due <= 0n) break
    const amountCents = note.balanceAmountCents < due ? note.balanceAmountCents : due
    if (amountCents <= 0n) continue
    credits.push({ creditNoteId: note.id, amountCents })
    for (const fee of fees) {
      const share = shares.get(fee.id) ?? ZERO
      const owed = decimal(fee.amountCents).minus(fee.preciseCouponsAmountCents).plus(decimal(fee.taxesAmountCents))
      const part = decimal(amountCents).times(owed.minus(share)).div(decimal(due))
      const next = round(share.plus(part), SHARE_DECIMALS)
      shares.set(fee.id, next.gt(owed) ? owed : next)
    }
    due -= amountCents
  }
  return { credits, amountCents: totalCents - due, preciseCreditNotesAmountCents: shares }
}
