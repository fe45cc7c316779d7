import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  creditEarlierFee,
  fixedChargeFee,
  fixedChargeUnits,
  increaseFee,
  isStoredFixedChargeFee,
  type PricedFixedCharge,
  type UnitsDecision,
  type UnitsSpan,
} from '../../src/invoicing/index.ts'
import type { Currency } from '../../src/money/index.ts'
import { decimal } from '../../src/money/index.ts'
import { type ChargeModelName, type ChargeProperties, parseChargeModel } from '../../src/pricing/index.ts'
import { instant } from '../calendar/support.ts'
import { tiers } from '../pricing/support.ts'

/** `2026-02` or `2026-02-12..2026-02-28`, in UTC; the full period is the month. */
function spanOf(text: string, timeZone = 'UTC'): UnitsSpan {
  const [first = '', last] = text.split('..')
  const start = Temporal.PlainDate.from(first.length === 7 ? `${first}-01` : first)
  const end = last === undefined ? start.with({ day: start.daysInMonth }) : Temporal.PlainDate.from(last)
  return {
    from: start.toZonedDateTime(timeZone).toInstant(),
    to: end.add({ days: 1 }).toZonedDateTime(timeZone).toInstant().subtract({ microseconds: 1 }),
    fullDays: start.daysInMonth,
    timeZone,
  }
}

/** `7 from 2026-02-01, 12 from 2026-02-12`, in the order they were decided. */
function decisionsOf(text: string): UnitsDecision[] {
  if (text === '') return []
  return text.split(', ').map((one, place) => {
    const [units = '', at = ''] = one.split(' from ')
    const timestamp = instant(at.length === 10 ? `${at} 00:00:01` : at)
    return { units, timestamp, createdAt: Temporal.Instant.fromEpochMilliseconds(place) }
  })
}

function charge(prorated: boolean, properties: ChargeProperties = { amount: '1' }, currency: Currency = 'USD') {
  const [key = ''] = Object.keys(properties)
  const model = (key === 'amount' ? 'standard' : key.replace('_ranges', '')) as ChargeModelName
  return { currency, chargeModel: parseChargeModel(model, properties), prorated } satisfies PricedFixedCharge
}

describe('the units of a fixed charge in a period', () => {
  it.each([
    ['2026-02', '7 from 2026-02-01, 12 from 2026-02-12', true, '10.035714', '12'],
    ['2026-01', '10 from 2026-01-01, 3 from 2026-01-02', true, '3.225807', '3'],
    ['2026-01', '10 from 2026-01-01, 3 from 2026-01-02', false, '3', '3'],
    ['2026-04', '5 from 2026-04-21', true, '1.666667', '5'],
    ['2026-04', '6 from 2026-04-01, 11 from 2026-04-21', false, '11', '11'],
    ['2026-04', '6 from 2026-04-01, 11 from 2026-04-21', true, '7.666667', '11'],
    ['2026-05', '7 from 2026-05-21', true, '2.483871', '7'],
    ['2026-05', '', true, '0', '0'],
    ['2026-05', '', false, '0', '0'],
    // Decided before the period: the last decision, from the first day on.
    ['2026-05', '4 from 2026-03-01, 9 from 2026-04-10', true, '9', '9'],
    // After the period, at its end, and two on one day.
    ['2026-05', '4 from 2026-05-01, 9 from 2026-06-01', false, '4', '4'],
    ['2026-05', '4 from 2026-05-01, 9 from 2026-05-31T23:59:59.999999Z', false, '4', '4'],
    ['2026-04', '6 from 2026-04-01, 8 from 2026-04-21 08:00, 10 from 2026-04-21 09:00', true, '7.333333', '10'],
    // Planned for the 25th, overtaken by a decision for the 10th: the plan never takes effect, but was decided first.
    ['2026-04', '6 from 2026-04-01, 20 from 2026-04-25, 9 from 2026-04-10', true, '8.1', '9'],
    // Overtaken by one that is decided last and lies earlier.
    ['2026-04', '3 from 2026-04-10, 6 from 2026-04-01', true, '6', '6'],
    // A part of the month, up to a termination: its day counts.
    ['2026-04-01..2026-04-10', '6 from 2026-04-01', true, '2', '6'],
  ])('%s: %s, prorated: %s', (period, decisions, prorated, units, fullUnits) => {
    const told = fixedChargeUnits(decisionsOf(decisions), spanOf(period), prorated)
    expect([told.units.toFixed(), told.fullUnits.toFixed()]).toEqual([units, fullUnits])
  })

  it('changes on the local day', () => {
    const decisions = decisionsOf('0 from 2026-03-31 15:00:01, 31 from 2026-04-20 15:30')
    expect(fixedChargeUnits(decisions, spanOf('2026-04', 'Asia/Tokyo'), true).units.toFixed()).toBe('10.333333')
  })

  it('lies between the fewest and the most that were decided', () => {
    const decision = fc.record({ units: fc.integer({ min: 0, max: 99 }), day: fc.integer({ min: -40, max: 40 }) })
    const span = spanOf('2026-04')
    fc.assert(
      fc.property(fc.array(decision, { minLength: 1, maxLength: 8 }), list => {
        const decisions = list.map(({ units, day }, place) => ({
          units: String(units),
          timestamp: span.from.add({ hours: day * 24 }),
          createdAt: span.from.add({ seconds: place }),
        }))
        const { units } = fixedChargeUnits(decisions, span, true)
        expect(units.toNumber()).toBeGreaterThanOrEqual(0)
        expect(units.toNumber()).toBeLessThanOrEqual(Math.max(...list.map(one => one.units)) + 0.00001)
      }),
    )
  })
})

describe('the fee of a fixed charge', () => {
  const graduated = { graduated_ranges: tiers('0-10 @2', '11-* @1 +5') }
  const volume = { volume_ranges: tiers('0-10 @4 +1', '11-* @3 +2') }
  it.each([
    ['USD', { amount: '9.99' }, true, '10.035714', '12', 10026n, '10025.678286', '8.3547319050000'],
    ['USD', { amount: '4' }, true, '3.225807', '3', 1290n, '1290.3228', '4.301076'],
    ['USD', { amount: '4' }, false, '3', '3', 1200n, '1200', '4'],
    ['JPY', { amount: '100' }, true, '1.666667', '5', 167n, '166.6667', '33.33334'],
    ['USD', graduated, true, '5', '25', 1200n, '1200', '0.48'],
    ['USD', graduated, false, '25', '25', 4000n, '4000', '1.6'],
    ['USD', volume, true, '7.5', '12', 2450n, '2450', '2.041666666666667'],
    ['USD', graduated, true, '0', '0', 0n, '0', '0'],
  ] as const)(
    'in %s: %j, prorated: %s, %s units of %s',
    (currency, properties, prorated, units, full, cents, precise, unit) => {
      const fee = fixedChargeFee(charge(prorated, properties, currency), {
        units: decimal(units),
        fullUnits: decimal(full),
      })
      expect(fee).toMatchObject({ units: full, amountCents: cents, preciseAmountCents: precise })
      expect(Number(fee.preciseUnitAmount)).toBe(Number(unit))
      expect(fee.unitAmountCents).toBe(BigInt(Math.trunc(Number(unit) * (currency === 'JPY' ? 1 : 100))))
    },
  )

  it('tells its tiers, but for prorated graduated ones', () => {
    const details = (properties: ChargeProperties, prorated: boolean) =>
      fixedChargeFee(charge(prorated, properties), { units: decimal(7.5), fullUnits: decimal(12) }).amountDetails
    expect(details(graduated, true)).toEqual({})
    expect(details(graduated, false)).toHaveProperty('graduated_ranges')
    expect(details(volume, true)).toEqual({
      flat_unit_amount: '2.0',
      per_unit_amount: '1.875',
      per_unit_total_amount: '22.5',
    })
  })

  it.each([
    ['0', '0', { amount: '1' }, false],
    ['0', '3', { amount: '1' }, true],
    ['0', '0', { volume_ranges: tiers('0-* @0 +5') }, true],
  ])('of %s units of %s at %j is stored: %s', (units, fullUnits, properties, stored) => {
    const fee = fixedChargeFee(charge(true, properties), { units: decimal(units), fullUnits: decimal(fullUnits) })
    expect(isStoredFixedChargeFee(fee)).toBe(stored)
  })
})

describe('the fee of an increase in the middle of a period', () => {
  const increase = (period: string, at: string, units: string, paidUnits: string) => ({
    units,
    paidUnits,
    at: instant(at),
    span: spanOf(period),
  })
  it.each([
    [
      charge(true, { amount: '9.99' }),
      increase('2026-02', '2026-02-12 10:00', '12', '7'),
      '5',
      3033n,
      607n,
      '6.065357142857142',
    ],
    [
      charge(true, { amount: '12.40' }),
      increase('2026-04', '2026-04-21 00:00', '11', '6'),
      '5',
      2067n,
      413n,
      '4.133333333333333',
    ],
    [charge(false, { amount: '12.40' }), increase('2026-04', '2026-04-21 00:00', '11', '6'), '5', 6200n, 1240n, '12.4'],
    [
      charge(false, { amount: '12.40' }),
      increase('2026-04', '2026-04-01 00:00:01', '6', '0'),
      '6',
      7440n,
      1240n,
      '12.4',
    ],
    // Tiers begin anew: 5 units of the first one, and its flat amount again.
    [
      charge(false, { graduated_ranges: tiers('0-10 @2 +1', '11-* @1') }),
      increase('2026-04', '2026-04-21 00:00', '15', '10'),
      '5',
      1100n,
      220n,
      '2.2',
    ],
    [charge(true, { amount: '12.40' }), increase('2026-04', '2026-04-21 00:00', '6', '11'), '0', 0n, 0n, '0'],
    [charge(true, { amount: '12.40' }), increase('2026-04', '2026-04-21 00:00', '6', '6'), '0', 0n, 0n, '0'],
  ])('%#', (priced, raised, units, amountCents, unitAmountCents, preciseUnitAmount) => {
    expect(increaseFee(priced, raised)).toMatchObject({
      units,
      amountCents,
      unitAmountCents,
      preciseUnitAmount,
      amountDetails: {},
    })
  })
})

describe('what was paid before an upgrade', () => {
  const paid = {
    amountCents: 6000n,
    to: instant('2026-06-30T23:59:59.999999Z'),
    billedAt: instant('2026-06-01 00:00:01'),
  }
  const period = { from: instant('2026-06-13 10:00'), to: paid.to }
  it.each([
    ['18', '12', 3600n, '3600'],
    ['18', '2', 0n, '0'],
  ])('is credited for the days that are left: %s thirtieths at %s', (days, amount, amountCents, preciseAmountCents) => {
    const units = { units: decimal(10).times(days).div(30), fullUnits: decimal(10) }
    const fee = fixedChargeFee(charge(true, { amount }), units)
    expect(creditEarlierFee(fee, period, paid)).toEqual({ ...fee, amountCents, preciseAmountCents })
  })
})
