import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  billingSchedule,
  findCustomersToBill,
  findDueSubscriptions,
  scheduleNextBilling,
} from '../../src/subscriptions/index.ts'
import { firstBillingAt } from '../../src/subscriptions/next-billing.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import {
  createCustomer,
  createPlan,
  newTenant,
  nextBilling,
  read,
  runTask,
  subscribe,
  succeed,
  webhooksOf,
} from './support.ts'

let app: TestApp
let tenant: Tenant

beforeAll(async () => {
  app = await startTestApp()
})
beforeEach(async () => {
  tenant = await newTenant(app)
  await tenant.setClock('2026-03-10T14:00:00Z')
})
afterAll(() => app.stop())

describe('a subscription with a start in the future', () => {
  const future = async (zone: string, fields: object = {}) =>
    subscribe(tenant, {
      external_customer_id: await createCustomer(tenant, { timezone: zone }),
      external_id: 'sub',
      subscription_at: '2026-04-01T18:00:00Z',
      ...fields,
    })

  const zones = [
    // 18:00 UTC on 1 April is 2 April in Tokyo.
    { zone: 'UTC', before: '2026-03-31T23:59:59Z', tick: '2026-04-01T00:00:00Z' },
    { zone: 'Asia/Tokyo', before: '2026-04-01T14:59:59Z', tick: '2026-04-01T15:00:00Z' },
    { zone: 'America/New_York', before: '2026-04-01T03:59:59Z', tick: '2026-04-01T04:00:00Z' },
    { zone: 'Asia/Kathmandu', before: '2026-03-31T18:14:59Z', tick: '2026-03-31T18:15:00Z' },
  ]
  it.each(zones)('starts when its day begins in $zone', async ({ zone, before, tick }) => {
    await future(zone)
    await tenant.setClock(before)
    await runTask(tenant, 'activate_subscriptions')
    expect((await read(tenant, 'sub', 'pending')).status).toBe('pending')
    await tenant.setClock(tick)
    await runTask(tenant, 'activate_subscriptions')
    expect(await read(tenant, 'sub')).toMatchObject({
      subscription_at: '2026-04-01T18:00:00Z',
      started_at: tick.replace('Z', '.000Z'),
      activated_at: tick,
    })
  })

  it('starts at the first tick of that day when time is moved over it, and tells of it', async () => {
    await future('Asia/Tokyo')
    const messages = await webhooksOf(tenant, () => tenant.advanceTo('2026-04-01T20:00:00Z'))
    expect(messages.map(message => message.webhook_type)).toEqual(['subscription.started'])
    expect(messages[0].subscription).toMatchObject({
      status: 'active',
      started_at: '2026-04-01T15:00:00.000Z',
      customer: { timezone: 'Asia/Tokyo' },
      entitlements: [],
    })
    expect(await nextBilling(tenant, 'sub')).toBe('2026-04-30T15:00:00Z')
  })

  it('starts late after an outage, and only once', async () => {
    await future('UTC')
    await tenant.setClock('2026-04-03T09:07:00.700Z')
    await runTask(tenant, 'activate_subscriptions')
    const started = await read(tenant, 'sub')
    expect(started.started_at).toBe('2026-04-03T09:07:00.000Z')
    await tenant.setClock('2026-04-04T00:00:00Z')
    await runTask(tenant, 'activate_subscriptions')
    expect(await read(tenant, 'sub')).toEqual(started)
  })

  it('stays pending while another one has its external id, and holds up no other', async () => {
    const customer = await createCustomer(tenant)
    const order = { external_customer_id: customer, subscription_at: '2026-04-01' }
    await subscribe(tenant, { ...order, external_id: 'contested' })
    await subscribe(tenant, { ...order, external_id: 'free', subscription_at: '2026-04-01T10:00:00Z' })
    await subscribe(tenant, { external_id: 'contested' })
    await tenant.advanceTo('2026-04-02T00:00:00Z')
    expect((await read(tenant, 'free')).status).toBe('active')
    expect((await read(tenant, 'contested', 'pending')).status).toBe('pending')
    await tenant.api.delete('/subscriptions/contested')
    await runTask(tenant, 'activate_subscriptions')
    expect((await read(tenant, 'contested')).started_at).toBe('2026-04-02T00:00:00.000Z')
  })

  it('is left to its own clock: other organizations’ tasks do not touch it', async () => {
    await future('UTC')
    const other = await newTenant(app)
    await other.setClock('2026-06-01T00:00:00Z')
    await runTask(other, 'activate_subscriptions')
    expect((await read(tenant, 'sub', 'pending')).status).toBe('pending')
  })
})

describe('a subscription with an end', () => {
  const ending = async (zone: string, endingAt: string) =>
    subscribe(tenant, {
      external_customer_id: await createCustomer(tenant, { timezone: zone }),
      external_id: 'sub',
      ending_at: endingAt,
    })

  it.each([
    { zone: 'UTC', at: '2026-06-17T00:05:00Z' },
    { zone: 'Asia/Tokyo', at: '2026-06-17T15:05:00Z' },
    { zone: 'America/New_York', at: '2026-06-17T04:05:00Z' },
  ])('ends five minutes into its last day in $zone', async ({ zone, at }) => {
    await ending(zone, '2026-06-17T18:00:00Z')
    const messages = await webhooksOf(tenant, () => tenant.advanceTo('2026-06-20T00:00:00Z'))
    expect(await read(tenant, 'sub', 'terminated')).toMatchObject({ terminated_at: at })
    expect(messages.map(message => message.webhook_type).toSorted()).toEqual([
      'subscription.terminated',
      'subscription.termination_alert',
      'subscription.termination_alert',
      'subscription.updated',
    ])
  })

  it('is told of 45 and 15 days ahead, once', async () => {
    await subscribe(tenant, { external_id: 'sub', ending_at: '2026-05-01T22:00:00-04:00' })
    await subscribe(tenant, { external_id: 'endless' })
    const alerts = async (to: string) => {
      const messages = await webhooksOf(tenant, () => tenant.advanceTo(to))
      return messages
        .filter(message => message.webhook_type === 'subscription.termination_alert')
        .map(({ subscription }) => [subscription.external_id, subscription.plan.name])
    }
    expect(await alerts('2026-03-18T00:49:00Z')).toEqual([])
    expect(await alerts('2026-03-19T00:00:00Z')).toEqual([['sub', 'Startup']])
    expect(await alerts('2026-04-16T23:59:00Z')).toEqual([])
    expect(await alerts('2026-04-17T01:00:00Z')).toEqual([['sub', 'Startup']])
    await succeed(tenant.api.put('/subscriptions/sub', { subscription: { ending_at: '2026-05-04' } }))
    expect(await alerts('2026-04-20T00:00:00Z')).toEqual([['sub', 'Startup']])
  })

  it('ends late after an outage', async () => {
    await ending('UTC', '2026-06-17T18:00:00Z')
    await tenant.setClock('2026-06-16T23:59:00Z')
    await runTask(tenant, 'terminate_ended_subscriptions')
    expect((await read(tenant, 'sub')).status).toBe('active')
    await tenant.setClock('2026-06-25T11:05:00Z')
    await runTask(tenant, 'terminate_ended_subscriptions')
    expect((await read(tenant, 'sub', 'terminated')).terminated_at).toBe('2026-06-25T11:05:00Z')
  })
})

describe('the next billing', () => {
  const due = async (zone: string, fields: object, plan: Record<string, unknown> = {}) => {
    await subscribe(tenant, {
      external_customer_id: await createCustomer(tenant, { timezone: zone }),
      external_id: 'sub',
      plan_code: await createPlan(tenant, plan),
      ...fields,
    })
    return nextBilling(tenant, 'sub')
  }

  const rows: [string, string, object, Record<string, unknown>, string][] = [
    ['monthly', 'Asia/Tokyo', {}, {}, '2026-03-31T15:00:00Z'],
    ['monthly, on the anniversary', 'America/New_York', { billing_time: 'anniversary' }, {}, '2026-04-10T04:00:00Z'],
    ['weekly', 'UTC', {}, { interval: 'weekly' }, '2026-03-16T00:00:00Z'],
    ['yearly', 'UTC', {}, { interval: 'yearly' }, '2027-01-01T00:00:00Z'],
    ['yearly, charges monthly', 'UTC', {}, { interval: 'yearly', bill_charges_monthly: true }, '2026-04-01T00:00:00Z'],
    ['monthly, started in the past', 'UTC', { subscription_at: '2025-11-20' }, {}, '2026-04-01T00:00:00Z'],
    [
      'on the anniversary, which is today',
      'UTC',
      { subscription_at: '2025-11-10', billing_time: 'anniversary' },
      {},
      '2026-03-10T00:00:00Z',
    ],
    [
      'on the anniversary, which is tomorrow',
      'UTC',
      { subscription_at: '2026-02-11', billing_time: 'anniversary' },
      {},
      '2026-03-11T00:00:00Z',
    ],
  ]
  it.each(rows)('%s in %s', async (_name, zone, fields, plan, expected) => {
    expect(await due(zone, fields, plan)).toBe(expected)
  })

  it('is never on the day of the start', async () => {
    await tenant.setClock('2026-04-01T00:03:00Z')
    expect(await due('UTC', {})).toBe('2026-05-01T00:00:00Z')
  })

  it('finds the customers with something to bill, and what that is', async () => {
    await due('UTC', {})
    const { lago_customer_id: customerId } = await read(tenant, 'sub')
    const { db, config, log } = tenant.ctx
    const customersAt = async (now: string, organizationId: string | null) => {
      const scope = { db, config, log, now: Temporal.Instant.from(now), organizationId }
      return (await Array.fromAsync(findCustomersToBill(scope))).flat().map(ref => ref.customerId)
    }
    expect(await customersAt('2026-03-31T23:59:59Z', tenant.organizationId)).toEqual([])
    expect(await customersAt('2026-04-01T00:00:00Z', tenant.organizationId)).toEqual([customerId])
    // Its clock is steered: real time leaves it alone.
    expect(await customersAt('2026-04-01T00:00:00Z', null)).not.toContain(customerId)

    const now = Temporal.Instant.from('2026-04-01T00:10:00Z')
    const [subscription] = await findDueSubscriptions(tenant.ctx, [customerId], now)
    if (subscription === undefined) throw new Error('nothing is due')
    const plan = {
      interval: 'monthly',
      payInAdvance: false,
      billChargesMonthly: null,
      billFixedChargesMonthly: null,
    } as const
    const schedule = billingSchedule(subscription, plan, 'UTC')
    await scheduleNextBilling(tenant.ctx, [
      { subscriptionId: subscription.id, schedule, day: Temporal.PlainDate.from('2026-04-01') },
    ])
    expect(await findDueSubscriptions(tenant.ctx, [customerId], now)).toEqual([])
    expect(await nextBilling(tenant, 'sub')).toBe('2026-05-01T00:00:00Z')
    const start = Temporal.Instant.from('2026-03-10T14:00:00Z')
    expect(firstBillingAt(schedule, start, start).toString()).toBe('2026-04-01T00:00:00Z')
  })

  it('is found in real time for all organizations that live in it', async () => {
    const live = await app.newOrganization({ name: 'Live', sandbox: false })
    const now = Temporal.Now.instant()
    const monthAgo = now.toZonedDateTimeISO('UTC').subtract({ months: 1 }).toPlainDate()
    const { lago_customer_id: customerId } = await subscribe(live, {
      subscription_at: monthAgo.toString(),
      billing_time: 'anniversary',
    })
    const { db, config, log } = live.ctx
    const later = now.add({ hours: 24 * 32 })
    const found = await Array.fromAsync(findCustomersToBill({ db, config, log, now: later, organizationId: null }))
    expect(found.flat()).toContainEqual({ organizationId: live.organizationId, customerId })
  })

  it('follows the customer into another time zone', async () => {
    const customer = await createCustomer(tenant, { timezone: 'UTC' })
    await subscribe(tenant, { external_customer_id: customer, external_id: 'sub' })
    await succeed(tenant.api.post('/customers', { customer: { external_id: customer, timezone: 'Asia/Tokyo' } }))
    await tenant.settle()
    expect(await nextBilling(tenant, 'sub')).toBe('2026-03-31T15:00:00Z')
  })

  it('follows the billing entity where the customer has no time zone of its own', async () => {
    await subscribe(tenant, { external_id: 'inherits' })
    const settled = await createCustomer(tenant, { timezone: 'Europe/Paris' })
    await subscribe(tenant, { external_customer_id: settled, external_id: 'own' })
    await succeed(tenant.api.put('/billing_entities/main', { billing_entity: { timezone: 'America/New_York' } }))
    await tenant.settle()
    expect(await nextBilling(tenant, 'inherits')).toBe('2026-04-01T04:00:00Z')
    expect(await nextBilling(tenant, 'own')).toBe('2026-03-31T22:00:00Z')
  })
})
