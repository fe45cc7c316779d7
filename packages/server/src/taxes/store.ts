import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import type { Taxes } from '../platform/db/types.ts'
import { notFound } from '../platform/errors.ts'
import type { Page } from '../platform/http/pagination.ts'

export type Tax = Selectable<Taxes>

function keptTaxes(ctx: Ctx) {
  return ctx.db.selectFrom('taxes').where('organization_id', '=', ctx.org.id).where('deleted_at', 'is', null)
}

/** A tax that is not deleted. */
export async function findTaxByCode(ctx: Ctx, code: string): Promise<Tax | undefined> {
  return keptTaxes(ctx).selectAll().where('code', '=', code).executeTakeFirst()
}

/** @throws 404 `tax_not_found` */
export async function getTaxByCode(ctx: Ctx, code: string): Promise<Tax> {
  const tax = await findTaxByCode(ctx, code)
  if (tax === undefined) throw notFound('tax')
  return tax
}

/**
 * As {@link getTaxByCode}; nobody else changes the tax, or gives it to anything, until the transaction ends.
 *
 * @throws 404 `tax_not_found`
 */
export async function lockTaxByCode(ctx: Ctx, code: string): Promise<Tax> {
  const tax = await keptTaxes(ctx).selectAll().where('code', '=', code).forUpdate().executeTakeFirst()
  if (tax === undefined) throw notFound('tax')
  return tax
}

/**
 * The taxes with these codes, in order of creation, each once. None of them is deleted until the transaction ends.
 *
 * @throws 404 `tax_not_found` when a code is unknown
 */
export async function findTaxesByCodes(ctx: Ctx, codes: readonly string[]): Promise<Tax[]> {
  const taxes = await selectByCodes(ctx, 'exact', codes)
  const known = new Set(taxes.map(tax => tax.code))
  if (!codes.every(code => known.has(code))) throw notFound('tax')
  return taxes
}

/** As {@link findTaxesByCodes}, by code, without the codes that are unknown. */
export async function findKnownTaxes(ctx: Ctx, codes: readonly string[]): Promise<Map<string, Tax>> {
  const taxes = await selectByCodes(ctx, 'exact', codes)
  return new Map(taxes.map(tax => [tax.code, tax]))
}

/** As {@link findTaxesByCodes}, whatever the case of the letters. */
export async function findTaxesByCodesInAnyCase(ctx: Ctx, codes: readonly string[]): Promise<Tax[]> {
  const wanted = codes.map(code => String(code).toLowerCase())
  const taxes = await selectByCodes(ctx, 'any case', wanted)
  const known = new Set(taxes.map(tax => tax.code.toLowerCase()))
  if (!wanted.every(code => known.has(code))) throw notFound('tax')
  return taxes
}

async function selectByCodes(ctx: Ctx, match: 'exact' | 'any case', codes: readonly string[]): Promise<Tax[]> {
  if (codes.length === 0) return []
  const code = match === 'exact' ? sql`code` : sql`lower(code)`
  return keptTaxes(ctx)
    .selectAll()
    .where(sql<boolean>`${code} = any(${codes}::text[])`)
    .orderBy('created_at')
    .orderBy('id')
    .forShare()
    .execute()
}

/** Those that are marked as applied to the organization, in order of creation. */
export async function listTaxesOfOrganization(ctx: Ctx): Promise<Tax[]> {
  return keptTaxes(ctx)
    .selectAll()
    .where('applied_to_organization', '=', true)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** By name, then the newest first. */
export async function listTaxes(ctx: Ctx, page: Page): Promise<{ taxes: Tax[]; total: number }> {
  const { total } = await keptTaxes(ctx)
    .select(eb => eb.fn.countAll<bigint>().as('total'))
    .executeTakeFirstOrThrow()
  const taxes = await keptTaxes(ctx)
    .selectAll()
    .orderBy('name')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { taxes, total: Number(total) }
}

export async function insertTax(ctx: Ctx, row: Insertable<Taxes>): Promise<Tax> {
  return ctx.db.insertInto('taxes').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function updateTaxRow(ctx: Ctx, id: string, changes: Updateable<Taxes>): Promise<Tax> {
  return ctx.db
    .updateTable('taxes')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
