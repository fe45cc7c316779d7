import { describe, expect, it } from 'vitest'
import type { BilledPeriods, BillingTerms, TerminatedTerms } from '../../src/calendar/index.ts'
import {
  billingBoundaries,
  coversSamePeriods,
  firstTickOfDay,
  isAdvancePeriodBilled,
  localDate,
  startOfDay,
  terminationBoundaries,
  unusedDays,
  upgradeBoundaries,
} from '../../src/calendar/index.ts'
import { date, instant, planTerms, printed, rows, terms } from './support.ts'
import { PLAN_CHANGES, TERMINATIONS } from './tables.ts'

/** What the periodic run of a local day billed. */
function runOf(subscription: BillingTerms, day: Temporal.PlainDate): BilledPeriods {
  return billingBoundaries(
    { ...subscription, terminatedAt: null },
    firstTickOfDay(day, subscription.timeZone),
    'billing',
  )
}

function terminated(subscription: BillingTerms, at: string): TerminatedTerms {
  return { ...subscription, terminatedAt: instant(at) }
}

describe('the last invoice of a subscription', () => {
  it.each(rows(TERMINATIONS))(
    '%s in %s, started %s, ended %s, run of that day: %s, %s',
    (plan, zone, startedAt, ...others) => {
      const [terminatedAt = '', run, , base, charges] = others
      const subscription = terminated(terms(startedAt, zone, planTerms(plan)), terminatedAt)
      const billed = run === 'yes' ? [runOf(subscription, localDate(subscription.terminatedAt, zone))] : []
      const boundaries = terminationBoundaries(subscription, billed)
      expect(printed(boundaries.base)).toBe(base)
      expect(printed(boundaries.charges)).toBe(charges)
    },
  )

  it('bills the running period of a subscription in its first 24 hours, whatever day it is', () => {
    const subscription = terminated(terms('2026-06-30T10:00:00Z', 'UTC'), '2026-07-01 00:05')
    expect(printed(terminationBoundaries(subscription, []).base)).toBe('2026-07-01 00:00:00 .. 2026-07-01 00:05:00')
  })

  it('closes the month that ended before its run, without billing last year again', () => {
    const split = planTerms('yearly calendar arr bcm bfcm')
    const subscription = terminated(terms('2025-03-15T10:00:00Z', 'UTC', split), '2026-05-01 00:05')
    const boundaries = terminationBoundaries(subscription, [])
    expect(printed(boundaries.base)).toBe('2026-01-01 00:00:00 .. 2026-05-01 00:05:00')
    expect(printed(boundaries.charges)).toBe('2026-04-01 00:00:00 .. 2026-04-30 23:59:59')
    expect(printed(boundaries.fixedCharges)).toBe('2026-04-01 00:00:00 .. 2026-04-30 23:59:59')
  })

  it('bills what is not monthly up to the end, outside the first month too', () => {
    const usageMonthly = terms('2025-03-15T10:00:00Z', 'UTC', planTerms('yearly calendar arr bcm'))
    const first = terminationBoundaries(terminated(usageMonthly, '2026-05-10 12:00'), [])
    expect(printed(first.fixedCharges)).toBe('2026-01-01 00:00:00 .. 2026-05-10 12:00:00')
    expect([first.chargesDuration, first.fixedChargesDuration]).toEqual([31, 365])

    const fixedMonthly = terms('2025-03-15T10:00:00Z', 'UTC', planTerms('yearly calendar arr bfcm'))
    const second = terminationBoundaries(terminated(fixedMonthly, '2026-05-10 12:00'), [])
    expect(printed(second.charges)).toBe('2026-01-01 00:00:00 .. 2026-05-10 12:00:00')
    expect(printed(second.fixedCharges)).toBe('2026-05-01 00:00:00 .. 2026-05-10 12:00:00')
  })

  it('closes both years when it ends on the day a plan period opens, before the run', () => {
    const split = planTerms('yearly calendar arr bcm')
    const subscription = terminated(terms('2025-03-15T10:00:00Z', 'UTC', split), '2026-01-01 00:05')
    const boundaries = terminationBoundaries(subscription, [])
    expect(printed(boundaries.base)).toBe('2025-03-15 00:00:00 .. 2025-12-31 23:59:59')
    expect(printed(boundaries.charges)).toBe('2025-12-01 00:00:00 .. 2025-12-31 23:59:59')
    expect(printed(boundaries.fixedCharges)).toBe('2025-03-15 10:00:00 .. 2025-12-31 23:59:59')
  })
})

describe('a change of plan', () => {
  const [upgradeInArrears, toAdvance, upgradeInAdvance, toAdvanceAnniversary, ...downgrades] = rows(PLAN_CHANGES)

  it.each([
    [upgradeInArrears, toAdvance, 'monthly calendar arr', 'monthly calendar adv'],
    [upgradeInAdvance, toAdvanceAnniversary, 'monthly anniversary adv', 'monthly anniversary adv'],
  ])('upgrades: %s', (previousRow = ['', '', ''], nextRow = ['', '', ''], previousPlan, nextPlan) => {
    const [, zone = '', startedAt = '', changedAt = '', at = '', base, charges] = previousRow
    const previous = terminated(terms(startedAt, zone, planTerms(previousPlan)), changedAt)
    const next = terms(changedAt, zone, { ...planTerms(nextPlan), subscriptionAt: previous.subscriptionAt })
    const boundaries = upgradeBoundaries(previous, next)
    expect(boundaries.at).toEqual(instant(at))
    expect(printed(boundaries.previous.base)).toBe(base)
    expect(printed(boundaries.previous.charges)).toBe(charges)
    expect(boundaries.previous.charges?.to).toEqual(previous.terminatedAt)
    expect(printed(boundaries.next.base)).toBe(nextRow[5])
    expect(printed(boundaries.next.charges)).toBe(nextRow[6])
  })

  it.each(downgrades)(
    'downgrades: %s, %s, started %s',
    (name, zone, startedAt, terminatedAt = '', at = '', base, charges) => {
      const payInAdvance = name.endsWith('in advance')
      const subscriptionAt = instant('2026-01-10T12:00:00Z')
      const subscription = terms(startedAt, zone, { payInAdvance, subscriptionAt, successor: 'downgrade' })
      const boundaries = billingBoundaries(
        terminatedAt === '' ? { ...subscription, successor: 'none' } : terminated(subscription, terminatedAt),
        instant(at),
        'billing',
      )
      expect(printed(boundaries.base)).toBe(base)
      expect(printed(boundaries.charges)).toBe(charges)
    },
  )

  it('leaves the last period of a replaced subscription to the invoice of the change', () => {
    const replaced = terms('2026-01-10T00:00:00Z', 'Asia/Tokyo', { successor: 'upgrade' })
    const { base } = terminationBoundaries(terminated(replaced, '2026-06-30T15:05:00Z'), [])
    expect(printed(base)).toBe('2026-06-30 15:00:00 .. 2026-06-30 15:05:00')
  })
})

describe('recognising what was billed', () => {
  const split = terms('2025-03-15T10:00:00Z', 'UTC', planTerms('yearly calendar arr bcm'))
  const april = runOf(split, date('2026-05-01'))
  const march = runOf(split, date('2026-04-01'))

  it('tells the months of a split plan apart, by what is monthly', () => {
    expect(coversSamePeriods(split, april, runOf(split, date('2026-05-01')))).toBe(true)
    expect(coversSamePeriods(split, april, march)).toBe(false)
    expect(coversSamePeriods({ ...split, billChargesMonthly: false }, april, march)).toBe(true)
  })

  it('tells the months apart by fixed charges where these are the monthly ones', () => {
    const fixed = terms('2025-03-15T10:00:00Z', 'UTC', planTerms('yearly calendar arr bfcm'))
    expect(coversSamePeriods(fixed, runOf(fixed, date('2026-05-01')), runOf(fixed, date('2026-04-01')))).toBe(false)
  })
})

describe('the period paid in advance', () => {
  const monthly = terms('2026-01-10T00:00:00Z', 'Asia/Tokyo', { payInAdvance: true })

  it('was never billed when the subscription ends on its billing day before the run', () => {
    const ended = terminated(monthly, '2026-06-30T15:05:00Z')
    expect(isAdvancePeriodBilled(ended, [runOf(ended, date('2026-06-01'))])).toBe(false)
    expect(isAdvancePeriodBilled(ended, [runOf(ended, date('2026-07-01'))])).toBe(true)
  })

  it('was billed where its customer was then, by the same days', () => {
    const moved = terminated({ ...monthly, timeZone: 'America/New_York' }, '2026-07-17T00:00:00Z')
    const billed = (day: string) => [{ ...runOf(monthly, date(day)), timeZone: 'Asia/Tokyo' }]
    expect(isAdvancePeriodBilled(moved, billed('2026-07-01'))).toBe(true)
    expect(isAdvancePeriodBilled(moved, billed('2026-06-01'))).toBe(false)
  })

  it('was billed at the start when it is the first', () => {
    expect(isAdvancePeriodBilled(terminated(monthly, '2026-01-20T00:00:00Z'), [])).toBe(true)
  })

  it.each(
    rows(`
      monthly calendar | 2026-06-01 | UTC | none | 2026-06-18T13:30:15Z | 12
      monthly calendar | 2026-06-01 | UTC | upgrade | 2026-06-18T13:30:15Z | 13
      monthly calendar | 2026-06-01 | UTC | none | 2026-06-30T13:30:15Z | 0
      monthly calendar | 2026-06-01 | Asia/Tokyo | none | 2026-06-18T16:00:00Z | 11
      monthly calendar | 2026-06-01 | America/New_York | none | 2026-06-18T03:00:00Z | 13
      monthly anniversary | 2026-01-31 | UTC | none | 2027-03-10T10:00:00Z | 20
      monthly calendar | 2026-06-12 | UTC | upgrade | 2026-06-12T10:00:00Z | 19
      yearly anniversary | 2025-02-28 | UTC | none | 2026-11-05T00:00:00Z | 114
      weekly anniversary | 2026-09-01 | Pacific/Auckland | upgrade | 2026-09-23T04:00:00Z | 6
    `),
  )('%s since %s in %s, successor %s, ended %s: %s days unused', (plan, since, zone, successor, at = '', days) => {
    const startedAt = startOfDay(date(since), zone).toString()
    const subscription = terms(startedAt, zone, {
      ...planTerms(plan),
      successor: successor === 'upgrade' ? 'upgrade' : 'none',
    })
    expect(unusedDays(terminated(subscription, at), null)).toBe(Number(days))
  })

  it('does not give back days of trial', () => {
    const june = terms('2026-06-01T00:00:00Z', 'UTC', { payInAdvance: true })
    expect(unusedDays(terminated(june, '2026-06-05 10:00'), instant('2026-06-11 15:20'))).toBe(20)
    expect(unusedDays(terminated(june, '2026-06-15 10:00'), instant('2026-06-11 15:20'))).toBe(15)
    expect(unusedDays(terminated(june, '2026-06-05 10:00'), instant('2026-07-11 15:20'))).toBe(0)
  })
})
