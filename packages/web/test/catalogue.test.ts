import { describe, expect, it } from 'vitest'
import { codeFromName } from '../src/format/code.ts'
import { dayIn, endOfDay } from '../src/format/dates.ts'
import { countries } from '../src/format/places.ts'
import { bodyOf, checkMetric, removedFilters, valuesOf } from '../src/pages/metrics/metric-values.ts'

describe('a day that something ends on', () => {
  it.each([
    ['2026-01-31', 'UTC', '2026-01-31T23:59:59.000Z'],
    ['2026-01-31', 'Europe/Zurich', '2026-01-31T22:59:59.000Z'],
    ['2026-01-31', 'America/New_York', '2026-02-01T04:59:59.000Z'],
    ['2026-01-31', 'Asia/Kathmandu', '2026-01-31T18:14:59.000Z'],
    // The day on which the clocks change ends by the new time.
    ['2026-03-29', 'Europe/Zurich', '2026-03-29T21:59:59.000Z'],
    ['2026-10-25', 'Europe/Zurich', '2026-10-25T22:59:59.000Z'],
  ])('%s in %s ends at %s', (day, zone, instant) => {
    expect(endOfDay(day, zone)).toBe(instant)
    expect(dayIn(instant, zone)).toBe(day)
  })
})

it.each([
  ['API calls (v2)', 'api_calls_v2'],
  ['  Crédits d’équipe ', 'credits_d_equipe'],
  ['already_a-code', 'already_a-code'],
  ['—', ''],
])('the name %s suggests the code %s', (name, code) => {
  expect(codeFromName(name)).toBe(code)
})

it('countries are those of ISO 3166 and Kosovo, without unions and reserved codes', () => {
  const codes = countries().map(([code]) => code)
  expect(codes).toHaveLength(250)
  expect(codes).toEqual(expect.arrayContaining(['CH', 'XK', 'GB']))
  expect(codes.some(code => ['EU', 'UN', 'UK', 'SU'].includes(code))).toBe(false)
})

describe('a metric as it is typed', () => {
  const start = valuesOf(undefined)

  it('sends only what its aggregation has', () => {
    const typed = { ...start, field_name: 'left over', expression: '1', recurring: true, rounding_precision: '3' }
    expect(bodyOf(typed).billable_metric).toMatchObject({
      aggregation_type: 'count_agg',
      field_name: null,
      expression: null,
      recurring: false,
      weighted_interval: null,
      rounding_function: null,
      rounding_precision: null,
    })
    const weighted = { ...typed, aggregation_type: 'weighted_sum_agg', rounding_function: 'ceil' }
    expect(bodyOf(weighted).billable_metric).toMatchObject({
      field_name: 'left over',
      expression: '1',
      recurring: true,
      weighted_interval: 'seconds',
      rounding_function: 'ceil',
      rounding_precision: 3,
    })
  })

  it('is refused with filters that name nothing', () => {
    const filters = [
      { key: 'region', values: [] },
      { key: ' ', values: ['eu'] },
    ]
    expect(checkMetric({ ...start, filters, rounding_precision: '1.5' })).toEqual({
      rounding_precision: ['not_a_number'],
      'filters.0.values': ['value_is_mandatory'],
      'filters.1.key': ['value_is_mandatory'],
    })
  })

  it('tells which filters and values a change takes away', () => {
    const before = [
      { key: 'region', values: ['eu', 'us'] },
      { key: 'model', values: ['small'] },
    ]
    expect(removedFilters(before, [{ key: 'region', values: ['us', 'asia'] }])).toEqual(['region: eu', 'model'])
    expect(removedFilters(before, before)).toEqual([])
  })
})
