import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as coupons from '../../src/catalog/coupons/coupons.ts'
import { newId } from '../../src/platform/ids.ts'
import { storyOf } from '../invoices/billing-support.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'
import { createMetric, createPlan, freshCode, invalid, notFound } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-01-01T12:00:00Z')
})
afterAll(() => app?.stop())

const fixed = (fields: object = {}) => ({
  name: 'Welcome',
  code: freshCode('welcome'),
  coupon_type: 'fixed_amount',
  amount_cents: 5000,
  amount_currency: 'EUR',
  frequency: 'once',
  expiration: 'no_expiration',
  ...fields,
})
const post = (tenant: Tenant, fields: object = {}) => tenant.api.post('/coupons', { coupon: fixed(fields) })
const put = (tenant: Tenant, code: string, fields: object) => tenant.api.put(`/coupons/${code}`, { coupon: fields })

async function create(tenant: Tenant, fields: object = {}) {
  const { status, body } = await post(tenant, fields)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.coupon
}

/** Gives the coupon to a customer, who has it no more. */
async function apply({ api, ctx, organizationId }: Tenant, couponId: string): Promise<void> {
  const { body } = await api.post('/customers', { customer: { external_id: freshCode('customer') } })
  const at = '2026-01-01T00:00:00Z'
  await ctx.db
    .insertInto('applied_coupons')
    .values({
      id: newId(),
      organization_id: organizationId,
      customer_id: body.customer.lago_id,
      coupon_id: couponId,
      status: 'terminated',
      frequency: 'once',
      created_at: at,
      updated_at: at,
    })
    .execute()
}

describe('a coupon', () => {
  it('lives through the official client', async () => {
    const tenant = await app.newOrganization()
    const { client } = tenant
    await tenant.setClock('2026-01-01T12:00:00Z')
    await createPlan(tenant, { code: 'startup' })
    const { data: created } = await client.coupons.createCoupon({
      coupon: {
        name: 'Spring',
        code: 'spring/26',
        description: 'For the brave',
        coupon_type: 'percentage',
        percentage_rate: '12.5',
        frequency: 'recurring',
        frequency_duration: 6,
        reusable: false,
        expiration: 'time_limit',
        expiration_at: '2026-08-08T23:59:59Z',
        applies_to: { plan_codes: ['startup'] },
      },
    })
    expect(created.coupon).toEqual({
      lago_id: expect.any(String),
      name: 'Spring',
      code: 'spring/26',
      description: 'For the brave',
      coupon_type: 'percentage',
      amount_cents: null,
      amount_currency: null,
      percentage_rate: '12.5',
      frequency: 'recurring',
      frequency_duration: 6,
      reusable: false,
      limited_plans: true,
      limited_billable_metrics: false,
      plan_codes: ['startup'],
      billable_metric_codes: [],
      created_at: '2026-01-01T12:00:00Z',
      expiration: 'time_limit',
      expiration_at: '2026-08-08T23:59:59Z',
      terminated_at: null,
    })
    const { data: updated } = await client.coupons.updateCoupon('spring/26', {
      coupon: {
        name: 'Summer',
        code: 'summer',
        coupon_type: 'fixed_amount',
        amount_cents: 100,
        amount_currency: 'USD',
        percentage_rate: null,
        frequency: 'forever',
        expiration: 'no_expiration',
        expiration_at: null,
        reusable: true,
        applies_to: { plan_codes: [] },
      },
    })
    expect(updated.coupon).toEqual({
      ...created.coupon,
      name: 'Summer',
      code: 'summer',
      coupon_type: 'fixed_amount',
      amount_cents: 100,
      amount_currency: 'USD',
      percentage_rate: null,
      frequency: 'forever',
      expiration: 'no_expiration',
      expiration_at: null,
      reusable: true,
      limited_plans: false,
      plan_codes: [],
    })
    expect((await client.coupons.findCoupon('summer')).data).toEqual(updated)
    expect((await client.coupons.findAllCoupons()).data.coupons).toEqual([updated.coupon])
    expect((await client.coupons.destroyCoupon('summer')).data).toEqual(updated)
    await expect(client.coupons.findCoupon('summer')).rejects.toMatchObject({ status: 404 })
  })

  it.each([
    [
      { name: '', code: null, coupon_type: null, frequency: null, expiration: null },
      {
        name: ['value_is_mandatory'],
        code: ['value_is_mandatory'],
        coupon_type: ['value_is_invalid'],
        frequency: ['value_is_invalid'],
        expiration: ['value_is_invalid'],
      },
    ],
    [
      { coupon_type: 'gift', frequency: 'daily', expiration: 'never' },
      { coupon_type: ['value_is_invalid'], frequency: ['value_is_invalid'], expiration: ['value_is_invalid'] },
    ],
    [
      { amount_cents: null, amount_currency: null },
      { amount_cents: ['value_is_mandatory'], amount_currency: ['value_is_mandatory'] },
    ],
    [
      { amount_cents: 0, amount_currency: 'euro' },
      { amount_cents: ['value_is_out_of_range'], amount_currency: ['value_is_invalid'] },
    ],
    [{ amount_cents: 'some' }, { amount_cents: ['is not a number'] }],
    [
      { coupon_type: 'percentage', amount_cents: -1 },
      {
        amount_cents: ['value_is_out_of_range'],
        percentage_rate: ['value_is_mandatory'],
      },
    ],
    [{ coupon_type: 'percentage', percentage_rate: 'half' }, { percentage_rate: ['is not a number'] }],
    [{ percentage_rate: '1e30' }, { percentage_rate: ['value_is_out_of_range'] }],
    [{ frequency: 'recurring' }, { frequency_duration: ['value_is_mandatory', 'is not a number'] }],
    [{ frequency: 'recurring', frequency_duration: 0 }, { frequency_duration: ['value_is_out_of_range'] }],
    [{ frequency: 'recurring', frequency_duration: -2 }, { frequency_duration: ['value_is_out_of_range'] }],
    [{ reusable: null }, { reusable: ['value_is_reserved'] }],
    // A wrong end is told alone.
    [{ name: '', expiration_at: '2026-01-01T12:00:00Z' }, { expiration_at: ['invalid_date'] }],
    [{ expiration_at: '2025-12-31' }, { expiration_at: ['invalid_date'] }],
    [{ expiration_at: 'soon', applies_to: { plan_codes: ['none'] } }, { expiration_at: ['invalid_date'] }],
  ])('is refused with %j', async (fields, details) => {
    expect(await post(app, fields)).toMatchObject(invalid(details))
    const { code } = await create(app)
    expect(await put(app, code, fields)).toMatchObject(invalid(details))
  })

  it.each([
    [{ expiration_at: '2026-01-02' }, { expiration_at: '2026-01-02T00:00:00Z', expiration: 'no_expiration' }],
    [{ expiration: 'time_limit' }, { expiration: 'time_limit', expiration_at: null }],
    [{ expiration_at: '' }, { expiration_at: null }],
    [{ frequency_duration: 3 }, { frequency: 'once', frequency_duration: 3 }],
    [
      { coupon_type: 'percentage', percentage_rate: 250 },
      { percentage_rate: '250.0', amount_cents: 5000 },
    ],
    [{ percentage_rate: '0.123456' }, { percentage_rate: '0.12346', coupon_type: 'fixed_amount' }],
    [{ applies_to: { plan_codes: [null] } }, { limited_plans: false }],
    [{ applies_to: null }, { limited_plans: false }],
  ])('takes %j', async (fields, shown) => {
    expect(await create(app, fields)).toMatchObject(shown)
  })

  it('has a code of its own among kept ones of its organization', async () => {
    const [one, two] = [await app.newOrganization(), await app.newOrganization()]
    const taken = invalid({ code: ['value_already_exist'] })
    for (const tenant of [one, two]) await create(tenant, { code: 'a' })
    expect(await post(one, { code: 'a' })).toMatchObject(taken)
    await create(one, { code: 'b' })
    expect(await put(one, 'b', { code: 'a' })).toMatchObject(taken)
    await one.api.delete('/coupons/a')
    expect(await put(one, 'b', { code: 'a' })).toMatchObject({ status: 200 })
    const none = notFound('coupon')
    expect(await one.api.get('/coupons/b')).toMatchObject(none)
    expect(await put(one, 'b', { name: '' })).toMatchObject(none)
    expect(await one.api.delete('/coupons/b')).toMatchObject(none)
    expect(await one.api.post('/coupons/b/terminate')).toMatchObject(none)
    expect((await one.api.put('/coupons/b', {})).status).toBe(400)
  })
})

describe('a limitation of a coupon', () => {
  async function withTargets() {
    const tenant = await app.newOrganization()
    for (const code of ['p1', 'p2', 'p3']) await createPlan(tenant, { code })
    for (const code of ['m1', 'm2']) await createMetric(tenant, { code })
    return tenant
  }
  const plans = (...codes: string[]) => ({ applies_to: { plan_codes: codes } })
  const metrics = (...codes: string[]) => ({ applies_to: { billable_metric_codes: codes } })
  const limited = (planCodes: string[], metricCodes: string[]) => ({
    plan_codes: planCodes,
    billable_metric_codes: metricCodes,
    limited_plans: planCodes.length > 0,
    limited_billable_metrics: metricCodes.length > 0,
  })

  it('is to plans or to metrics, of those that exist', async () => {
    const tenant = await withTargets()
    const both = { applies_to: { plan_codes: ['p1'], billable_metric_codes: ['m1'] } }
    const onlyOne = { status: 405, body: { code: 'only_one_limitation_type_per_coupon_allowed' } }
    // A private copy of a plan is no plan that is sold.
    const plan = await tenant.ctx.db.selectFrom('plans').selectAll().where('code', '=', 'p3').executeTakeFirstOrThrow()
    const copy = { ...plan, id: newId(), parent_id: plan.id, metadata: null }
    await tenant.ctx.db.insertInto('plans').values(copy).execute()

    expect(await create(tenant, { code: 'c', ...plans('p3', 'p1', 'p3') })).toMatchObject(limited(['p3', 'p1'], []))
    expect(await create(tenant, metrics('m2'))).toMatchObject(limited([], ['m2']))
    for (const refused of [
      (fields: object) => post(tenant, { name: '', ...fields }),
      (fields: object) => put(tenant, 'c', { name: '', ...fields }),
    ]) {
      expect(await refused(plans('p1', 'none'))).toMatchObject(notFound('plans'))
      expect(await refused(metrics('none'))).toMatchObject(notFound('billable_metrics'))
      expect(await refused(both)).toMatchObject(onlyOne)
    }
    expect((await tenant.api.get('/coupons/c')).body.coupon).toMatchObject({
      name: 'Welcome',
      ...limited(['p3', 'p1'], []),
    })
  })

  it('changes to exactly what is said, and stays where nothing is', async () => {
    const tenant = await withTargets()
    await create(tenant, { code: 'c', ...plans('p1', 'p2') })
    const changed = async (fields: object) => (await put(tenant, 'c', { name: 'C', ...fields })).body.coupon
    expect(await changed({})).toMatchObject(limited(['p1', 'p2'], []))
    expect(await changed({ applies_to: {} })).toMatchObject(limited(['p1', 'p2'], []))
    expect(await changed({ applies_to: { plan_codes: null } })).toMatchObject(limited(['p1', 'p2'], []))
    expect(await changed(plans('p3', 'p2'))).toMatchObject(limited(['p2', 'p3'], []))
    expect(await changed(metrics())).toMatchObject(limited(['p2', 'p3'], []))
    expect(await changed(metrics('m1'))).toMatchObject(limited([], ['m1']))
    expect(await changed({ applies_to: { plan_codes: ['p1'], billable_metric_codes: [] } })).toMatchObject(
      limited(['p1'], []),
    )
    expect(await changed(plans())).toMatchObject(limited([], []))
    expect(await changed(plans('p1'))).toMatchObject(limited(['p1'], []))
  })

  it('does not change any more once the coupon was given to a customer, nor does its price', async () => {
    const tenant = await withTargets()
    const before = await create(tenant, { code: 'c', ...plans('p1') })
    await apply(tenant, before.lago_id)
    const { body } = await put(tenant, 'c', {
      name: 'Later',
      description: 'Changed',
      expiration: 'time_limit',
      expiration_at: '2100-01-01',
      code: 'd',
      coupon_type: 'percentage',
      amount_cents: 'x',
      amount_currency: 'x',
      percentage_rate: 'x',
      frequency: 'x',
      frequency_duration: 'x',
      reusable: null,
      ...plans('none'),
    })
    expect(body.coupon).toEqual({
      ...before,
      name: 'Later',
      description: 'Changed',
      expiration: 'time_limit',
      expiration_at: '2100-01-01T00:00:00Z',
    })
    expect(await put(tenant, 'c', { name: '' })).toMatchObject(invalid({ name: ['value_is_mandatory'] }))
    expect(await put(tenant, 'c', { expiration_at: '2000-01-01' })).toMatchObject(
      invalid({ expiration_at: ['invalid_date'] }),
    )
  })

  it('outlives its plans and metrics: the coupon then reduces nothing, as it would everything without', async () => {
    const story = storyOf(await withTargets())
    await story.setClock('2026-01-01T12:00:00Z')
    await story.customer('acme')
    await create(story, { code: 'plans', amount_currency: 'USD', ...plans('p1') })
    await create(story, { code: 'metrics', amount_currency: 'USD', ...metrics('m1') })
    for (const coupon_code of ['plans', 'metrics']) {
      await story.api.post('/applied_coupons', { applied_coupon: { external_customer_id: 'acme', coupon_code } })
    }
    await story.api.delete('/plans/p1')
    await story.api.delete('/billable_metrics/m1')
    await story.plan('sold', { amount_cents: 1000, pay_in_advance: true })
    await story.subscribe('sub', 'sold')
    await story.settle()
    const { coupons: shown } = (await story.api.get('/coupons')).body
    expect(shown).toMatchObject([
      { ...limited([], []), code: 'plans', limited_plans: true },
      { ...limited([], []), code: 'metrics', limited_billable_metrics: true },
    ])
    expect(await story.invoices()).toMatchObject([{ coupons_amount_cents: 0, total_amount_cents: 1000 }])
  })

  it('goes with the coupon', async () => {
    const tenant = await withTargets()
    const { lago_id: id } = await create(tenant, { code: 'c', ...plans('p1') })
    const { ctx, events } = recordEvents(tenant.ctx)
    await coupons.deleteCoupon(ctx, 'c')
    expect(events).toMatchObject([{ type: 'coupon.deleted', objectId: id }])
    const left = await tenant.ctx.db
      .selectFrom('coupon_targets')
      .selectAll()
      .where('coupon_id', '=', id)
      .where('deleted_at', 'is', null)
      .execute()
    expect(left).toEqual([])
  })
})

describe('the end of a coupon', () => {
  it('comes with the first tick after the second of its expiration', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-01-01T12:00:00Z')
    const limit = (code: string, expiration_at: string, fields: object = {}) =>
      create(tenant, { code, expiration: 'time_limit', expiration_at, ...fields })
    await limit('before', '2026-01-05T10:29:59.900Z')
    await limit('at', '2026-01-05T10:30:00.400Z')
    await limit('later', '2026-01-09T00:00:00Z')
    await limit('unlimited', '2026-01-05T10:00:00Z', { expiration: 'no_expiration' })
    const ended = async () => {
      const { body } = await tenant.api.get('/coupons')
      const all: { code: string; terminated_at: string | null }[] = body.coupons
      return Object.fromEntries(all.flatMap(item => (item.terminated_at ? [[item.code, item.terminated_at]] : [])))
    }
    await tenant.advanceTo('2026-01-05T10:29:59Z')
    expect(await ended()).toEqual({})
    await tenant.advanceTo('2026-01-05T10:30:00Z')
    expect(await ended()).toEqual({ before: '2026-01-05T10:30:00Z' })
    await tenant.advanceTo('2026-01-05T12:00:00Z')
    expect(await ended()).toEqual({ before: '2026-01-05T10:30:00Z', at: '2026-01-05T11:30:00Z' })
    const { body } = await tenant.api.post('/test_clock/run', { test_clock: { tasks: ['expire_coupons'] } })
    expect(body.test_clock.failed).toEqual([])
    await tenant.advanceTo('2026-03-01T00:00:00Z')
    expect(await ended()).toEqual({
      before: '2026-01-05T10:30:00Z',
      at: '2026-01-05T11:30:00Z',
      later: '2026-01-09T00:30:00Z',
    })
    expect((await put(tenant, 'later', { name: 'L' })).body.coupon).toMatchObject({ name: 'L' })
    expect((await tenant.api.get('/coupons/later')).status).toBe(200)
  })

  it('does not come in the time of others', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-01-01T12:00:00Z')
    await create(tenant, { code: 'c', expiration: 'time_limit', expiration_at: '2026-01-02' })
    const other = await app.newOrganization()
    await other.setClock('2027-01-01T12:00:00Z')
    await other.api.post('/test_clock/run', { test_clock: { tasks: ['expire_coupons'] } })
    expect((await tenant.api.get('/coupons/c')).body.coupon.terminated_at).toBeNull()
  })

  it('can be called by hand, once', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-01-01T12:00:00Z')
    await create(tenant, { code: 'c' })
    const { body } = await tenant.api.post('/coupons/c/terminate')
    expect(body.coupon).toMatchObject({ code: 'c', terminated_at: '2026-01-01T12:00:00Z' })
    await tenant.setClock('2026-02-01T12:00:00Z')
    expect((await tenant.api.post('/coupons/c/terminate')).body).toEqual(body)
  })

  it('puts it last in the list, behind those that never end and those that end', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-01-01T12:00:00Z')
    await create(tenant, { code: 'ended' })
    await create(tenant, { code: 'ends late', expiration: 'time_limit', expiration_at: '2026-09-01' })
    await create(tenant, { code: 'ends sometime', expiration: 'time_limit' })
    await create(tenant, { code: 'ends early', expiration: 'time_limit', expiration_at: '2026-03-01' })
    await create(tenant, { code: 'old' })
    await tenant.setClock('2026-01-02T12:00:00Z')
    await create(tenant, { code: 'new' })
    await tenant.api.post('/coupons/ended/terminate')
    const { body } = await tenant.api.get('/coupons')
    expect(body.coupons.map((item: { code: string }) => item.code)).toEqual([
      'new',
      'old',
      'ends early',
      'ends late',
      'ends sometime',
      'ended',
    ])
    const page = await tenant.api.get('/coupons?per_page=4&page=2')
    expect(page.body).toMatchObject({
      coupons: [{ code: 'ends sometime' }, { code: 'ended' }],
      meta: { total_count: 6 },
    })
  })
})
