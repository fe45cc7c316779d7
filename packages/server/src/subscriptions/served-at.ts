import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import type { Subscription } from './store.ts'

/** The subscriptions that ever served some external ids, whoever their customers are. */
export async function findServedSubscriptions(ctx: Ctx, externalIds: readonly string[]): Promise<Subscription[]> {
  return ctx.db
    .selectFrom('subscriptions')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`external_id = any(${externalIds}::text[])`)
    .where('started_at', 'is not', null)
    .where('status', 'in', ['active', 'terminated'])
    .execute()
}

/**
 * The subscription that something belongs to which happened at a time: of those that served then, both ends included to the
 * millisecond, the one that runs, else the one that ended last. Undefined where none did.
 *
 * @param timestamp microseconds since the epoch
 */
export function servedAt(subscriptions: readonly Subscription[], timestamp: bigint): Subscription | undefined {
  return subscriptions
    .filter(({ started_at: startedAt, terminated_at: terminatedAt }) => {
      if (startedAt === null || millisecondOf(startedAt) > timestamp) return false
      return terminatedAt === null || millisecondOf(terminatedAt) >= timestamp
    })
    .toSorted((a, b) => compareEnds(b, a) || compareStarts(b, a))[0]
}

/** In microseconds. */
function millisecondOf(instant: Temporal.Instant): bigint {
  return BigInt(instant.epochMilliseconds) * 1000n
}

/** What runs ends last. */
function compareEnds({ terminated_at: a }: Subscription, { terminated_at: b }: Subscription): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  return Temporal.Instant.compare(a, b)
}

function compareStarts({ started_at: a }: Subscription, { started_at: b }: Subscription): number {
  return a === null || b === null ? 0 : Temporal.Instant.compare(a, b)
}
