import type { Ctx } from '../platform/context.ts'

const MICROSECONDS = 3_600_000_000n

/** The hour in which each organization received its latest events, in hours since the epoch. */
const latest = new Map<string, bigint>()
const MOST_ORGANIZATIONS = 10_000

/**
 * Writes down that the organization receives events in this hour, before it does: the hourly report looks at no other
 * hours. Mostly it is known already and costs nothing.
 *
 * @param receivedAt microseconds since the epoch
 */
export async function noteHour(ctx: Ctx, receivedAt: bigint): Promise<void> {
  const hour = receivedAt / MICROSECONDS
  if (latest.get(ctx.org.id) === hour) return
  await ctx.db
    .insertInto('event_hours')
    .values({ organization_id: ctx.org.id, hour: Temporal.Instant.fromEpochMilliseconds(Number(hour) * 3_600_000) })
    .onConflict(conflict => conflict.doNothing())
    .execute()
  if (latest.size >= MOST_ORGANIZATIONS) latest.clear()
  latest.set(ctx.org.id, hour)
}
