import { sql } from 'kysely'
import type { ClockScope } from '../platform/clock/clock-tasks.ts'
import type { Ctx } from '../platform/context.ts'
import { localFiles } from '../platform/files/file-store.ts'

/** Files that are looked for by one statement. */
const BATCH = 100

/** Deletes the files of exports whose time is over; that there was an export stays known. */
export async function purgeExports(scope: ClockScope): Promise<void> {
  const files = localFiles(scope.config.dataDir)
  const ofClock =
    scope.organizationId === null
      ? sql`organizations.test_clock_now is null`
      : sql`data_exports.organization_id = ${scope.organizationId}`
  for (;;) {
    const { rows } = await sql<{ id: string; organization_id: string; file_key: string }>`
      select data_exports.id, data_exports.organization_id, data_exports.file_key
      from data_exports
      join organizations on organizations.id = data_exports.organization_id
      where data_exports.expires_at <= ${scope.now} and data_exports.file_key is not null and ${ofClock}
      limit ${BATCH}`.execute(scope.db)
    for (const { id, organization_id: organizationId, file_key: key } of rows) {
      await files.delete(key)
      await scope.db
        .updateTable('data_exports')
        .set({ file_key: null })
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .execute()
    }
    if (rows.length < BATCH) return
  }
}

/** When the next file of the organization is to be deleted. */
export async function nextPurge(ctx: Ctx): Promise<Temporal.Instant | null> {
  const row = await ctx.db
    .selectFrom('data_exports')
    .select(eb => eb.fn.min('expires_at').as('at'))
    .where('organization_id', '=', ctx.org.id)
    .where('file_key', 'is not', null)
    .executeTakeFirst()
  return row?.at ?? null
}
