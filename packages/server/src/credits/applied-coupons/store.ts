import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import type { AppliedCoupons, Coupons } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { isUuid } from '../../platform/ids.ts'

export type AppliedCouponRow = Selectable<AppliedCoupons>
export type CouponRow = Selectable<Coupons>

/** An applied coupon with what its printed form needs. */
export interface AppliedCouponRecord {
  readonly applied: AppliedCouponRow
  /** As it is now, deleted or not. */
  readonly coupon: CouponRow
  readonly externalCustomerId: string
  /** What it took off invoices that still count, in cents. */
  readonly usedAmountCents: bigint
}

export interface AppliedCouponFilters {
  readonly status: 'active' | 'terminated' | undefined
  readonly externalCustomerId: string | undefined
  readonly customerId: string | undefined
  readonly couponCodes: readonly string[]
}

/**
 * A coupon that may be applied: neither deleted nor terminated, until the transaction ends.
 *
 * @throws 404 `coupon_not_found`
 */
export async function getApplicableCoupon(ctx: Ctx, code: string): Promise<CouponRow> {
  const coupon = await ctx.db
    .selectFrom('coupons')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('code', '=', code)
    .where('status', '=', 'active')
    .where('deleted_at', 'is', null)
    .forShare()
    .executeTakeFirst()
  if (coupon === undefined) throw notFound('coupon')
  return coupon
}

export async function insertAppliedCoupon(ctx: Ctx, row: Insertable<AppliedCoupons>): Promise<AppliedCouponRow> {
  return ctx.db.insertInto('applied_coupons').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function updateAppliedCoupon(ctx: Ctx, id: string, changes: Updateable<AppliedCoupons>): Promise<void> {
  await ctx.db
    .updateTable('applied_coupons')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .execute()
}

/** Whether the customer was given the coupon before, however that ended. */
export async function wasApplied(ctx: Ctx, customerId: string, couponId: string): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('applied_coupons')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('customer_id', '=', customerId)
    .where('coupon_id', '=', couponId)
    .executeTakeFirst()
  return row !== undefined
}

/** The customer's active ones, oldest first. */
export async function listActiveCoupons(ctx: Ctx, customerIds: readonly string[]): Promise<AppliedCouponRow[]> {
  if (customerIds.length === 0) return []
  return ctx.db
    .selectFrom('applied_coupons')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('customer_id', customerIds))
    .where('status', '=', 'active')
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/**
 * One of a customer's.
 *
 * @throws 404 `applied_coupon_not_found`
 */
export async function getAppliedCoupon(ctx: Ctx, customerId: string, id: string): Promise<AppliedCouponRow> {
  const row = isUuid(id)
    ? await ctx.db
        .selectFrom('applied_coupons')
        .selectAll()
        .where('organization_id', '=', ctx.org.id)
        .where('customer_id', '=', customerId)
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst()
    : undefined
  if (row === undefined) throw notFound('applied_coupon')
  return row
}

/** By id, whatever their status, in no particular order. */
export async function findAppliedCouponsByIds(ctx: Ctx, ids: readonly string[]): Promise<AppliedCouponRow[]> {
  return ctx.db
    .selectFrom('applied_coupons')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
}

/** A page, latest first; those of deleted customers are left out. */
export async function listAppliedCoupons(
  ctx: Ctx,
  filters: AppliedCouponFilters,
  page: Page,
): Promise<{ rows: AppliedCouponRow[]; total: number }> {
  let query = ctx.db
    .selectFrom('applied_coupons')
    .innerJoin('customers', 'customers.id', 'applied_coupons.customer_id')
    .where('applied_coupons.organization_id', '=', ctx.org.id)
    .where('customers.deleted_at', 'is', null)
  if (filters.status !== undefined) query = query.where('applied_coupons.status', '=', filters.status)
  if (filters.customerId !== undefined) query = query.where('applied_coupons.customer_id', '=', filters.customerId)
  if (filters.externalCustomerId !== undefined) {
    query = query.where('customers.external_id', '=', filters.externalCustomerId)
  }
  if (filters.couponCodes.length > 0) {
    query = query
      .innerJoin('coupons', 'coupons.id', 'applied_coupons.coupon_id')
      .where(sql<boolean>`coupons.code = any(${filters.couponCodes}::text[])`)
  }
  const { total } = await query.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const rows = await query
    .selectAll('applied_coupons')
    .orderBy('applied_coupons.created_at', 'desc')
    .orderBy('applied_coupons.id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { rows, total: Number(total) }
}

/** Adds coupons, customers and what was used to applied coupons, in their order: one query each. */
export async function loadAppliedCoupons(ctx: Ctx, rows: readonly AppliedCouponRow[]): Promise<AppliedCouponRecord[]> {
  if (rows.length === 0) return []
  const coupons = await ctx.db
    .selectFrom('coupons')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`id = any(${rows.map(row => row.coupon_id)}::uuid[])`)
    .execute()
  const customers = await ctx.db
    .selectFrom('customers')
    .select(['id', 'external_id'])
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`id = any(${rows.map(row => row.customer_id)}::uuid[])`)
    .execute()
  const couponOf = new Map(coupons.map(coupon => [coupon.id, coupon]))
  const externalIdOf = new Map(customers.map(customer => [customer.id, customer.external_id]))
  const used = await readUsedAmounts(
    ctx,
    rows.map(row => row.id),
  )
  return rows.map(applied => {
    const coupon = couponOf.get(applied.coupon_id)
    if (coupon === undefined) throw new Error(`applied coupon ${applied.id} has no coupon`)
    return {
      applied,
      coupon,
      externalCustomerId: externalIdOf.get(applied.customer_id) ?? '',
      usedAmountCents: used.get(applied.id) ?? 0n,
    }
  })
}

/** What applied coupons took off invoices that are neither voided, closed nor deleted, in cents. */
export async function readUsedAmounts(ctx: Ctx, ids: readonly string[]): Promise<Map<string, bigint>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('credits')
    .innerJoin('invoices', 'invoices.id', 'credits.invoice_id')
    .select(['credits.applied_coupon_id', eb => eb.fn.sum<string>('credits.amount_cents').as('used')])
    .where('credits.organization_id', '=', ctx.org.id)
    .where(anyOf('credits.applied_coupon_id', ids))
    .where('invoices.status', 'not in', ['voided', 'closed', 'deleted'])
    .groupBy('credits.applied_coupon_id')
    .execute()
  return new Map(
    rows.flatMap(row => (row.applied_coupon_id === null ? [] : [[row.applied_coupon_id, BigInt(row.used)]])),
  )
}
