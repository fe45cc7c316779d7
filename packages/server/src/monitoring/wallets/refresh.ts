import { allocateUnbilledUsage, centsInCredits, type Decimal, decimal, truncate } from '@weir/engine'
import {
  listActiveWallets,
  listCurrentRules,
  listTargets,
  rateOf,
  updateWalletRow,
  type WalletRow,
} from '../../credits/index.ts'
import { lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { cappedCents, cappedDecimal } from '../../platform/db/limits.ts'
import { emit } from '../../platform/domain-events.ts'
import { evaluateWalletAlerts } from './alerts.ts'
import { scheduleThresholdTopUp } from './threshold-top-ups.ts'
import { readUnbilledUsage } from './unbilled-usage.ts'

/**
 * Works out again what the wallets of a customer will have left once the usage that is not invoiced yet is paid, and lets
 * those who watch it know: the alerts of the wallets, and the rules that top them up as they fall. What happens meanwhile
 * leaves its mark, and is looked at again.
 */
export async function refreshWallets(ctx: Ctx, customerId: string): Promise<void> {
  const flag = await findFlag(ctx, customerId)
  const usage = await readUnbilledUsage(ctx, customerId)
  const refreshed = await transaction(ctx, async tx => {
    await lockCustomer(tx, customerId)
    const wallets = await listActiveWallets(tx, customerId)
    const ids = wallets.map(wallet => wallet.id)
    const targets = await listTargets(tx, ids)
    const rules = await listCurrentRules(tx, ids)
    const allotted = allocateUnbilledUsage(
      usage,
      wallets.map(wallet => ({
        id: wallet.id,
        code: wallet.code,
        currency: wallet.currency,
        balanceCents: wallet.balance_cents,
        allowedFeeTypes: wallet.allowed_fee_types,
        metricIds: (targets.get(wallet.id) ?? []).map(target => target.metricId),
        hasThresholdRule: (rules.get(wallet.id) ?? []).some(rule => rule.trigger === 'threshold'),
      })),
    )
    const after: WalletRow[] = []
    for (const wallet of wallets) after.push(await refresh(tx, wallet, allotted.get(wallet.id) ?? decimal(0)))
    if (flag !== undefined) await clearFlag(tx, customerId, flag.version)
    return after
  })
  for (const wallet of refreshed) await evaluateWalletAlerts(ctx, wallet)
}

async function refresh(tx: Ctx, before: WalletRow, usageCents: Decimal): Promise<WalletRow> {
  const rate = rateOf(before)
  const ongoing = decimal(before.balance_cents).minus(usageCents)
  const isDepleted = !ongoing.gt(0)
  const after = await updateWalletRow(tx, before.id, {
    ongoing_balance_cents: cappedCents(truncate(ongoing)),
    ongoing_usage_balance_cents: cappedCents(truncate(usageCents)),
    credits_ongoing_balance: cappedDecimal(centsInCredits(ongoing, rate)).toFixed(),
    credits_ongoing_usage_balance: cappedDecimal(centsInCredits(usageCents, rate)).toFixed(),
    depleted_ongoing_balance: isDepleted,
    last_ongoing_balance_sync_at: tx.clock.now(),
  })
  if (isDepleted && !before.depleted_ongoing_balance) await emit(tx, 'wallet.depleted_ongoing_balance', before.id)
  const changed =
    before.ongoing_balance_cents !== after.ongoing_balance_cents ||
    before.ongoing_usage_balance_cents !== after.ongoing_usage_balance_cents
  if (changed) await scheduleThresholdTopUp(tx, after)
  return after
}

function findFlag(ctx: Ctx, customerId: string) {
  return ctx.db
    .selectFrom('wallet_refreshes')
    .select('version')
    .where('organization_id', '=', ctx.org.id)
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
}

async function clearFlag(tx: Ctx, customerId: string, version: bigint): Promise<void> {
  await tx.db
    .deleteFrom('wallet_refreshes')
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', customerId)
    .where('version', '=', version)
    .execute()
}
