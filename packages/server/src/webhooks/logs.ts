import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely'
import { type Ctx, transaction } from '../platform/context.ts'
import type { DB } from '../platform/db/types.ts'
import { notAllowed, notFound } from '../platform/errors.ts'
import type { Page } from '../platform/http/pagination.ts'
import { isUuid } from '../platform/ids.ts'
import { scheduleDelivery } from './deliver-webhook.ts'
import { getEndpoint } from './endpoints.ts'
import type { HttpStatusFilter, WebhookFilters } from './read-log-filters.ts'
import type { Webhook } from './serialize.ts'

type Condition = ExpressionWrapper<DB, 'webhooks', SqlBool>

/**
 * A page of what was sent to an endpoint, newest change first.
 *
 * @throws 404 `webhook_endpoint_not_found`
 */
export async function listWebhooks(
  ctx: Ctx,
  endpointId: string,
  filters: WebhookFilters,
  page: Page,
): Promise<{ rows: Webhook[]; total: number }> {
  const endpoint = await getEndpoint(ctx, endpointId)
  const webhooks = ctx.db
    .selectFrom('webhooks')
    .where('organization_id', '=', ctx.org.id)
    .where('webhook_endpoint_id', '=', endpoint.id)
    .where(eb => eb.and(conditions(eb, filters)))
  const rows = await webhooks
    .selectAll()
    .orderBy('updated_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  const { count } = await webhooks.select(eb => eb.fn.countAll<bigint>().as('count')).executeTakeFirstOrThrow()
  return { rows, total: Number(count) }
}

function conditions(eb: ExpressionBuilder<DB, 'webhooks'>, filters: WebhookFilters): Condition[] {
  const found: Condition[] = []
  if (filters.statuses.length > 0) found.push(eb('status', 'in', filters.statuses))
  if (filters.eventTypes.length > 0) found.push(eb('webhook_type', 'in', filters.eventTypes))
  if (filters.from !== undefined) found.push(eb('updated_at', '>=', filters.from))
  if (filters.to !== undefined) found.push(eb('updated_at', '<=', filters.to))
  if (filters.searchTerm !== undefined) {
    const part = filters.searchTerm.toLowerCase()
    found.push(
      eb.or([
        eb(sql<number>`strpos(id::text, ${part})`, '>', 0),
        eb(sql<number>`strpos(object_id::text, ${part})`, '>', 0),
      ]),
    )
  }
  if (filters.httpStatuses.length > 0) found.push(eb.or(filters.httpStatuses.map(each => hasHttpStatus(eb, each))))
  return found
}

function hasHttpStatus(eb: ExpressionBuilder<DB, 'webhooks'>, filter: HttpStatusFilter): Condition {
  if (filter === 'timeout') return eb.and([eb('http_status', 'is', null), eb('status', '=', 'failed')])
  return eb.and([eb('http_status', '>=', filter.from), eb('http_status', '<=', filter.to)])
}

/**
 * Sends a message once more, at once, with the same id and the same bytes.
 *
 * @throws 404 `webhook_not_found`; 405 `is_succeeded` when it was delivered
 */
export async function retryWebhook(ctx: Ctx, id: string): Promise<Webhook> {
  return transaction(ctx, async tx => {
    const webhook = isUuid(id)
      ? await tx.db
          .selectFrom('webhooks')
          .select(['status', 'webhook_endpoint_id'])
          .where('organization_id', '=', tx.org.id)
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst()
      : undefined
    if (webhook === undefined) throw notFound('webhook')
    if (webhook.status === 'succeeded') throw notAllowed('is_succeeded')
    const now = tx.clock.now()
    const retried = await tx.db
      .updateTable('webhooks')
      .set({ status: 'retrying', next_attempt_at: now, updated_at: now })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await scheduleDelivery(tx, [webhook.webhook_endpoint_id])
    return retried
  })
}
