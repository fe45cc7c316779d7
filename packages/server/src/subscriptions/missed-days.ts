import { localDate, nextBillingDay } from '@weir/engine'
import type { Ctx } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import type { SubscriptionRecord } from './store.ts'
import { billingSchedule } from './terms.ts'

/**
 * Tells which billing days of a subscription that ends have come and were not billed: `subscription.billing_missed` with
 * `{ days }`. Its next billing is forgotten when it ends, and its last invoice bills its last period only.
 *
 * @param options.untilToday whether the day of the end counts; a plain end closes the period that ended on it by itself
 */
export async function emitMissedDays(
  tx: Ctx,
  { subscription, plan, timeZone }: SubscriptionRecord,
  at: Temporal.Instant,
  options: { readonly untilToday: boolean },
): Promise<void> {
  const { id, next_billing_at: due } = subscription
  if (due === null || Temporal.Instant.compare(due, at) > 0) return
  const schedule = billingSchedule(subscription, plan, timeZone)
  const today = localDate(at, timeZone)
  const isMissed = (day: Temporal.PlainDate) => Temporal.PlainDate.compare(day, today) <= (options.untilToday ? 0 : -1)
  const days: string[] = []
  for (let day = localDate(due, timeZone); isMissed(day); day = nextBillingDay(schedule, day)) days.push(day.toString())
  if (days.length > 0) await emit(tx, 'subscription.billing_missed', id, { days })
}
