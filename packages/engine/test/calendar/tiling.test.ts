import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BillingTerms, Boundaries, Period } from '../../src/calendar/index.ts'
import {
  anchorDate,
  billingBoundaries,
  countDays,
  endOfDay,
  firstTickOfDay,
  isBillingDay,
  isPlanPeriodStart,
  localDate,
  nextBillingDay,
  periodEnd,
  periodStart,
  startOfDay,
  unusedDays,
} from '../../src/calendar/index.ts'
import { date, instant } from './support.ts'

const zones = [
  'UTC',
  'Asia/Tokyo',
  'America/New_York',
  'Pacific/Auckland',
  'Africa/Cairo',
  'America/Santiago',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Asia/Beirut',
  'America/Havana',
]

/** Ends of months, leap days, and nights on which some zone above skips or repeats its midnight. */
const awkwardDays = [
  '2023-10-27',
  '2024-01-29',
  '2024-01-30',
  '2024-01-31',
  '2024-02-29',
  '2024-03-31',
  '2024-10-31',
  '2025-04-06',
  '2025-08-31',
  '2026-04-05',
  '2026-04-24',
  '2026-09-06',
  '2026-10-25',
  '2026-10-29',
  '2026-10-30',
]

const interval = fc.constantFrom('weekly', 'monthly', 'quarterly', 'semiannual', 'yearly')
const secondsOfDay = fc.integer({ min: 0, max: 86_399 })

const subscriptionAt = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...awkwardDays),
      fc.integer({ min: 0, max: 12 * 365 }).map(days => date('2019-01-01').add({ days }).toString()),
    ),
    secondsOfDay,
  )
  .map(([day, seconds]) => instant(`${day} 00:00`).add({ seconds }))

const subscription: fc.Arbitrary<BillingTerms> = fc
  .record({
    interval,
    billingTime: fc.constantFrom('calendar', 'anniversary'),
    payInAdvance: fc.boolean(),
    billChargesMonthly: fc.boolean(),
    billFixedChargesMonthly: fc.boolean(),
    timeZone: fc.constantFrom(...zones),
    subscriptionAt,
    daysOfDelay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 })),
  })
  .map(({ daysOfDelay, ...schedule }) => ({
    ...schedule,
    startedAt: schedule.subscriptionAt.add({ hours: 24 * daysOfDelay, microseconds: daysOfDelay }),
    terminatedAt: null,
    successor: 'none',
  }))

const runs = { numRuns: 400 }

interface Bill {
  day: Temporal.PlainDate
  boundaries: Boundaries
}

/** What the periodic runs of a subscription's first billing days bill, in order. */
function periodicBills(terms: BillingTerms, count: number): Bill[] {
  const bills: Bill[] = []
  let day = localDate(terms.startedAt, terms.timeZone)
  while (bills.length < count) {
    day = nextBillingDay(terms, day)
    bills.push({ day, boundaries: billingBoundaries(terms, firstTickOfDay(day, terms.timeZone), 'billing') })
  }
  return bills
}

/** The windows of the base fees billed: in advance already at the start, then with the periods of the plan. */
function baseWindows(terms: BillingTerms): Period[] {
  const periodic = periodicBills(terms, 14)
    .filter(({ day }) => isPlanPeriodStart(terms, day))
    .map(({ boundaries }) => boundaries.base)
  return terms.payInAdvance ? [billingBoundaries(terms, terms.startedAt, 'billing').base, ...periodic] : periodic
}

function expectTiling(windows: Period[], opening: Temporal.Instant) {
  let next = opening
  for (const { from, to } of windows) {
    expect(from).toEqual(next)
    expect(Temporal.Instant.compare(from, to)).toBeLessThanOrEqual(0)
    next = to.add({ microseconds: 1 })
  }
}

describe('whatever the plan, the anchor and the time zone', () => {
  it('base fees cover all time from the day of the start, once', () => {
    fc.assert(
      fc.property(subscription, terms => {
        const windows = baseWindows(terms)
        expect(windows.length).toBeGreaterThan(0)
        expectTiling(windows, startOfDay(localDate(terms.startedAt, terms.timeZone), terms.timeZone))
      }),
      runs,
    )
  })

  it('usage and fixed charges cover all time from the instant of the start, once', () => {
    fc.assert(
      fc.property(subscription, terms => {
        const bills = periodicBills(terms, 14).map(({ boundaries }) => boundaries)
        for (const windows of [bills.map(bill => bill.charges), bills.map(bill => bill.fixedCharges)]) {
          const billed = windows.filter(window => window !== null)
          expect(billed.length).toBeGreaterThan(0)
          expectTiling(billed, terms.startedAt)
        }
      }),
      runs,
    )
  })

  it('the current period of usage contains the present', () => {
    fc.assert(
      fc.property(subscription, fc.integer({ min: 0, max: 800 * 86_400 }), (terms, seconds) => {
        const now = terms.startedAt.add({ seconds })
        const { charges, fixedCharges } = billingBoundaries(terms, now, 'current')
        for (const window of [charges, fixedCharges]) {
          expect(window !== null && Temporal.Instant.compare(window.from, now) <= 0).toBe(true)
          expect(window !== null && Temporal.Instant.compare(window.to, now) >= 0).toBe(true)
        }
      }),
      runs,
    )
  })

  it('prices are divided by the days of the whole period', () => {
    fc.assert(
      fc.property(subscription, terms => {
        const { timeZone, billingTime } = terms
        for (const { boundaries } of periodicBills(terms, 3)) {
          const opened = localDate(boundaries.base.from, timeZone)
          const first = periodStart(opened, terms.interval, billingTime, anchorDate(terms))
          const last = periodEnd(opened, terms.interval, billingTime, anchorDate(terms))
          const days = countDays(startOfDay(first, timeZone), endOfDay(last, timeZone), timeZone)
          expect(boundaries.baseDuration).toBe(days)
        }
      }),
      runs,
    )
  })

  it('used and unused days of a period add up to all of it, with the day of an upgrade billed once', () => {
    fc.assert(
      fc.property(subscription, fc.integer({ min: 0, max: 800 * 86_400 }), (started, seconds) => {
        const { timeZone } = started
        const startedAt = started.startedAt.round({ smallestUnit: 'second', roundingMode: 'floor' })
        const terminatedAt = startedAt.add({ seconds })
        const terms = { ...started, startedAt, terminatedAt, payInAdvance: false }
        const { base, baseDuration } = billingBoundaries(terms, terminatedAt, 'billing')
        const opened = localDate(base.from, timeZone)
        const first = periodStart(opened, terms.interval, terms.billingTime, anchorDate(terms))
        const beforeStart = first.until(opened).days
        const used = countDays(base.from, base.to, timeZone)
        expect(beforeStart + used + unusedDays(terms, null)).toBe(baseDuration)

        const next = { ...started, startedAt: terminatedAt, payInAdvance: true }
        const rest = billingBoundaries(next, terminatedAt, 'billing').base
        const billedByNext = countDays(rest.from, rest.to, timeZone)
        expect(beforeStart + used - 1 + billedByNext).toBe(baseDuration)
        expect(unusedDays({ ...terms, successor: 'upgrade' }, null)).toBe(billedByNext)
      }),
      runs,
    )
  })

  it('the next billing day is the one a walk from day to day finds', () => {
    fc.assert(
      fc.property(subscription, fc.integer({ min: -100, max: 800 }), (terms, days) => {
        const after = anchorDate(terms).add({ days })
        let day = after.add({ days: 1 })
        while (!isBillingDay(terms, day)) day = day.add({ days: 1 })
        expect(nextBillingDay(terms, after)).toEqual(day)
      }),
      { numRuns: 150 },
    )
  })

  it('the billing run takes up a day within its first hour, ten minutes past an hour of UTC', () => {
    fc.assert(
      fc.property(subscription, ({ timeZone, startedAt }) => {
        const day = localDate(startedAt, timeZone)
        const tick = firstTickOfDay(day, timeZone)
        const wait = tick.epochMilliseconds - startOfDay(day, timeZone).epochMilliseconds
        expect(tick.toZonedDateTimeISO('UTC').minute).toBe(10)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThan(3_600_000)
        expect(localDate(tick, timeZone)).toEqual(day)
      }),
      runs,
    )
  })

  it('usage windows still meet after the customer moves to another time zone', () => {
    fc.assert(
      fc.property(subscription, fc.constantFrom(...zones), (started, timeZone) => {
        const terms: BillingTerms = { ...started, billingTime: 'calendar', billFixedChargesMonthly: false }
        const [, last] = periodicBills(terms, 2)
        const charges = last?.boundaries.charges ?? null
        fc.pre(last !== undefined && charges !== null)
        const previousUsage = { timeZone: terms.timeZone, chargesTo: charges.to, fixedChargesTo: null }
        const moved = { ...terms, timeZone, previousUsage }
        const at = firstTickOfDay(nextBillingDay(terms, last.day), timeZone)
        const next = billingBoundaries(moved, at, 'billing').charges
        expect(next?.from).toEqual(charges.to.add({ microseconds: 1 }))
      }),
      runs,
    )
  })
})
