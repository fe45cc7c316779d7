import { describe, expect, it } from 'vitest'
import type { BillingInterval } from '../../src/calendar/index.ts'
import {
  isFirstMonthOfPlanPeriod,
  periodDuration,
  periodEnd,
  periodStart,
  planChangeDirection,
  previousPeriodDate,
  yearlyAmountCents,
} from '../../src/calendar/index.ts'
import { date, planTerms, rows } from './support.ts'

const intervalOf = (word: string): BillingInterval => planTerms(word).interval ?? 'monthly'

describe('billing periods', () => {
  it.each(
    rows(`
      weekly     | calendar    | 2026-01-01 | 2027-01-03 | 2026-12-28 | 2027-01-03 | 7
      weekly     | anniversary | 2026-12-31 | 2027-01-06 | 2026-12-31 | 2027-01-06 | 7
      monthly    | calendar    | 2026-01-31 | 2028-02-29 | 2028-02-01 | 2028-02-29 | 29
      monthly    | anniversary | 2025-01-15 | 2025-03-14 | 2025-02-15 | 2025-03-14 | 28
      monthly    | anniversary | 2025-01-29 | 2025-02-27 | 2025-01-29 | 2025-02-27 | 30
      monthly    | anniversary | 2025-01-29 | 2025-03-01 | 2025-02-28 | 2025-03-28 | 29
      monthly    | anniversary | 2024-01-30 | 2024-02-01 | 2024-01-30 | 2024-02-28 | 30
      monthly    | anniversary | 2024-01-30 | 2024-03-01 | 2024-02-29 | 2024-03-29 | 30
      monthly    | anniversary | 2025-01-31 | 2025-01-31 | 2025-01-31 | 2025-02-27 | 28
      monthly    | anniversary | 2025-01-31 | 2025-03-30 | 2025-02-28 | 2025-03-30 | 31
      monthly    | anniversary | 2025-01-31 | 2025-03-31 | 2025-03-31 | 2025-04-29 | 30
      monthly    | anniversary | 2025-01-31 | 2025-05-30 | 2025-04-30 | 2025-05-30 | 31
      quarterly  | calendar    | 2026-02-11 | 2026-05-15 | 2026-04-01 | 2026-06-30 | 91
      semiannual | calendar    | 2026-02-11 | 2026-12-31 | 2026-07-01 | 2026-12-31 | 184
      yearly     | calendar    | 2026-02-11 | 2028-12-31 | 2028-01-01 | 2028-12-31 | 366
      yearly     | anniversary | 2024-02-29 | 2026-02-27 | 2025-02-28 | 2026-02-27 | 365
      yearly     | anniversary | 2024-02-29 | 2028-02-28 | 2027-02-28 | 2028-02-28 | 366
      monthly    | anniversary | 2026-03-31 | 2025-12-15 | 2025-11-30 | 2025-12-30 | 31
    `),
  )('%s %s, anchored on %s: %s lies in %s to %s, %s days', (interval, billingTime, anchor, day, from, to, days) => {
    const period = [
      date(day),
      intervalOf(interval),
      billingTime === 'anniversary' ? 'anniversary' : 'calendar',
      date(anchor),
    ] as const
    expect(periodStart(...period)).toEqual(date(from))
    expect(periodEnd(...period)).toEqual(date(to ?? ''))
    expect(periodDuration(...period)).toBe(Number(days))
  })

  it.each(
    rows(`
      monthly | 2023-01-30 | 2027-03-29 | 2027-02-28 | 2027-02-28 | 2027-02-28 00:00:00 .. 2027-03-29 23:59:59
      monthly | 2026-01-31 | 2027-02-28 | 2027-01-31 | 2027-01-31 | 2027-01-31 00:00:00 .. 2027-02-27 23:59:59
      monthly | 2026-01-31 | 2027-03-30 | 2027-02-28 | 2027-02-28 | 2027-02-28 00:00:00 .. 2027-03-30 23:59:59
      monthly | 2026-01-31 | 2027-04-15 | 2027-03-15 | 2027-02-28 | 2027-02-28 00:00:00 .. 2027-03-30 23:59:59
      quarterly | 2026-01-31 | 2027-04-30 | 2027-01-31 | 2027-01-31 | 2027-01-31 00:00:00 .. 2027-04-29 23:59:59
      quarterly | 2026-01-31 | 2027-05-31 | 2027-02-28 | 2027-01-31 | 2027-01-31 00:00:00 .. 2027-04-29 23:59:59
      yearly | 2024-02-29 | 2027-02-28 | 2026-02-28 | 2026-02-28 | 2026-02-28 00:00:00 .. 2027-02-27 23:59:59
      yearly | 2024-02-29 | 2027-12-25 | 2026-12-25 | 2026-02-28 | 2026-02-28 00:00:00 .. 2027-02-27 23:59:59
    `),
  )('%s anchored on %s: one interval before %s is %s', (interval, anchor, day, earlier = '') => {
    const found = previousPeriodDate(date(day), intervalOf(interval), 'anniversary', date(anchor))
    expect(found).toEqual(date(earlier))
  })

  it.each(
    rows(`
      yearly     | calendar    | 2026-10-20 | 1
      semiannual | calendar    | 2026-10-20 | 1 7
      yearly     | anniversary | 2026-08-31 | 8
      semiannual | anniversary | 2026-08-31 | 2 8
      quarterly  | anniversary | 2026-08-31 | 2 5 8 11
      monthly    | calendar    | 2026-08-31 | 1 2 3 4 5 6 7 8 9 10 11 12
    `),
  )(
    '%s %s anchored on %s bills what is not monthly at the ends of months %s',
    (interval, billingTime, anchor, months) => {
      const firsts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].filter(month =>
        isFirstMonthOfPlanPeriod(
          Temporal.PlainDate.from({ year: 2027, month, day: 31 }),
          intervalOf(interval),
          billingTime === 'anniversary' ? 'anniversary' : 'calendar',
          date(anchor),
        ),
      )
      expect(firsts.join(' ')).toBe(months)
    },
  )
})

describe('the direction of a change of plan', () => {
  it.each(
    rows(`
      4900 monthly | 58800 | 14700 quarterly | 58800 | upgrade (now)
      4900 monthly | 58800 | 58799 yearly | 58799 | downgrade (period end)
      4900 monthly | 58800 | 58800 yearly | 58800 | upgrade (now)
      1130 weekly | 58760 | 4900 monthly | 58800 | upgrade (now)
      1131 weekly | 58812 | 4900 monthly | 58800 | downgrade (period end)
      29900 semiannual | 59800 | 15000 quarterly | 60000 | upgrade (now)
      0 monthly | 0 | 0 yearly | 0 | upgrade (now)
    `),
  )('from %s (%s) to %s (%s): %s', (current, currentYearly, next, nextYearly = '', decision = '') => {
    const price = (text: string) => {
      const [amount = '', interval = ''] = text.split(' ')
      return { amountCents: BigInt(amount), interval: intervalOf(interval) }
    }
    expect(yearlyAmountCents(price(current))).toBe(BigInt(currentYearly))
    expect(yearlyAmountCents(price(next))).toBe(BigInt(nextYearly))
    expect(planChangeDirection(price(current), price(next))).toBe(decision.split(' ')[0])
  })
})
