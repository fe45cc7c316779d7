import { type Selectable, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { SecurityLogs } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { asList } from '../../platform/http/query.ts'
import { isUuid } from '../../platform/ids.ts'
import { formatInstant } from '../../platform/wire.ts'
import { type Period, readPeriod, since } from '../period.ts'

export type SecurityLog = Selectable<SecurityLogs>

const LISTED = { hours: 90 * 24 }

export interface SecurityLogFilters {
  readonly period: Period
  readonly userIds: readonly string[]
  readonly apiKeyIds: readonly string[]
  readonly types: readonly string[]
  /** With their type before them, or without. */
  readonly events: readonly string[]
}

/** @throws 422 for a date that is none, and where `to_date` is missing */
export function readSecurityFilters(query: Record<string, unknown>): SecurityLogFilters {
  return {
    period: readPeriod(query, { mandatory: true }),
    userIds: asList(query.user_ids),
    apiKeyIds: asList(query.api_key_ids),
    types: asList(query.log_types),
    events: asList(query.log_events),
  }
}

/** A page of what happened in the last 90 days, newest first. */
export async function listSecurityLogs(
  ctx: Ctx,
  filters: SecurityLogFilters,
  page: Page,
): Promise<{ rows: SecurityLog[]; total: number }> {
  const { from, to } = since(ctx.clock.now().subtract(LISTED), filters.period)
  let listed = ctx.db.selectFrom('security_logs').where('organization_id', '=', ctx.org.id)
  if (from !== undefined) listed = listed.where('logged_at', '>=', from)
  if (to !== undefined) listed = listed.where('logged_at', '<=', to)
  if (filters.userIds.length > 0) listed = listed.where('user_id', '=', anyId(filters.userIds))
  if (filters.apiKeyIds.length > 0) listed = listed.where('api_key_id', '=', anyId(filters.apiKeyIds))
  if (filters.types.length > 0) listed = listed.where('log_type', 'in', filters.types)
  if (filters.events.length > 0) {
    listed = listed.where(eb =>
      eb.or([
        eb('log_event', 'in', filters.events),
        eb(sql<string>`split_part(log_event, '.', 2)`, 'in', filters.events),
      ]),
    )
  }
  const rows = await listed
    .selectAll()
    .orderBy('logged_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  const { total } = await listed.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  return { rows, total: Number(total) }
}

function anyId(ids: readonly string[]) {
  return sql<string>`any(${ids.filter(isUuid)}::uuid[])`
}

/** @throws 404 `security_log_not_found` */
export async function getSecurityLog(ctx: Ctx, id: string): Promise<SecurityLog> {
  const row = isUuid(id)
    ? await ctx.db
        .selectFrom('security_logs')
        .selectAll()
        .where('organization_id', '=', ctx.org.id)
        .where('id', '=', id)
        .executeTakeFirst()
    : undefined
  if (row === undefined) throw notFound('security_log')
  return row
}

export function serializeSecurityLog(log: SecurityLog) {
  return {
    log_id: log.id,
    log_type: log.log_type,
    log_event: log.log_event,
    user_email: log.user_email,
    api_key_id: log.api_key_id,
    resources: log.resources,
    device_info: log.device_info,
    logged_at: formatInstant(log.logged_at),
    created_at: formatInstant(log.created_at),
  }
}
