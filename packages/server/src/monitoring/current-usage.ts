import type { Ctx } from '../platform/context.ts'
import type { SubscriptionRecord } from '../subscriptions/index.ts'
import { type CurrentUsage, getCurrentUsage } from '../usage/index.ts'

/** Narrows what is read of a subscription's usage. */
export interface UsageSelection {
  readonly billableMetricCode?: string
  /** From the start of the subscription instead of the start of the period. */
  readonly fullUsage?: boolean
  /** How it stood then; absent: now. */
  readonly asOf?: Temporal.Instant
}

/** The usage of an active subscription, without taxes. */
export function readUsageOf(
  ctx: Ctx,
  { subscription, externalCustomerId }: SubscriptionRecord,
  { billableMetricCode, fullUsage = false, asOf }: UsageSelection = {},
): Promise<CurrentUsage> {
  return getCurrentUsage(ctx, {
    externalCustomerId,
    externalSubscriptionId: subscription.external_id,
    chargeId: undefined,
    chargeCode: undefined,
    billableMetricCode,
    group: {},
    skipGrouping: false,
    fullUsage,
    ...(asOf !== undefined && { asOf }),
  })
}

/** What the usage costs, in cents. */
export function usageAmountCents(usage: CurrentUsage): bigint {
  return usage.charges.flatMap(({ fees }) => fees).reduce((sum, fee) => sum + fee.amountCents, 0n)
}
