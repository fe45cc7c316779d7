import { isCurrency } from '@weir/engine'
import { type Insertable, sql } from 'kysely'
import { insertAppliedCoupon, listActiveCoupons } from '../../credits/index.ts'
import type { Customer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Coupons } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { PreviewCoupon } from './schema.ts'

type Terms = Pick<
  Insertable<Coupons>,
  'coupon_type' | 'amount_cents' | 'amount_currency' | 'percentage_rate' | 'frequency' | 'frequency_duration'
>

/**
 * Gives the coupons that a request names to a customer that has no active ones, for the preview: those that exist as they
 * are, others as the request describes them.
 */
export async function previewCoupons(tx: Ctx, customer: Customer, coupons: readonly PreviewCoupon[]): Promise<void> {
  if (coupons.length === 0 || (await listActiveCoupons(tx, [customer.id])).length > 0) return
  for (const coupon of coupons) {
    const known = await findCoupon(tx, coupon.code ?? '')
    const id = known?.id ?? newId()
    const terms = known ?? described(coupon)
    const now = tx.clock.now()
    if (known === undefined) await insertCoupon(tx, id, coupon, terms)
    await insertAppliedCoupon(tx, {
      id: newId(),
      organization_id: tx.org.id,
      customer_id: customer.id,
      coupon_id: id,
      amount_cents: terms.amount_cents ?? null,
      amount_currency: terms.amount_currency ?? null,
      percentage_rate: terms.percentage_rate ?? null,
      frequency: terms.frequency,
      frequency_duration: terms.frequency_duration ?? null,
      frequency_duration_remaining: terms.frequency_duration ?? null,
      created_at: now,
      updated_at: now,
    })
  }
}

/**
 * Has coupons count as a preview counts them: those that are limited to metrics do not; those that are limited to plans do
 * when the first subscription's plan is among these, on all fees, before the others.
 */
export async function widenLimitedCoupons(tx: Ctx, customerId: string, planId: string): Promise<void> {
  await sql`
    with limited as (
      select applied.id, coupon.id as coupon_id,
        not coupon.limited_billable_metrics and exists (
          select from coupon_targets target
          join plans on plans.id = ${planId} and target.plan_id in (plans.id, plans.parent_id)
          where target.coupon_id = coupon.id and target.deleted_at is null
        ) as counts
      from applied_coupons applied
      join coupons coupon on coupon.id = applied.coupon_id
      where applied.organization_id = ${tx.org.id}
        and applied.customer_id = ${customerId}
        and applied.status = 'active'
        and (coupon.limited_plans or coupon.limited_billable_metrics)
    ), widened as (
      update coupons set limited_plans = false where id in (select coupon_id from limited where counts)
    )
    update applied_coupons applied
    set status = case when limited.counts then applied.status else 'terminated' end,
      created_at = applied.created_at - interval '100 years'
    from limited
    where applied.id = limited.id`.execute(tx.db)
}

async function findCoupon(tx: Ctx, code: string) {
  return tx.db
    .selectFrom('coupons')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where('code', '=', code)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

function described(coupon: PreviewCoupon): Terms {
  const isPercentage = coupon.coupon_type === 'percentage'
  const { amount_cents: cents, amount_currency: currency, percentage_rate: rate, frequency_duration: months } = coupon
  return {
    coupon_type: isPercentage ? 'percentage' : 'fixed_amount',
    amount_cents: isPercentage ? null : BigInt(Number.isSafeInteger(cents) ? Math.max(cents ?? 0, 0) : 0),
    amount_currency: !isPercentage && isCurrency(currency ?? '') ? (currency ?? null) : null,
    percentage_rate: isPercentage ? (/^\d{1,5}(\.\d{1,5})?$/.exec(rate ?? '')?.[0] ?? '0') : null,
    frequency: months == null ? 'once' : 'recurring',
    frequency_duration: months ?? null,
  }
}

async function insertCoupon(tx: Ctx, id: string, coupon: PreviewCoupon, terms: Terms): Promise<void> {
  const now = tx.clock.now()
  const code = coupon.code || `preview-${id}`
  await tx.db
    .insertInto('coupons')
    .values({
      id,
      organization_id: tx.org.id,
      code,
      name: coupon.name || code,
      ...terms,
      expiration: 'no_expiration',
      created_at: now,
      updated_at: now,
    })
    .execute()
}
