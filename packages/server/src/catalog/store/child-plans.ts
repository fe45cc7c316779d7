import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/** True when subscriptions have private copies of the plan. */
export async function hasChildren(ctx: Ctx, planId: string): Promise<boolean> {
  const child = await ctx.db
    .selectFrom('plans')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('parent_id', '=', planId)
    .where('deleted_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return child !== undefined
}

/** Lets the changes of one charge reach its copies one after another: the next waits until the transaction ends. */
export async function holdCascade(tx: Ctx, chargeId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${chargeId}, 0))`.execute(tx.db)
}

/**
 * Private copies of a plan that a subscription uses or is going to use, in order of their ids. Nobody else changes them
 * until the transaction ends.
 */
export async function lockSubscribedChildren(
  tx: Ctx,
  planId: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id
    from plans
    where organization_id = ${tx.org.id}
      and parent_id = ${planId}
      and deleted_at is null
      and id > ${after}
      and exists (
        select from subscriptions
        where subscriptions.plan_id = plans.id and subscriptions.status in ('active', 'pending')
      )
    order by id
    limit ${limit}
    for no key update`.execute(tx.db)
  return rows.map(row => row.id)
}

/** Gives a new amount to the private copies of a plan that have the old one. @returns their ids */
export async function changeAmountOfChildren(tx: Ctx, planId: string, from: bigint, to: bigint): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update plans set amount_cents = ${to}, updated_at = ${tx.clock.now()}
    where organization_id = ${tx.org.id} and parent_id = ${planId} and deleted_at is null and amount_cents = ${from}
    returning id`.execute(tx.db)
  return rows.map(row => row.id)
}

/** Marks a plan and its private copies for deletion. */
export async function markForDeletion(tx: Ctx, planId: string): Promise<void> {
  await sql`
    update plans set pending_deletion = true, updated_at = ${tx.clock.now()}
    where organization_id = ${tx.org.id} and (id = ${planId} or parent_id = ${planId}) and deleted_at is null`.execute(
    tx.db,
  )
}

/**
 * Soft-deletes a plan and its private copies. Charges, thresholds and commitments stay.
 *
 * @returns the ids of the deleted plans, the plan itself last
 */
export async function deletePlanFamily(tx: Ctx, planId: string): Promise<string[]> {
  const now = tx.clock.now()
  const { rows } = await sql<{ id: string }>`
    update plans set pending_deletion = false, deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${tx.org.id} and (id = ${planId} or parent_id = ${planId}) and deleted_at is null
    returning id`.execute(tx.db)
  return [...rows.map(row => row.id).filter(id => id !== planId), planId]
}
