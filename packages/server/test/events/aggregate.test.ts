import { type AggregationType, type Dimension, foldCells } from '@weir/engine'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AggregateQuery, eventStore, type MetricQuery, type UsageEvent } from '../../src/events/index.ts'
import { newId } from '../../src/platform/ids.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'

let app: TestApp
let subscriptions = 0

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const MARCH = 1_772_323_200_000_000n
const march = {
  from: Temporal.Instant.from('2026-03-01T00:00:00Z'),
  to: Temporal.Instant.from('2026-03-31T23:59:59.999999Z'),
}

interface Sent {
  readonly properties?: Record<string, unknown>
  /** Microseconds after the beginning of March. */
  readonly at?: number
  readonly code?: string
}

function storedEvent(subscription: string, sent: Sent): UsageEvent {
  return {
    id: newId(),
    organizationId: app.organizationId,
    externalSubscriptionId: subscription,
    transactionId: newId(),
    code: sent.code ?? 'metric',
    timestamp: MARCH + BigInt(sent.at ?? 0),
    properties: JSON.stringify(sent.properties ?? {}),
    preciseTotalAmountCents: null,
    createdAt: MARCH,
  }
}

/** Stores events under a subscription of their own, in their order of arrival. */
async function subscriptionWith(events: readonly Sent[]): Promise<string> {
  subscriptions += 1
  const subscription = `sub-${subscriptions}`
  const stored = events.map(event => storedEvent(subscription, event))
  if (stored.length > 0) await eventStore(app.ctx).append(stored, 'reject')
  return subscription
}

type Options = Partial<Omit<AggregateQuery, 'metrics'> & Pick<MetricQuery, 'dimensions'>>

/** The cells of one metric. */
async function aggregate(
  subscription: string,
  aggregation: AggregationType,
  { dimensions = [], ...period }: Options = {},
  tenant: Tenant = app,
) {
  const fieldName = aggregation === 'count_agg' ? null : 'value'
  const [cells = []] = await eventStore(tenant.ctx).aggregate({
    externalSubscriptionId: subscription,
    ...march,
    conditions: {},
    ...period,
    metrics: [{ code: 'metric', aggregation, fieldName, dimensions }],
  })
  return cells
}

/** The usage of all events together. */
async function usage(events: readonly Sent[], aggregation: AggregationType, options: Options = {}) {
  const cells = await aggregate(await subscriptionWith(events), aggregation, options)
  const { units, eventsCount } = foldCells(aggregation, cells)
  return { units: units.toFixed(), eventsCount }
}

const values = (...list: unknown[]) => list.map((value, index) => ({ properties: { value }, at: index }))

describe('the events of a period', () => {
  it('are those from its first to its last instant', async () => {
    const end = 31 * 86_400_000_000 - 1
    const events = [{ at: -1 }, { at: 0 }, { at: end }, { at: end + 1 }]
    expect(await usage(events, 'count_agg')).toEqual({ units: '2', eventsCount: 2 })
  })

  it('begin at the millisecond that contains the first instant', async () => {
    const from = march.from.add({ microseconds: 2999 })
    const events = [{ at: 1999 }, { at: 2000 }, { at: 2998 }]
    expect((await usage(events, 'count_agg', { from })).eventsCount).toBe(2)
  })

  it('are all there ever were up to the end, for metrics that carry over', async () => {
    const events = [{ at: -Number(MARCH) }, { at: 0 }, { at: 40 * 86_400_000_000 }]
    expect((await usage(events, 'count_agg', { from: null })).eventsCount).toBe(2)
  })

  it('are of the metric, the subscription and the organization', async () => {
    const subscription = await subscriptionWith([{}, { code: 'Metric' }, { code: 'other' }])
    await subscriptionWith([{}, {}])
    expect(await aggregate(subscription, 'count_agg')).toEqual([{ dimensions: [], eventsCount: 1 }])
    const cells = await aggregate(subscription, 'count_agg', {}, await app.newOrganization())
    expect(cells).toEqual([])
  })

  it('are not those of deleted metrics', async () => {
    const subscription = await subscriptionWith([{}, {}])
    await app.ctx.db
      .updateTable('events')
      .set({ deleted_at: march.to })
      .where('external_subscription_id', '=', subscription)
      .execute()
    expect(await aggregate(subscription, 'count_agg')).toEqual([])
  })

  it('can be limited to those with certain values', async () => {
    const events = [{ region: 'eu' }, { region: 'us' }, { region: 'eu', tier: 'gold' }, {}].map(properties => ({
      properties,
    }))
    const subscription = await subscriptionWith(events)
    const conditions = { region: ['eu', 'asia'] }
    expect(await aggregate(subscription, 'count_agg', { conditions })).toEqual([{ dimensions: [], eventsCount: 2 }])
    expect(await aggregate(subscription, 'count_agg', { conditions: { ...conditions, tier: ['gold'] } })).toEqual([
      { dimensions: [], eventsCount: 1 },
    ])
  })
})

describe('several metrics', () => {
  const metrics: MetricQuery[] = [
    { code: 'requests', aggregation: 'count_agg', fieldName: null, dimensions: [{ key: 'model', values: ['large'] }] },
    { code: 'tokens', aggregation: 'sum_agg', fieldName: 'prompt', dimensions: [] },
    { code: 'tokens', aggregation: 'max_agg', fieldName: 'output', dimensions: [{ key: 'team', values: null }] },
    { code: 'seats', aggregation: 'unique_count_agg', fieldName: 'user', dimensions: [] },
    { code: 'storage', aggregation: 'latest_agg', fieldName: 'gb', dimensions: [{ key: 'disk', values: null }] },
    { code: 'unused', aggregation: 'sum_agg', fieldName: 'prompt', dimensions: [] },
  ]

  it('are told by one query, each by its own property and dimensions', async () => {
    const subscription = await subscriptionWith([
      { code: 'requests', properties: { model: 'large', prompt: 5 } },
      { code: 'requests', properties: { model: 'small', team: 'a' } },
      { code: 'tokens', properties: { prompt: 10, output: 3, team: 'a', model: 'large' } },
      { code: 'tokens', properties: { prompt: 20, output: 'much', team: 'b' } },
      { code: 'tokens', properties: { output: 4, team: 'a' } },
      { code: 'seats', properties: { user: 'ann', team: 'a' } },
      { code: 'storage', properties: { gb: 7, disk: 'd1' } },
    ])
    const query = { externalSubscriptionId: subscription, ...march, conditions: {}, metrics }
    const told = await eventStore(app.ctx).aggregate(query)
    expect(told[0]?.toSorted((a, b) => String(b.dimensions[0]).localeCompare(String(a.dimensions[0])))).toEqual([
      { dimensions: [null], eventsCount: 1 },
      { dimensions: ['large'], eventsCount: 1 },
    ])
    expect(told[1]).toEqual([{ dimensions: [], eventsCount: 2, sum: '30' }])
    expect(told[2]).toEqual([{ dimensions: ['a'], eventsCount: 2, max: '4' }])
    expect(told[3]).toMatchObject([{ dimensions: [], value: 'ann', lastOperation: 'add' }])
    expect(told[4]).toMatchObject([{ dimensions: ['d1'], eventsCount: 1, value: '7' }])
    expect(told[5]).toEqual([])
  })

  it('are as many as the question has', async () => {
    const query = { externalSubscriptionId: 'sub', ...march, conditions: {} }
    expect(await eventStore(app.ctx).aggregate({ ...query, metrics: [] })).toEqual([])
    expect(await eventStore(app.ctx).aggregate({ ...query, metrics })).toEqual([[], [], [], [], [], []])
  })
})

describe('numeric aggregations', () => {
  const mixed = values(4, '2.5', '-1.25', '1e2', '+3', null, true, 7.0)

  it('count only plain numbers, as numbers or as text', async () => {
    expect(await usage(mixed, 'sum_agg')).toEqual({ units: '12.25', eventsCount: 4 })
    expect(await usage(mixed, 'max_agg')).toEqual({ units: '7', eventsCount: 4 })
    expect(await usage(mixed, 'latest_agg')).toEqual({ units: '7', eventsCount: 4 })
  })

  it.each(['1e3', '+5', '.5', '5.', ' 5', '5 ', '5\n', '', 'abc', '٣', '1,5', true, null, {}, [], '9'.repeat(2000)])(
    'skip %j',
    async value => {
      expect(await usage([...values(value), {}], 'sum_agg')).toEqual({ units: '0', eventsCount: 0 })
    },
  )

  it('read every digit', async () => {
    const exact = values('0.1', '0.2', '123456789012345678901234567890.000000000000000001', 1e3)
    expect((await usage(exact, 'sum_agg')).units).toBe('123456789012345678901234568890.300000000000000001')
  })

  it('may be negative, except for the latest value', async () => {
    expect((await usage(values(-3, '-2'), 'max_agg')).units).toBe('-2')
    expect((await usage(values(-3, '-2'), 'sum_agg')).units).toBe('-5')
    expect((await usage(values(5, '-2'), 'latest_agg')).units).toBe('0')
  })
})

describe('the latest value', () => {
  it('is that of the last instant, and at the same instant that of the event received last', async () => {
    const events = [
      { properties: { value: 1 }, at: 5 },
      { properties: { value: 2 }, at: 9 },
      { properties: { value: 3 }, at: 9 },
      { properties: { value: 'no number' }, at: 9 },
      { properties: { value: 4 }, at: 8 },
    ]
    expect(await usage(events, 'latest_agg')).toEqual({ units: '3', eventsCount: 4 })
  })

  it('is told by group', async () => {
    const subscription = await subscriptionWith([
      { properties: { value: 1, region: 'eu' }, at: 9 },
      { properties: { value: 2, region: 'us' }, at: 9 },
      { properties: { value: 3, region: 'mars' }, at: 9 },
      { properties: { value: 4 }, at: 9 },
    ])
    const dimensions = [{ key: 'region', values: ['eu', 'us'] }]
    const cells = await aggregate(subscription, 'latest_agg', { dimensions })
    const told = cells.map(cell => [cell.dimensions[0] ?? null, 'value' in cell ? cell.value : undefined])
    expect(new Map(told as [string | null, string][])).toEqual(
      new Map<string | null, string>([
        ['eu', '1'],
        ['us', '2'],
        [null, '4'],
      ]),
    )
  })
})

describe('unique values', () => {
  const operations = (...list: string[]) =>
    list.map((text, index) => {
      const [value, operation_type] = text.split(':')
      return { properties: { value, ...(operation_type && { operation_type }) }, at: index }
    })

  it.each([
    [operations('a:add', 'a:add', 'b:add'), '2'],
    [operations('a:remove', 'a:add'), '1'],
    [operations('a:add', 'a:remove', 'a:add', 'a:remove'), '0'],
    [[...operations('a'), {}, {}], '2'],
    [values(1, '1', true, 'true', null), '3'],
  ])('of %j are %s', async (events, units) => {
    expect((await usage(events, 'unique_count_agg')).units).toBe(units)
  })

  it('added and removed at the same instant count by the order of arrival', async () => {
    const same = (...list: string[]) => operations(...list).map(event => ({ ...event, at: 7 }))
    expect((await usage(same('a:add', 'a:remove'), 'unique_count_agg')).units).toBe('0')
    expect((await usage(same('a:remove', 'a:add'), 'unique_count_agg')).units).toBe('1')
    const elsewhere = same('a:remove', 'a:add').map(({ properties, at }, index) => ({
      properties: { ...properties, region: index === 0 ? 'eu' : 'us' },
      at,
    }))
    const dimensions = [{ key: 'region', values: null }]
    expect((await usage(elsewhere, 'unique_count_agg', { dimensions })).units).toBe('1')
  })
})

describe('dimensions', () => {
  const REGIONS = ['eu', 'us', 'mars', '', null, undefined] as const
  const OPERATIONS = ['add', 'remove', undefined] as const
  const events = fc.array(
    fc.record({
      properties: fc.record({
        value: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom('2.5', 'x', '-0', null, undefined)),
        region: fc.constantFrom(...REGIONS),
        'team\'s "key"': fc.constantFrom('a', 'b', undefined),
        operation_type: fc.constantFrom(...OPERATIONS),
      }),
      at: fc.integer({ min: -2, max: 6 }),
    }),
    { maxLength: 25 },
  )
  const dimensions: Dimension[] = [
    { key: 'region', values: ['eu', 'us', ''] },
    { key: 'team\'s "key"', values: null },
  ]

  it.each(['count_agg', 'sum_agg', 'max_agg', 'latest_agg', 'unique_count_agg'] as const)(
    'divide %s as reading event by event does',
    async aggregation => {
      await fc.assert(
        fc.asyncProperty(events, async sent => {
          const cells = await aggregate(await subscriptionWith(sent), aggregation, { dimensions })
          const groups = Map.groupBy(cells, cell => JSON.stringify(cell.dimensions))
          const told = [...groups].map(([key, group]) => [key, printed(foldCells(aggregation, group))])
          expect(Object.fromEntries(told)).toEqual(eventByEvent(aggregation, sent))
        }),
        { numRuns: 60 },
      )
    },
  )

  /** The definition of each aggregation, taken word by word. */
  function eventByEvent(aggregation: AggregationType, sent: readonly Sent[]): Record<string, string> {
    const inPeriod = sent.filter(({ at = 0 }) => at >= 0)
    const counted = ['count_agg', 'unique_count_agg'].includes(aggregation) ? inPeriod : inPeriod.filter(isNumeric)
    // Sorting is stable: at the same instant the order of arrival stays.
    const ordered = counted.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))
    const groups = Map.groupBy(ordered, ({ properties = {} }) => {
      const region = properties.region as string | null | undefined
      return JSON.stringify([region === 'mars' ? null : (region ?? null), properties['team\'s "key"'] ?? null])
    })
    return Object.fromEntries([...groups].map(([key, group]) => [key, printed(unitsOf(aggregation, group))]))
  }

  function unitsOf(aggregation: AggregationType, group: readonly Sent[]) {
    const numbers = group.map(({ properties }) => Number(properties?.value))
    const eventsCount = group.length
    switch (aggregation) {
      case 'count_agg':
        return { units: eventsCount, eventsCount }
      case 'sum_agg':
        return { units: numbers.reduce((sum, number) => sum + number, 0), eventsCount }
      case 'max_agg':
        return { units: Math.max(...numbers), eventsCount }
      case 'latest_agg':
        return { units: Math.max(numbers.at(-1) ?? 0, 0), eventsCount }
      case 'unique_count_agg': {
        const units = [...Map.groupBy(group, ({ properties }) => String(properties?.value ?? null)).values()]
          .map(presence)
          .reduce((sum, present) => sum + present, 0)
        return { units, eventsCount: units }
      }
    }
  }

  function presence(group: readonly Sent[]): number {
    let previous = 'remove'
    let units = 0
    for (const { properties } of group) {
      const operation = String(properties?.operation_type ?? 'add')
      if (operation !== previous) units += operation === 'add' ? 1 : -1
      previous = operation
    }
    return units
  }

  function isNumeric({ properties }: Sent): boolean {
    const value = properties?.value
    return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
  }

  function printed({ units, eventsCount }: { units: unknown; eventsCount: number }): string {
    return `${Number(units) + 0} of ${eventsCount}`
  }
})
