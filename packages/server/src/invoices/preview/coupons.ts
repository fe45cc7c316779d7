import { isCurrency } from '@weir/engine'
import { type Insertable, sql } from 'kysely'
import { insertAppliedCoupon, listActiveCoupons } from '../../credits/index.ts'
import type { Customer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Coupons } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import { withoutNul } from '../../platform/validation/text.ts'
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
    const known = await findCoupon(tx, withoutNul(coupon.code ?? ''))
    const id = known?.id ?? newId()
    const terms = known ?? described(coupon)
    if (terms === undefined) continue
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

/** Undefined for a coupon of which it is not said what it takes off: it takes off nothing. */
function described(coupon: PreviewCoupon): Terms | undefined {
  const { amount_cents: cents, amount_currency: currency, percentage_rate: rate, frequency_duration: months } = coupon
  const isRecurring = typeof months === 'number' && months > 0 && months <= MOST_MONTHS
  const recurrence = isRecurring
    ? { frequency: 'recurring', frequency_duration: months }
    : { frequency: 'once', frequency_duration: null }
  const none = { amount_cents: null, amount_currency: null, percentage_rate: null }
  if (coupon.coupon_type === 'percentage') {
    if (!/^\d{1,5}(\.\d{1,5})?$/.test(rate ?? '') || Number(rate) === 0) return undefined
    return { ...none, coupon_type: 'percentage', percentage_rate: rate ?? null, ...recurrence }
  }
  if (!Number.isSafeInteger(cents) || (cents ?? 0) <= 0 || !isCurrency(currency ?? '')) return undefined
  const amount = { amount_cents: BigInt(cents ?? 0), amount_currency: currency ?? null }
  return { ...none, coupon_type: 'fixed_amount', ...amount, ...recurrence }
}

const MOST_MONTHS = 2 ** 31 - 1

async function insertCoupon(tx: Ctx, id: string, coupon: PreviewCoupon, terms: Terms): Promise<void> {
  const now = tx.clock.now()
  const code = withoutNul(coupon.code ?? '') || `preview-${id}`
  await tx.db
    .insertInto('coupons')
    .values({
      id,
      organization_id: tx.org.id,
      code,
      name: withoutNul(coupon.name ?? '') || code,
      ...terms,
      expiration: 'no_expiration',
      created_at: now,
      updated_at: now,
    })
    .execute()
}
