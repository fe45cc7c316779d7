import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { containing } from '../../platform/db/search.ts'
import type { PricingUnits } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'

export type PricingUnit = Selectable<PricingUnits>

function pricingUnits(ctx: Ctx) {
  return ctx.db.selectFrom('pricing_units').where('organization_id', '=', ctx.org.id)
}

/** Pricing units are never deleted. */
export async function findPricingUnitByCode(ctx: Ctx, code: string): Promise<PricingUnit | undefined> {
  return pricingUnits(ctx).selectAll().where('code', '=', code).executeTakeFirst()
}

/** @throws 404 `pricing_unit_not_found` */
export async function getPricingUnitByCode(ctx: Ctx, code: string): Promise<PricingUnit> {
  const unit = await findPricingUnitByCode(ctx, code)
  if (unit === undefined) throw notFound('pricing_unit')
  return unit
}

/** Pricing units by id; unknown ids are left out. */
export async function getPricingUnits(ctx: Ctx, ids: readonly string[]): Promise<Map<string, PricingUnit>> {
  if (ids.length === 0) return new Map()
  const rows = await pricingUnits(ctx).selectAll().where(sql<boolean>`id = any(${ids}::uuid[])`).execute()
  return new Map(rows.map(row => [row.id, row]))
}

/** Pricing units by code; unknown codes are left out. */
export async function findPricingUnitsByCodes(ctx: Ctx, codes: readonly string[]): Promise<Map<string, PricingUnit>> {
  if (codes.length === 0) return new Map()
  const rows = await pricingUnits(ctx).selectAll().where(sql<boolean>`code = any(${codes}::text[])`).execute()
  return new Map(rows.map(row => [row.code, row]))
}

/**
 * By name, then the newest first.
 *
 * @param searchTerm part of a name or a code, in any case; all when undefined
 */
export async function listPricingUnits(
  ctx: Ctx,
  searchTerm: string | undefined,
  page: Page,
): Promise<{ units: PricingUnit[]; total: number }> {
  let found = pricingUnits(ctx)
  if (searchTerm !== undefined) {
    const pattern = containing(searchTerm)
    found = found.where(eb => eb.or([eb('name', 'ilike', pattern), eb('code', 'ilike', pattern)]))
  }
  const { total } = await found.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const units = await found
    .selectAll()
    .orderBy('name')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { units, total: Number(total) }
}

/** @throws a violation of the unique code when the organization has one with it */
export async function insertPricingUnit(ctx: Ctx, row: Insertable<PricingUnits>): Promise<PricingUnit> {
  return ctx.db.insertInto('pricing_units').values(row).returningAll().executeTakeFirstOrThrow()
}

/** Writes columns of a pricing unit, which is touched by it. */
export async function updatePricingUnitRow(
  ctx: Ctx,
  id: string,
  changes: Updateable<PricingUnits>,
): Promise<PricingUnit> {
  return ctx.db
    .updateTable('pricing_units')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
