import { describe, expect, it } from 'vitest'
import type { FullSubscription } from '../src/api/subscriptions.ts'
import { addDays, localDay, startOfDay } from '../src/format/zoned.ts'
import { firstPeriodEnd } from '../src/pages/subscriptions/first-period.ts'
import { priceLines } from '../src/pages/subscriptions/price-text.ts'
import { chosenOf, directionOf } from '../src/pages/subscriptions/reads.ts'

describe('days of a zone', () => {
  it.each([
    ['2026-03-11', 'UTC', '2026-03-11T00:00:00.000Z'],
    ['2026-03-11', 'Europe/Zurich', '2026-03-10T23:00:00.000Z'],
    ['2026-03-29', 'Europe/Zurich', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Zurich', '2026-03-29T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Zurich', '2026-10-25T23:00:00.000Z'],
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z'],
    ['2026-03-09', 'America/New_York', '2026-03-09T04:00:00.000Z'],
    ['2026-03-11', 'Pacific/Kiritimati', '2026-03-10T10:00:00.000Z'],
  ])('%s begins in %s at %s', (day, zone, instant) => {
    expect(startOfDay(day, zone)).toBe(instant)
    expect(localDay(instant, zone)).toBe(day)
  })

  it('goes over months', () => expect(addDays('2028-02-28', 2)).toBe('2028-03-01'))
})

describe('the first period', () => {
  it.each([
    ['2026-03-11', 'weekly', 'calendar', '2026-03-15'],
    ['2026-03-15', 'weekly', 'calendar', '2026-03-15'],
    ['2026-03-11', 'weekly', 'anniversary', '2026-03-17'],
    ['2026-03-11', 'monthly', 'calendar', '2026-03-31'],
    ['2026-03-11', 'monthly', 'anniversary', '2026-04-10'],
    ['2026-01-31', 'monthly', 'anniversary', '2026-02-27'],
    ['2026-12-15', 'monthly', 'anniversary', '2027-01-14'],
    ['2026-05-11', 'quarterly', 'calendar', '2026-06-30'],
    ['2026-11-30', 'quarterly', 'anniversary', '2027-02-27'],
    ['2026-05-11', 'semiannual', 'calendar', '2026-06-30'],
    ['2026-07-01', 'semiannual', 'calendar', '2026-12-31'],
    ['2026-05-11', 'yearly', 'calendar', '2026-12-31'],
    ['2028-02-29', 'yearly', 'anniversary', '2029-02-27'],
  ])('from %s, %s by %s, lasts until %s', (start, interval, billingTime, end) => {
    expect(firstPeriodEnd(start, interval, billingTime)).toBe(end)
  })
})

it.each([
  [{ amount_cents: 1200, interval: 'yearly' }, { amount_cents: 100, interval: 'monthly' }, 'upgrade'],
  [{ amount_cents: 1201, interval: 'yearly' }, { amount_cents: 100, interval: 'monthly' }, 'downgrade'],
  [{ amount_cents: 100, interval: 'quarterly' }, { amount_cents: 8, interval: 'weekly' }, 'upgrade'],
])('from %j to %j is an %s', (from, to, direction) => expect(directionOf(from, to)).toBe(direction))

it('shows the one that runs, else what came last, unless one is named', () => {
  const one = (lago_id: string, status: string, terminated_at: string | null = null) =>
    ({ lago_id, status, terminated_at, created_at: '2026-01-01' }) as FullSubscription
  const old = one('a', 'terminated', '2026-01-10')
  const later = one('b', 'terminated', '2026-02-10')
  const next = one('c', 'pending')
  const runs = one('d', 'active')
  expect(chosenOf([old, next, runs], undefined)).toBe(runs)
  expect(chosenOf([old, next, runs], 'c')).toBe(next)
  expect(chosenOf([old, later], undefined)).toBe(later)
  expect(chosenOf([], undefined)).toBeUndefined()
})

describe('prices in words', () => {
  it.each([
    ['standard', { amount: '0.00004' }, ['$0.00004 per unit']],
    ['package', { amount: '5', package_size: 100, free_units: 50 }, ['$5.00 per 100 units', '50 units free']],
    [
      'percentage',
      { rate: '1.5', fixed_amount: '0.2', free_units_per_events: 3, per_transaction_max_amount: '4' },
      ['1.5% of the amount', '$0.20 per event', '3 events free', 'At most $4.00 per event'],
    ],
    [
      'graduated',
      {
        graduated_ranges: [
          { from_value: 0, to_value: 10, per_unit_amount: '1', flat_amount: '0' },
          { from_value: 11, to_value: null, per_unit_amount: '0.5', flat_amount: '3' },
        ],
      },
      ['0 – 10: $1.00 per unit', 'From 11: $0.50 per unit + $3.00 flat'],
    ],
    [
      'graduated_percentage',
      { graduated_percentage_ranges: [{ from_value: 0, to_value: null, rate: '2' }] },
      ['From 0: 2%'],
    ],
    ['dynamic', {}, ['The amount comes with each event']],
  ])('%s', (model, properties, lines) => expect(priceLines(model, properties, 'USD')).toEqual(lines))
})
