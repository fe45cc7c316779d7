import type { Ctx } from '../platform/context.ts'
import { Problems } from '../platform/errors.ts'
import { parseInstant } from '../platform/http/instants.ts'
import type { EventFilters } from './event-store.ts'

/**
 * Reads the filters of a query string. `timestamp_from_started_at` stands for the start of the subscription with the given
 * external id, the running one first; an unknown subscription limits nothing.
 *
 * @throws 422 `invalid_date`, and what does not go together
 */
export async function readEventFilters(ctx: Ctx, query: Readonly<Record<string, unknown>>): Promise<EventFilters> {
  const problems = new Problems()
  const code = readText(query.code)
  const externalSubscriptionId = readText(query.external_subscription_id)
  const fromStart = readFlag('timestamp_from_started_at', query, problems)
  const to = readInstant('timestamp_to', query, problems)
  if (fromStart && readText(query.timestamp_from) !== undefined) {
    problems.add('timestamp_from', 'cannot be used with timestamp_from_started_at')
  }
  if (fromStart && externalSubscriptionId === undefined) {
    problems.add('external_subscription_id', 'required with timestamp_from_started_at')
  }
  const given = fromStart ? undefined : readInstant('timestamp_from', query, problems)
  problems.throwIfAny()

  const from = fromStart && externalSubscriptionId ? await findStart(ctx, externalSubscriptionId) : given
  return {
    ...(code !== undefined && { code }),
    ...(externalSubscriptionId !== undefined && { externalSubscriptionId }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

function readInstant(
  key: string,
  query: Readonly<Record<string, unknown>>,
  problems: Problems,
): Temporal.Instant | undefined {
  const text = readText(query[key])
  if (text === undefined) return undefined
  const instant = parseInstant(text)
  if (instant === undefined) problems.add(key, 'invalid_date')
  return instant
}

function readFlag(key: string, query: Readonly<Record<string, unknown>>, problems: Problems): boolean {
  const value = query[key]
  if (value !== undefined && value !== 'true' && value !== 'false') problems.add(key, 'must be one of: true, false')
  return value === 'true'
}

/** Events know no subscription, but they carry its external id: several subscriptions may have had it, one after another. */
async function findStart(ctx: Ctx, externalSubscriptionId: string): Promise<Temporal.Instant | undefined> {
  const row = await ctx.db
    .selectFrom('subscriptions')
    .select('started_at')
    .where('organization_id', '=', ctx.org.id)
    .where('external_id', '=', externalSubscriptionId)
    .orderBy('terminated_at', order => order.desc().nullsFirst())
    .orderBy('started_at', order => order.desc().nullsLast())
    .limit(1)
    .executeTakeFirst()
  return row?.started_at ?? undefined
}
