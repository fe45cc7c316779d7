import { describe, expect, it } from 'vitest'
import {
  type AdvanceTotal,
  bucketUsage,
  type MeteredAggregation,
  type MeteredCharge,
  type MeteredEvent,
  type UsageSpan,
} from '../../src/metering/index.ts'
import { decimal, divideAsPostgres, formatDecimal } from '../../src/money/index.ts'

/** `2026-07-05T08:00 a remove`: when, the value, and the operation of unique counts. */
function event(text: string, place: number): MeteredEvent {
  const [at = '', value = '', operation = null] = text.split(' ')
  const timestamp = Temporal.Instant.from(`${at}${at.includes('T') ? ':00Z' : 'T00:00:00Z'}`).epochNanoseconds / 1000n
  return {
    dimensions: [],
    value,
    operation,
    preciseTotalAmountCents: null,
    at: { timestamp, createdAt: BigInt(place), id: String(place) },
  }
}

function month(first: string, changes: Partial<UsageSpan> = {}): UsageSpan {
  const from = Temporal.PlainDate.from(first)
  const end = from.add({ months: 1 }).toZonedDateTime('UTC').toInstant().subtract({ microseconds: 1 })
  return {
    from: from.toZonedDateTime('UTC').toInstant(),
    to: end,
    fullDays: from.daysInMonth,
    timeZone: 'UTC',
    endedByUpgrade: false,
    ...changes,
  }
}

const at = (text: string) => Temporal.Instant.from(text)

function usageOf(
  aggregation: MeteredAggregation,
  texts: readonly string[],
  span: UsageSpan,
  charge: Partial<MeteredCharge> = {},
) {
  const [row] = bucketUsage(
    { pricingGroupKeys: [], filters: [], ...charge },
    { filters: {}, rounding: null, recurring: true },
    { aggregation, dimensions: [], events: texts.map(event) },
    span,
  )
  if (row === undefined) throw new Error('no usage')
  return row
}

describe('quotients as the database makes them', () => {
  it.each([
    ['20', '30', '0.66666666666666666667'],
    ['11', '31', '0.35483870967741935484'],
    ['31', '30', '1.0333333333333333'],
    ['30', '30', '1'],
    ['5184000', '2678400', '1.9354838709677419'],
    ['16329600', '2678400', '6.0967741935483871'],
    ['1', '365', '0.00273972602739726027'],
    ['0', '7', '0'],
  ])('%s / %s', (dividend, divisor, quotient) => {
    expect(divideAsPostgres(decimal(dividend), decimal(divisor)).toFixed()).toBe(quotient)
  })
})

describe('a prorated sum', () => {
  const june = month('2026-06-01')
  const carried = '2026-05-20 8'
  const raised = '2026-06-11T15:00 5'
  const lowered = '2026-06-21 -3'

  it.each<[string, string[], UsageSpan, string, string]>([
    ['a full month', [carried, raised, lowered], june, '10.33334', '10.0'],
    [
      'ended on the 18th',
      [carried, raised],
      month('2026-06-01', { to: at('2026-06-18T10:00:00Z') }),
      '6.13334',
      '13.0',
    ],
    [
      'ended by an upgrade',
      [carried, raised],
      month('2026-06-01', { to: at('2026-06-18T10:00:00Z'), endedByUpgrade: true }),
      '5.86667',
      '13.0',
    ],
    ['ten carried over, five more on the 16th', ['2026-05-01 10', '2026-06-16 5'], june, '12.5', '15.0'],
    ['one on the 12th of 31 days', ['2026-07-12 1'], month('2026-07-01'), '0.64517', '1.0'],
    ['two less on the 15th of 28 days', ['2026-01-02 6', '2026-02-15 -2'], month('2026-02-01'), '5.0', '4.0'],
    ['noise of the quotient is kept', ['2026-07-21 31'], month('2026-07-01'), '11.00001', '31.0'],
  ])('%s', (_, events, span, units, full) => {
    const usage = usageOf('sum_agg', events, span, { prorated: true })
    expect([formatDecimal(usage.units), formatDecimal(usage.fullUnits ?? 0)]).toEqual([units, full])
  })

  it.each<[string, string[], string, string]>([
    ['is not shown as less than nothing', ['2026-06-01 -3', '2026-06-30 5'], '0.0', '2.0'],
    ['shows nothing for less than nothing', ['2026-06-01 -3'], '0.0', '0.0'],
    ['is shown in full otherwise', [carried, raised], '11.33334', '13.0'],
  ])('of a running period %s', (_, events, units, shown) => {
    const usage = usageOf('sum_agg', events, june, { prorated: true, running: true })
    expect([formatDecimal(usage.units), formatDecimal(usage.currentUnits ?? -1)]).toEqual([units, shown])
  })

  it.each([
    [16, '16.00001'],
    [11, '11.00001'],
    [31, '31.0'],
  ])('makes more of 31 units for %i of 31 days than they are: %s', (days, units) => {
    const usage = usageOf('sum_agg', [`2026-07-${String(32 - days).padStart(2, '0')} 31`], month('2026-07-01'), {
      prorated: true,
    })
    expect(formatDecimal(usage.units)).toBe(units)
  })

  it('counts calendar days where clocks change', () => {
    const march = {
      ...month('2026-03-01'),
      from: at('2026-03-01T05:00:00Z'),
      to: at('2026-04-01T03:59:59.999999Z'),
      timeZone: 'America/New_York',
    }
    const usage = usageOf('sum_agg', ['2026-03-08T05:30 31', '2026-04-01T03:30 31'], march, { prorated: true })
    expect(formatDecimal(usage.units)).toBe('25.0')
  })

  it('tells each change with its weight, what was carried over first', () => {
    const { proratedChanges } = usageOf('sum_agg', ['2026-05-01 10', '2026-06-16 5'], june, { prorated: true })
    expect(proratedChanges?.map(({ full, prorated }) => [full.toFixed(), prorated.toFixed()])).toEqual([
      ['10', '10'],
      ['5', '2.5'],
    ])
  })
})

describe('a prorated unique count', () => {
  const july = month('2026-07-01')
  const lives = [
    '2026-06-01 c add',
    '2026-06-03 d add',
    '2026-06-03 e add',
    '2026-06-20 d remove',
    '2026-07-02 e remove',
    '2026-07-05T08:00 a add',
    '2026-07-09T20:00 a remove',
    '2026-07-10T09:00 b add',
    '2026-07-10T11:00 b remove',
    '2026-07-10T17:00 b add',
    '2026-07-12 b remove',
  ]

  it('counts each value for the days it was there', () => {
    const usage = usageOf('unique_count_agg', lives, july, { prorated: true })
    expect([formatDecimal(usage.units), formatDecimal(usage.fullUnits ?? 0), usage.eventsCount]).toEqual([
      '1.32259',
      '1.0',
      1,
    ])
  })

  it('prices the days of each value', () => {
    const events = ['2026-05-01 a', '2026-06-11 b add', '2026-06-20 b remove', '2026-06-25 c']
    const usage = usageOf('unique_count_agg', events, month('2026-06-01'), { prorated: true })
    expect([formatDecimal(usage.units), formatDecimal(usage.fullUnits ?? 0)]).toEqual(['1.53334', '2.0'])
  })
})

describe('a time-weighted sum', () => {
  const april = month('2026-04-01')
  const may = month('2026-05-01')

  it('is the mean level of the period', () => {
    const usage = usageOf('weighted_sum_agg', ['2026-04-06 10', '2026-04-16T12:00 -4'], april)
    expect([formatDecimal(usage.units), formatDecimal(usage.totalUnits ?? 0), usage.eventsCount]).toEqual([
      '6.4',
      '6.0',
      2,
    ])
  })

  it('does not carry over unless the metric does', () => {
    const [row] = bucketUsage(
      { pricingGroupKeys: [], filters: [] },
      { filters: {}, rounding: null },
      { aggregation: 'weighted_sum_agg', dimensions: [], events: ['2026-04-06 6', '2026-05-11 3'].map(event) },
      may,
    )
    expect([row?.units.toFixed(), row?.totalUnits?.toFixed(), row?.eventsCount]).toEqual(['2.032258064516129', '3', 1])
  })

  it('begins at nothing where levels were kept, but none for this group', () => {
    const usage = usageOf('weighted_sum_agg', ['2026-04-06 6', '2026-05-11 3'], may, {
      openingLevels: [{ filterId: null, groupedBy: { team: 'a' }, level: '6' }],
      levelsAreComplete: true,
    })
    expect(formatDecimal(usage.totalUnits ?? 0)).toBe('3.0')
  })

  it('counts what came in the millisecond in which the span begins', () => {
    const started = { ...april, from: at('2026-04-16T00:00:00.000456Z') }
    const usage = usageOf('weighted_sum_agg', ['2026-04-16T00:00 10'], started)
    expect([usage.eventsCount, formatDecimal(usage.totalUnits ?? 0)]).toEqual([1, '10.0'])
    expect(usage.units.toFixed(3)).toBe('5.000')
  })

  it('begins at the level that was kept, else at what earlier events left', () => {
    const kept = { openingLevels: [{ filterId: null, groupedBy: {}, level: '6' }] }
    for (const usage of [
      usageOf('weighted_sum_agg', ['2026-05-11 3'], may, kept),
      usageOf('weighted_sum_agg', ['2026-04-06 10', '2026-04-16T12:00 -4', '2026-05-11 3'], may),
    ]) {
      expect([formatDecimal(usage.units), formatDecimal(usage.totalUnits ?? 0)]).toEqual(['8.032258064516129', '9.0'])
    }
  })
})

describe('the running usage of a charge in advance', () => {
  const june = month('2026-06-01')
  const billed = (current: string, max: string, maxProrated: string | null = null): AdvanceTotal => ({
    filterId: null,
    groupedBy: {},
    current,
    max,
    maxProrated,
  })

  it.each<[string[], AdvanceTotal[], string, string]>([
    [['2026-06-01 10'], [billed('10', '10')], '10.0', '10.0'],
    [['2026-06-01 10', '2026-06-02 -4'], [billed('6', '10')], '10.0', '6.0'],
    [['2026-06-01 10', '2026-06-02 -4', '2026-06-03 3'], [billed('9', '10')], '10.0', '9.0'],
    [['2026-06-01 10', '2026-06-02 -4', '2026-06-03 8'], [billed('14', '14')], '14.0', '14.0'],
    [['2026-06-01 -2'], [], '0.0', '0.0'],
  ])('%o is priced as the highest total so far: %#', (events, billedInAdvance, priced, shown) => {
    const usage = usageOf('sum_agg', events, june, { billedInAdvance })
    expect([formatDecimal(usage.units), formatDecimal(usage.currentUnits ?? 0)]).toEqual([priced, shown])
  })

  it('weighs what was carried over where it is prorated', () => {
    const started = month('2026-06-01', { from: at('2026-06-16T00:00:00Z') })
    const usage = usageOf('sum_agg', ['2026-05-01 4', '2026-06-20 2'], started, {
      prorated: true,
      billedInAdvance: [billed('2', '2', '0.73334')],
    })
    expect([formatDecimal(usage.units), formatDecimal(usage.currentUnits ?? 0)]).toEqual(['2.73334', '6.0'])
  })
})
