import { type Expression, type SqlBool, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { type Page, rowsToRead } from '../../platform/http/pagination.ts'
import type { Arrival, EventFilters, UsageEvent } from '../event-store.ts'

/** {@link EventStore.list} on PostgreSQL. */
export async function listEvents(
  ctx: Ctx,
  filters: EventFilters,
  page: Page,
): Promise<{ events: UsageEvent[]; totalCount: number | undefined }> {
  const matching = visibleEvents(ctx).where(eb => {
    const conditions: Expression<SqlBool>[] = []
    if (filters.code !== undefined) conditions.push(eb('code', '=', filters.code))
    if (filters.externalSubscriptionId !== undefined) {
      conditions.push(eb('external_subscription_id', '=', filters.externalSubscriptionId))
    }
    if (filters.from !== undefined) conditions.push(eb('timestamp', '>=', filters.from))
    if (filters.to !== undefined) conditions.push(eb('timestamp', '<=', filters.to))
    return eb.and(conditions)
  })
  const count = matching.select(eb => eb.fn.countAll<bigint>().as('total'))
  const totalCount = page.counted ? Number((await count.executeTakeFirstOrThrow()).total) : undefined
  const events = await matching
    .select(COLUMNS)
    .orderBy('timestamp', 'desc')
    .orderBy('transaction_id')
    .orderBy('id')
    .limit(rowsToRead(page))
    .offset(page.offset)
    .execute()
  return { events, totalCount }
}

/** {@link EventStore.arrived} on PostgreSQL. */
export async function arrivedEvents(
  ctx: Ctx,
  arrivals: readonly Arrival[],
  codes?: readonly string[],
): Promise<UsageEvent[]> {
  const places = arrivals.flatMap(({ externalSubscriptionId, positions }) =>
    positions.map(position => ({ externalSubscriptionId, position })),
  )
  if (places.length === 0) return []
  return visibleEvents(ctx)
    .innerJoin(
      sql<{ subscription: string; at: bigint }>`unnest(
        ${places.map(place => place.externalSubscriptionId)}::text[],
        ${places.map(place => place.position)}::bigint[]
      )`.as<'arrivals'>(sql`arrivals (subscription, at)`),
      join =>
        join.onRef('arrivals.subscription', '=', 'external_subscription_id').onRef('arrivals.at', '=', 'position'),
    )
    .$if(codes !== undefined, query => query.where(sql<boolean>`code = any(${codes}::text[])`))
    .select(COLUMNS)
    .orderBy('timestamp')
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** {@link EventStore.get} on PostgreSQL. */
export async function getEvent(
  ctx: Ctx,
  transactionId: string,
  externalSubscriptionId?: string | null,
): Promise<UsageEvent | undefined> {
  return visibleEvents(ctx)
    .select(COLUMNS)
    .where('transaction_id', '=', transactionId)
    .$if(externalSubscriptionId !== undefined, query =>
      query.where('external_subscription_id', 'is not distinct from', externalSubscriptionId ?? null),
    )
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
}

function visibleEvents(ctx: Ctx) {
  return ctx.db.selectFrom('events').where('organization_id', '=', ctx.org.id).where('deleted_at', 'is', null)
}

const COLUMNS = [
  'id',
  'organization_id as organizationId',
  'external_subscription_id as externalSubscriptionId',
  'transaction_id as transactionId',
  'code',
  'precise_total_amount_cents as preciseTotalAmountCents',
  // As text and numbers: properties may hold more digits, and times more years, than their JavaScript types.
  sql<string>`properties::text`.as('properties'),
  sql<bigint>`(extract(epoch from timestamp) * 1000000)::bigint`.as('timestamp'),
  sql<bigint>`(extract(epoch from created_at) * 1000000)::bigint`.as('createdAt'),
] as const
