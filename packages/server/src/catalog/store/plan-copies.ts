import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/** The kept private copies of a plan that a subscription is on which runs or has not started, in order of creation. */
export async function getPlanCopiesInUse(ctx: Ctx, planId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from plans
    where organization_id = ${ctx.org.id}
      and parent_id = ${planId}
      and deleted_at is null
      and exists (
        select from subscriptions
        where subscriptions.organization_id = plans.organization_id
          and subscriptions.plan_id = plans.id
          and subscriptions.status in ('active', 'pending')
      )
    order by created_at, id`.execute(ctx.db)
  return rows.map(row => row.id)
}
