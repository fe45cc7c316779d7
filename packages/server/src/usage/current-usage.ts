import { type ChargeFee, chargeFees, currentUsageFees, type Period } from '@weir/engine'
import type { Charge, PlanSnapshot } from '../catalog/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { SubscriptionRecord } from '../subscriptions/index.ts'
import type { Taxpayer } from '../taxes/index.ts'
import { findMeteredSubscription, readRunningUsage, type UsageSelection } from './running-usage.ts'

export interface CurrentUsageQuestion extends UsageSelection {
  readonly externalCustomerId: string
  readonly externalSubscriptionId: string | undefined
}

/** What a charge has used so far, one fee a bucket and group; nothing of it is stored. */
export interface ChargeUsage<Fee extends ChargeFee = ChargeFee> {
  readonly charge: Charge
  readonly fees: readonly Fee[]
}

export interface CurrentUsage<Fee extends ChargeFee = ChargeFee> {
  readonly customer: Taxpayer
  readonly period: Period
  readonly plan: PlanSnapshot
  readonly charges: readonly ChargeUsage<Fee>[]
}

/**
 * What a customer has used in the running period of a subscription and what that would cost, as {@link currentUsageOf}.
 *
 * @throws as {@link findMeteredSubscription}, then as {@link currentUsageOf}
 */
export async function getCurrentUsage(ctx: Ctx, question: CurrentUsageQuestion): Promise<CurrentUsage> {
  const { externalCustomerId, externalSubscriptionId, ...selection } = question
  return currentUsageOf(ctx, await findMeteredSubscription(ctx, externalCustomerId, externalSubscriptionId), selection)
}

/**
 * What a subscription has used in its running period and what that would cost: every usage charge of its plan, priced as
 * an invoice would, before minimums, commitments, coupons, credits and taxes (see `taxesOfUsage`).
 *
 * @param knownPlan the subscription's, where it is at hand
 * @throws as `readRunningUsage`
 */
export async function currentUsageOf(
  ctx: Ctx,
  subscription: SubscriptionRecord,
  selection: UsageSelection = {},
  knownPlan?: PlanSnapshot,
): Promise<CurrentUsage> {
  const { customer, plan, period, charges } = await readRunningUsage(ctx, subscription, selection, knownPlan)
  return {
    customer,
    plan,
    period,
    charges: charges.map(({ charge, snapshot, rows }) => ({
      charge,
      fees: currentUsageFees(chargeFees(snapshot.priced, rows)),
    })),
  }
}
