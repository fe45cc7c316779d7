import { type ExpressionBuilder, type ExpressionWrapper, type Selectable, type SqlBool, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { ActivityLogs, DB } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { asList, asText } from '../../platform/http/query.ts'
import { isUuid } from '../../platform/ids.ts'
import { oldestListed, type Period, readPeriod, since } from '../period.ts'

export type ActivityLog = Selectable<ActivityLogs>

/** Absent and empty filters let everything pass. */
export interface ActivityFilters {
  readonly period: Period
  readonly types: readonly string[]
  readonly sources: readonly string[]
  readonly userEmails: readonly string[]
  readonly externalCustomerId: string | undefined
  readonly externalSubscriptionId: string | undefined
  readonly resourceIds: readonly string[]
  readonly resourceTypes: readonly string[]
}

/** @throws 422 for a date that is none */
export function readActivityFilters(query: Record<string, unknown>): ActivityFilters {
  return {
    period: readPeriod(query),
    types: asList(query.activity_types),
    sources: asList(query.activity_sources),
    userEmails: asList(query.user_emails),
    externalCustomerId: asText(query.external_customer_id),
    externalSubscriptionId: asText(query.external_subscription_id),
    resourceIds: asList(query.resource_ids),
    resourceTypes: asList(query.resource_types),
  }
}

/** A page of what happened, newest first; what is older than the organization keeps is left out. */
export async function listActivities(
  ctx: Ctx,
  filters: ActivityFilters,
  page: Page,
): Promise<{ rows: ActivityLog[]; total: number }> {
  const period = since(await oldestListed(ctx), filters.period)
  const listed = ctx.db
    .selectFrom('activity_logs')
    .where('organization_id', '=', ctx.org.id)
    .where(eb => eb.and(conditions(eb, { ...filters, period })))
  const rows = await listed
    .selectAll()
    .orderBy('logged_at', 'desc')
    // Ids sort by creation: of what happened at one instant, which a stopped clock makes of everything, the latest is first.
    .orderBy('id', 'desc')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  const { total } = await listed.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  return { rows, total: Number(total) }
}

type Condition = ExpressionWrapper<DB, 'activity_logs', SqlBool>

function conditions(eb: ExpressionBuilder<DB, 'activity_logs'>, filters: ActivityFilters): Condition[] {
  const { from, to } = filters.period
  const oneOf = (
    column: 'activity_type' | 'activity_source' | 'user_email' | 'resource_type',
    values: readonly string[],
  ) => (values.length === 0 ? [] : [eb(column, 'in', values)])
  return [
    ...(from === undefined ? [] : [eb('logged_at', '>=', from)]),
    ...(to === undefined ? [] : [eb('logged_at', '<=', to)]),
    ...oneOf('activity_type', filters.types),
    ...oneOf('activity_source', filters.sources),
    ...oneOf('user_email', filters.userEmails),
    ...oneOf('resource_type', filters.resourceTypes),
    ...(filters.resourceIds.length === 0
      ? []
      : [eb('resource_id', '=', sql<string>`any(${filters.resourceIds.filter(isUuid)}::uuid[])`)]),
    ...(filters.externalCustomerId === undefined ? [] : [eb('external_customer_id', '=', filters.externalCustomerId)]),
    ...(filters.externalSubscriptionId === undefined
      ? []
      : [eb('external_subscription_id', '=', filters.externalSubscriptionId)]),
  ]
}

/** However old. @throws 404 `activity_log_not_found` */
export async function getActivity(ctx: Ctx, id: string): Promise<ActivityLog> {
  const row = isUuid(id)
    ? await ctx.db
        .selectFrom('activity_logs')
        .selectAll()
        .where('organization_id', '=', ctx.org.id)
        .where('id', '=', id)
        .executeTakeFirst()
    : undefined
  if (row === undefined) throw notFound('activity_log')
  return row
}
