import { describe, expect, it } from 'vitest'
import { isInTrial, isTrialEndDay, trialEnd } from '../../src/calendar/index.ts'
import { instant } from './support.ts'

describe('a free trial', () => {
  const start = instant('2026-06-12 15:20')

  it('keeps the time of day it started at, and may last part of a day', () => {
    expect(trialEnd(start, 10)).toEqual(instant('2026-06-22 15:20'))
    expect(trialEnd(start, 0.5)).toEqual(instant('2026-06-13 03:20'))
  })

  it('does not exist without days', () => {
    expect(trialEnd(start, 0)).toBe(null)
    expect(trialEnd(start, null)).toBe(null)
    expect(isInTrial(null, start)).toBe(false)
    expect(isTrialEndDay(null, start, 'UTC')).toBe(false)
  })

  it('runs until it ends, also before it begins', () => {
    const end = instant('2026-06-22 15:20')
    expect(isInTrial(end, instant('2026-06-01 00:00'))).toBe(true)
    expect(isInTrial(end, instant('2026-06-22 15:19:59'))).toBe(true)
    expect(isInTrial(end, end)).toBe(false)
  })

  it('ends on a local day', () => {
    const end = instant('2026-06-22 15:20')
    expect(isTrialEndDay(end, instant('2026-06-22 00:10'), 'UTC')).toBe(true)
    expect(isTrialEndDay(end, instant('2026-06-22 00:10'), 'Asia/Tokyo')).toBe(false)
    expect(isTrialEndDay(end, instant('2026-06-22 15:10'), 'Asia/Tokyo')).toBe(true)
  })
})
