import {
  type AppliedCoupon,
  applyCoupons,
  type CouponDuration,
  type CouponLimit,
  type CouponsOnInvoice,
  type DiscountableFee,
  decimal,
} from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import { remainingAmountCents } from './serialize.ts'
import { type AppliedCouponRecord, listActiveCoupons, loadAppliedCoupons, updateAppliedCoupon } from './store.ts'

/** An invoice that coupons may reduce, before taxes. */
export interface DiscountableInvoice {
  readonly invoiceId: string
  readonly customerId: string
  readonly currency: string
  /** What the fees come to after progressive billing credits. */
  readonly subTotalCents: bigint
  readonly fees: readonly DiscountableFee[]
}

/**
 * Takes a customer's coupons off an invoice: writes the lines of the invoice and counts the coupons on. What they take off
 * each fee is the caller's to write. The customer's row is locked by the caller. A coupon reduces an invoice once.
 */
export async function applyCouponsToInvoice(tx: Ctx, invoice: DiscountableInvoice): Promise<CouponsOnInvoice> {
  const used = await listUsedCoupons(tx, invoice.invoiceId)
  const active = (await listActiveCoupons(tx, [invoice.customerId])).filter(applied => !used.has(applied.id))
  const records = await loadAppliedCoupons(tx, active)
  const limits = await readLimits(tx, records)
  const result = applyCoupons(
    invoice,
    records.map(record => couponOf(record, limits)),
  )
  const now = tx.clock.now()
  for (const credit of result.credits) {
    await tx.db
      .insertInto('credits')
      .values({
        id: newId(),
        organization_id: tx.org.id,
        invoice_id: invoice.invoiceId,
        applied_coupon_id: credit.appliedCouponId,
        amount_cents: credit.amountCents,
        amount_currency: invoice.currency,
        before_taxes: true,
        created_at: now,
      })
      .execute()
    await updateAppliedCoupon(tx, credit.appliedCouponId, {
      ...(credit.remaining !== null && { frequency_duration_remaining: credit.remaining }),
      ...(credit.terminated && { status: 'terminated', terminated_at: now }),
    })
  }
  return result
}

/**
 * Gives coupons back that reduced an invoice which no longer counts: used up ones are active again, unless their coupon ended
 * or somebody took them away, and recurring ones last for one more invoice. The lines stay on the invoice.
 */
export async function releaseCoupons(tx: Ctx, invoiceId: string): Promise<void> {
  await sql`
    update applied_coupons applied
    set frequency_duration_remaining =
        case when applied.frequency = 'recurring' then applied.frequency_duration_remaining + 1
          else applied.frequency_duration_remaining end,
      status = case when revived.yes then 'active' else applied.status end,
      terminated_at = case when revived.yes then null else applied.terminated_at end,
      updated_at = ${tx.clock.now()}
    from credits
    join applied_coupons used on used.id = credits.applied_coupon_id
    join coupons coupon on coupon.id = used.coupon_id
    cross join lateral (
      select used.status = 'terminated' and used.frequency <> 'forever' and used.removed_at is null
        and coupon.status <> 'terminated' as yes
    ) revived
    where applied.organization_id = ${tx.org.id}
      and credits.organization_id = ${tx.org.id}
      and credits.invoice_id = ${invoiceId}
      and applied.id = used.id`.execute(tx.db)
}

async function listUsedCoupons(tx: Ctx, invoiceId: string): Promise<Set<string | null>> {
  const rows = await tx.db
    .selectFrom('credits')
    .select('applied_coupon_id')
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .execute()
  return new Set(rows.map(row => row.applied_coupon_id))
}

/** What limited coupons are limited to, by coupon. */
async function readLimits(tx: Ctx, records: readonly AppliedCouponRecord[]): Promise<Map<string, CouponLimit>> {
  const limited = records.filter(({ coupon }) => coupon.limited_plans || coupon.limited_billable_metrics)
  if (limited.length === 0) return new Map()
  const targets = await tx.db
    .selectFrom('coupon_targets')
    .select(['coupon_id', 'plan_id', 'billable_metric_id'])
    .where('organization_id', '=', tx.org.id)
    .where(sql<boolean>`coupon_id = any(${limited.map(({ coupon }) => coupon.id)}::uuid[])`)
    .where('deleted_at', 'is', null)
    .execute()
  return new Map(
    limited.map(({ coupon }) => {
      const own = targets.filter(target => target.coupon_id === coupon.id)
      const limit: CouponLimit = coupon.limited_billable_metrics
        ? { kind: 'metrics', metricIds: own.flatMap(target => target.billable_metric_id ?? []) }
        : { kind: 'plans', planIds: own.flatMap(target => target.plan_id ?? []) }
      return [coupon.id, limit]
    }),
  )
}

function couponOf(record: AppliedCouponRecord, limits: ReadonlyMap<string, CouponLimit>): AppliedCoupon {
  const { applied, coupon } = record
  return {
    id: applied.id,
    discount:
      coupon.coupon_type === 'percentage'
        ? { type: 'percentage', rate: decimal(applied.percentage_rate ?? 0) }
        : {
            type: 'fixed_amount',
            amountCents: applied.amount_cents ?? 0n,
            currency: applied.amount_currency ?? '',
          },
    duration: durationOf(record),
    limit: limits.get(coupon.id) ?? { kind: 'none' },
    appliedAt: applied.created_at,
  }
}

function durationOf(record: AppliedCouponRecord): CouponDuration {
  const { frequency, frequency_duration_remaining: remaining } = record.applied
  switch (frequency) {
    case 'recurring':
      return { frequency, remaining: remaining ?? 0 }
    case 'forever':
      return { frequency }
    default:
      return { frequency: 'once', remainingAmountCents: remainingAmountCents(record) }
  }
}
