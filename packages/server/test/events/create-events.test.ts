import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp({ WEIR_EVENTS_BATCH_LIMIT: '20' })
})
afterAll(() => app.stop())

type Fields = Record<string, unknown>

function event(transactionId: string, fields: Fields = {}): Fields {
  return { transaction_id: transactionId, external_subscription_id: 'sub', code: 'calls', ...fields }
}

const send = (events: unknown) => app.api.post('/events/batch', { events })

async function storedIds(externalSubscriptionId: string): Promise<string[]> {
  const { body } = await app.api.get(`/events?external_subscription_id=${externalSubscriptionId}&per_page=500`)
  return body.events.map((stored: { transaction_id: string }) => stored.transaction_id).toSorted()
}

describe('a batch of events', () => {
  it('is answered in its order, without meta', async () => {
    const { status, body } = await send([
      event('z', { properties: { n: 1 }, timestamp: 1_700_000_001 }),
      event('a', { properties: { n: 2 }, timestamp: '1700000000.5' }),
      event('m', { external_subscription_id: 'other' }),
    ])
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['events'])
    expect(body.events.map((one: { transaction_id: string }) => one.transaction_id)).toEqual(['z', 'a', 'm'])
    expect((await app.api.get('/events/a')).body.event).toEqual(body.events[1])
  })

  it('is sent by the official client', async () => {
    const { data } = await app.client.events.createBatchEvents({
      events: [{ transaction_id: 'sdk', external_subscription_id: 'sub', code: 'calls' }],
    })
    expect(data.events).toHaveLength(1)
  })

  it.each([undefined, null, [], {}, 'text'])('is refused without events: %j', async events => {
    const { status, body } = await send(events)
    expect(status).toBe(422)
    expect(body.error_details).toEqual({ events: ['no_events'] })
  })

  it('is refused above the limit', async () => {
    const batch = (count: number) => Array.from({ length: count }, (_, index) => event(`limit-${count}-${index}`))
    expect((await send(batch(20))).status).toBe(200)
    const { status, body } = await send(batch(21))
    expect(status).toBe(422)
    expect(body.error_details).toEqual({ events: ['too_many_events'] })
  })

  it('tells everything that is wrong, by place, and stores nothing', async () => {
    const { status, body } = await send([
      event('fine', { external_subscription_id: 'checked' }),
      event('late', { timestamp: 'yesterday' }),
      event('', { code: null }),
      'no event',
      event('also-fine', { external_subscription_id: 'checked' }),
    ])
    expect(status).toBe(422)
    expect(body.error_details).toEqual({
      1: { timestamp: ['invalid_format'] },
      2: { transaction_id: ['value_is_mandatory'], code: ['value_is_mandatory'] },
      3: { transaction_id: ['value_is_mandatory'], code: ['value_is_mandatory'] },
    })
    expect(await storedIds('checked')).toEqual([])
  })

  it('is refused as a whole when an event exists already', async () => {
    await send([event('known', { external_subscription_id: 'whole' })])
    const { status, body } = await send([
      event('new-1', { external_subscription_id: 'whole' }),
      event('known', { external_subscription_id: 'whole' }),
      event('new-2', { external_subscription_id: 'whole' }),
    ])
    expect(status).toBe(422)
    expect(body.error_details).toEqual({ 1: { transaction_id: ['value_already_exist'] } })
    expect(await storedIds('whole')).toEqual(['known'])
  })

  it('takes equal transaction ids for duplicates whatever their subscriptions: the first one wins', async () => {
    await send([event('old', { external_subscription_id: 'pairs' })])
    const exists = { transaction_id: ['value_already_exist'] }
    const { status, body } = await send([
      event('twice', { external_subscription_id: 'pairs' }),
      event('twice', { external_subscription_id: 'pairs-2' }),
      event('old', { external_subscription_id: 'pairs' }),
      event('twice', { external_subscription_id: null }),
    ])
    expect(status).toBe(422)
    expect(body.error_details).toEqual({ 1: exists, 2: exists, 3: exists })
    expect(await storedIds('pairs')).toEqual(['old'])
  })

  it('accepts known transaction ids under another subscription, and always without one', async () => {
    await send([event('common')])
    expect((await send([event('common', { external_subscription_id: 'sub-2' })])).status).toBe(200)
    expect((await send([event('common', { external_subscription_id: null })])).status).toBe(200)
    expect((await send([event('common', { external_subscription_id: null })])).status).toBe(200)
  })

  it('is stored once, or not at all, when batches that overlap arrive at the same time', async () => {
    const fields = { external_subscription_id: 'race' }
    // Each id is in two batches, in opposite orders.
    const batches = Array.from({ length: 20 }, (_, batch) => {
      const ids = Array.from({ length: 10 }, (_, index) => `race-${(batch * 5 + index) % 100}`)
      return (batch % 2 === 0 ? ids : ids.toReversed()).map(id => event(id, fields))
    })
    const answers = await Promise.all(batches.map(send))
    for (const { status, body } of answers) {
      if (status === 200) continue
      expect(status).toBe(422)
      expect(Object.values(body.error_details)).toContainEqual({ transaction_id: ['value_already_exist'] })
    }
    const accepted = batches.filter((_, index) => answers[index]?.status === 200)
    expect(accepted.length).toBeGreaterThan(0)
    const ids = accepted.flat().map(one => one.transaction_id)
    expect(await storedIds('race')).toEqual(ids.toSorted())
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('does not suffer from the duplicates of batches that arrive at the same time', async () => {
    await send([event('spoiler', { external_subscription_id: 'crowd' })])
    const batches = Array.from({ length: 40 }, (_, batch) =>
      Array.from({ length: 10 }, (_, index) => event(`crowd-${batch}-${index}`, { external_subscription_id: 'crowd' })),
    )
    const spoiled = batches.map((batch, index) =>
      index % 8 === 3 ? [...batch, event('spoiler', { external_subscription_id: 'crowd' })] : batch,
    )
    const answers = await Promise.all(spoiled.map(send))
    expect(answers.map(answer => answer.status)).toEqual(batches.map((_, index) => (index % 8 === 3 ? 422 : 200)))
    expect(answers[3]?.body.error_details).toEqual({ 10: { transaction_id: ['value_already_exist'] } })
    expect(await storedIds('crowd')).toHaveLength(1 + 35 * 10)
  })

  it('belongs to its organization alone', async () => {
    const other = await app.newOrganization()
    await send([event('tenant')])
    expect((await other.api.post('/events/batch', { events: [event('tenant')] })).status).toBe(200)
    expect((await other.api.get('/events')).body.meta.total_count).toBe(1)
  })
})
