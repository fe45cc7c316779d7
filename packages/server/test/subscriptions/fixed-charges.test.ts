import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { recordUnitsOfPlan } from '../../src/subscriptions/fixed-charges/units-of-plan.ts'
import { overrideFixedCharge } from '../../src/subscriptions/overrides/fixed-charges.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'
import { createCustomer, createPlan, invalid, newTenant, notFound, post, subscribe, succeed } from './support.ts'

const NOW = '2026-04-10T14:00:00Z'
const NEXT_PERIOD = '2026-05-01T00:00:00Z'

let app: TestApp
let tenant: Tenant
let addOn: { lago_id: string }

beforeAll(async () => {
  app = await startTestApp()
})
beforeEach(async () => {
  tenant = await newTenant(app)
  await tenant.setClock(NOW)
  const add_on = { name: 'Seats', code: 'seats', amount_cents: 500, amount_currency: 'EUR' }
  addOn = (await succeed(tenant.api.post('/add_ons', { add_on }))).add_on
})
afterAll(() => app.stop())

function seats(fields: Record<string, unknown> = {}) {
  return {
    add_on_id: addOn.lago_id,
    code: 'seats',
    charge_model: 'standard',
    properties: { amount: '12.4' },
    units: 6,
    ...fields,
  }
}

/** The units of a fixed charge that a subscription has from when on, in the order they were decided. */
async function unitsOf(subscription: string, code = 'seats', query = '') {
  await tenant.settle()
  const body = await succeed(
    tenant.api.get(`/subscriptions/${subscription}/fixed_charges/${code}/unit_changes${query}`),
  )
  return body.unit_changes
    .map((change: Record<string, string>) => [change.units, change.timestamp, change.created_at])
    .toReversed()
}

const change = (plan: string, fixed_charge: unknown, code = 'seats') =>
  tenant.api.put(`/plans/${plan}/fixed_charges/${code}`, { fixed_charge })
const override = (subscription: string, fixed_charge: unknown, query = '') =>
  tenant.api.put(`/subscriptions/${subscription}/fixed_charges/seats${query}`, { fixed_charge })

describe('the units that a subscription starts with', () => {
  it('are those of its plan, from a second after its start', async () => {
    const plan = await createPlan(tenant, { fixed_charges: [seats(), seats({ code: 'more', units: '0.5' })] })
    const started = await subscribe(tenant, { plan_code: plan })
    expect(await unitsOf(started.external_id)).toEqual([['6.0', '2026-04-10T14:00:01Z', NOW]])
    expect(await unitsOf(started.external_id, 'more')).toEqual([['0.5', '2026-04-10T14:00:01Z', NOW]])

    const backdated = await subscribe(tenant, { plan_code: plan, subscription_at: '2026-03-02T08:00:00Z' })
    expect(await unitsOf(backdated.external_id)).toEqual([['6.0', '2026-03-02T08:00:01Z', NOW]])

    const future = await subscribe(tenant, { plan_code: plan, subscription_at: '2026-04-12T18:00:00Z' })
    expect(await unitsOf(future.external_id, 'seats', '?status=pending')).toEqual([])
    await succeed(change(plan, seats({ units: 9, apply_units_immediately: true })))
    await tenant.advanceTo('2026-04-12T01:00:00Z')
    expect(await unitsOf(future.external_id)).toEqual([['9.0', '2026-04-12T00:00:01Z', '2026-04-12T00:00:00Z']])
  })

  it('are its own where it was given some', async () => {
    const plan = await createPlan(tenant, { fixed_charges: [seats()] })
    const { fixed_charges } = (await tenant.api.get(`/plans/${plan}`)).body.plan
    const overrides = { fixed_charges: [{ id: fixed_charges[0].lago_id, units: '2.50' }] }
    const subscription = await subscribe(tenant, { plan_code: plan, plan_overrides: overrides })
    expect(subscription.plan).toMatchObject({ parent_id: null, lago_id: expect.any(String) })
    expect(await unitsOf(subscription.external_id)).toEqual([['2.5', '2026-04-10T14:00:01Z', NOW]])
    expect((await tenant.api.get(`/plans/${plan}/fixed_charges/seats`)).body.fixed_charge.units).toBe('6.0')
  })
})

describe('units that change on a plan', () => {
  it.each<[string, Record<string, unknown>, string | null]>([
    ['apply to the next period', { units: 11 }, NEXT_PERIOD],
    ['apply at once when asked', { units: 11, apply_units_immediately: true }, '2026-04-20T09:00:00Z'],
    ['are no change when they are the same', { units: '6.0', apply_units_immediately: true }, null],
  ])('%s', async (_, fields, timestamp) => {
    const plan = await createPlan(tenant, { fixed_charges: [seats()] })
    const { external_id: id } = await subscribe(tenant, { plan_code: plan })
    await tenant.setClock('2026-04-20T09:00:00Z')
    await succeed(change(plan, { ...seats(), properties: { amount: '99' }, ...fields }))
    const expected = timestamp === null ? [] : [['11.0', timestamp, '2026-04-20T09:00:00Z']]
    expect((await unitsOf(id)).slice(1)).toEqual(expected)
  })

  it('follow the local periods of each subscription', async () => {
    const plan = await createPlan(tenant, { interval: 'yearly', fixed_charges: [seats()] })
    const monthly = await createPlan(tenant, {
      interval: 'yearly',
      bill_fixed_charges_monthly: true,
      fixed_charges: [seats()],
    })
    const customer = await createCustomer(tenant, { timezone: 'America/New_York' })
    const place = { external_customer_id: customer, billing_time: 'anniversary' }
    const yearly = await subscribe(tenant, { ...place, plan_code: plan })
    const split = await subscribe(tenant, { ...place, plan_code: monthly })
    for (const code of [plan, monthly]) await succeed(change(code, seats({ units: 7 })))
    expect((await unitsOf(yearly.external_id))[1]).toEqual(['7.0', '2027-04-10T04:00:00Z', NOW])
    expect((await unitsOf(split.external_id))[1]).toEqual(['7.0', '2026-05-10T04:00:00Z', NOW])
  })

  it('come with fixed charges that are added, and leave units that are a subscription’s own alone', async () => {
    const plan = await createPlan(tenant, { fixed_charges: [seats()] })
    const own = await subscribe(tenant, { plan_code: plan })
    const other = await subscribe(tenant, { plan_code: plan })
    const ended = await subscribe(tenant, { plan_code: plan })
    await succeed(override(own.external_id, { units: 2 }))
    await succeed(tenant.api.delete(`/subscriptions/${ended.external_id}?on_termination_invoice=skip`))
    const { fixed_charges } = (await tenant.api.get(`/plans/${plan}`)).body.plan
    const added = seats({ code: 'added', units: 3, apply_units_immediately: true })
    await succeed(
      tenant.api.put(`/plans/${plan}`, {
        plan: { fixed_charges: [{ id: fixed_charges[0].lago_id, ...seats({ units: 8 }) }, added] },
      }),
    )
    expect((await unitsOf(own.external_id)).slice(1)).toEqual([['2.0', NEXT_PERIOD, NOW]])
    expect((await unitsOf(other.external_id)).slice(1)).toEqual([['8.0', NEXT_PERIOD, NOW]])
    expect((await unitsOf(ended.external_id, 'seats', '?status=terminated')).slice(1)).toEqual([])
    for (const { external_id } of [own, other]) {
      expect(await unitsOf(external_id, 'added')).toEqual([['3.0', NOW, NOW]])
    }
  })

  it('are written once, and told of once, however often the job runs', async () => {
    const code = await createPlan(tenant, { fixed_charges: [seats({ pay_in_advance: true })] })
    const plan = (await tenant.api.get(`/plans/${code}`)).body.plan
    const [first, second] = [await subscribe(tenant, { plan_code: code }), await subscribe(tenant, { plan_code: code })]
    const at = Temporal.Instant.from(NOW)
    const { ctx, events } = recordEvents(tenant.ctx)
    const run = (causeId: string, change: Record<string, unknown>) =>
      recordUnitsOfPlan.run(ctx, {
        organizationId: tenant.organizationId,
        planId: plan.lago_id,
        causeId,
        at: at.toString(),
        changes: [{ fixedChargeId: plan.fixed_charges[0].lago_id, units: '7', billed: true, ...change }],
      })
    const cause = newId()
    await run(cause, { immediately: true })
    await run(cause, { immediately: true })
    await run(newId(), { immediately: false })
    await run(newId(), { immediately: true, billed: false })
    const raised = (id: string) => ({ type: 'fixed_charges.raised', objectId: id, data: { at: NOW } })
    expect(events).toMatchObject([raised(first.lago_id), raised(second.lago_id)])
    expect((await unitsOf(first.external_id)).slice(1)).toHaveLength(3)
    // Subscriptions that were made afterwards start with the new units anyway.
    const later = await subscribe(tenant, { plan_code: code })
    await run(cause, { immediately: true })
    expect(await unitsOf(later.external_id)).toHaveLength(1)
  })
})

describe('units of one subscription', () => {
  it('are kept beside its plan, from the next period on or at once', async () => {
    const plan = await createPlan(tenant, { fixed_charges: [seats({ pay_in_advance: true })] })
    const { external_id: id, plan: before } = await subscribe(tenant, { plan_code: plan })
    await tenant.setClock('2026-04-20T09:00:00Z')
    const { fixed_charge } = await succeed(override(id, { units: 8 }))
    expect(fixed_charge).toMatchObject({ units: '8.0', lago_parent_id: null, properties: { amount: '12.4' } })
    await tenant.client.subscriptions.overrideSubscriptionFixedCharge(id, 'seats', {
      fixed_charge: { units: '9.25', apply_units_immediately: true } as never,
    })
    expect((await unitsOf(id)).slice(1)).toEqual([
      ['8.0', NEXT_PERIOD, '2026-04-20T09:00:00Z'],
      ['9.25', '2026-04-20T09:00:00Z', '2026-04-20T09:00:00Z'],
    ])
    const read = await tenant.api.get(`/subscriptions/${id}/fixed_charges/seats`)
    expect(read.body.fixed_charge.units).toBe('9.25')
    const { fixed_charges, meta } = (await tenant.api.get(`/subscriptions/${id}/fixed_charges`)).body
    expect(fixed_charges).toEqual([read.body.fixed_charge])
    expect(meta.total_count).toBe(1)
    expect((await tenant.api.get(`/subscriptions/${id}`)).body.subscription.plan.lago_id).toBe(before.lago_id)
    const { unit_changes } = (
      await tenant.api.get(`/subscriptions/${id}/fixed_charges/seats/unit_changes?per_page=1&page=2`)
    ).body
    expect(unit_changes).toEqual([{ units: '8.0', timestamp: NEXT_PERIOD, created_at: '2026-04-20T09:00:00Z' }])
  })

  it.each<[string, Record<string, unknown>, Record<string, unknown>, boolean]>([
    ['at once, in advance', { pay_in_advance: true }, { units: 8, apply_units_immediately: true }, true],
    ['with another price', { pay_in_advance: true }, { units: 8, apply_units_immediately: true, properties: {} }, true],
    ['from the next period on', { pay_in_advance: true }, { units: 8 }, false],
    ['in arrears', {}, { units: 8, apply_units_immediately: true }, false],
  ])('are billed when they are raised at once and paid in advance: %s', async (_, sold, input, billed) => {
    const plan = await createPlan(tenant, { fixed_charges: [seats(sold)] })
    const subscription = await subscribe(tenant, { plan_code: plan })
    const { ctx, events } = recordEvents({ ...tenant.ctx, clock: { now: () => Temporal.Instant.from(NOW) } })
    const selection = { externalId: subscription.external_id, status: 'active' }
    const given = Object.fromEntries(
      Object.entries(input).map(([key, value]) => [key, key === 'units' ? String(value) : value]),
    )
    await overrideFixedCharge(ctx, selection, 'seats', given)
    const raised = events.filter(event => event.type === 'fixed_charges.raised')
    expect(raised.map(event => [event.objectId, event.data])).toEqual(
      billed ? [[subscription.lago_id, { at: NOW }]] : [],
    )
    expect(await unitsOf(subscription.external_id)).toHaveLength(2)
  })

  it('are refused when they are none', async () => {
    const plan = await createPlan(tenant, { fixed_charges: [seats()] })
    const { external_id: id } = await subscribe(tenant, { plan_code: plan })
    expect(await override('none', { units: 1 })).toMatchObject(notFound('subscription'))
    expect(await override(id, { units: 1 }, '?status=canceled')).toMatchObject(notFound('subscription'))
    const other = await tenant.api.put(`/subscriptions/${id}/fixed_charges/none`, {})
    expect(other).toMatchObject(notFound('fixed_charge'))
    expect((await override(id, {})).status).toBe(400)
    for (const fields of [{}, { properties: { amount: '1' } }]) {
      const refused = invalid({ units: ['value_is_out_of_range'] })
      expect(await override(id, { units: -1, ...fields })).toMatchObject(refused)
      expect(await override(id, { units: null, ...fields })).toMatchObject(invalid({ units: ['is not a number'] }))
    }
    const unknown = { fixed_charges: [{ id: '00000000-0000-4000-8000-000000000000', units: 1 }] }
    expect(await post(tenant, { plan_code: plan, plan_overrides: unknown })).toMatchObject(notFound('fixed_charge'))
    expect((await unitsOf(id)).length).toBe(1)
    await tenant.ctx.db
      .updateTable('subscriptions')
      .set({ status: 'incomplete' })
      .where('external_id', '=', id)
      .where('organization_id', '=', tenant.organizationId)
      .execute()
    const incomplete = await override(id, { units: 1 }, '?subscription_status=incomplete')
    expect(incomplete).toMatchObject(invalid({ base: ['subscription_incomplete'] }))
    // What changes on its plan reaches it with the next period only.
    await succeed(change(plan, seats({ units: 7, apply_units_immediately: true })))
    expect((await unitsOf(id, 'seats', '?status=incomplete')).slice(1)).toEqual([['7.0', NEXT_PERIOD, NOW]])
  })
})

describe('units paid in advance that are raised at once', () => {
  const raise = { units: 11, apply_units_immediately: true }

  it.each<[string, (plan: string, id: string, fixedChargeId: string) => Promise<unknown>]>([
    ['on the plan', plan => change(plan, seats({ ...raise }))],
    [
      'in the payload of the plan',
      (plan, _, id) => tenant.api.put(`/plans/${plan}`, { plan: { fixed_charges: [{ id, ...seats(raise) }] } }),
    ],
    ['for the subscription', (_, id) => override(id, raise)],
    ['for the subscription, with another name', (_, id) => override(id, { ...raise, invoice_display_name: 'Places' })],
    [
      'in the payload of the subscription',
      (_, id, fixedChargeId) =>
        tenant.api.put(`/subscriptions/${id}`, {
          subscription: { plan_overrides: { fixed_charges: [{ id: fixedChargeId, ...raise }] } },
        }),
    ],
  ])('are billed for the rest of the period: %s', async (_, work) => {
    await tenant.setClock('2026-04-01T00:00:00Z')
    const plan = await createPlan(tenant, {
      amount_cents: 0,
      fixed_charges: [seats({ pay_in_advance: true, prorated: true })],
    })
    const { external_id: id } = await subscribe(tenant, { plan_code: plan })
    const [first] = (await tenant.api.get(`/subscriptions/${id}/fixed_charges`)).body.fixed_charges
    await tenant.settle()
    await tenant.setClock('2026-04-21T09:00:00Z')
    expect(await work(plan, id, first.lago_id)).toMatchObject({ status: 200 })
    await tenant.settle()
    const { invoices } = (await tenant.api.get('/invoices')).body
    const amounts = invoices.map((invoice: { fees_amount_cents: number }) => invoice.fees_amount_cents)
    expect(amounts.toSorted()).toEqual([2067, 7440])
  })
})

describe('private copies of a plan', () => {
  it('follow its fixed charges where they have the same terms', async () => {
    const plan = await createPlan(tenant, { fixed_charges: [seats({ units: 6 })] })
    const { fixed_charges } = (await tenant.api.get(`/plans/${plan}`)).body.plan
    const id = fixed_charges[0].lago_id
    const overrides = [{}, { fixed_charges: [{ id, units: 2, properties: { amount: '10' } }] }]
    const [plain, own] = await Promise.all(
      overrides.map(async plan_overrides => subscribe(tenant, { plan_code: plan, plan_overrides })),
    )
    const shown = async (subscription: { external_id: string }) => {
      await tenant.settle()
      const body = await succeed(tenant.api.get(`/subscriptions/${subscription.external_id}/fixed_charges`))
      return body.fixed_charges.map((one: Record<string, unknown>) => [one.code, one.units, one.properties])
    }
    expect(await shown(own)).toEqual([['seats', '2.0', { amount: '10' }]])
    const cascade_updates = true
    await succeed(change(plan, seats({ units: 9, properties: { amount: '13' }, cascade_updates })))
    expect(await shown(plain)).toEqual([['seats', '9.0', { amount: '13' }]])
    expect(await shown(own)).toEqual([['seats', '2.0', { amount: '10' }]])
    expect((await unitsOf(plain.external_id)).slice(1)).toEqual([['9.0', NEXT_PERIOD, NOW]])

    const later = '2026-04-11T08:00:00Z'
    await tenant.setClock(later)
    await succeed(
      tenant.api.put(`/plans/${plan}`, {
        plan: {
          cascade_updates,
          fixed_charges: [
            { id, ...seats({ units: 10, properties: { amount: '13' }, apply_units_immediately: true }) },
            seats({ code: 'added', units: 1 }),
          ],
        },
      }),
    )
    expect(await shown(plain)).toEqual([
      ['added', '1.0', { amount: '12.4' }],
      ['seats', '10.0', { amount: '13' }],
    ])
    expect((await unitsOf(plain.external_id)).at(-1)).toEqual(['10.0', later, later])
    expect((await shown(own)).map(([code]: string[]) => code)).toEqual(['added', 'seats'])

    const gone = { fixed_charge: { cascade_updates } }
    await succeed(tenant.api.delete(`/plans/${plan}/fixed_charges/seats`, gone))
    expect((await shown(own)).map(([code]: string[]) => code)).toEqual(['added'])
    await succeed(tenant.api.post(`/plans/${plan}/fixed_charges`, { fixed_charge: seats({ code: 'theirs' }) }))
    expect((await shown(plain)).map(([code]: string[]) => code)).toEqual(['added'])
  })
})
