import { type BillingSchedule, latestBillingDay, localDate, nextBillingDay, startOfDay } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'

/**
 * When a subscription is billed next: the start of its first billing day strictly after a local date, which is the day
 * it started on or the billing day just done.
 */
export function nextBillingAt(schedule: BillingSchedule, afterDate: Temporal.PlainDate): Temporal.Instant {
  return startOfDay(nextBillingDay(schedule, afterDate), schedule.timeZone)
}

/**
 * When a subscription that becomes active now is billed periodically for the first time: never on the day it started,
 * and, if that lies in the past, not for billing days before today.
 */
export function firstBillingAt(
  schedule: BillingSchedule,
  startedAt: Temporal.Instant,
  now: Temporal.Instant,
): Temporal.Instant {
  const startDate = localDate(startedAt, schedule.timeZone)
  const yesterday = localDate(now, schedule.timeZone).subtract({ days: 1 })
  return nextBillingAt(schedule, Temporal.PlainDate.compare(startDate, yesterday) >= 0 ? startDate : yesterday)
}

/**
 * The planned billing in another time zone: the billing day nearest to the planned one, so that no period is billed
 * twice or left out because local midnight moved across it.
 */
export function movedBillingAt(
  schedule: BillingSchedule,
  startedAt: Temporal.Instant,
  planned: Temporal.Instant,
): Temporal.Instant {
  const date = localDate(planned, schedule.timeZone)
  const before = latestBillingDay(schedule, date)
  const beforeAt = startOfDay(before, schedule.timeZone)
  const afterAt = nextBillingAt(schedule, date)
  const startDate = localDate(startedAt, schedule.timeZone)
  const isNearer = planned.since(beforeAt).total('seconds') < afterAt.since(planned).total('seconds')
  if (isNearer && Temporal.PlainDate.compare(before, startDate) > 0) return beforeAt
  return isNearer ? nextBillingAt(schedule, startDate) : afterAt
}

/** A subscription whose billing day is done. */
export interface BilledDay {
  readonly subscriptionId: string
  readonly schedule: BillingSchedule
  readonly day: Temporal.PlainDate
}

/** Plans the next billing of subscriptions that have just been billed for a day, in one statement. */
export async function scheduleNextBilling(tx: Ctx, billed: readonly BilledDay[]): Promise<void> {
  await writeNextBilling(
    tx,
    billed.map(({ subscriptionId, schedule, day }) => ({ subscriptionId, at: nextBillingAt(schedule, day) })),
  )
}

/** Subscriptions that are no longer active have no next billing and stay so. */
export async function writeNextBilling(
  tx: Ctx,
  planned: readonly { readonly subscriptionId: string; readonly at: Temporal.Instant }[],
): Promise<void> {
  if (planned.length === 0) return
  await sql`
    update subscriptions
    set next_billing_at = planned.at
    from unnest(
      ${planned.map(one => one.subscriptionId)}::uuid[],
      ${planned.map(one => one.at.toString())}::timestamptz[]
    ) as planned (id, at)
    where subscriptions.organization_id = ${tx.org.id}
      and subscriptions.id = planned.id
      and subscriptions.status = 'active'`.execute(tx.db)
}
