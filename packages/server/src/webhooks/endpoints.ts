import { type Ctx, transaction } from '../platform/context.ts'
import { differences } from '../platform/differences.ts'
import { emit } from '../platform/domain-events.ts'
import { notFound, Problems } from '../platform/errors.ts'
import type { Page } from '../platform/http/pagination.ts'
import { isUuid, newId } from '../platform/ids.ts'
import { readEndpointChanges } from './read-endpoint.ts'
import type { WebhookEndpointInput } from './schema.ts'
import type { WebhookEndpoint } from './serialize.ts'

const MOST_ENDPOINTS = 10

/** A page of the organization's endpoints, ordered by URL. */
export async function listEndpoints(ctx: Ctx, page: Page): Promise<{ rows: WebhookEndpoint[]; total: number }> {
  const endpoints = ctx.db.selectFrom('webhook_endpoints').where('organization_id', '=', ctx.org.id)
  const rows = await endpoints
    .selectAll()
    .orderBy('webhook_url')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { rows, total: await countEndpoints(ctx) }
}

async function countEndpoints(ctx: Ctx): Promise<number> {
  const { count } = await ctx.db
    .selectFrom('webhook_endpoints')
    .select(eb => eb.fn.countAll<bigint>().as('count'))
    .where('organization_id', '=', ctx.org.id)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** @throws 404 `webhook_endpoint_not_found` */
export async function getEndpoint(ctx: Ctx, id: string): Promise<WebhookEndpoint> {
  const endpoint = isUuid(id)
    ? await ctx.db
        .selectFrom('webhook_endpoints')
        .selectAll()
        .where('organization_id', '=', ctx.org.id)
        .where('id', '=', id)
        .executeTakeFirst()
    : undefined
  if (endpoint === undefined) throw notFound('webhook_endpoint')
  return endpoint
}

/**
 * Adds an endpoint: an address that is told of what happens. An organization has at most ten.
 *
 * @throws 422 with everything that is wrong
 */
export async function createEndpoint(ctx: Ctx, input: WebhookEndpointInput): Promise<WebhookEndpoint> {
  return transaction(ctx, async tx => {
    await lockEndpoints(tx)
    const problems = new Problems()
    const changes = readEndpointChanges({ ...input, webhook_url: input.webhook_url ?? null }, problems)
    const url = changes.webhook_url ?? ''
    await requireFreeUrl(tx, url, undefined, problems)
    if ((await countEndpoints(tx)) >= MOST_ENDPOINTS) {
      problems.add('base', 'Maximum number of webhook endpoints was reached')
    }
    problems.throwIfAny()
    const now = tx.clock.now()
    const endpoint = await tx.db
      .insertInto('webhook_endpoints')
      .values({
        ...changes,
        id: newId(),
        organization_id: tx.org.id,
        webhook_url: url,
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await tell(tx, 'webhook_endpoint.created', endpoint)
    return endpoint
  })
}

/**
 * Changes what the request names. Messages that still wait go to the new address.
 *
 * @throws 404 `webhook_endpoint_not_found`; 422 with everything that is wrong
 */
export async function updateEndpoint(ctx: Ctx, id: string, input: WebhookEndpointInput): Promise<WebhookEndpoint> {
  return transaction(ctx, async tx => {
    await lockEndpoints(tx)
    const endpoint = await getEndpoint(tx, id)
    const problems = new Problems()
    const changes = readEndpointChanges(input, problems)
    if (changes.webhook_url !== undefined) await requireFreeUrl(tx, changes.webhook_url, endpoint.id, problems)
    problems.throwIfAny()
    const changed = await tx.db
      .updateTable('webhook_endpoints')
      .set({ ...changes, updated_at: tx.clock.now() })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', endpoint.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const diff = differences(settingsOf(endpoint), settingsOf(changed))
    await emit(tx, 'webhook_endpoint.updated', id, { webhook_url: changed.webhook_url, diff })
    return changed
  })
}

function settingsOf({ webhook_url, signature_algo, name, event_types }: WebhookEndpoint) {
  return { webhook_url, signature_algo, name, event_types }
}

async function tell(tx: Ctx, type: string, { id, webhook_url, signature_algo }: WebhookEndpoint): Promise<void> {
  await emit(tx, type, id, { webhook_url, signature_algo })
}

/**
 * Removes an endpoint with its log and with the messages that still wait.
 *
 * @throws 404 `webhook_endpoint_not_found`
 */
export async function deleteEndpoint(ctx: Ctx, id: string): Promise<WebhookEndpoint> {
  return transaction(ctx, async tx => {
    const endpoint = await getEndpoint(tx, id)
    await tx.db
      .deleteFrom('webhook_endpoints')
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', endpoint.id)
      .execute()
    await tell(tx, 'webhook_endpoint.deleted', endpoint)
    return endpoint
  })
}

/** Requests that change the organization's endpoints take turns, so that what one checks still holds when it writes. */
async function lockEndpoints(ctx: Ctx): Promise<void> {
  await ctx.db.selectFrom('organizations').select('id').where('id', '=', ctx.org.id).forNoKeyUpdate().execute()
}

async function requireFreeUrl(ctx: Ctx, url: string, ownId: string | undefined, problems: Problems): Promise<void> {
  const holder = await ctx.db
    .selectFrom('webhook_endpoints')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('webhook_url', '=', url)
    .executeTakeFirst()
  if (holder !== undefined && holder.id !== ownId) problems.add('webhook_url', 'value_already_exist')
}
