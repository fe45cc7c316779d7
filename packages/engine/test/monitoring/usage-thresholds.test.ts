import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passedUsageThresholds, thresholdCompletions } from '../../src/index.ts'

const FIXED = [15_000n, 6000n]
const THRESHOLDS = [
  { id: 'second', amountCents: 15_000n, recurring: false },
  { id: 'every', amountCents: 5000n, recurring: true },
  { id: 'first', amountCents: 6000n, recurring: false },
]
const NOW = Temporal.Instant.from('2026-06-01T00:00:00Z')
const at = (day: number) => Temporal.Instant.from(`2026-05-0${day}T00:00:00Z`)

describe('thresholds passed: fixed 6000 and 15000, recurring 5000', () => {
  it.each([
    [0, 0, 6500, 0, [6000n], false],
    [0, 0, 9000, 6500, [], false],
    [0, 0, 15_500, 6500, [15_000n], false],
    [0, 0, 21_000, 6500, [15_000n], true],
    [0, 15_500, 4400, 0, [], false],
    [0, 15_500, 4500, 0, [], true],
    [1000, 15_500, 3400, 0, [], false],
    [1000, 15_500, 3500, 0, [], true],
    [0, 15_500, 9000, 4500, [], false],
    [0, 15_500, 9500, 4500, [], true],
    [0, 0, 4000, 4500, [], false],
    [0, 0, 15_000, 0, [6000n, 15_000n], false],
  ])('H %d, I %d, C %d, B %d', (historical, invoiced, current, progressivelyBilled, fixed, recurring) => {
    const amounts = {
      historical: BigInt(historical),
      invoiced: BigInt(invoiced),
      current: BigInt(current),
      progressivelyBilled: BigInt(progressivelyBilled),
    }
    expect(passedUsageThresholds({ fixed: FIXED, recurring: 5000n }, amounts)).toEqual({ fixed, recurring })
  })

  it.each([
    [0, 4200, 0, 1500, [5000n], false],
    [0, 4200, 1500, 1800, [], true],
    [0, 0, 0, 7000, [1000n, 5000n], true],
    [0, 0, 0, 999, [], false],
  ])(
    'of 1000, 5000 and every 2000: H %d, I %d, B %d, C %d',
    (historical, invoiced, billed, current, fixed, recurring) => {
      const amounts = {
        historical: BigInt(historical),
        invoiced: BigInt(invoiced),
        current: BigInt(current),
        progressivelyBilled: BigInt(billed),
      }
      expect(passedUsageThresholds({ fixed: [1000n, 5000n], recurring: 2000n }, amounts)).toEqual({ fixed, recurring })
    },
  )

  it('none are passed where there are none', () => {
    const amounts = { historical: 0n, invoiced: 9n, current: 9n, progressivelyBilled: 0n }
    expect(passedUsageThresholds({ fixed: [], recurring: null }, amounts)).toEqual({ fixed: [], recurring: false })
  })
})

describe('how far it is to each threshold', () => {
  it.each([
    [
      0n,
      [
        [6000, 0],
        [15_000, 0],
        [20_000, 0],
      ],
    ],
    [
      2400n,
      [
        [6000, 0.4],
        [15_000, 0],
        [20_000, 0],
      ],
    ],
    [
      9000n,
      [
        [6000, 1],
        [15_000, 0.3333333333333333],
        [20_000, 0],
      ],
    ],
    [
      15_000n,
      [
        [6000, 1],
        [15_000, 1],
        [20_000, 0],
      ],
    ],
    [
      17_000n,
      [
        [6000, 1],
        [15_000, 1],
        [20_000, 0.4],
      ],
    ],
    [
      26_500n,
      [
        [6000, 1],
        [15_000, 1],
        [20_000, 1],
        [25_000, 1],
        [30_000, 0.3],
      ],
    ],
  ])('of %d used', (total, expected) => {
    const completions = thresholdCompletions(total, THRESHOLDS, [], NOW)
    expect(completions.map(({ amountCents, ratio }) => [Number(amountCents), ratio])).toEqual(expected)
    expect(completions.map(({ reachedAt }) => reachedAt)).toEqual(
      expected.map(([, ratio]) => (ratio === 1 ? NOW : null)),
    )
  })

  it('counts what recurs from the last fixed threshold even where that is no multiple of it', () => {
    const completions = thresholdCompletions(
      17_000n,
      [
        { id: 'fixed', amountCents: 6000n, recurring: false },
        { id: 'every', amountCents: 5000n, recurring: true },
      ],
      [],
      NOW,
    )
    expect(completions.map(({ amountCents, ratio }) => [amountCents, ratio])).toEqual([
      [6000n, 1],
      [11_000n, 1],
      [16_000n, 1],
      [21_000n, 0.2],
    ])
  })

  it('tells when each was reached: a fixed one the last time, a step the first time there was as much', () => {
    const applied = [
      { thresholdId: 'first', lifetimeAmountCents: 6500n, appliedAt: at(3) },
      { thresholdId: 'first', lifetimeAmountCents: 6500n, appliedAt: at(1) },
      { thresholdId: 'every', lifetimeAmountCents: 21_000n, appliedAt: at(5) },
      { thresholdId: 'every', lifetimeAmountCents: 26_000n, appliedAt: at(7) },
    ]
    expect(thresholdCompletions(26_500n, THRESHOLDS, applied, NOW).map(({ reachedAt }) => reachedAt)).toEqual([
      at(3),
      NOW,
      at(5),
      at(7),
      null,
    ])
  })

  it('never falls while usage grows, and its next amount is always ahead', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 90_000n }), total => {
        const completions = thresholdCompletions(total, THRESHOLDS, [], NOW)
        const amounts = completions.map(({ amountCents }) => Number(amountCents))
        expect(amounts).toEqual(amounts.toSorted((a, b) => a - b))
        for (const { amountCents, ratio } of completions) {
          expect(ratio === 1).toBe(amountCents <= total)
          expect(ratio).toBeGreaterThanOrEqual(0)
        }
        expect(completions.at(-1)?.amountCents).toBeGreaterThan(total)
      }),
    )
  })
})
