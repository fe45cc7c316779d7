import { decimal } from '@weir/engine'
import { transaction } from '../../platform/context.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { MetadataPair } from '../amounts.ts'
import { addCredits } from '../wallet-transactions/add-credits.ts'
import { findTransactions } from '../wallet-transactions/store.ts'
import { lockWallet } from './store.ts'

export const TOP_UP_NEW_WALLET = 'top_up_new_wallet'

/** What a new wallet is to begin with. */
export interface FirstTopUp {
  readonly walletId: string
  /** Of the transactions to be made: whoever finds them made has nothing to do. */
  readonly ids: { readonly purchased: string; readonly granted: string }
  readonly paidCredits: string
  readonly grantedCredits: string
  readonly name: string | null
  readonly priority: number
  readonly metadata: readonly MetadataPair[]
  readonly purchaseOrderNumber: string | null
  readonly ignoresLimits: boolean
}

/** Buys and grants what a new wallet is to begin with. */
export const topUpNewWallet: TaskDefinition = {
  name: TOP_UP_NEW_WALLET,
  async run(ctx, payload) {
    const topUp = payload.topUp as FirstTopUp
    await transaction(ctx, async tx => {
      const { wallet } = await lockWallet(tx, topUp.walletId)
      const made = await findTransactions(tx, Object.values(topUp.ids))
      if (made.length > 0 || wallet.status !== 'active') return
      await addCredits(tx, wallet, {
        ...topUp,
        source: 'manual',
        paidCredits: decimal(topUp.paidCredits),
        grantedCredits: decimal(topUp.grantedCredits),
        invoiceRequiresSuccessfulPayment: wallet.invoice_requires_successful_payment,
      })
    })
  },
}
