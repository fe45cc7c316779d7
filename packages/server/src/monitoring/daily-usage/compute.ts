import { endOfDay, isBillingDay, localDate } from '@weir/engine'
import { type Ctx, transaction } from '../../platform/context.ts'
import { billingSchedule, type SubscriptionRecord } from '../../subscriptions/index.ts'
import { type ChargeUsage, type CurrentUsage, currentUsageOf, serializeCurrentUsage } from '../../usage/index.ts'
import { hasDailyUsage, storeDailyUsages } from './store.ts'

/** Whether the invoice of the period that ended with a day tells its usage. */
export function isLastDayOfPeriod({ subscription, plan, timeZone }: SubscriptionRecord, date: Temporal.PlainDate) {
  return isBillingDay(billingSchedule(subscription, plan, timeZone), date.add({ days: 1 }))
}

/**
 * Keeps how the usage of an active subscription stood at the end of a day in its customer's time zone. Nothing is kept of a
 * day before it started, of one that is there, or while there is no usage.
 */
export async function computeDailyUsage(ctx: Ctx, record: SubscriptionRecord, date: Temporal.PlainDate): Promise<void> {
  const { subscription, timeZone } = record
  const { started_at: startedAt } = subscription
  if (startedAt === null || Temporal.PlainDate.compare(date, localDate(startedAt, timeZone)) < 0) return
  if (await hasDailyUsage(ctx, subscription.id, date)) return
  const usage = withUsageOnly(await currentUsageOf(ctx, record, { asOf: endOfDay(date, timeZone) }))
  if (usage.charges.length === 0) return
  const { from, to } = usage.period
  await transaction(ctx, tx =>
    storeDailyUsages(tx, [{ subscription, from, to, date, usage: serializeCurrentUsage(usage) }]),
  )
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
