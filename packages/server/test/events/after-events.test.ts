import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventStore } from '../../src/events/index.ts'
import { newId } from '../../src/platform/ids.ts'
import { findSubscriptionsToTrack, matchSubscriptions } from '../../src/subscriptions/index.ts'
import { createPlan, fresh, newTenant, subscribe, succeed } from '../subscriptions/support.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

async function createMetric(tenant: Tenant, fields: Record<string, unknown> = {}) {
  const metric = { name: 'Metric', code: fresh('metric'), aggregation_type: 'count_agg', ...fields }
  return (await succeed(tenant.api.post('/billable_metrics', { billable_metric: metric }))).billable_metric
}

function chargeOn(metric: { lago_id: string }, fields: Record<string, unknown> = {}) {
  return { billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '1' }, ...fields }
}

function send(tenant: Tenant, subscription: string | null, code: string, fields: Record<string, unknown> = {}) {
  const event = { transaction_id: fresh('event'), external_subscription_id: subscription, code, ...fields }
  return succeed(tenant.api.post('/events', { event }))
}

function microseconds(iso: string): bigint {
  return Temporal.Instant.from(iso).epochNanoseconds / 1000n
}

describe('the subscriptions that an event belongs to', () => {
  let tenant: Tenant
  const names = new Map<string, string>()
  // An upgrade on 10 March, the end on 20 March, and a new start under the same external id on 25 March.
  beforeAll(async () => {
    tenant = await newTenant(app)
    await tenant.setClock('2026-03-26T00:00:00Z')
    const { lago_id } = await subscribe(tenant, { external_id: 'model' })
    const { ctx } = tenant
    const model = await ctx.db
      .selectFrom('subscriptions')
      .selectAll()
      .where('organization_id', '=', tenant.organizationId)
      .where('id', '=', lago_id)
      .executeTakeFirstOrThrow()
    const add = async (name: string, status: string, from: string | null, to: string | null = null) => {
      const [started_at, terminated_at] = [from, to].map(iso => (iso === null ? null : Temporal.Instant.from(iso)))
      const external_id = name === 'future' ? 'future' : 'switched'
      const id = newId()
      names.set(id, name)
      await ctx.db
        .insertInto('subscriptions')
        .values({ ...model, id, external_id, status, started_at, terminated_at })
        .execute()
    }
    await add('first', 'terminated', '2026-03-01T00:00:00.000900Z', '2026-03-10T12:00:00.123456Z')
    await add('second', 'terminated', '2026-03-10T12:00:00.123456Z', '2026-03-20T00:00:00.500Z')
    await add('third', 'active', '2026-03-25T00:00:00Z')
    await add('unpaid', 'incomplete', '2026-03-02T00:00:00Z')
    await add('canceled', 'canceled', null)
    await add('future', 'pending', null)
  })

  it.each([
    ['switched', '2026-02-28T23:59:59.999999Z', []],
    ['switched', '2026-03-01T00:00:00.000Z', ['first']],
    ['switched', '2026-03-05T00:00:00Z', ['first']],
    ['switched', '2026-03-10T12:00:00.122999Z', ['first']],
    ['switched', '2026-03-10T12:00:00.123Z', ['second', 'first']],
    ['switched', '2026-03-10T12:00:00.124Z', ['second']],
    ['switched', '2026-03-20T00:00:00.500Z', ['second']],
    ['switched', '2026-03-20T00:00:00.501Z', []],
    ['switched', '2026-03-25T00:00:00Z', ['third']],
    ['switched', '2036-01-01T00:00:00Z', ['third']],
    ['Switched', '2026-03-05T00:00:00Z', []],
    ['future', '2026-05-02T00:00:00Z', []],
    [null, '2026-03-05T00:00:00Z', []],
  ])('of %s at %s are %j', async (externalSubscriptionId, timestamp, expected) => {
    const [matches] = await matchSubscriptions(tenant.ctx, [
      { externalSubscriptionId, timestamp: microseconds(timestamp) },
    ])
    expect(matches?.map(({ id }) => names.get(id))).toEqual(expected)
  })

  it('are of the same organization', async () => {
    const moment = { externalSubscriptionId: 'switched', timestamp: microseconds('2026-03-05T00:00:00Z') }
    expect(await matchSubscriptions(app.ctx, [moment, moment])).toEqual([[], []])
  })

  it('are tracked while they are active; usage that carries over is tracked by the running one', async () => {
    await createMetric(tenant, { code: 'once' })
    await createMetric(tenant, { code: 'carried', aggregation_type: 'sum_agg', field_name: 'n', recurring: true })
    const at = (iso: string) => Temporal.Instant.from(iso).epochMilliseconds / 1000
    const cases = [
      ['once', '2026-03-05T00:00:00Z', []],
      ['once', '2026-03-21T00:00:00Z', []],
      ['once', '2026-03-25T00:00:00Z', ['third']],
      ['carried', '2026-03-05T00:00:00Z', []],
      ['carried', '2026-03-21T00:00:00Z', ['third']],
      ['carried', '2025-01-01T00:00:00Z', ['third']],
      ['carried', '2026-03-26T00:00:00Z', ['third']],
      ['unknown', '2026-03-21T00:00:00Z', []],
    ] as const
    for (const [code, iso] of cases) await send(tenant, 'switched', code, { timestamp: at(iso) })
    const { events } = await eventStore(tenant.ctx).list({}, { page: 1, perPage: 100, offset: 0, counted: false })
    const tracked = await findSubscriptionsToTrack(tenant.ctx, events)
    const found = events.map((event, place) => [
      event.code,
      Temporal.Instant.fromEpochMilliseconds(Number(event.timestamp / 1000n)).toString(),
      tracked[place]?.map(({ id }) => names.get(id)),
    ])
    expect(found).toHaveLength(cases.length)
    expect(found).toEqual(expect.arrayContaining(cases.map(one => [...one])))
  })
})

describe('the day on which a subscription received events', () => {
  async function receivedOn(tenant: Tenant, externalId: string): Promise<(string | null)[]> {
    const rows = await tenant.ctx.db
      .selectFrom('subscriptions')
      .select('last_received_event_on')
      .where('organization_id', '=', tenant.organizationId)
      .where('external_id', '=', externalId)
      .orderBy('created_at')
      .execute()
    return rows.map(row => row.last_received_event_on?.toString() ?? null)
  }

  it('is that of the customer, when they came', async () => {
    const tenant = await newTenant(app)
    await tenant.setClock('2026-03-01T00:00:00Z')
    await succeed(tenant.api.post('/customers', { customer: { external_id: 'kiwi', timezone: 'Pacific/Auckland' } }))
    await subscribe(tenant, { external_id: 'sub', external_customer_id: 'kiwi' })
    await subscribe(tenant, { external_id: 'other' })
    await tenant.setClock('2026-03-10T12:00:00Z')
    await send(tenant, 'sub', 'any', { timestamp: 1_767_225_600 })
    await tenant.settle()
    expect(await receivedOn(tenant, 'sub')).toEqual([null])

    await send(tenant, 'sub', 'any', { timestamp: microseconds('2026-03-02T00:00:00Z').toString().slice(0, 10) })
    await tenant.settle()
    expect(await receivedOn(tenant, 'sub')).toEqual(['2026-03-11'])
    expect(await receivedOn(tenant, 'other')).toEqual([null])

    await tenant.setClock('2026-03-11T12:00:00Z')
    await send(tenant, 'sub', 'any')
    await tenant.settle()
    expect(await receivedOn(tenant, 'sub')).toEqual(['2026-03-12'])
  })

  it('is noted without anybody waiting for it, in sandboxes whose time stands still too', async () => {
    const tenant = await newTenant(app)
    await tenant.setClock('2026-03-01T00:00:00Z')
    await subscribe(tenant, { external_id: 'sub' })
    await send(tenant, 'sub', 'any')
    await expect.poll(() => receivedOn(tenant, 'sub'), { timeout: 10_000 }).toEqual(['2026-03-01'])
  })
})

describe('an event that names a wallet', () => {
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await startReceiver()
  })
  afterAll(() => receiver.stop())

  it('is told of when its customer has no such wallet, and kept', async () => {
    const tenant = await newTenant(app)
    await tenant.setClock('2026-03-01T00:00:00Z')
    await tenant.api.post('/webhook_endpoints', {
      webhook_endpoint: { webhook_url: receiver.url, event_types: ['event.error'] },
    })
    const [metric, free] = [await createMetric(tenant), await createMetric(tenant)]
    const plan = await createPlan(tenant, {
      charges: [chargeOn(metric, { accepts_target_wallet: true }), chargeOn(free)],
    })
    await subscribe(tenant, { external_id: 'sub', plan_code: plan })
    const { customer_id } = await tenant.ctx.db
      .selectFrom('subscriptions')
      .select('customer_id')
      .where('organization_id', '=', tenant.organizationId)
      .executeTakeFirstOrThrow()
    const at = tenant.ctx.clock.now()
    const wallet = {
      organization_id: tenant.organizationId,
      customer_id,
      rate_amount: '1',
      currency: 'EUR',
      created_at: at,
      updated_at: at,
    }
    await tenant.ctx.db
      .insertInto('wallets')
      .values([
        { ...wallet, id: newId(), code: 'silver' },
        { ...wallet, id: newId(), code: 'gold', status: 'terminated' },
      ])
      .execute()

    const named = { properties: { target_wallet_code: 'gold', big: 12345678901234567890n.toString() } }
    const { event } = await send(tenant, 'sub', metric.code, named)
    await send(tenant, 'sub', metric.code, { properties: { target_wallet_code: 'silver' } })
    await send(tenant, 'sub', free.code, named)
    await send(tenant, 'elsewhere', metric.code, named)
    await send(tenant, 'sub', metric.code, { ...named, timestamp: 1_700_000_000 })
    for (const code of ['', null, undefined]) {
      await send(tenant, 'sub', metric.code, { properties: { target_wallet_code: code } })
    }
    await tenant.settle()
    const messages = receiver.received.map(({ body }) => JSON.parse(body.toString()))
    expect(messages).toEqual([
      {
        webhook_type: 'event.error',
        object_type: 'event_error',
        organization_id: tenant.organizationId,
        event_error: {
          status: 422,
          error: 'Unprocessable entity',
          message: '{"target_wallet_code":["target_wallet_code_not_found"]}',
          event,
        },
      },
    ])
    expect((await tenant.api.get(`/events/${event.transaction_id}`)).status).toBe(200)
  })
})

describe('the events of a metric that is deleted', () => {
  it('go with it where a plan had a charge on it, and leave their transaction ids taken', async () => {
    const tenant = await newTenant(app)
    await tenant.setClock('2026-03-01T00:00:00Z')
    const [metric, other] = [await createMetric(tenant, { code: 'calls' }), await createMetric(tenant)]
    const plan = await createPlan(tenant, { charges: [chargeOn(metric), chargeOn(other)] })
    const earlier = await createPlan(tenant, { charges: [chargeOn(metric)] })
    await subscribe(tenant, { external_id: 'sub', plan_code: plan })
    await subscribe(tenant, { external_id: 'ended', plan_code: earlier })
    await succeed(tenant.api.delete('/subscriptions/ended'))
    await succeed(tenant.api.put(`/plans/${earlier}`, { plan: { charges: [] } }))
    await subscribe(tenant, {
      external_id: 'foreign',
      plan_code: await createPlan(tenant, { charges: [chargeOn(other)] }),
    })
    const ids: Record<string, string> = {}
    const note = async (name: string, subscription: string | null, code: string) => {
      ids[name] = (await send(tenant, subscription, code)).event.transaction_id
    }
    await note('own', 'sub', 'calls')
    await note('of the ended one', 'ended', 'calls')
    await note('of another metric', 'sub', other.code)
    await note('of a plan without it', 'foreign', 'calls')
    await note('of an unknown one', 'unknown', 'calls')
    await note('of nobody', null, 'calls')
    await tenant.settle()

    await succeed(tenant.api.delete('/billable_metrics/calls'))
    // All of this happens at the same test time: what comes after the deletion is not taken for earlier.
    await createMetric(tenant, { code: 'calls' })
    await note('afterwards', 'sub', 'calls')
    await tenant.settle()
    const found = []
    for (const [name, id] of Object.entries(ids)) {
      if ((await tenant.api.get(`/events/${id}`)).status === 200) found.push(name)
    }
    expect(found).toEqual(['of another metric', 'of a plan without it', 'of an unknown one', 'of nobody', 'afterwards'])
    expect((await tenant.api.get('/events?code=calls&external_subscription_id=sub')).body.meta.total_count).toBe(1)
    const again = { transaction_id: ids.own, external_subscription_id: 'sub', code: 'calls' }
    expect((await tenant.api.post('/events', { event: again })).body.error_details).toEqual({
      transaction_id: ['value_already_exist'],
    })
  })
})
