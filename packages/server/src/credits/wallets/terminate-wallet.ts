import { lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit, emitAll } from '../../platform/domain-events.ts'
import { terminateRules } from '../rules/store.ts'
import { flagForRefresh } from './refreshes.ts'
import { listActiveWallets, lockWallet, updateWalletRow, type WalletRow } from './store.ts'

/** Ends a wallet. Its balance stays, and is never used again. Ending it again changes nothing. @throws 404 `wallet_not_found` */
export async function terminateWallet(ctx: Ctx, id: string): Promise<WalletRow> {
  return transaction(ctx, async tx => {
    const { wallet } = await lockWallet(tx, id)
    return wallet.status === 'terminated' ? wallet : end(tx, wallet)
  })
}

/** Ends a wallet whose time is over, unless it was given more in the meantime. */
export async function expireWallet(ctx: Ctx, id: string): Promise<void> {
  await transaction(ctx, async tx => {
    const { wallet } = await lockWallet(tx, id)
    const { status, expiration_at: at } = wallet
    if (status === 'terminated' || at === null || Temporal.Instant.compare(toSecond(at), tx.clock.now()) > 0) return
    await end(tx, wallet)
  })
}

/** Ends the wallets and takes away the coupons of a customer, who was deleted. */
export async function terminateWalletsAndCouponsOf(ctx: Ctx, customerId: string): Promise<void> {
  await transaction(ctx, async tx => {
    await lockCustomer(tx, customerId)
    for (const wallet of await listActiveWallets(tx, customerId)) await end(tx, wallet)
    await removeCoupons(tx, customerId)
  })
}

/** Takes the coupons of a customer away. */
async function removeCoupons(tx: Ctx, customerId: string): Promise<void> {
  const now = tx.clock.now()
  const removed = await tx.db
    .updateTable('applied_coupons')
    .set({ status: 'terminated', terminated_at: now, removed_at: now, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', customerId)
    .where('status', '=', 'active')
    .returning('id')
    .execute()
  await emitAll(
    tx,
    removed.map(({ id }) => ({ type: 'applied_coupon.deleted', objectId: id })),
  )
}

function toSecond(instant: Temporal.Instant): Temporal.Instant {
  return instant.round({ smallestUnit: 'second', roundingMode: 'floor' })
}

async function end(tx: Ctx, wallet: WalletRow): Promise<WalletRow> {
  const ended = await updateWalletRow(tx, wallet.id, { status: 'terminated', terminated_at: tx.clock.now() })
  await terminateRules(tx, wallet.id)
  await flagForRefresh(tx, wallet.customer_id)
  await emit(tx, 'wallet.terminated', wallet.id)
  return ended
}
