import { type BillingSchedule, isBillingDay, localDate } from '@weir/engine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstBillingAt, movedBillingAt, nextBillingAt } from '../../src/subscriptions/next-billing.ts'

const instant = (text: string) => Temporal.Instant.from(text)

function schedule(fields: Partial<BillingSchedule>): BillingSchedule {
  return {
    interval: 'monthly',
    billingTime: 'calendar',
    billChargesMonthly: false,
    billFixedChargesMonthly: false,
    timeZone: 'UTC',
    subscriptionAt: instant('2026-05-31T20:15:00Z'),
    ...fields,
  }
}

describe('a planned billing in another time zone', () => {
  const rows = [
    {
      name: 'later in the west',
      planned: '2026-07-01T00:00:00Z',
      zone: 'America/New_York',
      moved: '2026-07-01T04:00:00Z',
    },
    { name: 'earlier in the east', planned: '2026-07-01T00:00:00Z', zone: 'Asia/Tokyo', moved: '2026-06-30T15:00:00Z' },
    // Billed for 1 July in Tokyo a moment ago: New York's 1 July, tonight, is that same day.
    {
      name: 'not billed twice',
      planned: '2026-07-31T15:00:00Z',
      zone: 'America/New_York',
      moved: '2026-08-01T04:00:00Z',
    },
    // The anchor moves from 31 May to 1 June: the period billed on 30 June is not billed again on 1 July.
    {
      name: 'the anchor moves',
      planned: '2026-07-31T00:00:00Z',
      zone: 'Asia/Tokyo',
      billingTime: 'anniversary',
      moved: '2026-07-31T15:00:00Z',
    },
  ] as const

  it.each(rows)('$name', ({ planned, zone, moved, ...rest }) => {
    const billingTime = 'billingTime' in rest ? rest.billingTime : 'calendar'
    const next = movedBillingAt(
      schedule({ timeZone: zone, billingTime }),
      instant('2026-05-31T20:15:00Z'),
      instant(planned),
    )
    expect(next.toString()).toBe(moved)
  })

  it('is not moved onto the day of the start', () => {
    const start = instant('2026-06-30T16:00:00Z')
    const next = movedBillingAt(
      schedule({ timeZone: 'Asia/Tokyo', subscriptionAt: start }),
      start,
      instant('2026-07-01T00:00:00Z'),
    )
    expect(next.toString()).toBe('2026-07-31T15:00:00Z')
  })

  it('stays within two days or a start day of the plan, is a billing day, and moving it again changes nothing', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Asia/Tokyo',
      'America/New_York',
      'Pacific/Apia',
      'Pacific/Pago_Pago',
      'Africa/Cairo',
    )
    const schedules = fc.record({
      interval: fc.constantFrom('weekly', 'monthly', 'quarterly', 'semiannual', 'yearly'),
      billingTime: fc.constantFrom('calendar', 'anniversary'),
      subscriptionAt: fc
        .integer({ min: 1_700_000_000, max: 1_800_000_000 })
        .map(seconds => Temporal.Instant.fromEpochMilliseconds(seconds * 1000)),
    })
    fc.assert(
      fc.property(schedules, zones, zones, fc.nat(40), (fields, from, to, skipped) => {
        const start = fields.subscriptionAt
        const old = schedule({ ...fields, timeZone: from } as Partial<BillingSchedule>)
        let planned = firstBillingAt(old, start, start)
        for (let count = 0; count < skipped; count += 1) planned = nextBillingAt(old, localDate(planned, from))
        const now = schedule({ ...fields, timeZone: to } as Partial<BillingSchedule>)
        const moved = movedBillingAt(now, start, planned)
        const day = localDate(moved, to)
        expect(isBillingDay(now, day)).toBe(true)
        expect(Temporal.PlainDate.compare(day, localDate(start, to))).toBe(1)
        expect(movedBillingAt(now, start, moved).equals(moved)).toBe(true)
        const hours = Math.abs(moved.since(planned).total('hours'))
        // A clamped anchor (the 31st that becomes the 1st) can move a day of February by up to four.
        if (skipped > 0) expect(hours).toBeLessThanOrEqual(26 + 96)
      }),
    )
  })
})
