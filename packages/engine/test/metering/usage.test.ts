import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BucketUsage, MeteredCharge, Metric, MetricUsage } from '../../src/metering/index.ts'
import { bucketUsage, dimensionsOf } from '../../src/metering/index.ts'
import { ZERO } from '../../src/money/index.ts'
import { filters } from './support.ts'

const metric: Metric = { filters: { region: ['eu', 'us'] }, rounding: null }

const charge = (pricingGroupKeys: string[], ...filterTexts: string[]): MeteredCharge => ({
  pricingGroupKeys,
  filters: filters(...filterTexts),
})

/** Sums by the values of the dimensions, of which none but the last is limited to some values. */
function sums(keys: string[], ...cells: [...(string | null)[], sum: string][]): MetricUsage<'sum_agg'> {
  return {
    aggregation: 'sum_agg',
    dimensions: keys.map(key => ({ key, values: null })),
    cells: cells.map(cell => ({ dimensions: cell.slice(0, -1), sum: cell.at(-1) ?? '', eventsCount: 1 })),
  }
}

const printed = (rows: BucketUsage[]) =>
  rows.map(({ filterId, groupedBy, units, eventsCount }) => [filterId, groupedBy, units.toFixed(), eventsCount])

describe('the usage of a charge', () => {
  it('is one row without filters and groups', () => {
    const usage = sums(['region'], ['eu', '2'], [null, '0.5'])
    expect(printed(bucketUsage(charge([]), metric, usage))).toEqual([[null, {}, '2.5', 2]])
  })

  it('has a row for each filter in its order, then one for the rest, with or without events', () => {
    const usage = sums(['region'], ['eu', '2'])
    expect(printed(bucketUsage(charge([], 'A region=us', 'B region=eu'), metric, usage))).toEqual([
      ['A', {}, '0', 0],
      ['B', {}, '2', 1],
      [null, {}, '0', 0],
    ])
  })

  it('is split by the group keys of the filter, which are not those of the charge', () => {
    const [filter] = filters('F region=eu')
    if (filter === undefined) throw new Error('no filter')
    const split = { pricingGroupKeys: [], filters: [{ ...filter, pricingGroupKeys: ['team'] }] }
    const usage = sums(['region', 'team'], ['eu', 'b', '3'], ['us', 'a', '10'], ['eu', 'a', '4'])
    expect(printed(bucketUsage(split, metric, usage))).toEqual([
      ['F', { team: 'a' }, '4', 1],
      ['F', { team: 'b' }, '3', 1],
      [null, {}, '10', 1],
    ])
  })

  it('has its groups in ascending order, without a value last', () => {
    const usage = sums(['site', 'team'], ['2', 'a', '1'], ['1', null, '2'], [null, 'a', '3'], ['1', 'b', '4'])
    expect(printed(bucketUsage(charge(['site', 'team']), metric, usage))).toEqual([
      [null, { site: '1', team: 'b' }, '4', 1],
      [null, { site: '1', team: null }, '2', 1],
      [null, { site: '2', team: 'a' }, '1', 1],
      [null, { site: null, team: 'a' }, '3', 1],
    ])
  })

  it('has one group for what is empty and what is missing', () => {
    const usage = sums(['team'], ['', '1'], [null, '2'])
    expect(printed(bucketUsage(charge(['team']), metric, usage))).toEqual([[null, { team: null }, '3', 2]])
  })

  it('has one group of nulls for a bucket without events', () => {
    expect(printed(bucketUsage(charge(['team', 'site']), metric, sums(['site', 'team'])))).toEqual([
      [null, { team: null, site: null }, '0', 0],
    ])
  })

  it('is rounded for each group, after its events are added up', () => {
    const usage = sums(['team', 'region'], ['a', 'eu', '0.4'], ['a', 'us', '0.4'], ['b', 'eu', '0.4'])
    const rounding = { function: 'round', precision: null } as const
    expect(printed(bucketUsage(charge(['team']), { ...metric, rounding }, usage))).toEqual([
      [null, { team: 'a' }, '1', 2],
      [null, { team: 'b' }, '0', 1],
    ])
  })

  it('must tell the values of the group keys', () => {
    expect(() => bucketUsage(charge(['team']), metric, sums([]))).toThrow('team')
  })

  it('adds up to that of its events where filters do not overlap, however it is split', () => {
    const value = fc.constantFrom(null, '', 'eu', 'us', 'mars')
    const cells = fc.array(fc.tuple(value, value, fc.nat(1000).map(String)), { maxLength: 30 })
    const groupKeys = fc.subarray(['region', 'team'])
    const filterTexts = fc.subarray(['A region=eu', 'B region=ALL', 'C region=eu team=us'])
    fc.assert(
      fc.property(cells, groupKeys, filterTexts, (list, keys, texts) => {
        const rows = bucketUsage(charge(keys, ...texts), metric, sums(['region', 'team'], ...list))
        const total = list.reduce((sum, [, , units]) => sum.plus(units), ZERO)
        expect(rows.reduce((sum, row) => sum.plus(row.units), ZERO).toFixed()).toBe(total.toFixed())
        expect(rows.reduce((sum, row) => sum + row.eventsCount, 0)).toBe(list.length)
      }),
    )
  })
})

describe('what usage has to be told apart by', () => {
  it('is nothing without filters and groups', () => {
    expect(dimensionsOf([charge([])], metric)).toEqual([])
  })

  it('are the values of filters of all charges of a metric', () => {
    const declared = { filters: { region: ['eu', 'us', 'asia'], tier: ['gold'] } }
    const charges = [charge([], 'A region=eu', 'B region=us,eu tier=ALL'), charge([], 'C tier=gold')]
    expect(dimensionsOf(charges, declared)).toEqual([
      { key: 'region', values: ['us', 'eu'] },
      { key: 'tier', values: ['gold'] },
    ])
  })

  it('is every value of a group key, even if it is the key of a filter', () => {
    expect(dimensionsOf([charge(['team'], 'A region=eu'), charge(['region'])], metric)).toEqual([
      { key: 'region', values: null },
      { key: 'team', values: null },
    ])
    const [filter] = filters('A region=eu')
    if (filter === undefined) throw new Error('no filter')
    const grouped = { pricingGroupKeys: [], filters: [{ ...filter, pricingGroupKeys: ['team'] }] }
    expect(dimensionsOf([grouped], metric)).toEqual([
      { key: 'region', values: ['eu'] },
      { key: 'team', values: null },
    ])
  })
})
