import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/**
 * Whether a limited coupon would discount what another active coupon of the customer discounts already: the same plan or
 * metric, a plan that charges for one of the metrics, or a metric that one of the plans charges for.
 */
export async function overlapsWithActiveCoupon(ctx: Ctx, customerId: string, couponId: string): Promise<boolean> {
  const { rows } = await sql<{ overlaps: boolean }>`
    with own as (
      select plan_id, billable_metric_id from coupon_targets
      where organization_id = ${ctx.org.id} and coupon_id = ${couponId} and deleted_at is null
    ),
    others as (
      select target.plan_id, target.billable_metric_id
      from applied_coupons applied
      join coupon_targets target on target.coupon_id = applied.coupon_id and target.deleted_at is null
      where applied.organization_id = ${ctx.org.id}
        and applied.customer_id = ${customerId}
        and applied.status = 'active'
    )
    select exists (
      select from own join others on own.plan_id = others.plan_id or own.billable_metric_id = others.billable_metric_id
    ) or exists (
      select from own
      join charges charge on charge.billable_metric_id = own.billable_metric_id and charge.deleted_at is null
      join others on others.plan_id = charge.plan_id
    ) or exists (
      select from own
      join charges charge on charge.plan_id = own.plan_id and charge.deleted_at is null
      join others on others.billable_metric_id = charge.billable_metric_id
    ) as overlaps`.execute(ctx.db)
  return rows[0]?.overlaps ?? false
}
