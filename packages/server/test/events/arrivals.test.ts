import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventsAt, haveArrived, processArrivals } from '../../src/events/index.ts'
import type { Ctx } from '../../src/platform/context.ts'
import type { DomainEvent } from '../../src/platform/domain-events.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'

let app: TestApp
// A process that only answers requests: nobody but these tests looks for arrivals.
beforeAll(async () => {
  app = await startTestApp({ WEIR_ROLE: 'api' })
})
afterAll(() => app.stop())

const SECOND = 1_700_000_000

function event(transactionId: string, subscription: string | null, timestamp = SECOND, code = 'calls') {
  return { transaction_id: transactionId, external_subscription_id: subscription, code, timestamp }
}

async function hasArrivals({ db, org }: Ctx): Promise<boolean | undefined> {
  const { rows } = await sql<{ arrived: boolean }>`select ${haveArrived(org.id)} as arrived`.execute(db)
  return rows[0]?.arrived
}

async function arrivalsOf(tenant: Tenant): Promise<DomainEvent[]> {
  const { ctx, events } = recordEvents(tenant.ctx)
  await processArrivals(ctx)
  return events
}

function positionsOf(arrival: DomainEvent | undefined): string[] {
  return arrival?.data?.positions as string[]
}

async function transactionIdsOf(ctx: Ctx, arrival: DomainEvent | undefined, codes?: string[]): Promise<string[]> {
  const events = await eventsAt(ctx, arrival?.objectId ?? '', positionsOf(arrival), codes)
  return events.map(({ transactionId }) => transactionId)
}

test('what was stored is told of once, by subscription, and found again in order', async () => {
  const tenant = await app.newOrganization()
  await tenant.api.post('/events', { event: event('one', 'sub_a', SECOND + 5) })
  await tenant.api.post('/events/batch', {
    events: [
      event('two', 'sub_a', SECOND + 9),
      event('three', 'sub_b'),
      event('four', 'sub_a', SECOND),
      event('five', null),
      event('six', 'sub_a', SECOND + 5, 'tokens'),
    ],
  })
  expect(await hasArrivals(tenant.ctx)).toBe(true)

  const arrivals = await arrivalsOf(tenant)
  expect(arrivals.map(({ type, objectId, organizationId }) => ({ type, objectId, organizationId }))).toEqual([
    { type: 'events.arrived', objectId: 'sub_a', organizationId: tenant.organizationId },
    { type: 'events.arrived', objectId: 'sub_b', organizationId: tenant.organizationId },
  ])
  const [a, b] = arrivals
  expect(positionsOf(a)).toHaveLength(2)
  expect(positionsOf(b)).toEqual([positionsOf(a)[1]])
  expect(await transactionIdsOf(tenant.ctx, a)).toEqual(['four', 'one', 'six', 'two'])
  expect(await transactionIdsOf(tenant.ctx, a, ['calls'])).toEqual(['four', 'one', 'two'])
  expect(await transactionIdsOf(tenant.ctx, b)).toEqual(['three'])
  expect(await eventsAt(app.ctx, 'sub_a', positionsOf(a))).toEqual([])
  expect(await hasArrivals(tenant.ctx)).toBe(false)
  expect(await arrivalsOf(tenant)).toEqual([])
})

test('an event that was refused did not come', async () => {
  const tenant = await app.newOrganization()
  await tenant.api.post('/events', { event: event('first', 'sub_a') })
  await arrivalsOf(tenant)

  await tenant.api.post('/events', { event: event('first', 'sub_a') })
  await tenant.api.post('/events/batch', { events: [event('second', 'sub_a'), event('first', 'sub_a')] })
  expect(await hasArrivals(tenant.ctx)).toBe(false)

  // Sent at once, they share a statement that stores one and leaves the other out.
  await Promise.all(
    [event('first', 'sub_a'), event('third', 'sub_b')].map(sent => tenant.api.post('/events', { event: sent })),
  )
  expect((await arrivalsOf(tenant)).map(({ objectId }) => objectId)).toEqual(['sub_b'])
})

test('a subscriber that fails leaves the arrivals to the next look', async () => {
  const tenant = await app.newOrganization()
  await tenant.api.post('/events', { event: event('one', 'sub_a') })
  const failing = {
    ...tenant.ctx,
    subscribers: [{ enqueue: () => Promise.reject(new Error('out of luck')) }],
  }
  await expect(processArrivals(failing)).rejects.toThrow('out of luck')
  expect((await arrivalsOf(tenant)).map(({ objectId }) => objectId)).toEqual(['sub_a'])
})

test('several that look at the same moment tell of each arrival once', async () => {
  const tenant = await app.newOrganization()
  const ids = Array.from({ length: 60 }, (_, place) => `event_${place}`)
  const tellers = Array.from({ length: 4 }, () => recordEvents(tenant.ctx))
  await Promise.all([
    ...ids.map(id => tenant.api.post('/events', { event: event(id, 'sub_a') })),
    ...tellers.map(async ({ ctx }) => {
      for (let look = 0; look < 10; look += 1) await processArrivals(ctx)
    }),
  ])
  const arrivals = [...tellers.flatMap(({ events }) => events), ...(await arrivalsOf(tenant))]
  const positions = arrivals.flatMap(positionsOf)
  expect(new Set(positions).size).toBe(positions.length)
  const told = await eventsAt(tenant.ctx, 'sub_a', positions)
  expect(told.map(({ transactionId }) => transactionId).toSorted()).toEqual(ids.toSorted())
})
