import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-01-01T00:00:00Z')
  const at = (iso: string) => Temporal.Instant.from(iso).epochMilliseconds / 1000
  await app.client.events.createBatchEvents({
    events: [
      { transaction_id: 'b', code: 'x', external_subscription_id: 's1', timestamp: at('2026-01-02T00:00:00Z') },
      { transaction_id: 'a', code: 'x', external_subscription_id: 's1', timestamp: at('2026-01-02T00:00:00Z') },
      { transaction_id: 'c', code: 'y', external_subscription_id: 's1', timestamp: at('2026-01-03T12:00:00Z') },
      { transaction_id: 'd', code: 'x', external_subscription_id: 's2', timestamp: at('2026-01-05T00:00:00Z') },
    ],
  })
})
afterAll(() => app.stop())

async function list(query: string): Promise<string[]> {
  const { body } = await app.api.get(`/events?${query}`)
  return body.events.map((event: { transaction_id: string }) => event.transaction_id)
}

describe('the list of events', () => {
  it('is by time, latest first, and by transaction id', async () => {
    expect(await list('')).toEqual(['d', 'c', 'a', 'b'])
  })

  it('comes in pages', async () => {
    const { body } = await app.api.get('/events?page=2&per_page=3')
    expect(body.events).toHaveLength(1)
    expect(body.meta).toEqual({ current_page: 2, next_page: null, prev_page: 1, total_pages: 2, total_count: 4 })
    const { data } = await app.client.events.findAllEvents({ per_page: 2 })
    expect(data.events.map(event => event.transaction_id)).toEqual(['d', 'c'])
  })

  it('comes uncounted where that is enough', async () => {
    const { body } = await app.api.get('/events?page=2&per_page=2&with_total_count=false')
    expect(body.events.map((event: { transaction_id: string }) => event.transaction_id)).toEqual(['a', 'b'])
    expect(body.meta).toEqual({ current_page: 2, next_page: null, prev_page: 1, total_pages: null, total_count: null })
    expect((await app.api.get('/events?per_page=3&with_total_count=false')).body.meta.next_page).toBe(2)
  })

  it('is of a hundred unless told otherwise, and says page 0 when it is empty', async () => {
    const { body } = await app.api.get('/events?code=none')
    expect(body).toEqual({
      events: [],
      meta: { current_page: 0, next_page: null, prev_page: null, total_pages: 0, total_count: 0 },
    })
  })

  it.each([
    ['code=x', ['d', 'a', 'b']],
    ['code=X', []],
    ['external_subscription_id=s1', ['c', 'a', 'b']],
    ['external_subscription_id=s1&code=x', ['a', 'b']],
    ['timestamp_from=2026-01-03T12:00:00Z', ['d', 'c']],
    ['timestamp_from=2026-01-03T12:00:00.001Z', ['d']],
    ['timestamp_to=2026-01-03T12:00:00Z', ['c', 'a', 'b']],
    ['timestamp_to=2026-01-02', ['a', 'b']],
    ['timestamp_from=2026-01-03', ['d', 'c']],
    ['timestamp_from=2026-01-03T13:00:00%2B01:00&timestamp_to=2026-01-03T12:00:00', ['c']],
    ['code=&external_subscription_id=', ['d', 'c', 'a', 'b']],
  ])('with %s has %j', async (query, expected) => {
    expect(await list(query)).toEqual(expected)
  })

  it.each([
    ['timestamp_from=soon', { timestamp_from: ['invalid_date'] }],
    ['timestamp_to=1700000000', { timestamp_to: ['invalid_date'] }],
    ['timestamp_from=2026-02-30&timestamp_to=x', { timestamp_from: ['invalid_date'], timestamp_to: ['invalid_date'] }],
    ['timestamp_from_started_at=yes', { timestamp_from_started_at: ['must be one of: true, false'] }],
    [
      'timestamp_from_started_at=true&timestamp_from=2026-01-01',
      {
        timestamp_from: ['cannot be used with timestamp_from_started_at'],
        external_subscription_id: ['required with timestamp_from_started_at'],
      },
    ],
  ])('refuses %s', async (query, details) => {
    const { status, body } = await app.api.get(`/events?${query}`)
    expect(status).toBe(422)
    expect(body.error_details).toEqual(details)
  })

  it('begins with the start of a subscription when asked to', async () => {
    await app.client.plans.createPlan({
      plan: {
        name: 'P',
        code: 'p',
        interval: 'monthly',
        amount_cents: 0,
        amount_currency: 'EUR',
        pay_in_advance: false,
      },
    })
    await app.client.customers.createCustomer({ customer: { external_id: 'c1' } })
    await app.setClock('2026-01-03T00:00:00Z')
    await app.client.subscriptions.createSubscription({
      subscription: { external_customer_id: 'c1', plan_code: 'p', external_id: 's1' },
    })
    expect(await list('external_subscription_id=s1&timestamp_from_started_at=true')).toEqual(['c'])
    expect(await list('external_subscription_id=s1&timestamp_from_started_at=false')).toEqual(['c', 'a', 'b'])
    expect(await list('external_subscription_id=s1&timestamp_from_started_at=true&timestamp_from=')).toEqual(['c'])
    expect(await list('external_subscription_id=s2&timestamp_from_started_at=true')).toEqual(['d'])
  })

  it('shows nothing of other organizations', async () => {
    const other = await app.newOrganization()
    expect((await other.api.get('/events')).body.meta.total_count).toBe(0)
  })
})

describe('a single event', () => {
  it('is the first one received with its transaction id', async () => {
    await app.setClock('2026-02-01T00:00:00Z')
    await app.client.events.createEvent({
      event: { transaction_id: 'same', code: 'x', external_subscription_id: 'later-in-time' },
    })
    await app.setClock('2026-01-31T00:00:00Z')
    await app.client.events.createEvent({
      event: { transaction_id: 'same', code: 'x', external_subscription_id: 'received-earlier' },
    })
    expect((await app.api.get('/events/same')).body.event.external_subscription_id).toBe('received-earlier')
  })

  it('is not found when there is none', async () => {
    expect(await app.api.get('/events/none')).toMatchObject({ status: 404, body: { code: 'event_not_found' } })
  })
})

it('enriched events are kept by other deployments only', async () => {
  expect(await app.api.get('/events_enriched')).toMatchObject({
    status: 403,
    body: { status: 403, error: 'Forbidden', code: 'endpoint_not_available' },
  })
})
