import type { UsageThreshold } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { SubscriptionRecord } from '../../subscriptions/index.ts'

/**
 * The usage thresholds that apply to a subscription: none where progressive billing is disabled, else its own, else those
 * of its plan, else those of the plan that its plan was derived from.
 */
export async function findApplicableThresholds(
  ctx: Ctx,
  { subscription, plan }: SubscriptionRecord,
): Promise<UsageThreshold[]> {
  if (subscription.progressive_billing_disabled) return []
  const { rows } = await sql<{ id: string; amount_cents: bigint; recurring: boolean; owner: string }>`
    select id, amount_cents, recurring, coalesce(subscription_id, plan_id) as owner
    from usage_thresholds
    where organization_id = ${ctx.org.id}
      and deleted_at is null
      and (subscription_id = ${subscription.id} or plan_id = any(${[plan.id, plan.parentId].filter(id => id !== null)}::uuid[]))
    order by amount_cents, id`.execute(ctx.db)
  const owners = [subscription.id, plan.id, plan.parentId]
  const owner = owners.find(candidate => rows.some(row => row.owner === candidate))
  return rows
    .filter(row => row.owner === owner)
    .map(row => ({ id: row.id, amountCents: row.amount_cents, recurring: row.recurring }))
}
