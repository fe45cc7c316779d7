import { decimal } from '@weir/engine'
import { getWallet, type WalletRow } from '../../credits/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { evaluateAlerts } from '../alerts/evaluate.ts'
import { type AlertOwner, type AlertType, ownerOfWallet } from '../alerts/types.ts'

const EVALUATE = 'evaluate_wallet_alerts'

/** What an alert on a wallet compares; undefined for alerts on other things. */
export function walletValue(wallet: WalletRow, type: AlertType): string | undefined {
  switch (type) {
    case 'wallet_balance_amount':
      return wallet.balance_cents.toString()
    case 'wallet_credits_balance':
      return wallet.credits_balance
    case 'wallet_ongoing_balance_amount':
      return wallet.ongoing_balance_cents.toString()
    case 'wallet_credits_ongoing_balance':
      return wallet.credits_ongoing_balance
    default:
      return undefined
  }
}

/** Has the alerts of a wallet evaluated soon. */
export async function lookAtWallet(tx: Ctx, owner: AlertOwner & { readonly kind: 'wallet' }): Promise<void> {
  await addJob(tx.db, {
    task: EVALUATE,
    payload: { organizationId: tx.org.id, walletId: owner.id },
    queue: owner.customerId,
    key: `${EVALUATE}:${owner.id}`,
  })
}

export const evaluateWalletAlertsTask: TaskDefinition = {
  name: EVALUATE,
  run: async (ctx, { walletId }) => evaluateWalletAlerts(ctx, await getWallet(ctx, String(walletId))),
}

/** Compares the alerts of an active wallet with what it has now. */
export async function evaluateWalletAlerts(ctx: Ctx, wallet: WalletRow): Promise<void> {
  if (wallet.status !== 'active') return
  await evaluateAlerts(ctx, ownerOfWallet(wallet), async alert => {
    const value = walletValue(wallet, alert.alert_type)
    return value === undefined ? undefined : decimal(value)
  })
}
