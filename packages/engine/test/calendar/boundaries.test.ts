import { describe, expect, it } from 'vitest'
import {
  billingBoundaries,
  currentBillingPeriod,
  downgradeDate,
  firstTickOfDay,
  isBillingDay,
  periodInstants,
} from '../../src/calendar/index.ts'
import { date, instant, planTerms, printed, rows, terms } from './support.ts'
import { ANCHORS, AWAY_FROM_BILLING_DAYS, CURRENT_PERIODS, MOVES, PERIODS, SCHEDULES } from './tables.ts'

describe.each(SCHEDULES)('$plan in $zone from $startedAt', ({ plan, zone, startedAt, table }) => {
  const subscription = terms(startedAt, zone, planTerms(plan))

  it.each(rows(table))('bills on %s', (day, tick, base, charges, fixedCharges = charges) => {
    const billingDay = date(day)
    expect(isBillingDay(subscription, billingDay)).toBe(true)
    const at = firstTickOfDay(billingDay, zone)
    expect(at).toEqual(instant(tick))
    const boundaries = billingBoundaries(subscription, at, 'billing')
    expect(printed(boundaries.base)).toBe(base)
    expect(printed(boundaries.charges)).toBe(charges)
    expect(printed(boundaries.fixedCharges)).toBe(fixedCharges)
  })
})

describe.each(PERIODS)('$plan from $startedAt', ({ plan, zone, startedAt, table }) => {
  const subscription = terms(startedAt, zone, planTerms(plan))

  it.each(rows(table))('bills on %s', (day, base, days) => {
    const boundaries = billingBoundaries(subscription, firstTickOfDay(date(day), zone), 'billing')
    expect(printed(boundaries.base)).toBe(base)
    expect(boundaries.baseDuration).toBe(Number(days))
  })
})

describe('the first period in advance', () => {
  it('is billed on the day of the start, with no usage yet', () => {
    const startedAt = instant('2026-02-17 04:25:30')
    const tokyo = terms('2026-02-17T04:25:30Z', 'Asia/Tokyo', { payInAdvance: true })
    const { base, charges } = billingBoundaries(tokyo, startedAt, 'billing')
    expect(printed(base)).toBe('2026-02-16 15:00:00 .. 2026-02-28 14:59:59')
    expect(charges).toEqual({ from: startedAt, to: startedAt })
  })
})

describe('an anniversary', () => {
  it.each(rows(ANCHORS))('is anchored on the local date of the start: %s, %s, %s', (zone, anchor, day, tick, base) => {
    const subscription = terms('2026-05-31T20:15:00Z', zone, { billingTime: 'anniversary' })
    expect(instant('2026-05-31T20:15:00Z').toZonedDateTimeISO(zone).toPlainDate()).toEqual(date(anchor))
    expect(isBillingDay(subscription, date(day))).toBe(true)
    expect(firstTickOfDay(date(day), zone)).toEqual(instant(tick))
    expect(printed(billingBoundaries(subscription, instant(tick), 'billing').base)).toBe(base)
  })
})

describe('the period in progress', () => {
  it.each(rows(CURRENT_PERIODS))(
    '%s %s in %s, started %s, at %s',
    (plan, billingTime, zone, startedAt, now, from, to) => {
      const subscription = terms(startedAt, zone, planTerms(`${plan} ${billingTime}`))
      expect(printed(currentBillingPeriod(subscription, instant(now)))).toBe(`${from} .. ${to}`)
    },
  )
})

describe('away from billing days', () => {
  it.each(rows(AWAY_FROM_BILLING_DAYS))('%s anchored on %s, at %s', (plan, anchor, day, _earlier, start, base) => {
    const subscription = terms(`${anchor}T00:00:00Z`, 'UTC', planTerms(`${plan} anniversary`))
    const at = instant(`${day}T12:00:00Z`)
    expect(printed(billingBoundaries(subscription, at, 'billing').base)).toBe(base)
    expect(periodInstants(subscription, at, 'billing').previousPeriodStart).toEqual(instant(`${start} 00:00:00`))
  })
})

describe('a change of time zone in mid-period', () => {
  it.each(rows(MOVES))('from %s to %s', (before, timeZone, billedTo, tick, base, charges) => {
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
