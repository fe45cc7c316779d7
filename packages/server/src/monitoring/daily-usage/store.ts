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

/** Whether the usage of a day is kept, of whichever period. */
export async function hasDailyUsage(ctx: Ctx, subscriptionId: string, date: Temporal.PlainDate): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('daily_usages')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('subscription_id', '=', subscriptionId)
    .where('usage_date', '=', date)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Keeps the usage of a day with what it adds to the day before of the same period. A day that is there stays as it is; the
 * day after it is told anew what it adds.
 */
export async function storeDailyUsage(tx: Ctx, daily: NewDailyUsage): Promise<void> {
  const { subscription, date, usage } = daily
  const from = wholeSeconds(daily.from)
  const to = wholeSeconds(daily.to)
  const samePeriod = () =>
    tx.db
      .selectFrom('daily_usages')
      .selectAll()
      .where('organization_id', '=', tx.org.id)
      .where('subscription_id', '=', subscription.id)
      .where('from_datetime', '=', from)
      .where('to_datetime', '=', to)
      .limit(1)
      .$castTo<DailyUsageRow>()
  const previous = await samePeriod().where('usage_date', '<', date).orderBy('usage_date', 'desc').executeTakeFirst()
  const now = tx.clock.now()
  const stored = await tx.db
    .insertInto('daily_usages')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      customer_id: subscription.customer_id,
      subscription_id: subscription.id,
      external_subscription_id: subscription.external_id,
      from_datetime: from,
      to_datetime: to,
      usage_date: date,
      usage: JSON.stringify(usage),
      usage_diff: JSON.stringify(diff(usage, previous?.usage)),
      refreshed_at: now,
      created_at: now,
    })
    .onConflict(conflict =>
      conflict.columns(['subscription_id', 'from_datetime', 'to_datetime', 'usage_date']).doNothing(),
    )
    .returning('id')
    .executeTakeFirst()
  if (stored === undefined) return
  const next = await samePeriod().where('usage_date', '>', date).orderBy('usage_date').executeTakeFirst()
  if (next === undefined) return
  await tx.db
    .updateTable('daily_usages')
    .set({ usage_diff: JSON.stringify(diff(next.usage, usage)), refreshed_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', next.id)
    .execute()
}

function diff(usage: SerializedUsage, previous: SerializedUsage | undefined): DailyUsage {
  return dailyUsageDiff<DailyUsage>(usage, previous)
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
