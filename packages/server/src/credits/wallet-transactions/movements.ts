import { fundFrom } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import { type OtherSide, postMovement } from '../ledger.ts'
import { flagForRefresh } from '../wallets/refreshes.ts'
import { updateWalletRow, type WalletRow } from '../wallets/store.ts'
import { listFunding, type TransactionRow } from './store.ts'

/** The balance of a wallet changed, whatever the reason: higher domains look at it again. */
export const BALANCE_MOVED = 'wallet.balance_moved'

export interface MovementOptions {
  /** The only inbound transaction that may fund an outbound one; any of the wallet's, in their order, when absent. */
  readonly inboundId?: string
}

/**
 * Moves the money of a transaction: the only way in which a wallet's balance changes. The transaction becomes settled, an
 * inbound one has all of its money left, an outbound one takes it from inbound ones; the wallet, what is left of each
 * transaction, who funded whom and the ledger change together. The customer's row is locked by the caller.
 *
 * @param transaction inserted already, not settled yet
 * @throws when inbound transactions do not have what an outbound one takes: callers look before
 */
export async function moveBalance(
  tx: Ctx,
  wallet: WalletRow,
  transaction: TransactionRow,
  options: MovementOptions = {},
): Promise<TransactionRow> {
  const now = tx.clock.now()
  const inbound = transaction.transaction_type === 'inbound'
  const settled = await tx.db
    .updateTable('wallet_transactions')
    .set({
      status: 'settled',
      settled_at: now,
      remaining_amount_cents: inbound ? transaction.amount_cents : null,
      updated_at: now,
    })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', transaction.id)
    .where('status', '<>', 'settled')
    .returningAll()
    .executeTakeFirstOrThrow()
  if (!inbound) await fund(tx, settled, options)
  await changeBalance(tx, wallet, settled)
  await postMovement(tx, {
    owner: { walletId: wallet.id },
    customerId: wallet.customer_id,
    currency: wallet.currency,
    otherSide: settled.transaction_status as OtherSide,
    amountCents: inbound ? settled.amount_cents : -settled.amount_cents,
    walletTransactionId: settled.id,
  })
  await flagForRefresh(tx, wallet.customer_id)
  await emitAll(tx, [
    { type: 'wallet.updated', objectId: wallet.id },
    { type: BALANCE_MOVED, objectId: wallet.id, data: { customerId: wallet.customer_id } },
  ])
  return settled
}

async function changeBalance(tx: Ctx, wallet: WalletRow, moved: TransactionRow): Promise<void> {
  const now = tx.clock.now()
  const { amount_cents: cents, credit_amount: credits } = moved
  await updateWalletRow(
    tx,
    wallet.id,
    moved.transaction_type === 'inbound'
      ? {
          balance_cents: sql`balance_cents + ${cents}::bigint`,
          credits_balance: sql`credits_balance + ${credits}::numeric`,
          last_balance_sync_at: now,
        }
      : {
          balance_cents: sql`balance_cents - ${cents}::bigint`,
          credits_balance: sql`credits_balance - ${credits}::numeric`,
          consumed_credits: sql`consumed_credits + ${credits}::numeric`,
          consumed_amount_cents: sql`consumed_amount_cents + ${cents}::bigint`,
          last_balance_sync_at: now,
          last_consumed_credit_at: now,
        },
  )
}

async function fund(tx: Ctx, outbound: TransactionRow, { inboundId }: MovementOptions): Promise<void> {
  const inbounds = (await listFunding(tx, outbound.wallet_id)).filter(
    inbound => inboundId === undefined || inbound.id === inboundId,
  )
  const fundings = fundFrom(
    inbounds.map(inbound => ({
      id: inbound.id,
      priority: inbound.priority,
      granted: inbound.transaction_status === 'granted',
      createdAt: inbound.created_at,
      remainingAmountCents: inbound.remaining_amount_cents ?? 0n,
    })),
    outbound.amount_cents,
  )
  const total = fundings.reduce((sum, funding) => sum + funding.amountCents, 0n)
  if (total !== outbound.amount_cents) {
    throw new Error(`wallet ${outbound.wallet_id} has ${total} of ${outbound.amount_cents} cents for ${outbound.id}`)
  }
  if (fundings.length === 0) return
  await tx.db
    .insertInto('wallet_transaction_consumptions')
    .values(
      fundings.map(funding => ({
        id: newId(),
        organization_id: tx.org.id,
        inbound_transaction_id: funding.inboundId,
        outbound_transaction_id: outbound.id,
        consumed_amount_cents: funding.amountCents,
        created_at: tx.clock.now(),
      })),
    )
    .execute()
  await sql`
    update wallet_transactions
    set remaining_amount_cents = remaining_amount_cents - part.amount_cents, updated_at = ${tx.clock.now()}
    from unnest(
      ${fundings.map(funding => funding.inboundId)}::uuid[],
      ${fundings.map(funding => funding.amountCents)}::bigint[]
    ) as part (id, amount_cents)
    where wallet_transactions.organization_id = ${tx.org.id} and wallet_transactions.id = part.id`.execute(tx.db)
}

/** What is left of a wallet's inbound transactions, in cents; of one of them when its id is given. */
export async function leftInCents(ctx: Ctx, walletId: string, inboundId?: string): Promise<bigint> {
  const inbounds = await listFunding(ctx, walletId)
  return inbounds
    .filter(inbound => inboundId === undefined || inbound.id === inboundId)
    .reduce((sum, inbound) => sum + (inbound.remaining_amount_cents ?? 0n), 0n)
}
