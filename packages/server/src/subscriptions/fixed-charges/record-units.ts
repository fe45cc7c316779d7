import { billingBoundaries } from '@weir/engine'
import { sql } from 'kysely'
import type { UnitsChange } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import { type SubscriptionRecord, termsOf } from '../store.ts'

/** Units that a subscription has of a fixed charge from an instant on. */
export interface NewUnits {
  readonly subscriptionId: string
  readonly fixedChargeId: string
  /** A decimal. */
  readonly units: string
  readonly timestamp: Temporal.Instant
}

/**
 * Writes down units that subscriptions have from now on.
 *
 * @param options.decidedAt orders decisions that contradict each other
 * @param options.causeId units that were written for the same cause are not written again
 * @returns what was written
 */
export async function recordUnits<T extends NewUnits>(
  tx: Ctx,
  units: readonly T[],
  options: { readonly decidedAt: Temporal.Instant; readonly causeId?: string },
): Promise<T[]> {
  if (units.length === 0) return []
  const rows = units.map(one => ({
    id: newId(),
    subscription_id: one.subscriptionId,
    fixed_charge_id: one.fixedChargeId,
    units: one.units,
    timestamp: one.timestamp.toString(),
  }))
  const written = await sql<{ id: string }>`
    insert into fixed_charge_events (
      id, organization_id, subscription_id, fixed_charge_id, units, timestamp, created_at, cause_id
    )
    select
      id, ${tx.org.id}, subscription_id, fixed_charge_id, units, timestamp, ${options.decidedAt}, ${options.causeId ?? null}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows (
      id uuid, subscription_id uuid, fixed_charge_id uuid, units numeric, timestamp timestamptz
    )
    order by id
    on conflict do nothing
    returning id`.execute(tx.db)
  const ids = new Set(written.rows.map(row => row.id))
  return units.filter((_, index) => ids.has(rows[index]?.id ?? ''))
}

/**
 * From when on changed units count: at once where that was asked for, else from the first second of the next period of
 * fixed charges. A subscription that waits for its first payment changes with its next period only.
 *
 * @throws for a subscription that has not started
 */
export function unitsApplyAt(record: SubscriptionRecord, at: Temporal.Instant, immediately: boolean): Temporal.Instant {
  if (immediately && record.subscription.status !== 'incomplete') return at
  const terms = termsOf(record)
  if (terms === undefined) throw new Error(`subscription ${record.subscription.id} has not started`)
  const { base, fixedCharges } = billingBoundaries(terms, at, 'current')
  return (fixedCharges ?? base).to.add({ seconds: 1 })
}

/**
 * Tells that units of fixed charges paid in advance were raised at an instant: `fixed_charges.raised`, from which an
 * invoice follows.
 */
export async function emitRaised(tx: Ctx, subscriptionIds: Iterable<string>, at: Temporal.Instant): Promise<void> {
  const happenings = [...new Set(subscriptionIds)].map(objectId => ({
    type: 'fixed_charges.raised',
    objectId,
    data: { at: at.toString() },
  }))
  await emitAll(tx, happenings)
}

/**
 * Writes down the units that one subscription has from now on, and tells of those paid in advance that were raised at
 * once. Before it starts there is nothing to write: it starts with its units.
 */
export async function recordUnitsOfSubscription(
  tx: Ctx,
  record: SubscriptionRecord,
  changes: readonly UnitsChange[],
): Promise<void> {
  const { id: subscriptionId, status } = record.subscription
  if (status !== 'active' && status !== 'incomplete') return
  const at = tx.clock.now()
  const units = changes.map(change => ({
    ...change,
    subscriptionId,
    timestamp: unitsApplyAt(record, at, change.immediately),
  }))
  await recordUnits(tx, units, { decidedAt: at })
  if (units.some(one => one.billed && one.timestamp.equals(at))) await emitRaised(tx, [subscriptionId], at)
}
