import { localDate } from '@weir/engine'
import { getFixedChargesOfPlans } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { SubscriptionRecord } from '../store.ts'
import { recordUnits } from './record-units.ts'
import { getUnitEvents } from './unit-events.ts'
import { effectiveUnits, getUnitsOverridesOf } from './units-overrides.ts'

/**
 * Writes down the units that a subscription starts with, one second after its start: its own, or else those of its plan.
 * A fixed charge whose units were written down for the same local day already is left out.
 *
 * @param record whose subscription has its start
 */
export async function recordStartingUnits(
  tx: Ctx,
  { subscription, plan, timeZone }: Pick<SubscriptionRecord, 'subscription' | 'plan' | 'timeZone'>,
): Promise<void> {
  const { id: subscriptionId, started_at: startedAt } = subscription
  const fixedCharges = await getFixedChargesOfPlans(tx, [plan.id])
  if (startedAt === null || fixedCharges.length === 0) return
  const overrides = await getUnitsOverridesOf(tx, subscriptionId)
  const earlier = (await getUnitEvents(tx, [subscriptionId])).get(subscriptionId) ?? []
  const timestamp = startedAt.add({ seconds: 1 })
  const day = localDate(timestamp, timeZone)
  const known = new Set(
    earlier.filter(event => localDate(event.timestamp, timeZone).equals(day)).map(event => event.fixedChargeId),
  )
  const units = fixedCharges
    .filter(fixedCharge => !known.has(fixedCharge.id))
    .map(fixedCharge => ({
      subscriptionId,
      fixedChargeId: fixedCharge.id,
      units: effectiveUnits(fixedCharge, overrides),
      timestamp,
    }))
  await recordUnits(tx, units, { decidedAt: tx.clock.now() })
}
