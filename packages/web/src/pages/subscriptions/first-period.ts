import { addDays } from '../../format/zoned.ts'

const MONTHS: Readonly<Record<string, number>> = { monthly: 1, quarterly: 3, semiannual: 6, yearly: 12 }
const SUNDAY = 7

/**
 * The last day of the first period of a subscription that starts on a day: that of the calendar's week, month, quarter, half or year,
 * or the day before the same day of the next one.
 */
export function firstPeriodEnd(start: string, interval: string, billingTime: string): string {
  const [year = 0, month = 1, day = 1] = start.split('-').map(Number)
  const months = MONTHS[interval]
  if (months === undefined) {
    if (billingTime === 'anniversary') return addDays(start, 6)
    const weekday = new Date(`${start}T00:00:00Z`).getUTCDay() || SUNDAY
    return addDays(start, SUNDAY - weekday)
  }
  if (billingTime === 'anniversary') {
    const last = Number(lastOfMonth(year, month + months).slice(-2))
    return addDays(dayOf(year, month + months, Math.min(day, last)), -1)
  }
  return lastOfMonth(year, Math.ceil(month / months) * months)
}

function lastOfMonth(year: number, month: number): string {
  return dayOf(year, month + 1, 0)
}

function dayOf(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)
}
