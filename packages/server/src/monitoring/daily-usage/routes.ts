import { localDate } from '@weir/engine'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { getPlans } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { Problems } from '../../platform/errors.ts'
import { Input, isBlank, Nullable, readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { formatInstant } from '../../platform/wire.ts'
import { getSelected, readSelection, type SubscriptionRecord } from '../../subscriptions/index.ts'
import { keepDailyUsages } from './compute.ts'
import { type DailyUsageRow, listDailyUsages } from './store.ts'

interface OfSubscription {
  Params: { external_id: string }
  Querystring: Record<string, unknown>
}

const BackfillInput = Input({ from_date: Nullable(Type.String()), to_date: Nullable(Type.String()) })

/** Each day is read from the events: a call that asks for more would take too long. */
const MOST_DAYS = 366

/** How the usage of a subscription grew from day to day. */
export function dailyUsageRoutes(api: FastifyInstance): void {
  const config = { resource: 'customer_usage' }
  const tags = ['Usage']
  const collection = '/subscriptions/:external_id/daily_usages'

  api.get<OfSubscription>(
    collection,
    { config, schema: { tags, summary: 'List the daily usage of a subscription, latest first' } },
    async ({ ctx, params, query }) => {
      const { subscription } = await getSelected(ctx, readSelection(params.external_id, query))
      const page = readPage(query)
      const bounds = readBounds(query)
      const { dailyUsages, total } = await listDailyUsages(ctx, subscription.id, bounds, page)
      return { daily_usages: dailyUsages.map(serializeDailyUsage), meta: pageMeta(page, total) }
    },
  )

  api.post<OfSubscription>(
    `${collection}/backfill`,
    {
      config,
      schema: {
        tags,
        summary: 'Compute the daily usage of days that are not there, as of the end of each day',
        body: Type.Object({ daily_usage: BackfillInput }),
      },
    },
    async ({ ctx, params, body }) => {
      const record = await getSelected(ctx, readSelection(params.external_id, {}))
      const days = readDays(readRoot(body, 'daily_usage', BackfillInput))
      await backfill(ctx, record, days)
      const all = { page: 1, perPage: MOST_DAYS, offset: 0, counted: false }
      const { dailyUsages } = await listDailyUsages(ctx, record.subscription.id, days, all)
      return { daily_usages: dailyUsages.map(serializeDailyUsage) }
    },
  )
}

interface Days {
  readonly from: Temporal.PlainDate
  readonly to: Temporal.PlainDate
}

/** The days that are not over yet are left out: their usage would be told too early. */
async function backfill(ctx: Ctx, record: SubscriptionRecord, { from, to }: Days): Promise<void> {
  const today = localDate(ctx.clock.now(), record.timeZone)
  const end = Temporal.PlainDate.compare(to, today) < 0 ? to : today.subtract({ days: 1 })
  const plans = await getPlans(ctx, [record.plan.id])
  for (let date = from; Temporal.PlainDate.compare(date, end) <= 0; date = date.add({ days: 1 })) {
    await keepDailyUsages(ctx, [{ record, date }], plans)
  }
}

/** @throws 422 for dates that are none */
function readBounds(query: Readonly<Record<string, unknown>>): { [Bound in keyof Days]: Days[Bound] | undefined } {
  const problems = new Problems()
  const bounds = {
    from: readDate('from_date', query.from_date, problems),
    to: readDate('to_date', query.to_date, problems),
  }
  problems.throwIfAny()
  return bounds
}

/** @throws 422 for dates that are missing, none, in the wrong order or too far apart */
function readDays(input: { from_date?: string | null; to_date?: string | null }): Days {
  const problems = new Problems()
  for (const field of ['from_date', 'to_date'] as const) {
    if (isBlank(input[field])) problems.add(field, 'value_is_mandatory')
  }
  const from = readDate('from_date', input.from_date, problems)
  const to = readDate('to_date', input.to_date, problems)
  if (from !== undefined && to !== undefined) {
    const days = from.until(to, { largestUnit: 'day' }).days
    if (days < 0 || days >= MOST_DAYS) problems.add('to_date', 'value_is_out_of_range')
  }
  problems.throwIfAny()
  if (from === undefined || to === undefined) throw new Error('a date that is no problem was read')
  return { from, to }
}

function readDate(field: string, value: unknown, problems: Problems): Temporal.PlainDate | undefined {
  if (isBlank(value)) return undefined
  try {
    const date = Temporal.PlainDate.from(String(value))
    if (date.year >= 1 && date.year <= 9999) return date
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  problems.add(field, 'invalid_date')
  return undefined
}

function serializeDailyUsage(row: DailyUsageRow) {
  return {
    lago_id: row.id,
    usage_date: row.usage_date.toString(),
    from_datetime: formatInstant(row.from_datetime),
    to_datetime: formatInstant(row.to_datetime),
    usage: row.usage,
    usage_diff: row.usage_diff,
    refreshed_at: formatInstant(row.refreshed_at),
  }
}
