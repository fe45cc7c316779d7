import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocate, decimal } from '../../src/money/index.ts'

test.each<[bigint, string[], bigint[]]>([
  [100n, ['1', '1', '1'], [34n, 33n, 33n]],
  [100n, ['1', '1', '2'], [25n, 25n, 50n]],
  [5n, ['0.5', '2.5', '3'], [0n, 2n, 3n]],
  [7n, ['0', '0'], [7n, 0n]],
  [0n, ['3', '4'], [0n, 0n]],
  [9n, [], []],
])('%s in proportion to %s is %s', (total, weights, parts) => {
  const given = weights.map(weight => decimal(weight))
  expect(allocate(total, given)).toEqual(parts)
})

test('no cent is lost, and no part is a cent or more from its share', () => {
  const weight = fc.integer({ min: 0, max: 1_000_000 })
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 12n), fc.array(weight, { minLength: 1, maxLength: 8 }), (total, weights) => {
      const parts = allocate(
        total,
        weights.map(value => decimal(value).div(1000)),
      )
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(total)
      const whole = weights.reduce((sum, value) => sum + value, 0)
      if (whole === 0) return
      for (const [place, value] of weights.entries()) {
        const share = decimal(total).times(value).div(whole)
        expect(
          decimal(parts[place] ?? 0n)
            .minus(share)
            .abs()
            .lessThan(1),
        ).toBe(true)
      }
    }),
  )
})
