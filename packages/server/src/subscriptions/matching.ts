import { sql } from 'kysely'
import { findMetricsByCodes } from '../catalog/index.ts'
import type { UsageEvent } from '../events/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { Subscription } from './store.ts'
import { usageSince } from './terms.ts'

/** What decides whose an event is. Its code does not. */
export type EventMoment = Pick<UsageEvent, 'externalSubscriptionId' | 'timestamp'>

/**
 * The subscriptions that events belong to, in the order of the events: of those with the event's external id, the ones
 * that had started and had not ended when it happened, to the millisecond. Most often that is one or none; at the instant
 * of a plan change both plans have the event, and the subscription that runs on comes first.
 *
 * One query, however many events. Subscriptions that wait to be paid for have none, nor have those that were not.
 */
export async function matchSubscriptions(ctx: Ctx, moments: readonly EventMoment[]): Promise<Subscription[][]> {
  const externalIds = [...new Set(moments.flatMap(({ externalSubscriptionId: id }) => (id === null ? [] : [id])))]
  const started = Map.groupBy(await findStarted(ctx, externalIds), subscription => subscription.external_id)
  return moments.map(({ externalSubscriptionId, timestamp }) =>
    (started.get(externalSubscriptionId ?? '') ?? []).filter(subscription => isCovered(subscription, timestamp)),
  )
}

/**
 * The active subscriptions that events are usage of, in the order of the events: those that {@link matchSubscriptions}
 * gives and, where it gives none and the metric carries over, the active one with the external id.
 */
export async function findSubscriptionsToTrack(ctx: Ctx, events: readonly UsageEvent[]): Promise<Subscription[][]> {
  const matches = await matchSubscriptions(ctx, events)
  const unmatched = events.filter((_, place) => matches[place]?.length === 0)
  const recurring = await findRecurringCodes(ctx, unmatched)
  const active = await findActive(
    ctx,
    unmatched.filter(event => recurring.has(event.code)),
  )
  return events.map((event, place) => {
    const matched = matches[place] ?? []
    if (matched.length > 0) return matched.filter(subscription => subscription.status === 'active')
    const fallback = recurring.has(event.code) ? active.get(event.externalSubscriptionId ?? '') : undefined
    return fallback === undefined ? [] : [fallback]
  })
}

/** The order in which they are preferred. */
async function findStarted(ctx: Ctx, externalIds: readonly string[]): Promise<Subscription[]> {
  if (externalIds.length === 0) return []
  return ctx.db
    .selectFrom('subscriptions')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`external_id = any(${externalIds}::text[])`)
    .where('started_at', 'is not', null)
    .where('status', 'not in', ['incomplete', 'canceled'])
    .orderBy('terminated_at', order => order.desc().nullsFirst())
    .orderBy('started_at', 'desc')
    .orderBy('created_at', 'desc')
    .execute()
}

/** @param timestamp microseconds since the epoch */
function isCovered(subscription: Subscription, timestamp: bigint): boolean {
  const { started_at, terminated_at } = subscription
  if (started_at === null || millisecondsIn(usageSince(subscription, started_at)) > timestamp) return false
  return terminated_at === null || millisecondsIn(terminated_at) >= timestamp
}

/** Whole milliseconds, in microseconds. */
function millisecondsIn(instant: Temporal.Instant): bigint {
  return BigInt(instant.epochMilliseconds) * 1000n
}

async function findRecurringCodes(ctx: Ctx, events: readonly UsageEvent[]): Promise<Set<string>> {
  const metrics = await findMetricsByCodes(ctx, [...new Set(events.map(event => event.code))])
  return new Set([...metrics.values()].filter(metric => metric.recurring).map(metric => metric.code))
}

async function findActive(ctx: Ctx, events: readonly UsageEvent[]): Promise<Map<string, Subscription>> {
  const externalIds = events.flatMap(({ externalSubscriptionId: id }) => (id === null ? [] : [id]))
  const started = await findStarted(ctx, [...new Set(externalIds)])
  return new Map(started.filter(({ status }) => status === 'active').map(active => [active.external_id, active]))
}
