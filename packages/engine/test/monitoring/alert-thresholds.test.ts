import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AlertDirection, type AlertThreshold, crossedThresholds, decimal } from '../../src/index.ts'

const oneTime = (value: string): AlertThreshold => ({ code: `at-${value}`, value, recurring: false })
const recurring = (value: string): AlertThreshold => ({ code: 'every', value, recurring: true })

function crossed(direction: AlertDirection, thresholds: readonly AlertThreshold[], from: number, to: number): string[] {
  return crossedThresholds(direction, thresholds, String(from), String(to)).map(({ value }) => value.toFixed())
}

describe('usage that rises past one-time 2000 and 4500 and recurring 1200', () => {
  it.each([
    [0, 1900, []],
    [1900, 2600, ['2000']],
    [2600, 7100, ['4500', '5700', '6900']],
    [7100, 7100, []],
    [7100, 3000, []],
    [3000, 4600, ['4500']],
    [5700, 6000, ['5700']],
    [4500, 5000, []],
    [0, 2000, ['2000']],
    [2000, 4499, []],
    [0, 5700, ['2000', '4500', '5700']],
  ])('from %d to %d', (from, to, expected) => {
    const thresholds = [oneTime('2000'), oneTime('4500'), recurring('1200')]
    expect(crossed('increasing', thresholds, from, to)).toEqual(expected)
  })
})

describe('a balance that falls past one-time 1000 and 5000 and recurring 300', () => {
  it.each([
    [9000, 6000, []],
    [6000, 4000, ['5000']],
    [4000, 650, ['1000', '700']],
    [650, 700, []],
    [700, 350, ['400', '700']],
    [5000, 4000, []],
    [1000, 100, ['100', '400', '700']],
  ])('from %d to %d', (from, to, expected) => {
    const thresholds = [oneTime('1000'), oneTime('5000'), recurring('300')]
    expect(crossed('decreasing', thresholds, from, to)).toEqual(expected)
  })
})

it('tells one-time thresholds in the order they were defined in, with their codes, then what recurs', () => {
  const thresholds = [recurring('2.5'), oneTime('20'), oneTime('10'), oneTime('10.00')]
  expect(
    crossedThresholds('increasing', thresholds, '0', '25.1').map(({ code, value, recurring }) => [
      code,
      value.toFixed(),
      recurring,
    ]),
  ).toEqual([
    ['at-20', '20', false],
    ['at-10', '10', false],
    ['at-10.00', '10', false],
    ['every', '22.5', true],
    ['every', '25', true],
  ])
})

it('counts what recurs from 0 where nothing else is set', () => {
  expect(crossed('increasing', [recurring('100')], 0, 350)).toEqual(['100', '200', '300'])
  expect(crossed('decreasing', [recurring('100')], 50, -250)).toEqual(['-200', '-100'])
})

it('tells the nearest ones of countless multiples', () => {
  const values = crossed('increasing', [recurring('0.00001')], 0, 1_000_000)
  expect(values).toHaveLength(10_000)
  expect(values.at(-1)).toBe('1000000')
})

const setting = fc.record({
  values: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
  step: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
})

it('reports nothing twice and misses nothing while usage rises, in however many looks', () => {
  fc.assert(
    fc.property(setting, fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }), (one, looks) => {
      const thresholds = [...one.values.map(value => oneTime(String(value)))]
      if (one.step !== undefined) thresholds.push(recurring(String(one.step)))
      const rising = [0, ...looks.toSorted((a, b) => a - b)]
      const inLooks = rising.slice(1).flatMap((to, place) => crossed('increasing', thresholds, rising[place] ?? 0, to))
      const atOnce = crossed('increasing', thresholds, 0, rising.at(-1) ?? 0)
      // A look that ends exactly on a multiple lets the next one report it again.
      expect([...new Set(inLooks)].toSorted()).toEqual([...new Set(atOnce)].toSorted())
      const once = inLooks.filter(value => !rising.map(String).includes(value))
      expect(new Set(once).size).toBe(once.length)
    }),
  )
})

it('is the same for a fall as for a rise of the opposite numbers', () => {
  fc.assert(
    fc.property(setting, fc.integer({ min: -80, max: 80 }), fc.integer({ min: -80, max: 80 }), (one, from, to) => {
      const mirrored = (sign: number) => [
        ...one.values.map(value => oneTime(String(sign * value))),
        ...(one.step === undefined ? [] : [recurring(String(one.step))]),
      ]
      const fall = crossed('decreasing', mirrored(-1), from, to)
      const rise = crossed('increasing', mirrored(1), -from, -to)
      expect(fall.map(value => decimal(value).neg().toFixed()).toSorted()).toEqual(rise.toSorted())
    }),
  )
})
