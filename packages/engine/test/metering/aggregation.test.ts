import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AggregationType } from '../../src/metering/index.ts'
import { foldCells, roundUnits } from '../../src/metering/index.ts'
import { decimal } from '../../src/money/index.ts'
import { at, byPosition, cellsOf, type SampleEvent } from './support.ts'

const TYPES = ['count_agg', 'sum_agg', 'max_agg', 'latest_agg', 'unique_count_agg'] as const

const event = (value: string, operation: string | null = null, timestamp = 0): SampleEvent => ({
  dimensions: [],
  value,
  operation,
  at: at(timestamp),
})

function usageOf(type: AggregationType, events: readonly SampleEvent[]) {
  const { units, eventsCount } = fold(type, [events])
  return [units.toFixed(), eventsCount]
}

/** The usage of events that are aggregated in several parts. */
function fold<Type extends AggregationType>(type: Type, parts: readonly (readonly SampleEvent[])[]) {
  return foldCells(
    type,
    parts.flatMap(part => cellsOf[type](part)),
  )
}

describe('the usage of some events', () => {
  const values = ['4', '2.5', '-1.25', '7.0'].map((value, index) => event(value, null, index))

  it.each([
    ['count_agg', '4', 4],
    ['sum_agg', '12.25', 4],
    ['max_agg', '7', 4],
    ['latest_agg', '7', 4],
    ['unique_count_agg', '4', 4],
  ] as const)('%s is %s', (type, units, eventsCount) => {
    expect(usageOf(type, values)).toEqual([units, eventsCount])
  })

  it.each(TYPES)('%s is 0 without events', type => {
    expect(usageOf(type, [])).toEqual(['0', 0])
  })

  it('may have a negative sum and maximum, but no negative latest value', () => {
    const negative = [event('-3'), event('-5', null, 1)]
    expect(usageOf('sum_agg', negative)).toEqual(['-8', 2])
    expect(usageOf('max_agg', negative)).toEqual(['-3', 2])
    expect(usageOf('latest_agg', negative)).toEqual(['0', 2])
  })

  it('has as latest value that of the last timestamp, then of the last arrival, then of the highest id', () => {
    const value = (text: string, ...position: Parameters<typeof at>) => ({ ...event(text), at: at(...position) })
    const parts = [[value('1', 5, 9, 'z')], [value('2', 7, 1, 'a')], [value('3', 7, 2, 'a')], [value('4', 7, 2, 'b')]]
    expect(fold('latest_agg', parts).units.toFixed()).toBe('4')
    expect(fold('latest_agg', parts.slice(0, 3)).units.toFixed()).toBe('3')
    expect(fold('latest_agg', parts.slice(0, 1)).units.toFixed()).toBe('1')
  })
})

describe('unique counts', () => {
  it.each([
    ['a:add, a:add, b:add', 2],
    ['a:remove, a:add', 1],
    ['a:add, a:remove, a:add, a:remove', 0],
    ['a:add, a:remove, a:add', 1],
    ['a:remove', 0],
    ['a:add, a:other', 0],
    ['a', 1],
  ])('%s count %i', (text, units) => {
    const events = text.split(', ').map((item, index) => {
      const [value = '', operation = null] = item.split(':')
      return event(value, operation, index)
    })
    expect(usageOf('unique_count_agg', events)).toEqual([String(units), units])
  })

  it('count the events without the property as one unit', () => {
    const cells = [
      { dimensions: ['x'], value: 'a', lastOperation: null, at: at(0) },
      { dimensions: ['x'], value: null, lastOperation: null, at: at(1) },
      { dimensions: ['y'], value: null, lastOperation: null, at: at(2) },
    ]
    expect(foldCells('unique_count_agg', cells).units.toFixed()).toBe('2')
  })
})

describe('any events', () => {
  const dimension = fc.option(fc.constantFrom('x', 'y'), { nil: null })
  const events = fc.array(
    fc.record({
      dimensions: fc.tuple(dimension, dimension),
      value: fc.integer({ min: -3, max: 6 }).map(halves => decimal(halves).div(2).toFixed()),
      operation: fc.constantFrom(null, 'add', 'remove', 'other'),
      timestamp: fc.nat(4),
      createdAt: fc.nat(2),
      part: fc.nat(3),
    }),
    { maxLength: 25 },
  )
  const placed = events.map(list =>
    list.map(({ timestamp, createdAt, part, ...others }, index) => ({
      event: { ...others, at: at(timestamp, createdAt, String(index).padStart(2, '0')) },
      part,
    })),
  )

  it.each(TYPES)('have the same %s in one part or several, in any order', type => {
    fc.assert(
      fc.property(placed, list => {
        const whole = list.map(({ event }) => event)
        const parts = [...Map.groupBy(list, ({ part }) => part).values()].map(part => part.map(({ event }) => event))
        const { units, eventsCount } = fold(type, parts)
        expect([units.toFixed(), eventsCount]).toEqual(usageOf(type, whole))
        expect(usageOf(type, whole.toReversed())).toEqual(usageOf(type, whole))
      }),
    )
  })

  it('have as many unique units as following every add and remove leaves', () => {
    fc.assert(
      fc.property(placed, list => {
        const active = new Map<string, { previous: string; units: number }>()
        for (const { value, operation } of list.map(({ event }) => event).sort(byPosition)) {
          const state = active.get(value) ?? { previous: 'remove', units: 0 }
          const now = (operation ?? 'add') === 'add' ? 'add' : 'remove'
          const change = now === 'add' ? 1 : -1
          active.set(value, { previous: now, units: state.units + (now === state.previous ? 0 : change) })
        }
        const expected = [...active.values()].reduce((sum, { units }) => sum + units, 0)
        const whole = list.map(({ event }) => event)
        expect(usageOf('unique_count_agg', whole)).toEqual([String(expected), expected])
      }),
    )
  })
})

describe('the rounding of a metric', () => {
  it.each([
    ['17.345', 'round', null, '17'],
    ['17.345', 'round', 2, '17.35'],
    ['17.345', 'floor', 2, '17.34'],
    ['-17.345', 'round', 2, '-17.35'],
    ['-17.345', 'ceil', 2, '-17.34'],
    ['1249.5', 'round', -2, '1200'],
    ['1249.5', 'ceil', -2, '1300'],
    ['0.004', 'ceil', null, '1'],
    ['12.25', 'ceil', 1, '12.3'],
  ] as const)('makes of %s units by %s to %s: %s', (units, name, precision, rounded) => {
    expect(roundUnits(decimal(units), { function: name, precision }).toFixed()).toBe(rounded)
  })

  it('is none without a function', () => {
    expect(roundUnits(decimal('17.345'), null).toFixed()).toBe('17.345')
  })
})
