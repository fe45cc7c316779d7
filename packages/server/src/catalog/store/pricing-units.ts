import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { PricingUnit } from '../applied-pricing-unit.ts'

/** The pricing units with these codes, by code; unknown codes are left out. */
export async function findPricingUnits(ctx: Ctx, codes: readonly string[]): Promise<Map<string, PricingUnit>> {
  if (codes.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('pricing_units')
    .select(['id', 'code', 'short_name'])
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`code = any(${codes}::text[])`)
    .execute()
  return new Map(rows.map(row => [row.code, { id: row.id, code: row.code, shortName: row.short_name }]))
}
