import { type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import type { DataExports } from '../platform/db/types.ts'
import type { Page } from '../platform/http/pagination.ts'
import { isUuid } from '../platform/ids.ts'

export type DataExport = Selectable<DataExports>

/** An export with who asked for it, where that was a person. */
export interface ListedExport extends DataExport {
  readonly user_name: string | null
  readonly user_email: string | null
}

function exportsWithUsers(ctx: Ctx) {
  return ctx.db
    .selectFrom('data_exports')
    .leftJoin('users', 'users.id', 'data_exports.user_id')
    .where('data_exports.organization_id', '=', ctx.org.id)
}

/** Undefined for unknown and malformed ids. */
export async function findExport(ctx: Ctx, id: string): Promise<ListedExport | undefined> {
  if (!isUuid(id)) return undefined
  return exportsWithUsers(ctx)
    .selectAll('data_exports')
    .select(['users.name as user_name', 'users.email as user_email'])
    .where('data_exports.id', '=', id)
    .executeTakeFirst()
}

/** A page of the exports of some types, newest first, with the total count. */
export async function listExports(
  ctx: Ctx,
  types: readonly string[],
  page: Page,
): Promise<{ exports: ListedExport[]; total: number }> {
  const filtered = exportsWithUsers(ctx).where(sql<boolean>`data_exports.resource_type = any(${types}::text[])`)
  const exports = await filtered
    .selectAll('data_exports')
    .select(['users.name as user_name', 'users.email as user_email'])
    .orderBy('data_exports.created_at', 'desc')
    .orderBy('data_exports.id', 'desc')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  const { count } = await filtered.select(sql<bigint>`count(*)`.as('count')).executeTakeFirstOrThrow()
  return { exports, total: Number(count) }
}

/** Locked until the transaction ends: an export is written by one at a time. */
export async function lockExport(tx: Ctx, id: string): Promise<DataExport | undefined> {
  return tx.db
    .selectFrom('data_exports')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

export async function updateExport(ctx: Ctx, id: string, changes: Updateable<DataExports>): Promise<void> {
  await ctx.db
    .updateTable('data_exports')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .execute()
}
