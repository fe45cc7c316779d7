import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as credits from '../../src/credits/index.ts'
import { newId } from '../../src/platform/ids.ts'
import { createMetric, createPlan, freshCode, invalid, notFound, standardCharge } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { insertInvoice, locked, NOTHING } from './invoice-support.ts'
import { createCustomer } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-01-10T12:00:00Z')
})
afterAll(() => app?.stop())

describe('coupons', () => {
  async function createCoupon(fields: object = {}) {
    const coupon = {
      name: 'Welcome',
      code: freshCode('welcome'),
      coupon_type: 'fixed_amount',
      amount_cents: 5000,
      amount_currency: 'EUR',
      frequency: 'once',
      expiration: 'no_expiration',
      ...fields,
    }
    const { status, body } = await app.api.post('/coupons', { coupon })
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body.coupon as { lago_id: string; code: string }
  }
  const percentage = { coupon_type: 'percentage', percentage_rate: '12.5', amount_cents: null, amount_currency: null }
  const apply = (customer: string, code: string, fields: object = {}) =>
    app.api.post('/applied_coupons', {
      applied_coupon: { external_customer_id: customer, coupon_code: code, ...fields },
    })
  const listed = async (customer: string) =>
    (await app.api.get(`/customers/${customer}/applied_coupons`)).body.applied_coupons

  it('are applied, listed and taken away through the official client', async () => {
    const customer = await createCustomer(app, { currency: null })
    const coupon = await createCoupon({ description: 'For all' })
    const { data } = await app.client.appliedCoupons.applyCoupon({
      applied_coupon: { external_customer_id: customer.external_id, coupon_code: coupon.code, amount_cents: 2000 },
    })
    const applied = data.applied_coupon as never as { lago_id: string }
    expect(applied).toEqual({
      lago_id: expect.any(String),
      lago_coupon_id: coupon.lago_id,
      coupon_code: coupon.code,
      coupon_name: 'Welcome',
      coupon_description: 'For all',
      coupon_status: 'active',
      coupon_deleted_at: null,
      lago_customer_id: customer.lago_id,
      external_customer_id: customer.external_id,
      status: 'active',
      amount_cents: 2000,
      amount_cents_remaining: 2000,
      amount_currency: 'EUR',
      percentage_rate: null,
      frequency: 'once',
      frequency_duration: null,
      frequency_duration_remaining: null,
      expiration_at: null,
      created_at: '2026-01-10T12:00:00Z',
      terminated_at: null,
    })
    expect((await app.api.get(`/customers/${customer.external_id}`)).body.customer.currency).toBe('EUR')
    const { data: all } = await app.client.appliedCoupons.findAllAppliedCoupons({
      external_customer_id: customer.external_id,
    })
    expect(all.applied_coupons).toEqual([{ ...applied, credits: [] }])
    const { data: own } = await app.client.customers.findAllCustomerAppliedCoupons(customer.external_id)
    expect(own.applied_coupons).toEqual(all.applied_coupons)
    const { data: removed } = await app.client.customers.deleteAppliedCoupon(customer.external_id, applied.lago_id)
    const gone = { ...applied, status: 'terminated', terminated_at: '2026-01-10T12:00:00Z' }
    expect(removed.applied_coupon).toEqual(gone)
    const path = `/customers/${customer.external_id}/applied_coupons`
    expect((await app.api.delete(`${path}/${applied.lago_id}`)).body.applied_coupon).toEqual(gone)
    expect(await app.api.delete(`${path}/${newId()}`)).toMatchObject(notFound('applied_coupon'))
    expect(await app.api.delete(`/customers/nobody/applied_coupons/${applied.lago_id}`)).toMatchObject(
      notFound('customer'),
    )
    expect(await app.api.get('/customers/nobody/applied_coupons')).toMatchObject(notFound('customer'))
  })

  it.each([
    [{}, { amount_cents: -1 }, invalid({ amount_cents: ['value_is_out_of_range'] })],
    [{}, { amount_currency: 'XXX' }, invalid({ amount_currency: ['value_is_invalid'] })],
    [
      {},
      { frequency: 'recurring' },
      invalid({
        frequency_duration: ['value_is_mandatory', 'is not a number'],
        frequency_duration_remaining: ['value_is_mandatory', 'is not a number'],
      }),
    ],
    [{}, { amount_cents: 1e30 }, invalid({ amount_cents: ['value_is_out_of_range'] })],
    [percentage, { percentage_rate: '99999.999999' }, invalid({ percentage_rate: ['value_is_out_of_range'] })],
    [percentage, { percentage_rate: 'half' }, invalid({ percentage_rate: ['is not a number'] })],
    [
      {},
      { frequency_duration: 99999999999 },
      invalid({
        frequency_duration: ['value_is_out_of_range'],
        frequency_duration_remaining: ['value_is_out_of_range'],
      }),
    ],
    [{}, { frequency: 'sometimes' }, invalid({ frequency: ['value_is_invalid'] })],
    [{}, { external_customer_id: 'nobody' }, notFound('customer')],
    [{}, { coupon_code: 'nothing' }, notFound('coupon')],
    [{ amount_cents: 500 }, { amount_cents: 0 }, { body: { applied_coupon: { amount_cents: 0 } } }],
    [
      { frequency: 'recurring', frequency_duration: 3 },
      { frequency_duration: null },
      { body: { applied_coupon: { frequency_duration_remaining: 3, amount_cents_remaining: null } } },
    ],
    [
      percentage,
      { percentage_rate: '20' },
      { body: { applied_coupon: { percentage_rate: '20.0', amount_cents_remaining: null } } },
    ],
  ])('%j given with %j', async (coupon, fields, answer) => {
    const { external_id } = await createCustomer(app)
    expect(await apply(external_id, (await createCoupon(coupon)).code, fields)).toMatchObject(answer)
  })

  it('are given once when they are not reusable, and not at all once they ended', async () => {
    const { external_id } = await createCustomer(app)
    const coupon = await createCoupon({ reusable: false })
    const { lago_id } = (await apply(external_id, coupon.code)).body.applied_coupon
    await app.api.delete(`/customers/${external_id}/applied_coupons/${lago_id}`)
    expect(await apply(external_id, coupon.code)).toMatchObject(invalid({ coupon: ['coupon_is_not_reusable'] }))
    await app.api.post(`/coupons/${coupon.code}/terminate`)
    expect(await apply(external_id, coupon.code)).toMatchObject(notFound('coupon'))
  })

  it('are refused where another active one discounts the same', async () => {
    const metric = await createMetric(app)
    const other = await createMetric(app)
    const plan = await createPlan(app, { charges: [standardCharge(metric)] })
    const ofPlan = await createCoupon({ applies_to: { plan_codes: [plan.code] } })
    const ofMetric = await createCoupon({ applies_to: { billable_metric_codes: [metric.code] } })
    const ofOther = await createCoupon({ applies_to: { billable_metric_codes: [other.code] } })
    const overlapping = { status: 405, body: { code: 'plan_overlapping' } }
    for (const [first, second, answer] of [
      [ofPlan, ofPlan, overlapping],
      [ofPlan, ofMetric, overlapping],
      [ofMetric, ofPlan, overlapping],
      [ofPlan, ofOther, { status: 200 }],
    ] as const) {
      const { external_id } = await createCustomer(app)
      const { lago_id } = (await apply(external_id, first.code)).body.applied_coupon
      expect(await apply(external_id, second.code)).toMatchObject(answer)
      await app.api.delete(`/customers/${external_id}/applied_coupons/${lago_id}`)
      if (answer === overlapping) expect(await apply(external_id, second.code)).toMatchObject({ status: 200 })
    }
  })

  it('are listed by status, customer and code, without those of deleted customers', async () => {
    const tenantCustomer = await createCustomer(app)
    const [one, two] = [await createCoupon(), await createCoupon()]
    await apply(tenantCustomer.external_id, one.code)
    const { lago_id } = (await apply(tenantCustomer.external_id, two.code)).body.applied_coupon
    await app.api.delete(`/customers/${tenantCustomer.external_id}/applied_coupons/${lago_id}`)
    const codes = async (query: string) =>
      (
        await app.api.get(`/applied_coupons?external_customer_id=${tenantCustomer.external_id}&${query}`)
      ).body.applied_coupons
        .map((applied: { coupon_code: string }) => applied.coupon_code)
        .toSorted()
    expect(await codes('')).toEqual([one.code, two.code].toSorted())
    expect(await codes('status=active')).toEqual([one.code])
    expect(await codes('status=sleeping')).toHaveLength(2)
    expect(await codes(`coupon_code[]=${two.code}`)).toEqual([two.code])
    expect(await codes('coupon_code=nothing')).toHaveLength(2)
    await app.api.delete(`/customers/${tenantCustomer.external_id}`)
    await app.settle()
    expect(await codes('')).toEqual([])
    const statuses = await app.ctx.db
      .selectFrom('applied_coupons')
      .select('status')
      .where('customer_id', '=', tenantCustomer.lago_id)
      .execute()
    expect(statuses.map(row => row.status)).toEqual(['terminated', 'terminated'])
  })

  it('that are deleted are taken at once from who has them', async () => {
    const { external_id } = await createCustomer(app)
    const coupon = await createCoupon()
    await apply(external_id, coupon.code)
    await app.api.delete(`/coupons/${coupon.code}`)
    expect(await listed(external_id)).toMatchObject([
      { status: 'terminated', coupon_deleted_at: '2026-01-10T12:00:00Z' },
    ])
  })

  it('reduce invoices until they are used up, and come back when one is voided', async () => {
    const { external_id, lago_id: customerId } = await createCustomer(app)
    await apply(external_id, (await createCoupon()).code)
    await apply(
      external_id,
      (await createCoupon({ ...percentage, frequency: 'recurring', frequency_duration: 2 })).code,
    )
    await apply(external_id, (await createCoupon({ amount_currency: 'USD' })).code)
    const use = async (amountCents: bigint) => {
      const invoiceId = await insertInvoice(app, customerId)
      const fee = { id: newId(), amountCents, preciseCouponsAmountCents: NOTHING, metricId: null, planIds: [] }
      const invoice = { invoiceId, customerId, currency: 'EUR', subTotalCents: amountCents, fees: [fee] }
      const result = await locked(app, customerId, tx => credits.applyCouponsToInvoice(tx, invoice))
      expect(result.preciseCouponsAmountCents.get(fee.id)?.toString()).toBe(String(result.amountCents))
      return { invoiceId, amountCents: result.amountCents }
    }
    const state = async () =>
      (await listed(external_id))
        .filter((applied: { amount_currency: string }) => applied.amount_currency !== 'USD')
        .map((applied: Record<string, unknown>) => [
          applied.status,
          applied.amount_cents_remaining,
          applied.frequency_duration_remaining,
        ])
        .toSorted()
    const first = await use(3200n)
    expect(first.amountCents).toBe(3200n)
    expect(await state()).toEqual([
      ['active', null, 2],
      ['active', 1800, null],
    ])
    const second = await use(2500n)
    // 1,800 that are left, and an eighth of the 700 that remain due.
    expect(second.amountCents).toBe(1888n)
    expect(await state()).toEqual([
      ['active', null, 1],
      ['terminated', 0, null],
    ])
    const third = await use(80n)
    expect(third.amountCents).toBe(10n)
    expect(await state()).toEqual([
      ['terminated', null, 0],
      ['terminated', 0, null],
    ])
    const lines = (await listed(external_id)).flatMap((applied: { credits: unknown[] }) => applied.credits)
    expect(lines).toHaveLength(4)
    expect(lines).toContainEqual({
      lago_id: expect.any(String),
      amount_cents: 3200,
      amount_currency: 'EUR',
      before_taxes: true,
      item: {
        lago_item_id: expect.any(String),
        type: 'coupon',
        code: expect.any(String),
        name: 'Welcome',
        description: null,
      },
      invoice: { lago_id: first.invoiceId, payment_status: 'pending' },
    })
    for (const { invoiceId } of [first, third]) {
      await locked(app, customerId, async tx => {
        await tx.db.updateTable('invoices').set({ status: 'voided' }).where('id', '=', invoiceId).execute()
        await credits.releaseCoupons(tx, invoiceId)
      })
    }
    expect(await state()).toEqual([
      ['active', null, 1],
      ['active', 3200, null],
    ])
  })

  it('that somebody took away do not come back', async () => {
    const { external_id, lago_id: customerId } = await createCustomer(app)
    const { lago_id } = (await apply(external_id, (await createCoupon()).code)).body.applied_coupon
    const invoiceId = await insertInvoice(app, customerId)
    const fees = [{ id: newId(), amountCents: 100n, preciseCouponsAmountCents: NOTHING, metricId: null, planIds: [] }]
    await locked(app, customerId, tx =>
      credits.applyCouponsToInvoice(tx, { invoiceId, customerId, currency: 'EUR', subTotalCents: 100n, fees }),
    )
    await app.api.delete(`/customers/${external_id}/applied_coupons/${lago_id}`)
    await locked(app, customerId, tx => credits.releaseCoupons(tx, invoiceId))
    expect(await listed(external_id)).toMatchObject([{ status: 'terminated' }])
  })

  it('limited to metrics or plans reduce what they are for, those for metrics first', async () => {
    const { external_id, lago_id: customerId } = await createCustomer(app)
    const [x, y] = [await createMetric(app), await createMetric(app)]
    const plan = await createPlan(app)
    const five = { coupon_type: 'percentage', amount_cents: null, amount_currency: null, percentage_rate: '5' }
    await apply(external_id, (await createCoupon({ ...five, name: 'all' })).code)
    await apply(
      external_id,
      (await createCoupon({ name: 'plan', amount_cents: 1500, applies_to: { plan_codes: [plan.code] } })).code,
    )
    const metrics = { applies_to: { billable_metric_codes: [x.code, y.code] } }
    await apply(external_id, (await createCoupon({ ...five, percentage_rate: '10', name: 'metrics', ...metrics })).code)
    const planIds = [plan.lago_id]
    const fee = (id: string, amountCents: bigint, metricId: string | null) => ({
      id,
      amountCents,
      metricId,
      planIds,
      preciseCouponsAmountCents: NOTHING,
    })
    const fees = [fee('s', 4100n, null), fee('x', 1333n, x.lago_id), fee('y', 2500n, y.lago_id)]
    const invoiceId = await insertInvoice(app, customerId)
    const result = await locked(app, customerId, tx =>
      credits.applyCouponsToInvoice(tx, { invoiceId, customerId, currency: 'EUR', subTotalCents: 7933n, fees }),
    )
    expect(
      Object.fromEntries([...result.preciseCouponsAmountCents].map(([id, share]) => [id, share.toFixed()])),
    ).toEqual({
      s: '979.11259',
      x: '419.71848',
      y: '787.16894',
    })
    expect(result.credits.map(credit => credit.amountCents)).toEqual([383n, 1500n, 303n])
  })
})
