import { describe, expect, it } from 'vitest'
import type { BillingTerms } from '../../src/calendar/index.ts'
import {
  billingBoundaries,
  currentBillingPeriod,
  downgradeDate,
  firstTickOfDay,
  isBillingDay,
  periodInstants,
} from '../../src/calendar/index.ts'
import { date, instant, planTerms, printed, rows, terms } from './support.ts'

/** Checks billing days one after the other: the tick, the base window, the charges window, the fixed charges window. */
function schedule(title: string, subscription: BillingTerms, table: string) {
  it.each(rows(table))(`${title}: %s`, (day, tick, base, charges, fixedCharges = charges) => {
    const billingDay = date(day)
    expect(isBillingDay(subscription, billingDay)).toBe(true)
    const at = firstTickOfDay(billingDay, subscription.timeZone)
    expect(at).toEqual(instant(tick))
    const boundaries = billingBoundaries(subscription, at, 'billing')
    expect(printed(boundaries.base)).toBe(base)
    expect(printed(boundaries.charges)).toBe(charges)
    expect(printed(boundaries.fixedCharges)).toBe(fixedCharges)
  })
}

/** Checks billing days one after the other: the base window and the days of its whole period. */
function periods(title: string, subscription: BillingTerms, table: string) {
  it.each(rows(table))(`${title}: %s`, (day, base, days) => {
    const at = firstTickOfDay(date(day), subscription.timeZone)
    const boundaries = billingBoundaries(subscription, at, 'billing')
    expect(printed(boundaries.base)).toBe(base)
    expect(boundaries.baseDuration).toBe(Number(days))
  })
}

describe('monthly calendar periods', () => {
  schedule(
    'Asia/Tokyo in arrears',
    terms('2026-02-17T04:25:30Z', 'Asia/Tokyo', {}),
    `
      2026-03-01 | 2026-02-28 15:10 | 2026-02-16 15:00:00 .. 2026-02-28 14:59:59 | 2026-02-17 04:25:30 .. 2026-02-28 14:59:59
      2026-04-01 | 2026-03-31 15:10 | 2026-02-28 15:00:00 .. 2026-03-31 14:59:59 | 2026-02-28 15:00:00 .. 2026-03-31 14:59:59
      2026-05-01 | 2026-04-30 15:10 | 2026-03-31 15:00:00 .. 2026-04-30 14:59:59 | 2026-03-31 15:00:00 .. 2026-04-30 14:59:59
    `,
  )
  schedule(
    'America/New_York in arrears',
    terms('2026-02-17T04:25:30Z', 'America/New_York', {}),
    `
      2026-03-01 | 2026-03-01 05:10 | 2026-02-16 05:00:00 .. 2026-03-01 04:59:59 | 2026-02-17 04:25:30 .. 2026-03-01 04:59:59
      2026-04-01 | 2026-04-01 04:10 | 2026-03-01 05:00:00 .. 2026-04-01 03:59:59 | 2026-03-01 05:00:00 .. 2026-04-01 03:59:59
      2026-05-01 | 2026-05-01 04:10 | 2026-04-01 04:00:00 .. 2026-05-01 03:59:59 | 2026-04-01 04:00:00 .. 2026-05-01 03:59:59
    `,
  )
  schedule(
    'Pacific/Auckland in arrears',
    terms('2026-02-17T12:25:30Z', 'Pacific/Auckland', {}),
    `
      2026-03-01 | 2026-02-28 11:10 | 2026-02-17 11:00:00 .. 2026-02-28 10:59:59 | 2026-02-17 12:25:30 .. 2026-02-28 10:59:59
      2026-04-01 | 2026-03-31 11:10 | 2026-02-28 11:00:00 .. 2026-03-31 10:59:59 | 2026-02-28 11:00:00 .. 2026-03-31 10:59:59
      2026-05-01 | 2026-04-30 12:10 | 2026-03-31 11:00:00 .. 2026-04-30 11:59:59 | 2026-03-31 11:00:00 .. 2026-04-30 11:59:59
    `,
  )
  schedule(
    'Asia/Tokyo in advance',
    terms('2026-02-17T04:25:30Z', 'Asia/Tokyo', { payInAdvance: true }),
    `
      2026-03-01 | 2026-02-28 15:10 | 2026-02-28 15:00:00 .. 2026-03-31 14:59:59 | 2026-02-17 04:25:30 .. 2026-02-28 14:59:59
      2026-04-01 | 2026-03-31 15:10 | 2026-03-31 15:00:00 .. 2026-04-30 14:59:59 | 2026-02-28 15:00:00 .. 2026-03-31 14:59:59
      2026-05-01 | 2026-04-30 15:10 | 2026-04-30 15:00:00 .. 2026-05-31 14:59:59 | 2026-03-31 15:00:00 .. 2026-04-30 14:59:59
    `,
  )

  it('bills the first period in advance on the day of the start, with no usage yet', () => {
    const startedAt = instant('2026-02-17 04:25:30')
    const tokyo = terms('2026-02-17T04:25:30Z', 'Asia/Tokyo', { payInAdvance: true })
    const { base, charges } = billingBoundaries(tokyo, startedAt, 'billing')
    expect(printed(base)).toBe('2026-02-16 15:00:00 .. 2026-02-28 14:59:59')
    expect(charges).toEqual({ from: startedAt, to: startedAt })
  })
})

describe('anniversaries on days some months do not have', () => {
  periods(
    'on the 29th',
    terms('2027-10-29T08:40:00Z', 'UTC', { billingTime: 'anniversary' }),
    `
      2027-11-29 | 2027-10-29 00:00:00 .. 2027-11-28 23:59:59 | 31
      2027-12-29 | 2027-11-29 00:00:00 .. 2027-12-28 23:59:59 | 30
      2028-01-29 | 2027-12-29 00:00:00 .. 2028-01-28 23:59:59 | 31
      2028-02-29 | 2028-01-29 00:00:00 .. 2028-02-28 23:59:59 | 31
      2028-03-29 | 2028-02-29 00:00:00 .. 2028-03-28 23:59:59 | 29
      2028-04-29 | 2028-03-29 00:00:00 .. 2028-04-28 23:59:59 | 31
      2028-05-29 | 2028-04-29 00:00:00 .. 2028-05-28 23:59:59 | 30
      2028-06-29 | 2028-05-29 00:00:00 .. 2028-06-28 23:59:59 | 31
    `,
  )
  periods(
    'on the 30th',
    terms('2027-10-30T08:40:00Z', 'UTC', { billingTime: 'anniversary' }),
    `
      2027-11-30 | 2027-10-30 00:00:00 .. 2027-11-29 23:59:59 | 31
      2027-12-30 | 2027-11-30 00:00:00 .. 2027-12-29 23:59:59 | 30
      2028-01-30 | 2027-12-30 00:00:00 .. 2028-01-29 23:59:59 | 31
      2028-02-29 | 2028-01-30 00:00:00 .. 2028-02-28 23:59:59 | 30
      2028-03-30 | 2028-02-29 00:00:00 .. 2028-03-29 23:59:59 | 30
      2028-04-30 | 2028-03-30 00:00:00 .. 2028-04-29 23:59:59 | 31
      2028-05-30 | 2028-04-30 00:00:00 .. 2028-05-29 23:59:59 | 30
      2028-06-30 | 2028-05-30 00:00:00 .. 2028-06-29 23:59:59 | 31
    `,
  )
  periods(
    'on the 31th',
    terms('2027-10-31T08:40:00Z', 'UTC', { billingTime: 'anniversary' }),
    `
      2027-11-30 | 2027-10-31 00:00:00 .. 2027-11-29 23:59:59 | 30
      2027-12-31 | 2027-11-30 00:00:00 .. 2027-12-30 23:59:59 | 31
      2028-01-31 | 2027-12-31 00:00:00 .. 2028-01-30 23:59:59 | 31
      2028-02-29 | 2028-01-31 00:00:00 .. 2028-02-28 23:59:59 | 29
      2028-03-31 | 2028-02-29 00:00:00 .. 2028-03-30 23:59:59 | 31
      2028-04-30 | 2028-03-31 00:00:00 .. 2028-04-29 23:59:59 | 30
      2028-05-31 | 2028-04-30 00:00:00 .. 2028-05-30 23:59:59 | 31
      2028-06-30 | 2028-05-31 00:00:00 .. 2028-06-29 23:59:59 | 30
    `,
  )
  schedule(
    'in advance on the 31st',
    terms('2026-08-31T23:30:00Z', 'America/New_York', { billingTime: 'anniversary', payInAdvance: true }),
    `
      2026-09-30 | 2026-09-30 04:10 | 2026-09-30 04:00:00 .. 2026-10-31 03:59:59 | 2026-08-31 23:30:00 .. 2026-09-30 03:59:59
      2026-10-31 | 2026-10-31 04:10 | 2026-10-31 04:00:00 .. 2026-11-30 04:59:59 | 2026-09-30 04:00:00 .. 2026-10-31 03:59:59
      2026-11-30 | 2026-11-30 05:10 | 2026-11-30 05:00:00 .. 2026-12-31 04:59:59 | 2026-10-31 04:00:00 .. 2026-11-30 04:59:59
      2026-12-31 | 2026-12-31 05:10 | 2026-12-31 05:00:00 .. 2027-01-31 04:59:59 | 2026-11-30 05:00:00 .. 2026-12-31 04:59:59
      2027-01-31 | 2027-01-31 05:10 | 2027-01-31 05:00:00 .. 2027-02-28 04:59:59 | 2026-12-31 05:00:00 .. 2027-01-31 04:59:59
      2027-02-28 | 2027-02-28 05:10 | 2027-02-28 05:00:00 .. 2027-03-31 03:59:59 | 2027-01-31 05:00:00 .. 2027-02-28 04:59:59
      2027-03-31 | 2027-03-31 04:10 | 2027-03-31 04:00:00 .. 2027-04-30 03:59:59 | 2027-02-28 05:00:00 .. 2027-03-31 03:59:59
    `,
  )
  periods(
    'on 29 February',
    terms('2024-02-29T06:00:00Z', 'UTC', { interval: 'yearly', billingTime: 'anniversary' }),
    `
      2025-02-28 | 2024-02-29 00:00:00 .. 2025-02-27 23:59:59 | 365
      2026-02-28 | 2025-02-28 00:00:00 .. 2026-02-27 23:59:59 | 365
      2027-02-28 | 2026-02-28 00:00:00 .. 2027-02-27 23:59:59 | 365
      2028-02-29 | 2027-02-28 00:00:00 .. 2028-02-28 23:59:59 | 366
    `,
  )

  it.each(
    rows(`
      UTC | 2026-05-31 | 2026-06-30 | 2026-06-30 00:10 | 2026-05-31 00:00:00 .. 2026-06-29 23:59:59
      UTC | 2026-05-31 | 2026-07-31 | 2026-07-31 00:10 | 2026-06-30 00:00:00 .. 2026-07-30 23:59:59
      Asia/Tokyo | 2026-06-01 | 2026-07-01 | 2026-06-30 15:10 | 2026-05-31 15:00:00 .. 2026-06-30 14:59:59
      Asia/Tokyo | 2026-06-01 | 2026-08-01 | 2026-07-31 15:10 | 2026-06-30 15:00:00 .. 2026-07-31 14:59:59
      America/New_York | 2026-05-31 | 2026-06-30 | 2026-06-30 04:10 | 2026-05-31 04:00:00 .. 2026-06-30 03:59:59
      America/New_York | 2026-05-31 | 2026-07-31 | 2026-07-31 04:10 | 2026-06-30 04:00:00 .. 2026-07-31 03:59:59
      Pacific/Auckland | 2026-06-01 | 2026-07-01 | 2026-06-30 12:10 | 2026-05-31 12:00:00 .. 2026-06-30 11:59:59
      Pacific/Auckland | 2026-06-01 | 2026-08-01 | 2026-07-31 12:10 | 2026-06-30 12:00:00 .. 2026-07-31 11:59:59
    `),
  )('is anchored on the local date of the start: %s, %s, %s', (zone, anchor, day, tick, base) => {
    const subscription = terms('2026-05-31T20:15:00Z', zone, { billingTime: 'anniversary' })
    expect(instant('2026-05-31T20:15:00Z').toZonedDateTimeISO(zone).toPlainDate()).toEqual(date(anchor))
    expect(isBillingDay(subscription, date(day))).toBe(true)
    expect(firstTickOfDay(date(day), zone)).toEqual(instant(tick))
    expect(printed(billingBoundaries(subscription, instant(tick), 'billing').base)).toBe(base)
  })
})

describe('weekly, quarterly, semiannual and yearly periods', () => {
  schedule(
    'weekly calendar across daylight saving',
    terms('2026-09-23T22:00:00Z', 'Pacific/Auckland', { interval: 'weekly' }),
    `
      2026-09-28 | 2026-09-27 11:10 | 2026-09-23 12:00:00 .. 2026-09-27 10:59:59 | 2026-09-23 22:00:00 .. 2026-09-27 10:59:59
      2026-10-05 | 2026-10-04 11:10 | 2026-09-27 11:00:00 .. 2026-10-04 10:59:59 | 2026-09-27 11:00:00 .. 2026-10-04 10:59:59
    `,
  )
  schedule(
    'weekly anniversary in advance',
    terms('2026-12-30T16:00:00Z', 'Asia/Tokyo', { interval: 'weekly', billingTime: 'anniversary', payInAdvance: true }),
    `
      2027-01-07 | 2027-01-06 15:10 | 2027-01-06 15:00:00 .. 2027-01-13 14:59:59 | 2026-12-30 16:00:00 .. 2027-01-06 14:59:59
      2027-01-14 | 2027-01-13 15:10 | 2027-01-13 15:00:00 .. 2027-01-20 14:59:59 | 2027-01-06 15:00:00 .. 2027-01-13 14:59:59
      2027-01-21 | 2027-01-20 15:10 | 2027-01-20 15:00:00 .. 2027-01-27 14:59:59 | 2027-01-13 15:00:00 .. 2027-01-20 14:59:59
    `,
  )
  schedule(
    'quarterly calendar',
    terms('2026-02-11T00:00:00Z', 'UTC', { interval: 'quarterly' }),
    `
      2026-04-01 | 2026-04-01 00:10 | 2026-02-11 00:00:00 .. 2026-03-31 23:59:59 | 2026-02-11 00:00:00 .. 2026-03-31 23:59:59
      2026-07-01 | 2026-07-01 00:10 | 2026-04-01 00:00:00 .. 2026-06-30 23:59:59 | 2026-04-01 00:00:00 .. 2026-06-30 23:59:59
      2026-10-01 | 2026-10-01 00:10 | 2026-07-01 00:00:00 .. 2026-09-30 23:59:59 | 2026-07-01 00:00:00 .. 2026-09-30 23:59:59
    `,
  )
  schedule(
    'quarterly anniversary',
    terms('2026-11-30T17:00:00Z', 'UTC', { interval: 'quarterly', billingTime: 'anniversary' }),
    `
      2027-02-28 | 2027-02-28 00:10 | 2026-11-30 00:00:00 .. 2027-02-27 23:59:59 | 2026-11-30 17:00:00 .. 2027-02-27 23:59:59
      2027-05-30 | 2027-05-30 00:10 | 2027-02-28 00:00:00 .. 2027-05-29 23:59:59 | 2027-02-28 00:00:00 .. 2027-05-29 23:59:59
      2027-08-30 | 2027-08-30 00:10 | 2027-05-30 00:00:00 .. 2027-08-29 23:59:59 | 2027-05-30 00:00:00 .. 2027-08-29 23:59:59
      2027-11-30 | 2027-11-30 00:10 | 2027-08-30 00:00:00 .. 2027-11-29 23:59:59 | 2027-08-30 00:00:00 .. 2027-11-29 23:59:59
      2028-02-29 | 2028-02-29 00:10 | 2027-11-30 00:00:00 .. 2028-02-28 23:59:59 | 2027-11-30 00:00:00 .. 2028-02-28 23:59:59
    `,
  )
  schedule(
    'semiannual anniversary in advance',
    terms('2027-08-31T12:00:00Z', 'America/New_York', {
      interval: 'semiannual',
      billingTime: 'anniversary',
      payInAdvance: true,
    }),
    `
      2028-02-29 | 2028-02-29 05:10 | 2028-02-29 05:00:00 .. 2028-08-31 03:59:59 | 2027-08-31 12:00:00 .. 2028-02-29 04:59:59
      2028-08-31 | 2028-08-31 04:10 | 2028-08-31 04:00:00 .. 2029-02-28 04:59:59 | 2028-02-29 05:00:00 .. 2028-08-31 03:59:59
      2029-02-28 | 2029-02-28 05:10 | 2029-02-28 05:00:00 .. 2029-08-31 03:59:59 | 2028-08-31 04:00:00 .. 2029-02-28 04:59:59
    `,
  )
  schedule(
    'semiannual calendar',
    terms('2026-04-30T15:30:00Z', 'Asia/Tokyo', { interval: 'semiannual' }),
    `
      2026-07-01 | 2026-06-30 15:10 | 2026-04-30 15:00:00 .. 2026-06-30 14:59:59 | 2026-04-30 15:30:00 .. 2026-06-30 14:59:59
      2027-01-01 | 2026-12-31 15:10 | 2026-06-30 15:00:00 .. 2026-12-31 14:59:59 | 2026-06-30 15:00:00 .. 2026-12-31 14:59:59
      2027-07-01 | 2027-06-30 15:10 | 2026-12-31 15:00:00 .. 2027-06-30 14:59:59 | 2026-12-31 15:00:00 .. 2027-06-30 14:59:59
    `,
  )
  schedule(
    'yearly calendar in advance',
    terms('2027-06-14T03:00:00Z', 'Pacific/Auckland', { interval: 'yearly', payInAdvance: true }),
    `
      2028-01-01 | 2027-12-31 11:10 | 2027-12-31 11:00:00 .. 2028-12-31 10:59:59 | 2027-06-14 03:00:00 .. 2027-12-31 10:59:59
      2029-01-01 | 2028-12-31 11:10 | 2028-12-31 11:00:00 .. 2029-12-31 10:59:59 | 2027-12-31 11:00:00 .. 2028-12-31 10:59:59
    `,
  )
})

describe('plans that bill some charges every month', () => {
  schedule(
    'yearly calendar in arrears, monthly usage',
    terms('2026-10-20T09:00:00Z', 'UTC', { interval: 'yearly', billChargesMonthly: true }),
    `
      2026-11-01 | 2026-11-01 00:10 | 2026-10-20 00:00:00 .. 2026-10-20 09:00:00 | 2026-10-20 09:00:00 .. 2026-10-31 23:59:59 | null
      2026-12-01 | 2026-12-01 00:10 | 2026-10-20 00:00:00 .. 2026-10-20 09:00:00 | 2026-11-01 00:00:00 .. 2026-11-30 23:59:59 | null
      2027-01-01 | 2027-01-01 00:10 | 2026-10-20 00:00:00 .. 2026-12-31 23:59:59 | 2026-12-01 00:00:00 .. 2026-12-31 23:59:59 | 2026-10-20 09:00:00 .. 2026-12-31 23:59:59
      2027-02-01 | 2027-02-01 00:10 | 2026-10-20 00:00:00 .. 2026-12-31 23:59:59 | 2027-01-01 00:00:00 .. 2027-01-31 23:59:59 | null
    `,
  )
  schedule(
    'yearly calendar in advance, monthly usage',
    terms('2026-10-20T09:00:00Z', 'UTC', { interval: 'yearly', payInAdvance: true, billChargesMonthly: true }),
    `
      2026-11-01 | 2026-11-01 00:10 | 2026-10-20 00:00:00 .. 2026-12-31 23:59:59 | 2026-10-20 09:00:00 .. 2026-10-31 23:59:59 | null
      2026-12-01 | 2026-12-01 00:10 | 2026-10-20 00:00:00 .. 2026-12-31 23:59:59 | 2026-11-01 00:00:00 .. 2026-11-30 23:59:59 | null
      2027-01-01 | 2027-01-01 00:10 | 2027-01-01 00:00:00 .. 2027-12-31 23:59:59 | 2026-12-01 00:00:00 .. 2026-12-31 23:59:59 | 2026-10-20 09:00:00 .. 2026-12-31 23:59:59
      2027-02-01 | 2027-02-01 00:10 | 2027-01-01 00:00:00 .. 2027-12-31 23:59:59 | 2027-01-01 00:00:00 .. 2027-01-31 23:59:59 | null
    `,
  )
  schedule(
    'yearly anniversary in advance, monthly fixed charges',
    terms('2026-01-31T15:00:00Z', 'America/New_York', {
      interval: 'yearly',
      billingTime: 'anniversary',
      payInAdvance: true,
      billFixedChargesMonthly: true,
    }),
    `
      2026-02-28 | 2026-02-28 05:10 | 2026-01-31 05:00:00 .. 2027-01-31 04:59:59 | null | 2026-01-31 15:00:00 .. 2026-02-28 04:59:59
      2026-03-31 | 2026-03-31 04:10 | 2026-01-31 05:00:00 .. 2027-01-31 04:59:59 | null | 2026-02-28 05:00:00 .. 2026-03-31 03:59:59
      2026-10-31 | 2026-10-31 04:10 | 2026-01-31 05:00:00 .. 2027-01-31 04:59:59 | null | 2026-09-30 04:00:00 .. 2026-10-31 03:59:59
      2027-01-31 | 2027-01-31 05:10 | 2027-01-31 05:00:00 .. 2028-01-31 04:59:59 | 2026-01-31 15:00:00 .. 2027-01-31 04:59:59 | 2026-12-31 05:00:00 .. 2027-01-31 04:59:59
      2027-02-28 | 2027-02-28 05:10 | 2027-01-31 05:00:00 .. 2028-01-31 04:59:59 | null | 2027-01-31 05:00:00 .. 2027-02-28 04:59:59
    `,
  )
  schedule(
    'yearly anniversary in arrears, monthly usage and fixed charges',
    terms('2026-03-30T20:00:00Z', 'Asia/Tokyo', {
      interval: 'yearly',
      billingTime: 'anniversary',
      billChargesMonthly: true,
      billFixedChargesMonthly: true,
    }),
    `
      2026-04-30 | 2026-04-29 15:10 | 2026-03-30 15:00:00 .. 2026-03-30 20:00:00 | 2026-03-30 20:00:00 .. 2026-04-29 14:59:59 | 2026-03-30 20:00:00 .. 2026-04-29 14:59:59
      2026-05-31 | 2026-05-30 15:10 | 2026-03-30 15:00:00 .. 2026-03-30 20:00:00 | 2026-04-29 15:00:00 .. 2026-05-30 14:59:59 | 2026-04-29 15:00:00 .. 2026-05-30 14:59:59
      2027-02-28 | 2027-02-27 15:10 | 2026-03-30 15:00:00 .. 2026-03-30 20:00:00 | 2027-01-30 15:00:00 .. 2027-02-27 14:59:59 | 2027-01-30 15:00:00 .. 2027-02-27 14:59:59
      2027-03-31 | 2027-03-30 15:10 | 2026-03-30 15:00:00 .. 2027-03-30 14:59:59 | 2027-02-27 15:00:00 .. 2027-03-30 14:59:59 | 2027-02-27 15:00:00 .. 2027-03-30 14:59:59
      2027-04-30 | 2027-04-29 15:10 | 2026-03-30 15:00:00 .. 2027-03-30 14:59:59 | 2027-03-30 15:00:00 .. 2027-04-29 14:59:59 | 2027-03-30 15:00:00 .. 2027-04-29 14:59:59
    `,
  )
  schedule(
    'semiannual anniversary in arrears, monthly usage',
    terms('2026-05-15T00:00:00Z', 'UTC', {
      interval: 'semiannual',
      billingTime: 'anniversary',
      billChargesMonthly: true,
    }),
    `
      2026-06-15 | 2026-06-15 00:10 | 2026-05-15 00:00:00 .. 2026-05-15 00:00:00 | 2026-05-15 00:00:00 .. 2026-06-14 23:59:59 | null
      2026-10-15 | 2026-10-15 00:10 | 2026-05-15 00:00:00 .. 2026-05-15 00:00:00 | 2026-09-15 00:00:00 .. 2026-10-14 23:59:59 | null
      2026-11-15 | 2026-11-15 00:10 | 2026-05-15 00:00:00 .. 2026-11-14 23:59:59 | 2026-10-15 00:00:00 .. 2026-11-14 23:59:59 | 2026-05-15 00:00:00 .. 2026-11-14 23:59:59
      2026-12-15 | 2026-12-15 00:10 | 2026-05-15 00:00:00 .. 2026-11-14 23:59:59 | 2026-11-15 00:00:00 .. 2026-12-14 23:59:59 | null
    `,
  )
  schedule(
    'semiannual calendar in advance, monthly fixed charges',
    terms('2026-05-15T00:00:00Z', 'UTC', { interval: 'semiannual', payInAdvance: true, billFixedChargesMonthly: true }),
    `
      2026-06-01 | 2026-06-01 00:10 | 2026-05-15 00:00:00 .. 2026-06-30 23:59:59 | null | 2026-05-15 00:00:00 .. 2026-05-31 23:59:59
      2026-07-01 | 2026-07-01 00:10 | 2026-07-01 00:00:00 .. 2026-12-31 23:59:59 | 2026-05-15 00:00:00 .. 2026-06-30 23:59:59 | 2026-06-01 00:00:00 .. 2026-06-30 23:59:59
      2026-08-01 | 2026-08-01 00:10 | 2026-07-01 00:00:00 .. 2026-12-31 23:59:59 | null | 2026-07-01 00:00:00 .. 2026-07-31 23:59:59
      2026-09-01 | 2026-09-01 00:10 | 2026-07-01 00:00:00 .. 2026-12-31 23:59:59 | null | 2026-08-01 00:00:00 .. 2026-08-31 23:59:59
      2026-10-01 | 2026-10-01 00:10 | 2026-07-01 00:00:00 .. 2026-12-31 23:59:59 | null | 2026-09-01 00:00:00 .. 2026-09-30 23:59:59
    `,
  )
})

describe('the period in progress', () => {
  it.each(
    rows(`
      monthly | calendar | America/New_York | 2026-02-17T04:25:30Z | 2026-03-01T03:00:00Z | 2026-02-17 04:25:30 | 2026-03-01 04:59:59
      monthly | calendar | America/New_York | 2026-02-17T04:25:30Z | 2026-03-01T06:00:00Z | 2026-03-01 05:00:00 | 2026-04-01 03:59:59
      monthly | anniversary | UTC | 2026-01-31T10:00:00Z | 2026-03-30T12:00:00Z | 2026-02-28 00:00:00 | 2026-03-30 23:59:59
      weekly | anniversary | Asia/Tokyo | 2026-12-30T16:00:00Z | 2027-01-06T14:59:59Z | 2026-12-30 16:00:00 | 2027-01-06 14:59:59
      quarterly | anniversary | UTC | 2026-11-30T17:00:00Z | 2027-03-10T00:00:00Z | 2027-02-28 00:00:00 | 2027-05-29 23:59:59
      yearly | calendar | UTC | 2026-10-20T09:00:00Z | 2026-12-05T00:00:00Z | 2026-10-20 09:00:00 | 2026-12-31 23:59:59
      yearly bcm | calendar | UTC | 2026-10-20T09:00:00Z | 2026-12-05T00:00:00Z | 2026-12-01 00:00:00 | 2026-12-31 23:59:59
    `),
  )('%s %s in %s, started %s, at %s', (plan, billingTime, zone, startedAt, now, from, to) => {
    const subscription = terms(startedAt, zone, planTerms(`${plan} ${billingTime}`))
    expect(printed(currentBillingPeriod(subscription, instant(now)))).toBe(`${from} .. ${to}`)
  })
})

describe('away from billing days', () => {
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
  )('%s anchored on %s, at %s', (plan, anchor, day, _earlier, start, base) => {
    const subscription = terms(`${anchor}T00:00:00Z`, 'UTC', planTerms(`${plan} anniversary`))
    const at = instant(`${day}T12:00:00Z`)
    expect(printed(billingBoundaries(subscription, at, 'billing').base)).toBe(base)
    expect(periodInstants(subscription, at, 'billing').previousPeriodStart).toEqual(instant(`${start} 00:00:00`))
  })
})

describe('a change of time zone in mid-period', () => {
  it.each(
    rows(`
      UTC | America/New_York | 2026-05-31 23:59:59 | 2026-07-01 04:10:00 | 2026-06-01 04:00:00 .. 2026-07-01 03:59:59 | 2026-06-01 00:00:00 .. 2026-07-01 03:59:59
      America/New_York | Asia/Tokyo | 2026-06-01 03:59:59 | 2026-06-30 15:10:00 | 2026-05-31 15:00:00 .. 2026-06-30 14:59:59 | 2026-06-01 04:00:00 .. 2026-06-30 14:59:59
      Pacific/Auckland | Europe/Paris | 2026-05-31 11:59:59 | 2026-06-30 22:10:00 | 2026-05-31 22:00:00 .. 2026-06-30 21:59:59 | 2026-05-31 12:00:00 .. 2026-06-30 21:59:59
    `),
  )('from %s to %s', (before, timeZone, billedTo, tick, base, charges) => {
    const lastBilled = instant(billedTo).add({ microseconds: 999_999 })
    const previousUsage = { timeZone: before, chargesTo: lastBilled, fixedChargesTo: lastBilled }
    const subscription = terms('2026-01-10T00:00:00Z', timeZone, { previousUsage })
    const boundaries = billingBoundaries(subscription, instant(tick), 'billing')
    expect(printed(boundaries.base)).toBe(base)
    expect(printed(boundaries.charges)).toBe(charges)
    expect(printed(boundaries.fixedCharges)).toBe(charges)
    expect(boundaries.charges?.from).toEqual(lastBilled.add({ microseconds: 1 }))
    expect(boundaries.chargesDuration).toBe(30)
  })
})

describe('landmarks of periods', () => {
  const yearly = terms('2026-10-20T09:00:00Z', 'America/New_York', { interval: 'yearly', billChargesMonthly: true })
  const at = instant('2026-12-01 05:10')

  it('looks back a whole plan period when billing', () => {
    expect(periodInstants(yearly, at, 'billing')).toEqual({
      previousPeriodStart: instant('2025-01-01 05:00'),
      currentPeriodStart: instant('2026-01-01 05:00'),
      endOfPeriod: instant('2026-01-01 04:59:59.999999'),
      nextPeriodStartedAt: instant('2026-01-01 05:00'),
      nextEndOfPeriod: instant('2027-01-01 04:59:59.999999'),
    })
  })

  it('stays in the running period otherwise', () => {
    expect(periodInstants(yearly, at, 'current')).toEqual({
      previousPeriodStart: instant('2026-01-01 05:00'),
      currentPeriodStart: instant('2026-01-01 05:00'),
      endOfPeriod: instant('2027-01-01 04:59:59.999999'),
      nextPeriodStartedAt: instant('2027-01-01 05:00'),
      nextEndOfPeriod: instant('2027-01-01 04:59:59.999999'),
    })
  })

  it.each([
    ['America/New_York', '2026-07-01'],
    ['UTC', '2026-07-01'],
    ['Asia/Tokyo', '2026-07-01'],
  ])('announces a downgrade for the local day after the period: %s', (zone, expected) => {
    const monthly = terms('2026-01-10T00:00:00Z', zone)
    expect(downgradeDate(monthly, instant('2026-06-18 12:00'))).toEqual(date(expected))
  })

  it('shows the last period of a terminated subscription, up to its end', () => {
    const terminatedAt = instant('2026-03-12 10:30')
    const ended = terms('2026-01-10T00:00:00Z', 'UTC', { terminatedAt })
    const lastPeriod = { from: instant('2026-03-01 00:00'), to: terminatedAt }
    expect(currentBillingPeriod(ended, instant('2026-03-20 00:00'))).toEqual(lastPeriod)
    expect(currentBillingPeriod(ended, instant('2026-08-01 00:00'))).toEqual(lastPeriod)
  })

  it('shows the first period of a subscription that starts later today', () => {
    const later = terms('2026-03-12T20:00:00Z', 'UTC')
    expect(printed(currentBillingPeriod(later, instant('2026-03-12 08:00')))).toBe(
      '2026-03-12 20:00:00 .. 2026-03-31 23:59:59',
    )
  })
})

describe('what opens and closes usage windows', () => {
  it('keeps the time of day of the start and of the end, to the microsecond', () => {
    const terminatedAt = instant('2026-06-18 13:30:15.400001')
    const short = terms('2026-06-10T09:00:00.123456Z', 'UTC', { terminatedAt })
    const { base, charges } = billingBoundaries(short, terminatedAt, 'billing')
    expect(charges).toEqual({ from: short.startedAt, to: terminatedAt })
    expect(base).toEqual({ from: instant('2026-06-10 00:00'), to: instant('2026-06-18 13:30:15') })
  })

  it('leaves a draft made before the termination as it was, save for usage after the end', () => {
    const terminatedAt = instant('2026-07-10 12:00')
    const june = billingBoundaries(
      terms('2026-01-10T00:00:00Z', 'UTC', { terminatedAt }),
      instant('2026-07-01 00:10'),
      'billing',
    )
    expect(printed(june.base)).toBe('2026-06-01 00:00:00 .. 2026-06-30 23:59:59')
    expect(printed(june.charges)).toBe('2026-06-01 00:00:00 .. 2026-06-30 23:59:59')
  })

  it('joins windows only after a change of time zone', () => {
    const lastBilled = instant('2026-06-30 10:00')
    const previousUsage = { timeZone: 'UTC', chargesTo: lastBilled, fixedChargesTo: lastBilled }
    const stayed = terms('2026-01-10T00:00:00Z', 'UTC', { previousUsage })
    const { charges, fixedCharges } = billingBoundaries(stayed, instant('2026-08-01 00:10'), 'billing')
    expect(charges?.from).toEqual(instant('2026-07-01 00:00'))
    expect(fixedCharges?.from).toEqual(instant('2026-07-01 00:00'))
  })

  it('bills the usage of the period before when an upgraded plan in advance is billed after its end', () => {
    const terminatedAt = instant('2026-06-18 13:30')
    const upgraded = terms('2026-01-10T00:00:00Z', 'UTC', { payInAdvance: true, terminatedAt, successor: 'upgrade' })
    const { charges } = billingBoundaries(upgraded, terminatedAt, 'billing')
    expect(printed(charges)).toBe('2026-05-01 00:00:00 .. 2026-05-31 23:59:59')
  })

  it('does not join windows of different periods after a change of time zone', () => {
    const lastBilled = instant('2026-04-30 23:59:59.999999')
    const previousUsage = { timeZone: 'UTC', chargesTo: lastBilled, fixedChargesTo: null }
    const moved = terms('2026-01-10T00:00:00Z', 'Asia/Tokyo', { previousUsage })
    const { charges } = billingBoundaries(moved, instant('2026-06-30 15:10'), 'billing')
    expect(charges?.from).toEqual(instant('2026-05-31 15:00'))
  })
})
