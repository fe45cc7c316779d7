import { endOfDay, isBillingDay, localDate } from '@weir/engine'
import type { PlanSnapshot } from '../../catalog/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { billingSchedule, type SubscriptionRecord } from '../../subscriptions/index.ts'
import { type ChargeUsage, type CurrentUsage, currentUsageOf, serializeCurrentUsage } from '../../usage/index.ts'
import { findKeptDays, type NewDailyUsage, storeDailyUsages } from './store.ts'

/** Whether the invoice of the period that ended with a day tells its usage. */
export function isLastDayOfPeriod({ subscription, plan, timeZone }: SubscriptionRecord, date: Temporal.PlainDate) {
  return isBillingDay(billingSchedule(subscription, plan, timeZone), date.add({ days: 1 }))
}

/** A day of a subscription in its customer's time zone. */
export interface DayOfSubscription {
  readonly record: SubscriptionRecord
  readonly date: Temporal.PlainDate
}

/**
 * Keeps how the usage of active subscriptions stood at the end of days, each of another subscription. Nothing is kept of a day
 * before its subscription started, of one that is there, or while there is no usage. One that cannot be computed keeps nobody
 * else's from being kept.
 *
 * @param plans those of the subscriptions, by id
 * @throws AggregateError what went wrong with some of them, when the others are kept
 */
export async function keepDailyUsages(
  ctx: Ctx,
  days: readonly DayOfSubscription[],
  plans: ReadonlyMap<string, PlanSnapshot>,
): Promise<void> {
  const kept = await findKeptDays(
    ctx,
    days.map(({ record, date }) => ({ subscriptionId: record.subscription.id, date })),
  )
  const computed: NewDailyUsage[] = []
  const errors: unknown[] = []
  for (const day of days) {
    if (kept.has(day.record.subscription.id)) continue
    try {
      const usage = await computeDailyUsage(ctx, day, plans)
      if (usage !== undefined) computed.push(usage)
    } catch (error) {
      errors.push(error)
    }
  }
  if (computed.length > 0) await transaction(ctx, tx => storeDailyUsages(tx, computed))
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${days.length} daily usages failed`)
}

async function computeDailyUsage(
  ctx: Ctx,
  { record, date }: DayOfSubscription,
  plans: ReadonlyMap<string, PlanSnapshot>,
): Promise<NewDailyUsage | undefined> {
  const { subscription, timeZone } = record
  const { started_at: startedAt } = subscription
  if (startedAt === null || Temporal.PlainDate.compare(date, localDate(startedAt, timeZone)) < 0) return undefined
  const asOf = endOfDay(date, timeZone)
  const usage = withUsageOnly(await currentUsageOf(ctx, record, { asOf }, plans.get(subscription.plan_id)))
  if (usage.charges.length === 0) return undefined
  const { from, to } = usage.period
  return { subscription, from, to, date, usage: serializeCurrentUsage(usage) }
}

/** Without the rows that only say that nothing was used. */
function withUsageOnly(usage: CurrentUsage): CurrentUsage {
  const charges = usage.charges
    .map(({ charge, fees }): ChargeUsage => ({ charge, fees: fees.filter(isUsed) }))
    .filter(({ fees }) => fees.length > 0)
  return { ...usage, charges }
}

function isUsed({ units, amountCents, eventsCount }: ChargeUsage['fees'][number]): boolean {
  return Number(units) > 0 || amountCents > 0n || eventsCount > 0
}
