import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { draftsOfPlans } from './drafts-of-plans.ts'

/** Who has a plan as it is sold, or a copy of it with prices of their own. */
export interface PlanUses {
  readonly code: string
  readonly activeSubscriptions: number
  readonly pendingSubscriptions: number
  /** Of the active and pending ones, those on a copy. */
  readonly overriddenSubscriptions: number
  /** With an active subscription. */
  readonly customers: number
  readonly draftInvoices: number
  /** Whether any subscription, whatever became of it, is on the plan itself: its terms are fixed then. */
  readonly attached: boolean
}

/** What hangs on the plans with these codes, in one query; codes of no plan are left out. */
export async function countPlanUses(ctx: Ctx, codes: readonly string[]): Promise<PlanUses[]> {
  const { rows } = await sql<PlanUses>`
    with family as (
      select id, code, parent_id from plans
      where organization_id = ${ctx.org.id} and deleted_at is null and code = any(${codes}::text[])
    ),
    subscribed as (
      select subscriptions.id, subscriptions.status, subscriptions.customer_id, family.code, family.parent_id
      from subscriptions join family on family.id = subscriptions.plan_id
      where subscriptions.organization_id = ${ctx.org.id}
    ),
    drafts as (${draftsOfPlans(ctx)})
    select
      family.code,
      count(*) filter (where status = 'active')::integer as "activeSubscriptions",
      count(*) filter (where status in ('pending', 'incomplete'))::integer as "pendingSubscriptions",
      count(*) filter (
        where subscribed.parent_id is not null and status in ('active', 'pending', 'incomplete')
      )::integer as "overriddenSubscriptions",
      count(distinct customer_id) filter (where status = 'active')::integer as customers,
      (select count(distinct drafts.invoice_id)::integer
        from drafts join family as billed on billed.id = drafts.plan_id
        where billed.code = family.code
      ) as "draftInvoices",
      count(*) filter (where subscribed.id is not null and subscribed.parent_id is null) > 0 as attached
    from family left join subscribed on subscribed.code = family.code
    where family.parent_id is null
    group by family.code`.execute(ctx.db)
  return rows
}
