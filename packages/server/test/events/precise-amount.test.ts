import { describe, expect, it } from 'vitest'
import { readPreciseAmount } from '../../src/events/precise-amount.ts'

describe('the precise amount of an event', () => {
  it.each([
    ['123.45', '123.45'],
    [100, '100'],
    [0.1, '0.1'],
    ['12abc', '12'],
    ['1_000.5', '1000.5'],
    [' 7', '7'],
    ['-3.5e2x', '-350'],
    ['.5', '0.5'],
    ['abc', '0'],
    [true, '0'],
    ['', null],
    [null, null],
    ['0.0000000000000005', '0.000000000000001'],
    ['-0.0000000000000005', '-0.000000000000001'],
    ['0.00000000000000049', '0'],
    [`${'9'.repeat(25)}.5`, `${'9'.repeat(25)}.5`],
  ])('%j is kept as %j', (sent, kept) => {
    expect(readPreciseAmount(sent)).toBe(kept)
  })

  it.each(['1e25', `-${'9'.repeat(26)}`, `${'9'.repeat(25)}.9999999999999999`])('%j does not fit', sent => {
    expect(readPreciseAmount(sent)).toBeUndefined()
  })
})
