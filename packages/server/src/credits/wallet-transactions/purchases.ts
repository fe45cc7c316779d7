import { decimal } from '@weir/engine'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { lockWallet, type WalletRow } from '../wallets/store.ts'
import { moveBalance } from './movements.ts'
import { getTransaction, insertTransaction, type TransactionRow } from './store.ts'

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

/**
 * The purchase that an invoice asks for the money of once it was voided and is made again: the same one, or another like it
 * where a credit note took its credits back.
 */
export async function purchaseToBillAgain(
  tx: Ctx,
  wallet: WalletRow,
  purchase: TransactionRow,
): Promise<TransactionRow> {
  if (!(await wasTakenBack(tx, purchase))) return purchase
  const worth = {
    amount: decimal(purchase.amount),
    amountCents: purchase.amount_cents,
    creditAmount: decimal(purchase.credit_amount),
  }
  const again = await insertTransaction(tx, wallet, worth, {
    transaction_type: 'inbound',
    transaction_status: 'purchased',
    name: purchase.name,
    metadata: JSON.stringify(purchase.metadata),
    priority: purchase.priority,
    billing_entity_id: purchase.billing_entity_id,
    purchase_order_number: purchase.purchase_order_number,
    payment_method_type: purchase.payment_method_type,
    payment_method_id: purchase.payment_method_id,
  })
  await emit(tx, 'wallet_transaction.created', again.id)
  return again
}

/** What a refund took of a purchase, a credit note says. */
async function wasTakenBack(tx: Ctx, { id }: TransactionRow): Promise<boolean> {
  const taken = await tx.db
    .selectFrom('wallet_transaction_consumptions as part')
    .innerJoin('wallet_transactions as outbound', 'outbound.id', 'part.outbound_transaction_id')
    .select('outbound.id')
    .where('part.organization_id', '=', tx.org.id)
    .where('part.inbound_transaction_id', '=', id)
    .where('outbound.credit_note_id', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return taken !== undefined
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
