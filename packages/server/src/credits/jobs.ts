import { addJobs } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import type { Reaction } from '../platform/module.ts'
import { EXPIRE_WALLET } from './clock.ts'
import { topUpWallet } from './rules/interval-top-ups.ts'
import { expireWallet, terminateWalletsAndCouponsOf } from './wallets/terminate-wallet.ts'
import { topUpNewWallet } from './wallets/top-up-new-wallet.ts'

const END_OF_CUSTOMER = 'end_credits_of_customer'

export const tasks: readonly TaskDefinition[] = [
  topUpNewWallet,
  topUpWallet,
  { name: EXPIRE_WALLET, run: (ctx, { walletId }) => expireWallet(ctx, String(walletId)) },
  { name: END_OF_CUSTOMER, run: (ctx, { customerId }) => terminateWalletsAndCouponsOf(ctx, String(customerId)) },
]

/** What follows here from what happens to customers. */
export const reactions: Readonly<Record<string, Reaction>> = {
  'customer.deleted': (ctx, events) =>
    addJobs(
      ctx.db,
      events.map(({ organizationId, objectId }) => ({
        task: END_OF_CUSTOMER,
        payload: { organizationId, customerId: objectId },
        queue: objectId,
      })),
    ),
}
