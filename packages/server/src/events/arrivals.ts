import { sql } from 'kysely'
import { type Ctx, transaction } from '../platform/context.ts'
import { type DomainEvent, emitAll } from '../platform/domain-events.ts'
import type { Loop } from '../platform/jobs/loops.ts'
import type { Arrival, UsageEvent } from './event-store.ts'
import { eventStore } from './store.ts'

/** The domain event that tells of an {@link Arrival}: its object is the external id, its data `{ positions }`. */
export const EVENTS_ARRIVED = 'events.arrived'

/** Between two looks for arrivals. */
const LOOK_EVERY_MS = 500
/** As many are taken away in one transaction: it must not hold its locks for long. */
const MOST_ARRIVALS_AT_ONCE = 10_000

/**
 * Tells the subscribers of the events that came to the organization, once each. The same transaction takes the arrivals
 * away and enqueues what follows from them, so that a crash loses and repeats nothing; arrivals that another process has
 * in hand are left to it.
 */
export async function processArrivals(ctx: Ctx): Promise<void> {
  for (let isMore = true; isMore; ) {
    isMore = await transaction(ctx, async tx => {
      const arrivals = await takeArrivals(tx)
      await emitAll(
        tx,
        arrivals.map(({ externalSubscriptionId, positions }) => ({
          type: EVENTS_ARRIVED,
          objectId: externalSubscriptionId,
          data: { positions },
        })),
      )
      return arrivals.reduce((count, { positions }) => count + positions.length, 0) >= MOST_ARRIVALS_AT_ONCE
    })
  }
}

/** Whether events of an organization came that nobody was told of yet: SQL. */
export function haveArrived(organizationId: string) {
  return sql<boolean>`exists (select from event_arrivals where organization_id = ${organizationId})`
}

/** The arrivals that domain events tell of, for the reactions to them. */
export function arrivalsOf(happenings: readonly DomainEvent[]): Arrival[] {
  return happenings.map(({ objectId, data }) => ({
    externalSubscriptionId: objectId,
    positions: (data?.positions ?? []) as readonly string[],
  }))
}

/**
 * The events that came to a subscription in some transactions, by time and then by arrival. Those of deleted metrics are
 * left out, so there may be none.
 *
 * @param positions of the arrival
 * @param codes only events with one of these codes
 */
export function eventsAt(
  ctx: Ctx,
  externalSubscriptionId: string,
  positions: readonly string[],
  codes?: readonly string[],
): Promise<UsageEvent[]> {
  return arrivedEvents(ctx, [{ externalSubscriptionId, positions }], codes)
}

/** As {@link eventsAt}, for several subscriptions at once: all their events in one order. */
export function arrivedEvents(
  ctx: Ctx,
  arrivals: readonly Arrival[],
  codes?: readonly string[],
): Promise<UsageEvent[]> {
  return eventStore(ctx).arrived(arrivals, codes)
}

/** What events cause happens soon after they are stored, in whatever time the organization lives. */
export const processArrivalsLoop: Loop = {
  name: 'process_event_arrivals',
  everyMs: LOOK_EVERY_MS,
  async run(system, contextOf) {
    const { rows } = await sql<{ organizationId: string }>`
      select distinct organization_id as "organizationId" from event_arrivals`.execute(system.db)
    for (const { organizationId } of rows) {
      try {
        await processArrivals(await contextOf(organizationId))
      } catch (error) {
        // The other organizations do not wait for this one's trouble; its arrivals are still there at the next look.
        system.log.warn({ err: error, organizationId }, 'events that came could not be told of; it is tried again')
      }
    }
  },
}

async function takeArrivals(tx: Ctx): Promise<Arrival[]> {
  const { rows } = await sql<Arrival>`
    with taken as (
      delete from event_arrivals
      where ctid = any(array(
        select ctid from event_arrivals
        where organization_id = ${tx.org.id}
        limit ${MOST_ARRIVALS_AT_ONCE}
        for update skip locked
      ))
      returning external_subscription_id, position
    )
    select
      external_subscription_id as "externalSubscriptionId",
      array_agg(position::text order by position) as positions
    from taken
    group by external_subscription_id
    order by external_subscription_id`.execute(tx.db)
  return rows
}
