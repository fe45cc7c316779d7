import { formatDecimal } from '@weir/engine'
import { sql } from 'kysely'
import type { FixedCharge } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'

/** The units that a subscription has of its own, by fixed charge. */
export type UnitsOverrides = ReadonlyMap<string, string>

/** The units overrides of subscriptions, by subscription; one without any has no entry. One query. */
export async function getUnitsOverrides(
  ctx: Ctx,
  subscriptionIds: readonly string[],
): Promise<Map<string, UnitsOverrides>> {
  if (subscriptionIds.length === 0) return new Map()
  const { rows } = await sql<{ subscription_id: string; fixed_charge_id: string; units: string }>`
    select subscription_id, fixed_charge_id, units
    from subscription_fixed_charge_units_overrides
    where organization_id = ${ctx.org.id}
      and subscription_id = any(${subscriptionIds}::uuid[])
      and deleted_at is null`.execute(ctx.db)
  const bySubscription = Map.groupBy(rows, row => row.subscription_id)
  return new Map(
    [...bySubscription].map(([id, overrides]) => [
      id,
      new Map(overrides.map(row => [row.fixed_charge_id, formatDecimal(row.units)])),
    ]),
  )
}

/** As {@link getUnitsOverrides}, of one subscription. */
export async function getUnitsOverridesOf(ctx: Ctx, subscriptionId: string): Promise<UnitsOverrides> {
  return (await getUnitsOverrides(ctx, [subscriptionId])).get(subscriptionId) ?? new Map()
}

/** The units that a subscription has of a fixed charge of its plan: its own, or else those of the plan. */
export function effectiveUnits(fixedCharge: FixedCharge, overrides: UnitsOverrides | undefined): string {
  return overrides?.get(fixedCharge.id) ?? fixedCharge.units
}

/** Gives a subscription units of its own, in place of those it may have had. */
export async function setUnitsOverride(
  tx: Ctx,
  subscriptionId: string,
  fixedChargeId: string,
  units: string,
): Promise<void> {
  const now = tx.clock.now()
  await sql`
    insert into subscription_fixed_charge_units_overrides (
      id, organization_id, subscription_id, fixed_charge_id, units, created_at, updated_at
    )
    values (${newId()}, ${tx.org.id}, ${subscriptionId}, ${fixedChargeId}, ${units}, ${now}, ${now})
    on conflict (subscription_id, fixed_charge_id) where deleted_at is null
    do update set units = excluded.units, updated_at = excluded.updated_at`.execute(tx.db)
}

/** Soft-deletes the units overrides of a subscription. */
export async function removeUnitsOverrides(tx: Ctx, subscriptionId: string): Promise<void> {
  const now = tx.clock.now()
  await tx.db
    .updateTable('subscription_fixed_charge_units_overrides')
    .set({ deleted_at: now, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('subscription_id', '=', subscriptionId)
    .where('deleted_at', 'is', null)
    .execute()
}
