import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { InvoiceCustomSections } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'

export type CustomSection = Selectable<InvoiceCustomSections>

function keptSections(ctx: Ctx) {
  return ctx.db
    .selectFrom('invoice_custom_sections')
    .where('organization_id', '=', ctx.org.id)
    .where('deleted_at', 'is', null)
}

/** A section of those that people write, which is not deleted; what the system made is not found by its code. */
export async function findSectionByCode(ctx: Ctx, code: string): Promise<CustomSection | undefined> {
  return keptSections(ctx).selectAll().where('code', '=', code).where('section_type', '=', 'manual').executeTakeFirst()
}

/** @throws 404 `invoice_custom_section_not_found` */
export async function getSectionByCode(ctx: Ctx, code: string): Promise<CustomSection> {
  const section = await findSectionByCode(ctx, code)
  if (section === undefined) throw notFound('invoice_custom_section')
  return section
}

/** By name; unknown codes are passed over. */
export async function findSectionsByCodes(ctx: Ctx, codes: readonly string[]): Promise<CustomSection[]> {
  if (codes.length === 0) return []
  return keptSections(ctx)
    .selectAll()
    .where(sql<boolean>`code = any(${codes}::text[])`)
    .where('section_type', '=', 'manual')
    .orderBy('name')
    .orderBy('id')
    .execute()
}

/** By name. */
export async function listSections(ctx: Ctx, page: Page): Promise<{ sections: CustomSection[]; total: number }> {
  const manual = keptSections(ctx).where('section_type', '=', 'manual')
  const { total } = await manual.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const sections = await manual
    .selectAll()
    .orderBy('name')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { sections, total: Number(total) }
}

export async function insertSection(ctx: Ctx, row: Insertable<InvoiceCustomSections>): Promise<CustomSection> {
  return ctx.db.insertInto('invoice_custom_sections').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function updateSectionRow(
  ctx: Ctx,
  id: string,
  changes: Updateable<InvoiceCustomSections>,
): Promise<CustomSection> {
  return ctx.db
    .updateTable('invoice_custom_sections')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
