import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { namedLike } from '../../platform/db/search.ts'
import type { AddOns } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'

export type AddOn = Selectable<AddOns>

function keptAddOns(ctx: Ctx) {
  return ctx.db.selectFrom('add_ons').where('organization_id', '=', ctx.org.id).where('deleted_at', 'is', null)
}

/** An add-on that is not deleted. */
export async function findAddOnByCode(ctx: Ctx, code: string): Promise<AddOn | undefined> {
  return keptAddOns(ctx).selectAll().where('code', '=', code).executeTakeFirst()
}

/** @throws 404 `add_on_not_found` */
export async function getAddOnByCode(ctx: Ctx, code: string): Promise<AddOn> {
  const addOn = await findAddOnByCode(ctx, code)
  if (addOn === undefined) throw notFound('add_on')
  return addOn
}

/**
 * As {@link getAddOnByCode}; nobody else changes the add-on until the transaction ends.
 *
 * @throws 404 `add_on_not_found`
 */
export async function lockAddOnByCode(ctx: Ctx, code: string): Promise<AddOn> {
  const addOn = await keptAddOns(ctx).selectAll().where('code', '=', code).forUpdate().executeTakeFirst()
  if (addOn === undefined) throw notFound('add_on')
  return addOn
}

/** Add-ons by id, deleted ones too; unknown ids are left out. */
export async function getAddOns(ctx: Ctx, ids: readonly string[]): Promise<Map<string, AddOn>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('add_ons')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute()
  return new Map(rows.map(row => [row.id, row]))
}

/**
 * The kept add-ons with one of the ids or codes. None of them is deleted until the transaction ends: whoever writes fixed
 * charges calls it first, so that none is made on an add-on that is being deleted.
 */
export async function holdAddOns(
  ctx: Ctx,
  { ids, codes }: { readonly ids: readonly string[]; readonly codes: readonly string[] },
): Promise<AddOn[]> {
  if (ids.length === 0 && codes.length === 0) return []
  return keptAddOns(ctx)
    .selectAll()
    .where(sql<boolean>`(id = any(${ids}::uuid[]) or code = any(${codes}::text[]))`)
    .orderBy('id')
    .forShare()
    .execute()
}

/** A page of the kept add-ons, the newest first, and how many there are in all. */
export async function listAddOns(
  ctx: Ctx,
  searchTerm: string | undefined,
  page: Page,
): Promise<{ addOns: AddOn[]; total: number }> {
  const kept = searchTerm === undefined ? keptAddOns(ctx) : keptAddOns(ctx).where(namedLike(searchTerm))
  const { total } = await kept.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const addOns = await kept
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { addOns, total: Number(total) }
}

/** @throws a violation of `add_ons_code` when a kept add-on has the code */
export async function insertAddOn(ctx: Ctx, row: Insertable<AddOns>): Promise<AddOn> {
  return ctx.db.insertInto('add_ons').values(row).returningAll().executeTakeFirstOrThrow()
}

/** Writes columns of an add-on, which is touched by it. @throws as {@link insertAddOn} */
export async function updateAddOnRow(ctx: Ctx, id: string, changes: Updateable<AddOns>): Promise<AddOn> {
  return ctx.db
    .updateTable('add_ons')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Soft-deletes the fixed charges of all plans that bill the add-on. */
export async function deleteFixedChargesOf(ctx: Ctx, addOnId: string): Promise<void> {
  const now = ctx.clock.now()
  await ctx.db
    .updateTable('fixed_charges')
    .set({ deleted_at: now, updated_at: now })
    .where('organization_id', '=', ctx.org.id)
    .where('add_on_id', '=', addOnId)
    .where('deleted_at', 'is', null)
    .execute()
}
