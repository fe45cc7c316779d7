import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMicroseconds, microsecondsOf, parseUnixSeconds, unixSecondsOf } from '../../src/events/event-time.ts'

describe('the time of an event', () => {
  it.each([
    ['1700000000', 1_700_000_000_000_000n],
    ['1700000000.125', 1_700_000_000_125_000n],
    ['1700000000.1234569', 1_700_000_000_123_456n],
    ['1700000000.', 1_700_000_000_000_000n],
    ['.5', 500_000n],
    ['1.7e9', 1_700_000_000_000_000n],
    ['17E+8', 1_700_000_000_000_000n],
    ['1700000000125e-3', 1_700_000_000_125_000n],
    ['1e-7', 0n],
    ['  1700000000\n', 1_700_000_000_000_000n],
    ['1_700_000_000.12_5', 1_700_000_000_125_000n],
    ['+12', 12_000_000n],
    ['-1.0000019', -1_000_001n],
    ['-0', 0n],
    ['0000000000000000000000000000001', 1_000_000n],
    ['8640000000000', 8_640_000_000_000_000_000n],
  ])('%j is read digit by digit, to the microsecond', (text, microseconds) => {
    expect(parseUnixSeconds(text)).toBe(microseconds)
  })

  it.each(['', ' ', '.', 'now', '2024-01-01T00:00:00Z', '12abc', '0x10', '1e', '--1', '_1', '1 2', 'NaN', 'Infinity'])(
    '%j is no time',
    text => {
      expect(parseUnixSeconds(text)).toBeUndefined()
    },
  )

  it.each(['8640000000001', '1e30', '1e9999', '-210866803201', '9'.repeat(5000)])(
    '%j is a time that cannot be kept',
    text => {
      expect(parseUnixSeconds(text)).toBeUndefined()
    },
  )

  it('reads the fraction of a number as its shortest decimal', () => {
    expect(unixSecondsOf(1_700_000_000.1)).toBe(1_700_000_000_100_000n)
    expect(unixSecondsOf(1e-7)).toBe(0n)
    expect(unixSecondsOf(1e22)).toBeUndefined()
  })

  it('is printed in UTC, cut to the millisecond or second before', () => {
    expect(formatMicroseconds(1_700_000_000_125_999n, 'milliseconds')).toBe('2023-11-14T22:13:20.125Z')
    expect(formatMicroseconds(1_700_000_000_999_999n, 'seconds')).toBe('2023-11-14T22:13:20Z')
    expect(formatMicroseconds(-1n, 'milliseconds')).toBe('1969-12-31T23:59:59.999Z')
  })

  it('is printed as Temporal prints it, in any year', () => {
    const microseconds = fc.bigInt({ min: -210_866_803_200_000_000n, max: 8_640_000_000_000_000_000n })
    fc.assert(
      fc.property(microseconds, value => {
        const instant = Temporal.Instant.fromEpochNanoseconds(value * 1000n)
        expect(formatMicroseconds(value, 'milliseconds')).toBe(
          instant.toString({ smallestUnit: 'millisecond', roundingMode: 'floor' }),
        )
        expect(microsecondsOf(instant)).toBe(value)
      }),
    )
  })
})
