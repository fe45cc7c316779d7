import { type CreditsWorth, creditsForCents, type Decimal, decimal, voidedCredits } from '@weir/engine'
import { type SectionChoiceInput, selectSections } from '../../accounts/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { validation } from '../../platform/errors.ts'
import { type MetadataPair, rateOf } from '../amounts.ts'
import { lockWallet, type WalletRow } from '../wallets/store.ts'
import { leftInCents, moveBalance } from './movements.ts'
import { getTransaction, insertTransaction, type TransactionRow } from './store.ts'

export interface CreditsToVoid {
  /** Absent: all that is left of the inbound transaction. */
  readonly credits: Decimal | undefined
  /** The only transaction they are taken from. */
  readonly inboundId: string | undefined
  readonly name: string | null
  readonly metadata: readonly MetadataPair[]
  readonly priority: number
  readonly sections?: SectionChoiceInput | undefined
}

/**
 * Takes credits out of a wallet for good. The customer's row is locked by the caller.
 *
 * @returns undefined when no credits are asked for
 * @throws 422 on `amount_cents` when there is less than that
 */
export async function voidCredits(
  tx: Ctx,
  wallet: WalletRow,
  request: CreditsToVoid,
): Promise<TransactionRow | undefined> {
  const left = await leftInCents(tx, wallet.id, request.inboundId)
  const rate = rateOf(wallet)
  const worth =
    request.credits === undefined ? creditsForCents(decimal(left), rate) : voidedCredits(request.credits, rate)
  if (worth.creditAmount.isZero()) return undefined
  if (worth.amountCents > left) {
    const code = request.inboundId === undefined ? 'exceeds_available_amount' : 'exceeds_remaining_transaction_amount'
    throw validation({ amount_cents: [code] })
  }
  const voided = await takeOut(tx, wallet, worth, request.inboundId, {
    name: request.name,
    metadata: JSON.stringify(request.metadata),
    priority: request.priority,
  })
  await selectSections(tx, 'wallet_transaction', voided.id, request.sections)
  await emit(tx, 'wallet_transaction.created', voided.id)
  return voided
}

/**
 * Takes out of a wallet what a credit note gives back of a purchase. Nobody is told of the transaction.
 *
 * @throws 422 `higher_than_wallet_balance` on `amount_cents` when less is left of the purchase
 */
export async function voidPurchase(
  tx: Ctx,
  { transactionId, amountCents, creditNoteId }: { transactionId: string; amountCents: bigint; creditNoteId: string },
): Promise<TransactionRow> {
  const purchase = await getTransaction(tx, transactionId)
  const { wallet } = await lockWallet(tx, purchase.wallet_id)
  if ((await leftInCents(tx, wallet.id, purchase.id)) < amountCents) {
    throw validation({ amount_cents: ['higher_than_wallet_balance'] })
  }
  const worth = creditsForCents(decimal(amountCents), rateOf(wallet))
  return takeOut(tx, wallet, worth, purchase.id, { credit_note_id: creditNoteId })
}

async function takeOut(
  tx: Ctx,
  wallet: WalletRow,
  worth: CreditsWorth,
  inboundId: string | undefined,
  fields: Partial<Parameters<typeof insertTransaction>[3]>,
): Promise<TransactionRow> {
  const outbound = await insertTransaction(tx, wallet, worth, {
    transaction_type: 'outbound',
    transaction_status: 'voided',
    ...fields,
  })
  return moveBalance(tx, wallet, outbound, inboundId === undefined ? {} : { inboundId })
}
