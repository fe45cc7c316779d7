import { decimal, type TopUp, thresholdTopUp } from '@weir/engine'
import { sql } from 'kysely'
import {
  addCredits,
  creditsOfRule,
  limitsInCredits,
  listCurrentRules,
  lockWallet,
  methodOf,
  type RuleRow,
  type WalletRow,
} from '../../credits/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { ApiError } from '../../platform/errors.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'

const TOP_UP = 'top_up_wallet_at_threshold'

/** In real time, so that movements in quick succession lead to one top-up. */
const TOPPED_UP_AFTER = { seconds: 2 }
/** How long a top-up that failed keeps others back. */
const BACK_OFF = { hours: 1 }

/** Has a wallet topped up soon whose ongoing balance fell to the threshold of its rule. */
export async function scheduleThresholdTopUp(tx: Ctx, wallet: WalletRow): Promise<void> {
  if ((await wanted(tx, wallet)) === undefined) return
  await addJob(tx.db, {
    task: TOP_UP,
    payload: { organizationId: tx.org.id, walletId: wallet.id },
    queue: wallet.customer_id,
    key: `${TOP_UP}:${wallet.id}`,
    ...(!tx.org.sandbox && { runAt: tx.clock.now().add(TOPPED_UP_AFTER) }),
  })
}

export const topUpWalletAtThreshold: TaskDefinition = {
  name: TOP_UP,
  async run(ctx, { walletId }) {
    try {
      await transaction(ctx, tx => topUp(tx, String(walletId)))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      ctx.log.warn({ walletId, details: error.body }, 'a top-up was refused')
    }
  },
}

/** What was bought in the meantime counts. */
async function topUp(tx: Ctx, walletId: string): Promise<void> {
  const { wallet } = await lockWallet(tx, walletId)
  const found = await wanted(tx, wallet)
  if (found === undefined) return
  const { rule, amounts } = found
  await addCredits(tx, wallet, {
    ...creditsOfRule(wallet, rule),
    ...amounts,
    source: 'threshold',
    rule: { id: rule.id },
  })
}

async function wanted(tx: Ctx, wallet: WalletRow): Promise<{ rule: RuleRow; amounts: TopUp } | undefined> {
  if (wallet.status !== 'active') return undefined
  const rules = (await listCurrentRules(tx, [wallet.id])).get(wallet.id) ?? []
  const rule = rules.find(candidate => candidate.trigger === 'threshold')
  if (rule === undefined) return undefined
  const amounts = thresholdTopUp(
    methodOf(rule),
    decimal(rule.threshold_credits),
    decimal(wallet.credits_ongoing_balance),
    decimal(await pendingCredits(tx, wallet.id)),
    limitsInCredits(wallet, rule),
  )
  if (amounts === null || (amounts.paidCredits.isZero() && amounts.grantedCredits.isZero())) return undefined
  if (amounts.paidCredits.gt(0) && (await isBackedOff(tx, wallet.id))) return undefined
  return { rule, amounts }
}

async function pendingCredits(tx: Ctx, walletId: string): Promise<string> {
  const { rows } = await sql<{ credits: string }>`
    select coalesce(sum(credit_amount), 0) as credits
    from wallet_transactions
    where organization_id = ${tx.org.id} and wallet_id = ${walletId} and status = 'pending'`.execute(tx.db)
  return rows[0]?.credits ?? '0'
}

/** Whether the last purchase that a threshold set off failed a short while ago, and none was paid since. */
async function isBackedOff(tx: Ctx, walletId: string): Promise<boolean> {
  const since = tx.clock.now().subtract(BACK_OFF)
  const { rows } = await sql<{ backedOff: boolean }>`
    select exists (
      select from wallet_transactions failed
      where failed.organization_id = ${tx.org.id}
        and failed.wallet_id = ${walletId}
        and failed.source = 'threshold'
        and failed.transaction_status = 'purchased'
        and failed.status = 'failed'
        and failed.failed_at > ${since}
        and not exists (
          select from wallet_transactions paid
          where paid.organization_id = ${tx.org.id}
            and paid.wallet_id = ${walletId}
            and paid.transaction_status = 'purchased'
            and paid.status = 'settled'
            and paid.settled_at > failed.failed_at
        )
    ) as "backedOff"`.execute(tx.db)
  return rows[0]?.backedOff ?? false
}
