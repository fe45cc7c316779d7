import { type Decimal, decimal, round, truncate } from '@weir/engine'
import { type CreditedInvoice, isUnpaid, type NoteItem } from '../invoices/index.ts'
import { notFound, validation } from '../platform/errors.ts'
import { readAskedItems } from './schema.ts'

const PRECISE_DECIMALS = 5

export interface ItemRules {
  /** What is left of the credits that a top-up invoice bought. */
  readonly purchaseLeftCents: bigint | null
  /** How an amount is kept: with its fraction, or in whole cents. */
  readonly keep: 'fraction' | 'cents'
}

/**
 * Reads the items of a request one by one, up to the first that is wrong. A later item on a fee sees the earlier ones.
 *
 * @throws 404 `fee_not_found`, 422
 */
export function readItems(credited: CreditedInvoice, value: unknown, rules: ItemRules): NoteItem[] {
  const asked = readAskedItems(value)
  if (asked === undefined) throw validation({ items: ['must_be_an_array'] })
  const left = new Map(credited.fees.map(fee => [fee.id, fee.creditableCents]))
  let taken = 0n
  return asked.map(({ feeId, amount }) => {
    const fee = credited.fees.find(candidate => candidate.id === feeId)
    if (fee === undefined) throw notFound('fee')
    if (amount === undefined || amount.lt(0)) throw validation({ amount_cents: ['invalid_value'] })
    const preciseAmountCents = kept(amount, rules)
    const cents = truncate(round(preciseAmountCents, 0))
    const purchaseLeftCents = (rules.purchaseLeftCents ?? 0n) - taken
    checkItem(credited, cents, left.get(fee.id) ?? 0n, purchaseLeftCents)
    taken += cents
    left.set(fee.id, (left.get(fee.id) ?? 0n) - cents)
    return { fee, preciseAmountCents }
  })
}

function kept(amount: Decimal, { keep }: ItemRules): Decimal {
  return keep === 'cents' ? decimal(truncate(amount)) : round(amount, PRECISE_DECIMALS)
}

function checkItem({ invoice }: CreditedInvoice, cents: bigint, left: bigint, purchaseLeftCents: bigint): void {
  const isTopUp = invoice.invoice_type === 'credit'
  if (isTopUp && isUnpaid(invoice)) return
  if (isTopUp && cents > purchaseLeftCents) throw validation({ amount_cents: ['higher_than_wallet_balance'] })
  if (cents > left) throw validation({ amount_cents: ['higher_than_remaining_fee_amount'] })
}
