import { type ChargeFee, chargeFees, currentUsageFees, elapsedShare, type Projection, projectFee } from '@weir/engine'
import type { Ctx } from '../platform/context.ts'
import type { CurrentUsage } from './current-usage.ts'
import { findMeteredSubscription, readRunningUsage } from './running-usage.ts'

/** A fee of current usage with what it would be at the end of the period. */
export interface ProjectedFee extends ChargeFee {
  readonly projection: Projection
}

/**
 * What a customer has used in the running period of a subscription, and what that comes to if it goes on like that until
 * the end of the period.
 *
 * @throws as `findMeteredSubscription`
 */
export async function getProjectedUsage(
  ctx: Ctx,
  externalCustomerId: string,
  externalSubscriptionId: string | undefined,
): Promise<CurrentUsage<ProjectedFee>> {
  const subscription = await findMeteredSubscription(ctx, externalCustomerId, externalSubscriptionId)
  const { customer, plan, period, timeZone, charges } = await readRunningUsage(ctx, subscription, {})
  const share = elapsedShare(period, ctx.clock.now(), timeZone)
  return {
    customer,
    plan,
    period,
    charges: charges.map(({ charge, snapshot: { priced }, rows }) => {
      const fees = chargeFees(priced, rows)
      const projected = rows.flatMap((row, place) => {
        const fee = fees[place]
        return fee === undefined
          ? []
          : [{ ...fee, projection: projectFee(priced, row, fee, share, charge.metric.recurring) }]
      })
      return { charge, fees: currentUsageFees(projected) }
    }),
  }
}
