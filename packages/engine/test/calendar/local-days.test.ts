import { describe, expect, it } from 'vitest'
import { countDays, endOfDay, firstTickOfDay, localDate, startOfDay } from '../../src/calendar/index.ts'
import { date, instant, printedInstant, rows } from './support.ts'
import { LOCAL_DAYS } from './tables.ts'

describe('a local day', () => {
  it.each(rows(LOCAL_DAYS))('%s %s', (zone, day, opening, closing, tick, localTime) => {
    expect(startOfDay(date(day), zone)).toEqual(instant(opening))
    expect(printedInstant(endOfDay(date(day), zone))).toBe(closing)
    expect(firstTickOfDay(date(day), zone)).toEqual(instant(tick))
    const local = firstTickOfDay(date(day), zone).toZonedDateTimeISO(zone)
    expect(local.toPlainTime()).toEqual(Temporal.PlainTime.from(localTime ?? ''))
    expect(localDate(instant(opening), zone)).toEqual(date(day))
  })

  it('opens at the earlier of two midnights', () => {
    expect(startOfDay(date('2026-11-01'), 'America/Havana')).toEqual(instant('2026-11-01 04:00'))
  })

  it('runs to the microsecond before the next one, also on a night when the clock goes back over midnight', () => {
    // Cairo: 24:00 on 29 October 2026 becomes 23:00.
    expect(endOfDay(date('2026-10-29'), 'Africa/Cairo')).toEqual(instant('2026-10-29 21:59:59.999999'))
    expect(startOfDay(date('2026-10-30'), 'Africa/Cairo')).toEqual(instant('2026-10-29 22:00'))
  })

  it('is empty where the date line skipped it', () => {
    expect(startOfDay(date('2011-12-30'), 'Pacific/Apia')).toEqual(startOfDay(date('2011-12-31'), 'Pacific/Apia'))
  })
})

describe('counting days', () => {
  it.each(
    rows(`
      2025-03-01T00:00 | 2025-03-31T23:59:59.999 | America/New_York | 31
      2025-11-01T00:00 | 2025-11-30T23:59:59.999 | America/New_York | 30
      2025-03-30T00:00 | 2025-03-30T23:59:59.999 | Europe/Paris | 1
      2025-10-26T00:00 | 2025-10-26T23:59:59.999 | Europe/Paris | 1
      2025-06-01T00:00 | 2025-06-17T23:59:59 | Asia/Tokyo | 17
      2025-06-01T00:00 | 2025-06-18T00:00 | Asia/Tokyo | 18
      2025-06-05T14:00 | 2025-06-30T23:59:59.999 | Asia/Tokyo | 26
      2025-06-05T14:00 | 2025-06-10T09:00 | Asia/Tokyo | 5
      2025-06-05T00:00 | 2025-06-10T09:00 | Asia/Tokyo | 6
      2026-05-01T00:00 | 2026-05-31T23:59:59.999999 | UTC | 31
      2026-05-01T00:00 | 2026-05-10T00:05 | UTC | 10
      2026-05-01T00:00 | 2026-05-10T00:00 | UTC | 10
      2026-05-10T09:00 | 2026-05-10T09:00 | UTC | 0
      1969-12-31T00:00 | 1969-12-31T12:00 | Asia/Tokyo | 1
    `),
  )('from %s to %s in %s: %s', (from, to, zone, days) => {
    const at = (local: string) => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant()
    expect(countDays(at(from), at(to), zone)).toBe(Number(days))
  })

  it('counts a day that opens at one in the morning like any other', () => {
    const opening = startOfDay(date('2026-04-24'), 'Africa/Cairo')
    const nextMorning = startOfDay(date('2026-04-25'), 'Africa/Cairo').add({ minutes: 30 })
    expect(countDays(opening, nextMorning, 'Africa/Cairo')).toBe(2)
  })
})
