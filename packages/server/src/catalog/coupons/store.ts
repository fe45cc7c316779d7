import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import { namedLike } from '../../platform/db/search.ts'
import type { Coupons } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { newId } from '../../platform/ids.ts'

export type CouponRow = Selectable<Coupons>

/** What a coupon may be limited to. */
const TARGETS = {
  plan: { column: 'plan_id', table: 'plans' },
  billable_metric: { column: 'billable_metric_id', table: 'billable_metrics' },
} as const

export type TargetKind = keyof typeof TARGETS

/** A coupon with the codes of what it is limited to. */
export interface Coupon {
  readonly row: CouponRow
  readonly planCodes: readonly string[]
  readonly billableMetricCodes: readonly string[]
}

function keptCoupons(ctx: Ctx) {
  return ctx.db.selectFrom('coupons').where('organization_id', '=', ctx.org.id).where('deleted_at', 'is', null)
}

/** A coupon that is not deleted; it may be terminated. */
export async function findCouponByCode(ctx: Ctx, code: string): Promise<CouponRow | undefined> {
  return keptCoupons(ctx).selectAll().where('code', '=', code).executeTakeFirst()
}

/**
 * As {@link findCouponByCode}; nobody else changes the coupon until the transaction ends.
 *
 * @throws 404 `coupon_not_found`
 */
export async function lockCouponByCode(ctx: Ctx, code: string): Promise<CouponRow> {
  const coupon = await keptCoupons(ctx).selectAll().where('code', '=', code).forUpdate().executeTakeFirst()
  if (coupon === undefined) throw notFound('coupon')
  return coupon
}

/** By id, deleted ones too, in no particular order. A few queries, however many. */
export async function findCouponsByIds(ctx: Ctx, ids: readonly string[]): Promise<Coupon[]> {
  const rows = await ctx.db
    .selectFrom('coupons')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
  return withTargets(ctx, rows)
}

/** Active ones first; of each kind, those that never expire, then those that expire first, then the newest. */
export async function listCoupons(
  ctx: Ctx,
  searchTerm: string | undefined,
  page: Page,
): Promise<{ coupons: Coupon[]; total: number }> {
  const kept = searchTerm === undefined ? keptCoupons(ctx) : keptCoupons(ctx).where(namedLike(searchTerm))
  const { total } = await kept.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const rows = await kept
    .selectAll()
    .orderBy('status')
    .orderBy('expiration')
    .orderBy('expiration_at', order => order.asc().nullsLast())
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { coupons: await withTargets(ctx, rows), total: Number(total) }
}

/** Adds the codes of kept plans and metrics that coupons are limited to, oldest target first. */
export async function withTargets(ctx: Ctx, rows: readonly CouponRow[]): Promise<Coupon[]> {
  const ids = rows.map(row => row.id)
  const plans = await getTargetCodes(ctx, 'plan', ids)
  const metrics = await getTargetCodes(ctx, 'billable_metric', ids)
  return rows.map(row => ({
    row,
    planCodes: plans.get(row.id) ?? [],
    billableMetricCodes: metrics.get(row.id) ?? [],
  }))
}

async function getTargetCodes(
  ctx: Ctx,
  kind: TargetKind,
  couponIds: readonly string[],
): Promise<Map<string, string[]>> {
  const { column, table } = TARGETS[kind]
  const { rows } = await sql<{ coupon_id: string; code: string }>`
    select targets.coupon_id, of.code
    from coupon_targets as targets
    join ${sql.table(table)} as of on of.id = targets.${sql.ref(column)}
    where targets.organization_id = ${ctx.org.id}
      and targets.coupon_id = any(${couponIds}::uuid[])
      and targets.deleted_at is null
      and of.deleted_at is null
    order by targets.created_at, targets.id`.execute(ctx.db)
  const targets = Map.groupBy(rows, row => row.coupon_id)
  return new Map([...targets].map(([id, ofOne]) => [id, ofOne.map(row => row.code)]))
}

/** The ids of kept plans as they are sold, or of kept metrics, by code; unknown codes are left out. */
export async function findTargetIds(
  ctx: Ctx,
  kind: TargetKind,
  codes: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; code: string }>`
    select id, code
    from ${sql.table(TARGETS[kind].table)}
    where organization_id = ${ctx.org.id}
      and code = any(${codes}::text[])
      and deleted_at is null
      ${kind === 'plan' ? sql`and parent_id is null` : sql``}`.execute(ctx.db)
  return new Map(rows.map(row => [row.code, row.id]))
}

/** Limits a coupon to exactly these plans, or metrics: targets that exist are kept. */
export async function setTargets(
  ctx: Ctx,
  couponId: string,
  kind: TargetKind,
  targetIds: readonly string[],
): Promise<void> {
  const column = sql.ref(TARGETS[kind].column)
  const now = ctx.clock.now()
  await sql`
    update coupon_targets set deleted_at = ${now}
    where organization_id = ${ctx.org.id}
      and coupon_id = ${couponId}
      and ${column} is not null
      and ${column} <> all(${targetIds}::uuid[])
      and deleted_at is null`.execute(ctx.db)
  for (const targetId of targetIds) {
    await sql`
      insert into coupon_targets (id, organization_id, coupon_id, ${column}, created_at)
      values (${newId()}, ${ctx.org.id}, ${couponId}, ${targetId}, ${now})
      on conflict do nothing`.execute(ctx.db)
  }
}

/** True when any customer was ever given the coupon, however that ended. */
export async function wasEverApplied(ctx: Ctx, couponId: string): Promise<boolean> {
  const applied = await ctx.db
    .selectFrom('applied_coupons')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('coupon_id', '=', couponId)
    .limit(1)
    .executeTakeFirst()
  return applied !== undefined
}

/** Ends a coupon for the customers who have it. @returns the ids of what they had */
export async function takeFromCustomers(ctx: Ctx, couponId: string): Promise<string[]> {
  const now = ctx.clock.now()
  const taken = await ctx.db
    .updateTable('applied_coupons')
    .set({ status: 'terminated', terminated_at: now, removed_at: now, updated_at: now })
    .where('organization_id', '=', ctx.org.id)
    .where('coupon_id', '=', couponId)
    .where('status', '=', 'active')
    .returning('id')
    .execute()
  return taken.map(({ id }) => id)
}

/** @throws a violation of `coupons_code` when a kept coupon has the code */
export async function insertCoupon(ctx: Ctx, row: Insertable<Coupons>): Promise<CouponRow> {
  return ctx.db.insertInto('coupons').values(row).returningAll().executeTakeFirstOrThrow()
}

/** Writes columns of a coupon, which is touched by it. @throws as {@link insertCoupon} */
export async function updateCouponRow(ctx: Ctx, id: string, changes: Updateable<Coupons>): Promise<CouponRow> {
  return ctx.db
    .updateTable('coupons')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
