import { type ExpressionBuilder, type ExpressionWrapper, type Selectable, type SqlBool, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { ApiLogs, DB } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { asList, asText } from '../../platform/http/query.ts'
import { parseJson } from '../../platform/http/server.ts'
import { formatInstant } from '../../platform/wire.ts'
import { oldestListed, type Period, readPeriod, since } from '../period.ts'

export type ApiLog = Selectable<ApiLogs>

/** Absent and empty filters let everything pass. */
export interface ApiLogFilters {
  readonly period: Period
  readonly methods: readonly string[]
  /** Statuses, or `succeeded` and `failed`. */
  readonly statuses: readonly string[]
  readonly apiVersion: string | undefined
  /** `*` stands for any run of characters. */
  readonly paths: readonly string[]
  readonly clients: readonly string[]
}

/** @throws 422 for a date that is none */
export function readApiLogFilters(query: Record<string, unknown>): ApiLogFilters {
  return {
    period: readPeriod(query),
    methods: asList(query.http_methods).map(method => method.toLowerCase()),
    statuses: asList(query.http_statuses),
    apiVersion: asText(query.api_version),
    paths: asList(query.request_paths),
    clients: asList(query.clients),
  }
}

/** A page of requests, newest first; what is older than the organization keeps is left out. */
export async function listApiLogs(
  ctx: Ctx,
  filters: ApiLogFilters,
  page: Page,
): Promise<{ rows: ApiLog[]; total: number }> {
  const period = since(await oldestListed(ctx), filters.period)
  const listed = ctx.db
    .selectFrom('api_logs')
    .where('organization_id', '=', ctx.org.id)
    .where(eb => eb.and(conditions(eb, { ...filters, period })))
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

type Condition = ExpressionWrapper<DB, 'api_logs', SqlBool>
type Builder = ExpressionBuilder<DB, 'api_logs'>

function conditions(eb: Builder, filters: ApiLogFilters): Condition[] {
  const { from, to } = filters.period
  return [
    ...(from === undefined ? [] : [eb('logged_at', '>=', from)]),
    ...(to === undefined ? [] : [eb('logged_at', '<=', to)]),
    ...(filters.methods.length === 0 ? [] : [eb('http_method', 'in', filters.methods)]),
    ...(filters.statuses.length === 0 ? [] : [hasStatus(eb, filters.statuses)]),
    ...(filters.apiVersion === undefined ? [] : [eb('api_version', '=', filters.apiVersion)]),
    ...(filters.paths.length === 0
      ? []
      : [eb.or(filters.paths.map(path => eb('request_path', 'like', pattern(path))))]),
    ...(filters.clients.length === 0 ? [] : [eb('client', 'in', filters.clients)]),
  ]
}

/** A word counts more than numbers; no request both succeeded and failed. */
function hasStatus(eb: Builder, statuses: readonly string[]): Condition {
  const words = [
    ...(statuses.includes('succeeded') ? [eb('http_status', '<=', 399)] : []),
    ...(statuses.includes('failed') ? [eb('http_status', '>', 399)] : []),
  ]
  if (words.length > 0) return eb.and(words)
  const numbers = statuses.filter(status => /^\d{3}$/.test(status)).map(Number)
  return eb('http_status', '=', sql<number>`any(${numbers}::integer[])`)
}

function pattern(path: string): string {
  return path.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%')
}

/** However old; of several requests with the id, the last. @throws 404 `api_log_not_found` */
export async function getApiLog(ctx: Ctx, requestId: string): Promise<ApiLog> {
  const row = await ctx.db
    .selectFrom('api_logs')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('request_id', '=', requestId.replaceAll('\0', '\ufffd'))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) throw notFound('api_log')
  return row
}

export function serializeApiLog(log: ApiLog) {
  return {
    request_id: log.request_id,
    client: log.client,
    http_method: log.http_method,
    http_status: log.http_status,
    request_origin: log.request_origin,
    request_path: log.request_path,
    request_body: parseJson(log.request_body),
    request_response: log.request_response === null ? null : parseJson(log.request_response),
    api_version: log.api_version,
    api_key_id: log.api_key_id,
    logged_at: formatInstant(log.logged_at),
    created_at: formatInstant(log.created_at),
  }
}
