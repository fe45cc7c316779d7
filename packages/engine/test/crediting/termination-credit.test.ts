import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localDate } from '../../src/calendar/index.ts'
import {
  daysToCredit,
  daysToPay,
  type EndedPeriod,
  settleTermination,
  unusedAmountCents,
  usedAmountCents,
} from '../../src/crediting/index.ts'
import { decimal } from '../../src/money/index.ts'

const day = (text: string) => Temporal.PlainDate.from(text)

interface Ended {
  readonly price: number
  readonly period: readonly [from: string, to: string, days: number]
  readonly endedOn: Temporal.PlainDate
  readonly upgraded?: boolean
  readonly trialEndsOn?: string
}

function period({ price, period: [from, to, days], endedOn, upgraded = false, trialEndsOn }: Ended): EndedPeriod {
  return {
    priceCents: BigInt(price),
    days,
    from: day(from),
    to: day(to),
    endedOn,
    upgraded,
    trialEndsOn: trialEndsOn === undefined ? null : day(trialEndsOn),
  }
}

const at = (instant: string, timeZone = 'UTC') => localDate(Temporal.Instant.from(instant), timeZone)
const june = ['2026-06-01', '2026-06-30', 30] as const
const july = ['2026-07-01', '2026-07-31', 31] as const

describe('what of a period paid in advance is given back', () => {
  it.each<[string, Ended, number, number, string]>([
    ['mid-month', { price: 4900, period: june, endedOn: at('2026-06-18T13:30:15Z') }, 4900, 12, '1960'],
    [
      'an upgrade',
      { price: 4900, period: june, endedOn: at('2026-06-18T13:30:15Z'), upgraded: true },
      4900,
      13,
      '2123.33333',
    ],
    ['the last day', { price: 4900, period: june, endedOn: at('2026-06-30T13:30:15Z') }, 4900, 0, '0'],
    [
      'the next day in Tokyo',
      { price: 4900, period: june, endedOn: at('2026-06-18T16:00:00Z', 'Asia/Tokyo') },
      4900,
      11,
      '1796.66666',
    ],
    [
      'the day before in New York',
      { price: 4900, period: june, endedOn: at('2026-06-18T03:00:00Z', 'America/New_York') },
      4900,
      13,
      '2123.33333',
    ],
    [
      'an anniversary on the 31st',
      { price: 4900, period: ['2027-02-28', '2027-03-30', 31], endedOn: at('2027-03-10T10:00:00Z') },
      4900,
      20,
      '3161.29032',
    ],
    [
      'a first period that was prorated',
      { price: 4900, period: june, endedOn: at('2026-06-12T10:00:00Z'), upgraded: true },
      3103,
      19,
      '3103',
    ],
    [
      'a year',
      { price: 120000, period: ['2026-02-28', '2027-02-27', 365], endedOn: at('2026-11-05T00:00:00Z') },
      120000,
      114,
      '37479.45205',
    ],
    [
      'a week',
      {
        price: 1500,
        period: ['2026-09-22', '2026-09-28', 7],
        endedOn: at('2026-09-23T04:00:00Z', 'Pacific/Auckland'),
        upgraded: true,
      },
      1500,
      6,
      '1285.71428',
    ],
    [
      'a trial that ended before',
      { price: 10000, period: july, endedOn: day('2026-07-09'), trialEndsOn: '2026-07-05' },
      10000,
      22,
      '7096.77419',
    ],
    [
      'a trial that still runs',
      { price: 10000, period: july, endedOn: day('2026-07-09'), trialEndsOn: '2026-07-12' },
      10000,
      20,
      '6451.6129',
    ],
    [
      'a trial beyond the period',
      { price: 10000, period: july, endedOn: day('2026-07-09'), trialEndsOn: '2026-08-12' },
      10000,
      0,
      '0',
    ],
  ])('for %s', (_, ended, billed, days, amount) => {
    expect(daysToCredit(period(ended))).toBe(days)
    expect(unusedAmountCents(period(ended), BigInt(billed), 0n).toString()).toBe(amount)
  })

  it('leaves out what was credited before', () => {
    const ended = period({ price: 10000, period: july, endedOn: day('2026-07-09') })
    expect(unusedAmountCents(ended, 10000n, 7000n).toString()).toBe('96.77419')
    expect(unusedAmountCents(ended, 10000n, 7097n).toString()).toBe('0')
  })

  it('pays the days that were used, from the end of the trial', () => {
    const ended = { price: 10000, period: july, endedOn: day('2026-07-09') }
    expect(daysToPay(period(ended))).toBe(9)
    expect(daysToPay(period({ ...ended, trialEndsOn: '2026-07-05' }))).toBe(5)
    expect(daysToPay(period({ ...ended, endedOn: day('2026-08-20') }))).toBe(31)
    expect(usedAmountCents(period(ended)).toString()).toBe('2903.2258')
  })

  it.each([
    ['credit', 12000, [8516n, 0n, 0n]],
    ['refund', 12000, [0n, 8516n, 0n]],
    ['refund', 5000, [7000n, 1516n, 0n]],
    ['offset', 5000, [0n, 1516n, 7000n]],
    ['offset', 3000, [0n, 0n, 8516n]],
  ] as const)('as %s with %i paid', (option, paid, [creditCents, refundCents, offsetCents]) => {
    expect(settleTermination(option, 8516n, decimal(paid), decimal('3484'))).toEqual({
      creditCents,
      refundCents,
      offsetCents,
    })
  })

  it('always adds up to the note', () => {
    const cents = fc.integer({ min: 0, max: 1_000_000 })
    const option = fc.constantFrom('credit', 'refund', 'offset')
    fc.assert(
      fc.property(option, cents, cents, cents, (how, total, paid, used) => {
        const parts = settleTermination(how, BigInt(total), decimal(paid).div(3), decimal(used).div(7))
        expect(parts.creditCents + parts.refundCents + parts.offsetCents).toBe(BigInt(total))
        expect(Object.values(parts).every(part => part >= 0n)).toBe(true)
      }),
    )
  })
})
