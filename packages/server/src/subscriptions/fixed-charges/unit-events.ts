import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/** From `timestamp` on, a subscription has these units of a fixed charge. */
export interface UnitEvent {
  readonly id: string
  readonly subscriptionId: string
  /** The fixed charge of the plan that the subscription was on then: a private copy's, or its parent's. */
  readonly fixedChargeId: string
  /** A decimal. */
  readonly units: string
  readonly timestamp: Temporal.Instant
  /** When it was decided: of decisions that contradict each other, the later one holds. */
  readonly createdAt: Temporal.Instant
}

/**
 * How the units of all fixed charges of subscriptions changed, by subscription, in the order in which the changes were
 * decided. What concerns one fixed charge are the events with its id and with the id of its parent. One query; a
 * subscription without events has no entry.
 */
export async function getUnitEvents(
  ctx: Ctx,
  subscriptionIds: readonly string[],
): Promise<Map<string, readonly UnitEvent[]>> {
  if (subscriptionIds.length === 0) return new Map()
  const { rows } = await sql<UnitEvent>`
    select
      id,
      subscription_id as "subscriptionId",
      fixed_charge_id as "fixedChargeId",
      units,
      timestamp,
      created_at as "createdAt"
    from fixed_charge_events
    where organization_id = ${ctx.org.id}
      and subscription_id = any(${subscriptionIds}::uuid[])
      and deleted_at is null
    order by created_at, id`.execute(ctx.db)
  return Map.groupBy(rows, event => event.subscriptionId)
}
