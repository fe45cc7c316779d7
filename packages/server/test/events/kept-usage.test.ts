import { type AggregationCell, type AggregationType, type Dimension, foldCells } from '@weir/engine'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AggregateQuery, eventStore, forgetKeptUsage, type UsageEvent } from '../../src/events/index.ts'
import { claimEventEpoch } from '../../src/events/postgres/epoch.ts'
import { newId } from '../../src/platform/ids.ts'
import { startTestApp, type TestApp } from '../support/app.ts'

let app: TestApp
let other: pg.Client

beforeAll(async () => {
  app = await startTestApp()
  other = new pg.Client({ connectionString: app.databaseUrl })
  await other.connect()
})
afterAll(async () => {
  await other.end()
  await app.stop()
})

const MARCH = 1_772_323_200_000_000n
const REGION: Dimension = { key: 'region', values: null }

const metrics = (['count_agg', 'sum_agg', 'max_agg', 'latest_agg', 'unique_count_agg'] as const).map(aggregation => ({
  code: 'calls',
  aggregation,
  fieldName: aggregation === 'count_agg' ? null : 'value',
  dimensions: [REGION],
}))

function question(externalSubscriptionId: string): AggregateQuery {
  return {
    externalSubscriptionId,
    from: Temporal.Instant.from('2026-03-01T00:00:00Z'),
    to: Temporal.Instant.from('2026-03-31T23:59:59.999999Z'),
    conditions: {},
    metrics,
  }
}

interface Sent {
  readonly value?: number
  readonly region?: string
  readonly operation_type?: 'add' | 'remove'
  /** Microseconds after the beginning of March. */
  readonly at?: number
}

function eventOf(subscription: string, { at = 0, ...properties }: Sent): UsageEvent {
  return {
    id: newId(),
    organizationId: app.organizationId,
    externalSubscriptionId: subscription,
    transactionId: newId(),
    code: 'calls',
    timestamp: MARCH + BigInt(at),
    properties: JSON.stringify(properties),
    preciseTotalAmountCents: null,
    createdAt: MARCH,
  }
}

const send = (subscription: string, events: readonly Sent[]) =>
  eventStore(app.ctx).append(
    events.map(event => eventOf(subscription, event)),
    'reject',
  )

/** Enough for an answer to be worth keeping. */
const MANY: readonly Sent[] = Array.from({ length: 1_200 }, (_, index) => ({
  value: index % 7,
  region: index % 2 === 0 ? 'eu' : 'us',
  at: index,
}))

let subscriptions = 0
async function subscriptionWithMany(): Promise<string> {
  subscriptions += 1
  const subscription = `kept-${subscriptions}`
  await send(subscription, MANY)
  return subscription
}

/** Units and events of each metric and region. */
async function usageOf(subscription: string, again: boolean) {
  const cells = await eventStore(app.ctx).aggregate({ ...question(subscription), again })
  return cells.map((ofMetric, place) => {
    const aggregation: AggregationType = metrics[place]?.aggregation ?? 'count_agg'
    const byRegion = Map.groupBy<string | null, AggregationCell>(ofMetric, cell => cell.dimensions[0] ?? null)
    const regions = [...byRegion].map(([region, inRegion]) => {
      const { units, eventsCount } = foldCells(aggregation, inRegion)
      return [region, units.toFixed(), eventsCount]
    })
    return regions.toSorted()
  })
}

async function keptAnswers(subscription: string): Promise<number> {
  const { rows } = await other.query('select 1 from usage_cells where external_subscription_id = $1', [subscription])
  return rows.length
}

/** Makes a kept answer recognizable: one event less than there is. */
async function tamper(subscription: string): Promise<void> {
  await other.query(
    `update usage_cells set cells = replace(cells, ',600]', ',599]') where external_subscription_id = $1`,
    [subscription],
  )
}

describe('usage that is asked for again', () => {
  it('is read from the kept answer and the events that came since', async () => {
    const subscription = await subscriptionWithMany()
    await usageOf(subscription, true)
    expect(await keptAnswers(subscription)).toBe(1)
    await tamper(subscription)
    await send(subscription, [{ value: 3, region: 'eu', at: 5_000 }])
    const [counts] = await usageOf(subscription, true)
    expect(counts).toEqual([
      ['eu', '600', 600],
      ['us', '599', 599],
    ])
  })

  it('is the same as without a kept answer, however events are divided', async () => {
    const event = fc.record(
      {
        value: fc.integer({ min: -3, max: 9 }),
        region: fc.constantFrom('eu', 'us', 'asia'),
        operation_type: fc.constantFrom<'add' | 'remove'>('add', 'remove'),
        at: fc.integer({ min: 0, max: 1_300 }),
      },
      { requiredKeys: ['at'] },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(event, { minLength: 1, maxLength: 30 }), { maxLength: 3 }), async parts => {
        const subscription = await subscriptionWithMany()
        await usageOf(subscription, true)
        for (const part of parts) {
          await send(subscription, part)
          expect(await usageOf(subscription, true)).toEqual(await usageOf(subscription, false))
        }
      }),
      { numRuns: 8 },
    )
  })

  it('counts an event that is committed after the answer although it was stored before', async () => {
    const subscription = await subscriptionWithMany()
    await other.query('begin')
    await other.query(
      `insert into events (id, organization_id, external_subscription_id, transaction_id, code, timestamp, properties, created_at)
       values ($1, $2, $3, 'slow', 'calls', '2026-03-02', '{"region": "eu", "value": 1}', '2026-03-02')`,
      [newId(), app.organizationId, subscription],
    )
    const [before] = await usageOf(subscription, true)
    expect(before).toContainEqual(['eu', '600', 600])
    await other.query('commit')
    const [after] = await usageOf(subscription, true)
    expect(after).toContainEqual(['eu', '601', 601])
  })

  it('is made anew when many events have come since', async () => {
    const subscription = await subscriptionWithMany()
    await usageOf(subscription, true)
    await tamper(subscription)
    await send(subscription, MANY)
    const [counts] = await usageOf(subscription, true)
    expect(counts).toContainEqual(['eu', '1200', 1_200])
  })

  it('is counted from the events once it was forgotten', async () => {
    const subscription = await subscriptionWithMany()
    await usageOf(subscription, true)
    await forgetKeptUsage(app.ctx)
    expect(await keptAnswers(subscription)).toBe(0)
    const [counts] = await usageOf(subscription, true)
    expect(counts).toContainEqual(['eu', '600', 600])
  })

  it('is exact in another cluster that the database was restored to', async () => {
    const subscription = await subscriptionWithMany()
    await usageOf(subscription, true)
    await other.query(`update event_epochs set cluster = 'the one before'`)
    // Events keep the transaction ids of that cluster, far ahead of this one's.
    await other.query('update events set position = position + 1000000 where external_subscription_id = $1', [
      subscription,
    ])
    await claimEventEpoch(app.ctx.pool)
    expect(await keptAnswers(subscription)).toBe(0)
    await usageOf(subscription, true)
    await send(subscription, [{ value: 2, region: 'eu' }])
    expect(await usageOf(subscription, true)).toEqual(await usageOf(subscription, false))
    await claimEventEpoch(app.ctx.pool)
    expect(await keptAnswers(subscription)).toBe(1)
  })
})
