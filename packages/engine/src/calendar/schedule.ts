import { localDate } from './local-days.ts'
import type { BillingInterval, BillingTime } from './periods.ts'

/** What decides on which local days a subscription is billed. */
export interface BillingSchedule {
  readonly interval: BillingInterval
  readonly billingTime: BillingTime
  /** Bills usage charges every month; only means something on yearly and semiannual plans. */
  readonly billChargesMonthly: boolean
  /** Bills fixed charges every month; only means something on yearly and semiannual plans. */
  readonly billFixedChargesMonthly: boolean
  /** The applicable IANA time zone of the customer. */
  readonly timeZone: string
  /** Carries the anchor of anniversary periods; inherited on upgrades and downgrades. */
  readonly subscriptionAt: Temporal.Instant
}

/** The anchor date: the local date of `subscription_at`, whenever the service itself started. */
export function anchorDate(schedule: BillingSchedule): Temporal.PlainDate {
  return localDate(schedule.subscriptionAt, schedule.timeZone)
}

/** The interval of usage charges windows. */
export function chargesInterval(schedule: BillingSchedule): BillingInterval {
  return schedule.billChargesMonthly && isLongerThanQuarter(schedule) ? 'monthly' : schedule.interval
}

/** The interval of fixed charges windows. */
export function fixedChargesInterval(schedule: BillingSchedule): BillingInterval {
  return schedule.billFixedChargesMonthly && isLongerThanQuarter(schedule) ? 'monthly' : schedule.interval
}

/** Whether the plan is billed by the year or half-year with some of its charges every month. */
export function isSplitPlan(schedule: BillingSchedule): boolean {
  return (schedule.billChargesMonthly || schedule.billFixedChargesMonthly) && isLongerThanQuarter(schedule)
}

function isLongerThanQuarter({ interval }: BillingSchedule): boolean {
  return interval === 'yearly' || interval === 'semiannual'
}
