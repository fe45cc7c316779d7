import { describe, expect, it } from 'vitest'
import {
  bucketUsage,
  type MeteredAggregation,
  type MeteredCharge,
  type MeteredEvent,
} from '../../src/metering/index.ts'

const DIMENSIONS = ['team', 'place', 'user']

/** `05 a/eu/- 3 add`: the day of June, the values of the dimensions, the value and the operation. */
function event(text: string, index: number): MeteredEvent {
  const [day = '', path = '', value = null, operation = null] = text.split(' ')
  const timestamp = Temporal.Instant.from(`2026-${day.includes('-') ? day : `06-${day}`}T12:00:00Z`).epochNanoseconds
  return {
    dimensions: path.split('/').map(part => (part === '-' ? null : part)),
    value,
    operation,
    preciseTotalAmountCents: null,
    at: { timestamp: timestamp / 1000n, createdAt: BigInt(index), id: String(index) },
  }
}

const june = {
  from: Temporal.Instant.from('2026-06-01T00:00:00Z'),
  to: Temporal.Instant.from('2026-06-30T23:59:59.999999Z'),
  fullDays: 30,
  timeZone: 'UTC',
  endedByUpgrade: false,
}

function presented(
  aggregation: MeteredAggregation,
  texts: string[],
  charge: Partial<MeteredCharge> = {},
  rounds = true,
) {
  return bucketUsage(
    { pricingGroupKeys: [], presentationKeys: ['place'], filters: [], ...charge },
    { filters: {}, recurring: true, rounding: rounds ? { function: 'ceil', precision: null } : null },
    { aggregation, dimensions: DIMENSIONS.map(key => ({ key, values: null })), events: texts.map(event) },
    june,
  ).map(row => [
    Object.values(row.groupedBy).join(),
    (row.presented ?? []).map(part => [...Object.values(part.presentedBy), part.units]),
  ])
}

describe('units split for display', () => {
  const stream = ['01 a/eu/x 2.5', '02 a/us/x 1', '03 b/eu/y 0.5', '04 a/-/z -3', '05 a//z 1']

  it.each<[MeteredAggregation, unknown[]]>([
    [
      'count_agg',
      [
        ['eu', '2.0'],
        ['us', '1.0'],
        [null, '2.0'],
      ],
    ],
    [
      'sum_agg',
      [
        ['eu', '3.0'],
        ['us', '1.0'],
        [null, '-2.0'],
      ],
    ],
    [
      'max_agg',
      [
        ['eu', '2.5'],
        ['us', '1.0'],
        [null, '1.0'],
      ],
    ],
    [
      'unique_count_agg',
      [
        ['eu', '2.0'],
        ['us', '1.0'],
        [null, '2.0'],
      ],
    ],
  ])('are those of each value, not rounded: %s', (aggregation, parts) => {
    expect(presented(aggregation, stream)).toEqual([['', parts]])
  })

  it('are attached to the group that they belong to', () => {
    expect(presented('sum_agg', stream, { pricingGroupKeys: ['team'] })).toEqual([
      [
        'a',
        [
          ['eu', '2.5'],
          ['us', '1.0'],
          [null, '-2.0'],
        ],
      ],
      ['b', [['eu', '0.5']]],
    ])
  })

  it('may be split by two keys, of which one prices too', () => {
    const charge = { pricingGroupKeys: ['team'], presentationKeys: ['team', 'user'] }
    expect(presented('count_agg', stream, charge)).toEqual([
      [
        'a',
        [
          ['a', 'x', '2.0'],
          ['a', 'z', '2.0'],
        ],
      ],
      ['b', [['b', 'y', '1.0']]],
    ])
  })

  it('of latest values are the one that counts, even if it is negative', () => {
    expect(presented('latest_agg', stream.slice(0, 4), { pricingGroupKeys: ['team'] })).toEqual([
      ['a', [[null, '-3.0']]],
      ['b', [['eu', '0.5']]],
    ])
  })

  it('of prorated sums are what the period added, unweighted; of prorated unique counts all that are there', () => {
    const carried = ['05-20 a/eu/x 8', '16 a/us/x 4']
    expect(presented('sum_agg', carried, { prorated: true })).toEqual([['', [['us', '4.0']]]])
    expect(presented('unique_count_agg', carried, { prorated: true })).toEqual([
      [
        '',
        [
          ['eu', '1.0'],
          ['us', '1.0'],
        ],
      ],
    ])
  })

  it('of time-weighted sums begin at the level of each value', () => {
    expect(presented('weighted_sum_agg', ['05-20 a/eu/x 8', '16 a/us/x 4'])).toEqual(
      [
        [
          '',
          [
            ['eu', '8.0'],
            ['us', '1.9333333333333333'],
          ],
        ],
      ].map(row => row),
    )
  })

  it('are none without events', () => {
    expect(presented('sum_agg', [])).toEqual([['', []]])
    expect(presented('sum_agg', stream, { presentationKeys: [] })).toEqual([['', []]])
  })
})
