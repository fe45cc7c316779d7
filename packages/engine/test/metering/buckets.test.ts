import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChargeFilter } from '../../src/metering/buckets.ts'
import { ALL_FILTER_VALUES, compileBuckets } from '../../src/metering/buckets.ts'
import { filters } from './support.ts'

const KEYS = ['region', 'tier']

/** The names of the buckets that count an event written `region=eu tier=gold`. */
function bucketsOf(charge: readonly ChargeFilter[], declared: Record<string, string[]>, event: string): string[] {
  const values = new Map(event.split(' ').map(part => part.split('=') as [string, string]))
  const buckets = compileBuckets(charge, declared, KEYS)
  return buckets.bucketsOf(KEYS.map(key => values.get(key) ?? null)).map(place => buckets.filterIds[place] ?? 'default')
}

describe('the filter that prices an event', () => {
  const declared = { region: ['eu', 'us'], tier: ['gold', 'iron'] }
  const keyed = filters('A region=eu', 'B region=eu tier=gold')
  const all = filters('C region=ALL', 'D region=eu')

  it.each([
    [keyed, 'region=eu tier=gold', 'B'],
    [keyed, 'region=eu tier=iron', 'A'],
    [keyed, 'region=us tier=gold', 'default'],
    [all, 'region=eu', 'D'],
    [all, 'region=us', 'C'],
    [all, 'region=mars', 'default'],
    [all, '', 'default'],
    [[], 'region=eu', 'default'],
  ])('is the most specific one (%#: %s)', (charge, event, bucket) => {
    expect(bucketsOf(charge, declared, event)).toEqual([bucket])
  })

  it('leaves a filter without declared values empty', () => {
    expect(bucketsOf(filters('A region=ALL'), { tier: ['gold'] }, 'region=eu')).toEqual(['default'])
  })
})

describe('overlapping filters', () => {
  const declared = { region: ['eu', 'us', 'asia'], tier: ['gold', 'silver'] }
  const charge = filters(
    'F1 region=eu,us',
    'F2 region=us',
    'F3 region=ALL',
    'F4 region=eu tier=gold',
    'F5 tier=gold',
    'F6 region=us',
  )

  it.each([
    ['region=us', ['F2']],
    ['region=eu', ['F1']],
    ['region=asia', ['F3']],
    ['region=eu tier=gold', ['F4']],
    ['region=us tier=gold', ['F2', 'F5']],
    ['region=us tier=silver', ['F2']],
    ['tier=gold', ['F5']],
    ['region=mars', ['default']],
    ['', ['default']],
  ])('count an event with "%s" in %o', (event, names) => {
    expect(bucketsOf(charge, declared, event)).toEqual(names)
  })

  it('count an event twice if neither has all values of the other', () => {
    expect(bucketsOf(filters('F region=eu,us', 'G region=us,asia'), declared, 'region=us')).toEqual(['F', 'G'])
  })

  it('leave the events of identical filters to the oldest, whatever the order they are shown in', () => {
    const [older, younger] = filters('F region=us', 'G region=us')
    const list = [younger, older].filter(filter => filter !== undefined)
    expect(bucketsOf(list, declared, 'region=us')).toEqual(['F'])
    const sameAge = list.map(filter => ({ ...filter, createdAt: Temporal.Instant.fromEpochMilliseconds(0) }))
    expect(bucketsOf(sameAge, declared, 'region=us')).toEqual(['F'])
  })

  it('are the same whether all values are listed or meant by the marker', () => {
    expect(bucketsOf(filters('F region=ALL', 'G region=asia,us,eu'), declared, 'region=us')).toEqual(['F'])
    expect(bucketsOf(filters('F region=asia,us,eu', 'G region=ALL'), declared, 'region=us')).toEqual(['F'])
  })
})

describe('the keys of filters', () => {
  it('may have any name', () => {
    const charge = filters('F constructor=x', 'G toString=x constructor=x')
    const buckets = compileBuckets(charge, {}, ['constructor', 'toString'])
    expect(buckets.bucketsOf(['x', null])).toEqual([0])
    expect(buckets.bucketsOf(['x', 'x'])).toEqual([1])
  })

  it('must be among what the usage tells', () => {
    expect(() => compileBuckets(filters('F region=eu'), {}, ['tier'])).toThrow('region')
  })
})

describe('any filters', () => {
  const declared: Record<string, string[]> = { region: ['a', 'b', 'c'], tier: ['a', 'b'] }
  const listOf = (values: string[]) => fc.oneof(fc.subarray(values, { minLength: 1 }), fc.constant([ALL_FILTER_VALUES]))
  const filterValues = fc.oneof(
    fc.record({ region: listOf(['a', 'b', 'c']) }),
    fc.record({ tier: listOf(['a', 'b']) }),
    fc.record({ region: listOf(['a', 'b', 'c']), tier: listOf(['a', 'b']) }),
  )
  const charges = fc.array(fc.record({ values: filterValues, createdAt: fc.nat(2) }), { maxLength: 5 }).map(list =>
    list.map(({ values, createdAt }, index) => ({
      id: String(index),
      values: values as Record<string, string[]>,
      createdAt: Temporal.Instant.fromEpochMilliseconds(createdAt),
    })),
  )
  const values = [null, 'a', 'b', 'c', 'mars']
  const events = values.flatMap(region => values.map(tier => ({ region, tier }) as Record<string, string | null>))

  const resolved = (filter: ChargeFilter, key: string) => {
    const list = filter.values[key] ?? []
    return list.includes(ALL_FILTER_VALUES) ? (declared[key] ?? []) : list
  }
  const matches = (filter: ChargeFilter, event: Record<string, string | null>) =>
    Object.keys(filter.values).every(key => resolved(filter, key).includes(event[key] ?? ''))
  const contains = (outer: ChargeFilter, inner: ChargeFilter) =>
    Object.keys(outer.values).every(key => resolved(inner, key).every(value => resolved(outer, key).includes(value)))
  const hasKeysOf = (one: ChargeFilter, other: ChargeFilter) =>
    Object.keys(other.values).every(key => key in one.values)

  it('count each event at least once, and once only where no two of its filters overlap in part', () => {
    fc.assert(
      fc.property(charges, charge => {
        const buckets = compileBuckets(charge, declared, KEYS)
        for (const event of events) {
          const matching = charge.filter(filter => matches(filter, event))
          const overlapInPart = matching.some(one =>
            matching.some(other => {
              const [sameKeys, reverse] = [hasKeysOf(one, other), hasKeysOf(other, one)]
              return sameKeys && reverse ? !contains(one, other) && !contains(other, one) : !sameKeys && !reverse
            }),
          )
          const counted = buckets.bucketsOf(KEYS.map(key => event[key] ?? null))
          expect(counted.length).toBeGreaterThanOrEqual(1)
          if (!overlapInPart) expect(counted).toHaveLength(1)
          expect(counted.includes(charge.length)).toBe(matching.length === 0)
        }
      }),
    )
  })

  it('give a filter what it matches, less what each other filter claims on the keys and values it does not share', () => {
    fc.assert(
      fc.property(charges, charge => {
        const buckets = compileBuckets(charge, declared, KEYS)
        for (const event of events) {
          const counted = buckets.bucketsOf(KEYS.map(key => event[key] ?? null))
          charge.forEach((filter, place) => {
            const claimed = charge.some(other => other !== filter && claims(other, filter, event))
            expect(counted.includes(place)).toBe(matches(filter, event) && !claimed)
          })
        }
      }),
    )
  })

  /** The exclusions spelled out: for each other filter, the conditions under which it takes an event. */
  function claims(other: ChargeFilter, filter: ChargeFilter, event: Record<string, string | null>): boolean {
    const keys = Object.keys(filter.values)
    const shares = keys.every(key => resolved(other, key).some(value => resolved(filter, key).includes(value)))
    if (!shares) return false
    if (Object.keys(other.values).length > keys.length) return matches(other, event)
    if (contains(filter, other) && contains(other, filter)) {
      const age = Temporal.Instant.compare(other.createdAt, filter.createdAt)
      return (age < 0 || (age === 0 && other.id < filter.id)) && matches(other, event)
    }
    if (contains(filter, other)) return matches(other, event)
    const conditions = keys
      .map(key => ({
        key,
        values: filter.values[key]?.includes(ALL_FILTER_VALUES)
          ? resolved(other, key)
          : resolved(other, key).filter(value => !resolved(filter, key).includes(value)),
      }))
      .filter(condition => condition.values.length > 0)
    return conditions.length > 0 && conditions.every(({ key, values }) => values.includes(event[key] ?? ''))
  }
})
