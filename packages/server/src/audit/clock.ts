import { sql } from 'kysely'
import type { ClockScope, ClockTask } from '../platform/clock/clock-tasks.ts'
import { lowestIdAt } from '../platform/ids.ts'

const DAY_HOURS = 24
/** API and security logs are kept at least this long, as webhook logs are. */
const KEPT_DAYS = 90
/** Rows deleted by one statement: few enough that nobody waits for its locks. */
const PURGE_BATCH = 5000

/**
 * Deletes security logs after 90 days, and API logs when neither they nor the organization's period are younger than that. It
 * goes by real time, which ids begin with: a sandbox whose clock is moved loses nothing by it. Activities stay: they can be
 * read by their ids when no list has them any more.
 */
const purgeAuditLogs: ClockTask = {
  name: 'purge_audit_logs',
  schedule: { dailyAtHour: 1 },

  nextDue: async () => null,

  async run(scope) {
    if (scope.organizationId !== null) return
    await purge(scope, 'security_logs', KEPT_DAYS, null)
    const organizations = await scope.db.selectFrom('organizations').select(['id', 'audit_logs_period']).execute()
    for (const { id, audit_logs_period: days } of organizations) {
      if (days !== null) await purge(scope, 'api_logs', Math.max(days, KEPT_DAYS), id)
    }
  },
}

/** @param organizationId null: of all */
async function purge(
  { db, now }: ClockScope,
  table: 'api_logs' | 'security_logs',
  days: number,
  organizationId: string | null,
): Promise<void> {
  const oldest = lowestIdAt(now.subtract({ hours: days * DAY_HOURS }))
  const ofOrganization = organizationId === null ? sql`true` : sql`organization_id = ${organizationId}`
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)}
      where id in (
        select id from ${sql.table(table)}
        where ${ofOrganization} and id < ${oldest}::uuid
        limit ${PURGE_BATCH}
      )`.execute(db)
    if (numAffectedRows < PURGE_BATCH) return
  }
}

export const clockTasks: readonly ClockTask[] = [purgeAuditLogs]
