import { describe, expect, it } from 'vitest'
import { bucketOfEvent } from '../../src/metering/index.ts'
import { filters } from './support.ts'

const declared = { region: ['eu', 'us', 'asia'], tier: ['gold', 'silver'] }
const charge = {
  pricingGroupKeys: ['team'],
  filters: filters(
    'F1 region=eu,us',
    'F2 region=us',
    'F3 region=ALL',
    'F4 region=eu tier=gold',
    'F5 tier=gold',
    'F6 region=us',
  ),
}

describe('the filter that charges an event', () => {
  it.each([
    [{ region: 'us' }, 'F1', false],
    [{ region: 'eu' }, 'F1', true],
    [{ region: 'asia' }, 'F3', true],
    [{ region: 'eu', tier: 'gold' }, 'F4', true],
    [{ region: 'us', tier: 'gold' }, 'F1', false],
    [{ region: 'us', tier: 'silver' }, 'F1', false],
    [{ tier: 'gold' }, 'F5', true],
    [{ region: 'mars' }, null, true],
    [{}, null, true],
  ] as [Record<string, string>, string | null, boolean][])('of %o is %s', (properties, filterId, isCounted) => {
    const bucket = bucketOfEvent(charge, declared, key => properties[key] ?? null)
    expect([bucket.filterId, bucket.isCounted]).toEqual([filterId, isCounted])
  })

  it('groups by its own keys: what is missing and what is empty are the same', () => {
    expect(bucketOfEvent(charge, declared, () => null).groupedBy).toEqual({ team: null })
    expect(bucketOfEvent(charge, declared, key => (key === 'team' ? '' : null)).groupedBy).toEqual({ team: null })
    expect(bucketOfEvent(charge, declared, key => (key === 'region' ? 'eu' : 'a')).groupedBy).toEqual({})
  })
})
