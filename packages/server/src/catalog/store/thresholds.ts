import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { PlanSnapshot, UsageThreshold } from '../types.ts'

/** The kept usage thresholds of plans, by plan, in order of creation. One query. */
export async function getThresholdsOfPlans(
  ctx: Ctx,
  planIds: readonly string[],
): Promise<Map<string, UsageThreshold[]>> {
  return getThresholds(ctx, 'plan_id', planIds)
}

/** The thresholds that plans sell with: their own, and those of the plans that they are private copies of; by plan. */
export async function getThresholdsOfPlanFamilies(
  ctx: Ctx,
  planIds: readonly string[],
): Promise<Map<string, Pick<PlanSnapshot, 'usageThresholds' | 'parentUsageThresholds'>>> {
  if (planIds.length === 0) return new Map()
  const plans = await ctx.db
    .selectFrom('plans')
    .select(['id', 'parent_id'])
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`id = any(${planIds}::uuid[])`)
    .execute()
  const thresholds = await getThresholdsOfPlans(ctx, [
    ...new Set(plans.flatMap(({ id, parent_id: parent }) => [id, parent ?? id])),
  ])
  return new Map(
    plans.map(({ id, parent_id: parent }) => [
      id,
      {
        usageThresholds: thresholds.get(id) ?? [],
        parentUsageThresholds: parent === null ? [] : (thresholds.get(parent) ?? []),
      },
    ]),
  )
}

/** Whether any threshold is kept of subscriptions, of plans, or of the plans that these are private copies of. */
export async function haveThresholds(
  ctx: Ctx,
  { subscriptionIds, planIds }: { readonly subscriptionIds: readonly string[]; readonly planIds: readonly string[] },
): Promise<boolean> {
  const { rows } = await sql`
    select from usage_thresholds
    where organization_id = ${ctx.org.id} and deleted_at is null and (
      subscription_id = any(${subscriptionIds}::uuid[])
      or plan_id = any(array(
        select unnest(array[plans.id, plans.parent_id]) from plans
        where plans.organization_id = ${ctx.org.id} and plans.id = any(${planIds}::uuid[])
      ))
    )
    limit 1`.execute(ctx.db)
  return rows.length > 0
}

/** As {@link getThresholdsOfPlans}, for the thresholds that subscriptions have of their own. */
export async function getThresholdsOfSubscriptions(
  ctx: Ctx,
  subscriptionIds: readonly string[],
): Promise<Map<string, UsageThreshold[]>> {
  return getThresholds(ctx, 'subscription_id', subscriptionIds)
}

async function getThresholds(
  ctx: Ctx,
  owner: 'plan_id' | 'subscription_id',
  ownerIds: readonly string[],
): Promise<Map<string, UsageThreshold[]>> {
  if (ownerIds.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('usage_thresholds')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`${sql.ref(owner)} = any(${ownerIds}::uuid[])`)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const byOwner = Map.groupBy(rows, row => row[owner] ?? '')
  return new Map(
    [...byOwner].map(([id, thresholds]) => [
      id,
      thresholds.map(row => ({
        id: row.id,
        amountCents: row.amount_cents,
        recurring: row.recurring,
        thresholdDisplayName: row.threshold_display_name,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      })),
    ]),
  )
}

/** Thresholds belong to a plan or to a subscription, never to both. */
export type ThresholdOwner =
  | { readonly planId: string; readonly subscriptionId?: never }
  | { readonly subscriptionId: string; readonly planId?: never }

/** Soft-deletes all thresholds of their owner. */
export async function deleteThresholds(ctx: Ctx, { planId, subscriptionId }: ThresholdOwner): Promise<void> {
  const now = ctx.clock.now()
  await ctx.db
    .updateTable('usage_thresholds')
    .set({ deleted_at: now, updated_at: now })
    .where('organization_id', '=', ctx.org.id)
    .where(planId === undefined ? 'subscription_id' : 'plan_id', '=', planId ?? subscriptionId)
    .where('deleted_at', 'is', null)
    .execute()
}

/** Gives an owner these thresholds beside those it has. */
export async function insertThresholds(
  ctx: Ctx,
  owner: ThresholdOwner,
  thresholds: readonly UsageThreshold[],
): Promise<void> {
  if (thresholds.length === 0) return
  await ctx.db
    .insertInto('usage_thresholds')
    .values(
      thresholds.map(threshold => ({
        id: threshold.id,
        organization_id: ctx.org.id,
        plan_id: owner.planId ?? null,
        subscription_id: owner.subscriptionId ?? null,
        amount_cents: threshold.amountCents,
        recurring: threshold.recurring,
        threshold_display_name: threshold.thresholdDisplayName,
        created_at: threshold.createdAt,
        updated_at: threshold.updatedAt,
      })),
    )
    .execute()
}
