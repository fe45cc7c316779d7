import { type DailyUsage, dailyUsageDiff } from '@weir/engine'
import { type Selectable, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { DailyUsages } from '../../platform/db/types.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { newId } from '../../platform/ids.ts'
import type { Subscription } from '../../subscriptions/index.ts'
import type { serializeCurrentUsage } from '../../usage/index.ts'

/** Usage as the API gives it. */
export type SerializedUsage = ReturnType<typeof serializeCurrentUsage>

export interface DailyUsageRow extends Omit<Selectable<DailyUsages>, 'usage' | 'usage_diff'> {
  readonly usage: SerializedUsage
  readonly usage_diff: SerializedUsage
}

/** How the usage of a period stood at the end of a day. */
export interface NewDailyUsage {
  readonly subscription: Pick<Subscription, 'id' | 'external_id' | 'customer_id'>
  /** Of the period; kept in whole seconds. */
  readonly from: Temporal.Instant
  readonly to: Temporal.Instant
  readonly date: Temporal.PlainDate
  readonly usage: SerializedUsage
}

/** Those of subscriptions, with a day each, of which the usage of the day is kept, of whichever period. */
export async function findKeptDays(
  ctx: Ctx,
  days: readonly { readonly subscriptionId: string; readonly date: Temporal.PlainDate }[],
): Promise<Set<string>> {
  if (days.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select distinct kept.subscription_id as id
    from unnest(
      ${days.map(({ subscriptionId }) => subscriptionId)}::uuid[],
      ${days.map(({ date }) => date.toString())}::date[]
    ) as wanted (subscription_id, date)
    join daily_usages as kept
      on kept.subscription_id = wanted.subscription_id and kept.usage_date = wanted.date
    where kept.organization_id = ${ctx.org.id}`.execute(ctx.db)
  return new Set(rows.map(({ id }) => id))
}

/**
 * Keeps the usage of days, each with what it adds to the day before of the same period. A day that is there stays as it is;
 * the day after one that was not is told anew what it adds. No two may be of one period.
 */
export async function storeDailyUsages(tx: Ctx, dailies: readonly NewDailyUsage[]): Promise<void> {
  if (dailies.length === 0) return
  const now = tx.clock.now()
  const previous = await findNeighbours(tx, dailies, 'previous')
  const rows = dailies.map(({ subscription, from, to, date, usage }, place) => ({
    id: newId(),
    organization_id: tx.org.id,
    customer_id: subscription.customer_id,
    subscription_id: subscription.id,
    external_subscription_id: subscription.external_id,
    from_datetime: wholeSeconds(from),
    to_datetime: wholeSeconds(to),
    usage_date: date,
    usage: JSON.stringify(usage),
    usage_diff: JSON.stringify(diff(usage, previous.get(place)?.usage)),
    refreshed_at: now,
    created_at: now,
  }))
  const stored = await tx.db
    .insertInto('daily_usages')
    .values(rows)
    .onConflict(conflict =>
      conflict.columns(['subscription_id', 'from_datetime', 'to_datetime', 'usage_date']).doNothing(),
    )
    .returning('id')
    .execute()
  const isNew = new Set(stored.map(row => row.id))
  const added = dailies.filter((_, place) => isNew.has(rows[place]?.id ?? ''))
  for (const [place, next] of await findNeighbours(tx, added, 'next')) {
    await tx.db
      .updateTable('daily_usages')
      .set({ usage_diff: JSON.stringify(diff(next.usage, added[place]?.usage)), refreshed_at: now })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', next.id)
      .execute()
  }
}

interface Neighbour {
  readonly id: string
  readonly usage: SerializedUsage
}

/** The nearest day of the same period before or after each day, by its place; one query however many days. */
async function findNeighbours(
  ctx: Ctx,
  dailies: readonly NewDailyUsage[],
  side: 'previous' | 'next',
): Promise<Map<number, Neighbour>> {
  if (dailies.length === 0) return new Map()
  const nearest =
    side === 'previous' ? sql`< wanted.date order by usage_date desc` : sql`> wanted.date order by usage_date`
  const { rows } = await sql<Neighbour & { readonly place: bigint }>`
    select wanted.place, neighbour.id, neighbour.usage
    from unnest(
      ${dailies.map(({ subscription }) => subscription.id)}::uuid[],
      ${dailies.map(({ from }) => wholeSeconds(from).toString())}::timestamptz[],
      ${dailies.map(({ to }) => wholeSeconds(to).toString())}::timestamptz[],
      ${dailies.map(({ date }) => date.toString())}::date[]
    ) with ordinality as wanted (subscription_id, from_datetime, to_datetime, date, place)
    cross join lateral (
      select id, usage from daily_usages
      where organization_id = ${ctx.org.id}
        and daily_usages.subscription_id = wanted.subscription_id
        and daily_usages.from_datetime = wanted.from_datetime
        and daily_usages.to_datetime = wanted.to_datetime
        and usage_date ${nearest}
      limit 1
    ) as neighbour`.execute(ctx.db)
  return new Map(rows.map(({ place, ...neighbour }) => [Number(place) - 1, neighbour]))
}

/** Beyond 2^53 cents, to the digits of a double: the usage itself is kept exactly. */
function diff(usage: SerializedUsage, previous: SerializedUsage | undefined): DailyUsage {
  return dailyUsageDiff(asRead(usage), previous && asRead(previous))
}

/** Usage as it is read back, with plain numbers. */
function asRead(usage: SerializedUsage): DailyUsage {
  return JSON.parse(JSON.stringify(usage))
}

function wholeSeconds(instant: Temporal.Instant): Temporal.Instant {
  return instant.round({ smallestUnit: 'second', roundingMode: 'floor' })
}

/** The days of a subscription, latest first; both bounds are inclusive. */
export async function listDailyUsages(
  ctx: Ctx,
  subscriptionId: string,
  bounds: { readonly from: Temporal.PlainDate | undefined; readonly to: Temporal.PlainDate | undefined },
  page: Page,
): Promise<{ dailyUsages: DailyUsageRow[]; total: number }> {
  let query = ctx.db
    .selectFrom('daily_usages')
    .where('organization_id', '=', ctx.org.id)
    .where('subscription_id', '=', subscriptionId)
  if (bounds.from !== undefined) query = query.where('usage_date', '>=', bounds.from)
  if (bounds.to !== undefined) query = query.where('usage_date', '<=', bounds.to)
  const { total } = await query.select(sql<bigint>`count(*)`.as('total')).executeTakeFirstOrThrow()
  const dailyUsages = await query
    .selectAll()
    .orderBy('usage_date', 'desc')
    .orderBy('from_datetime', 'desc')
    .orderBy('id', 'desc')
    .limit(page.perPage)
    .offset(page.offset)
    .$castTo<DailyUsageRow>()
    .execute()
  return { dailyUsages, total: Number(total) }
}
