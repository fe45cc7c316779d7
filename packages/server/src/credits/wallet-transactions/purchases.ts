import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { lockWallet } from '../wallets/store.ts'
import { moveBalance } from './movements.ts'
import { getTransaction, type TransactionRow } from './store.ts'

/**
 * Credits a wallet with what was bought, once its money is there; a purchase that failed before can still be paid, and so can
 * one of a wallet that ended. A purchase whose invoice a credit note settled brings no credits: it fails. Settling again changes
 * nothing.
 *
 * @throws 404 `wallet_transaction_not_found`
 */
export async function settlePurchase(ctx: Ctx, transactionId: string): Promise<TransactionRow> {
  return transaction(ctx, async tx => {
    const { purchase, wallet } = await lockPurchase(tx, transactionId)
    if (purchase.status === 'settled') return purchase
    if (await isOffset(tx, purchase)) return fail(tx, purchase)
    const settled = await moveBalance(tx, wallet, purchase)
    await emit(tx, 'wallet_transaction.updated', settled.id)
    return settled
  })
}

/** Gives up a purchase that is waiting for its money; one that is settled or failed stays as it is. @throws 404 */
export async function failPurchase(ctx: Ctx, transactionId: string): Promise<TransactionRow> {
  return transaction(ctx, async tx => fail(tx, (await lockPurchase(tx, transactionId)).purchase))
}

async function lockPurchase(tx: Ctx, transactionId: string) {
  const { wallet_id: walletId } = await getTransaction(tx, transactionId)
  const { wallet } = await lockWallet(tx, walletId)
  return { wallet, purchase: await getTransaction(tx, transactionId) }
}

async function fail(tx: Ctx, purchase: TransactionRow): Promise<TransactionRow> {
  if (purchase.status !== 'pending') return purchase
  const now = tx.clock.now()
  const failed = await tx.db
    .updateTable('wallet_transactions')
    .set({ status: 'failed', failed_at: now, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', purchase.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await emit(tx, 'wallet_transaction.updated', failed.id)
  return failed
}

async function isOffset(tx: Ctx, { invoice_id: invoiceId }: TransactionRow): Promise<boolean> {
  if (invoiceId === null) return false
  const settlement = await tx.db
    .selectFrom('invoice_settlements')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .where('settlement_type', '=', 'credit_note')
    .limit(1)
    .executeTakeFirst()
  return settlement !== undefined
}
