/** How often a plan bills. */
export type BillingInterval = 'weekly' | 'monthly' | 'quarterly' | 'semiannual' | 'yearly'

/** Whether periods follow the calendar (Mondays, firsts of months) or the day the subscription began. */
export type BillingTime = 'calendar' | 'anniversary'

/** Zero for weekly, the only interval that is not a number of months. */
const MONTHS: Readonly<Record<BillingInterval, number>> = {
  weekly: 0,
  monthly: 1,
  quarterly: 3,
  semiannual: 6,
  yearly: 12,
}

/** Calendar periods are the anniversaries of a Monday that is a first of January. */
const CALENDAR_ORIGIN = Temporal.PlainDate.from('2001-01-01')

/**
 * The first day of the billing period that contains a date.
 *
 * Anniversary periods open on the anchor's weekday or day of the month; a month too short for that day opens its period
 * on its last day, without dragging the later ones.
 *
 * @param anchor the local date of `subscription_at`; not looked at for calendar billing
 * @example periodStart(date('2027-03-15'), 'monthly', 'anniversary', date('2026-01-31')) // 2027-02-28
 */
export function periodStart(
  date: Temporal.PlainDate,
  interval: BillingInterval,
  billingTime: BillingTime,
  anchor: Temporal.PlainDate,
): Temporal.PlainDate {
  const origin = periodOrigin(billingTime, anchor)
  const months = MONTHS[interval]
  if (months === 0) return date.subtract({ days: remainder(date.dayOfWeek - origin.dayOfWeek, 7) })

  const month = monthNumber(date)
  const opening = month - remainder(month - monthNumber(origin), months)
  const start = dayOfMonth(opening, origin.day)
  return Temporal.PlainDate.compare(start, date) <= 0 ? start : dayOfMonth(opening - months, origin.day)
}

/** The first day of the billing period after the one that contains a date. */
export function nextPeriodStart(
  date: Temporal.PlainDate,
  interval: BillingInterval,
  billingTime: BillingTime,
  anchor: Temporal.PlainDate,
): Temporal.PlainDate {
  const start = periodStart(date, interval, billingTime, anchor)
  const months = MONTHS[interval]
  if (months === 0) return start.add({ days: 7 })
  return dayOfMonth(monthNumber(start) + months, periodOrigin(billingTime, anchor).day)
}

/** The last day of the billing period that contains a date: the eve of the next period. */
export function periodEnd(
  date: Temporal.PlainDate,
  interval: BillingInterval,
  billingTime: BillingTime,
  anchor: Temporal.PlainDate,
): Temporal.PlainDate {
  return nextPeriodStart(date, interval, billingTime, anchor).subtract({ days: 1 })
}

/**
 * A date one interval earlier: in the previous period when the date is a billing day, literally one interval back (and
 * perhaps still in the running period) when it is not.
 *
 * On the last day of a month shorter than the anchor's day, the anchor's day is restored as far as the earlier month
 * allows.
 *
 * @example previousPeriodDate(date('2027-02-28'), 'monthly', 'anniversary', date('2026-01-31')) // 2027-01-31
 */
export function previousPeriodDate(
  date: Temporal.PlainDate,
  interval: BillingInterval,
  billingTime: BillingTime,
  anchor: Temporal.PlainDate,
): Temporal.PlainDate {
  const months = MONTHS[interval]
  if (months === 0) return date.subtract({ days: 7 })
  const { day } = periodOrigin(billingTime, anchor)
  const cutShort = date.day === date.daysInMonth && date.day < day
  return dayOfMonth(monthNumber(date) - months, cutShort ? day : date.day)
}

/**
 * The number of days of the whole billing period that contains a date, whatever part of it is used: the divisor of
 * every proration.
 *
 * @example periodDuration(date('2028-07-01'), 'yearly', 'calendar', anchor) // 366
 */
export function periodDuration(
  date: Temporal.PlainDate,
  interval: BillingInterval,
  billingTime: BillingTime,
  anchor: Temporal.PlainDate,
): number {
  const start = periodStart(date, interval, billingTime, anchor)
  return start.until(nextPeriodStart(date, interval, billingTime, anchor)).days
}

/**
 * Whether the monthly period that contains a date is the first of its plan period: the month in which a plan billed by
 * the year or half-year, with monthly charges, bills what is not monthly. Every week is the first of its own period.
 */
export function isFirstMonthOfPlanPeriod(
  date: Temporal.PlainDate,
  interval: BillingInterval,
  billingTime: BillingTime,
  anchor: Temporal.PlainDate,
): boolean {
  const months = MONTHS[interval]
  if (months === 0) return true
  const month = monthNumber(periodStart(date, 'monthly', billingTime, anchor))
  return remainder(month - monthNumber(periodOrigin(billingTime, anchor)), months) === 0
}

function periodOrigin(billingTime: BillingTime, anchor: Temporal.PlainDate): Temporal.PlainDate {
  return billingTime === 'calendar' ? CALENDAR_ORIGIN : anchor
}

/** Months counted through the years, so that interval arithmetic needs no carry. */
function monthNumber(date: Temporal.PlainDate): number {
  return date.year * 12 + date.month - 1
}

/** A day in a counted month, or the month's last day where it is too short. */
function dayOfMonth(monthNumber: number, day: number): Temporal.PlainDate {
  const month = remainder(monthNumber, 12)
  return Temporal.PlainDate.from({ year: (monthNumber - month) / 12, month: month + 1, day }, { overflow: 'constrain' })
}

/** The remainder in 0 … divisor - 1, also of a negative number. */
function remainder(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
