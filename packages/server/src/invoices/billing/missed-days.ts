import { firstTickOfDay } from '@weir/engine'
import { lockCustomer } from '../../customers/index.ts'
import { frozenClock } from '../../platform/clock/clock.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { loadSubscriptionRecords, type SubscriptionRecord } from '../../subscriptions/index.ts'
import { createSubscriptionInvoices, orderOf } from './create-invoice.ts'
import { isBilledPeriodically } from './periodic.ts'

const BILL_MISSED_DAYS = 'bill_missed_days'

/** What is left of the last period can only be credited once it is billed: that job comes before the last invoice, too. */
const BEFORE_CREDIT = -2

/** A subscription ended before billing days that had come were billed: they are, as if it had been in time. */
export const onBillingMissed: Reaction = async (tx, events) => {
  const records = await loadSubscriptionRecords(
    tx,
    events.map(event => event.objectId),
  )
  const customers = new Map(records.map(({ subscription }) => [subscription.id, subscription.customer_id]))
  await addJobs(
    tx.db,
    events.map(event => ({
      task: BILL_MISSED_DAYS,
      queue: customers.get(event.objectId) ?? event.objectId,
      payload: { organizationId: tx.org.id, subscriptionId: event.objectId, days: event.data?.days },
      priority: BEFORE_CREDIT,
    })),
  )
}

/** Oldest first. Periods that are billed already are left out, so that it can be repeated. */
export const billMissedDays: TaskDefinition = {
  name: BILL_MISSED_DAYS,
  run: (ctx, payload) =>
    transaction(ctx, async tx => {
      for (const day of payload.days as readonly string[]) {
        const [record] = await loadSubscriptionRecords(tx, [String(payload.subscriptionId)])
        if (record !== undefined) await billDay(tx, record, Temporal.PlainDate.from(day))
      }
    }),
}

async function billDay(tx: Ctx, record: SubscriptionRecord, billingDay: Temporal.PlainDate): Promise<void> {
  const { subscription, timeZone } = record
  const customer = await lockCustomer(tx, subscription.customer_id)
  const running = {
    ...record,
    subscription: { ...subscription, status: 'active', terminated_at: null },
    next: null,
    billingDay,
  }
  const at = instantOf(billingDay, timeZone, subscription.terminated_at)
  if (!isBilledPeriodically(running, at)) return
  const then = { ...tx, clock: frozenClock(at) }
  await createSubscriptionInvoices(then, [
    await orderOf(then, customer, { record: running, reason: 'subscription_periodic', at }),
  ])
}

/** The tick that would have billed the day; where the subscription ended sooner, the second before, when it still ran. */
function instantOf(day: Temporal.PlainDate, timeZone: string, endedAt: Temporal.Instant | null): Temporal.Instant {
  const tick = firstTickOfDay(day, timeZone)
  const before = endedAt?.subtract({ seconds: 1 }).round({ smallestUnit: 'second', roundingMode: 'floor' })
  return before !== undefined && Temporal.Instant.compare(before, tick) < 0 ? before : tick
}
