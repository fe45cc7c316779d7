import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMetric } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { subscribe, succeed, type Watched, type Wire, watch, webhooksOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const BEGIN = '2026-06-01T00:00:00Z'
const PERIOD_END = '2026-07-01T01:00:00Z'
const REACHED = 'subscription.usage_threshold_reached'

const thresholds = (...amounts: number[]) => amounts.map(amount_cents => ({ amount_cents }))

/** Each unit costs 1.00, with taxes of 20 %. */
async function billed(parts: Parameters<typeof subscribe>[1] = {}) {
  const tenant = await watch(app, { now: BEGIN })
  const tax = { code: 'vat', name: 'VAT', rate: 20, applied_to_organization: true }
  await succeed(tenant.api.post('/taxes', { tax }))
  const made = await subscribe(tenant, {
    ...parts,
    plan: { amount_cents: 500, usage_thresholds: thresholds(1000, 2500), ...parts.plan },
  })
  const use = async (amount: number, day: number) => {
    await tenant.setClock(`2026-06-${String(day).padStart(2, '0')}T10:00:00Z`)
    await tenant.use(made.metric.code, [{ amount }])
  }
  return { ...made, tenant, use }
}

async function invoicesOf(tenant: Watched, type: string): Promise<Wire[]> {
  const { invoices } = await tenant.read(`/invoices?invoice_type=${type}`)
  const whole = await Promise.all(
    invoices.map(async ({ lago_id }: Wire) => (await tenant.read(`/invoices/${lago_id}`)).invoice),
  )
  return whole.toSorted((a, b) => a.sequential_id - b.sequential_id)
}

const amounts = (invoice: Wire) => [
  invoice.fees_amount_cents,
  invoice.progressive_billing_credit_amount_cents,
  invoice.coupons_amount_cents,
  invoice.sub_total_excluding_taxes_amount_cents,
  invoice.taxes_amount_cents,
  invoice.total_amount_cents,
]

interface Case {
  /** One at 1000 unless told otherwise. */
  readonly thresholds?: readonly number[]
  /** Units, one day after another. */
  readonly usage: readonly number[]
  readonly base?: number
  readonly coupon?: object
  readonly grace?: number
  /** Fees, progressive credit, coupons, sub total, taxes, total. */
  readonly progressive: readonly (readonly number[])[]
  readonly period: readonly number[]
  readonly note?: Readonly<Record<string, unknown>>
}

const CASES: Readonly<Record<string, Case>> = {
  'one threshold': {
    usage: [12, 12, 6],
    progressive: [[1200, 0, 0, 1200, 240, 1440]],
    period: [3500, 1200, 0, 2300, 460, 2760],
  },
  'two thresholds': {
    thresholds: [1000, 2500],
    usage: [12, 14, 4],
    progressive: [
      [1200, 0, 0, 1200, 240, 1440],
      [2600, 1200, 0, 1400, 280, 1680],
    ],
    period: [3500, 2600, 0, 900, 180, 1080],
  },
  'usage that was corrected': {
    usage: [12, -3],
    progressive: [[1200, 0, 0, 1200, 240, 1440]],
    period: [1400, 900, 0, 500, 100, 240],
    note: {
      credit_amount_cents: 360,
      sub_total_excluding_taxes_amount_cents: 300,
      reason: 'other',
      credit_status: 'consumed',
    },
  },
  'a coupon on the progressive invoice': {
    usage: [10, 10],
    base: 0,
    coupon: { coupon_type: 'fixed_amount', amount_cents: 100, amount_currency: 'EUR', frequency: 'once' },
    progressive: [[1000, 0, 100, 900, 180, 1080]],
    period: [2000, 900, 0, 1100, 200, 1300],
  },
  'no wait for its own invoice where there is a grace period': {
    usage: [12, 2],
    grace: 3,
    progressive: [[1200, 0, 0, 1200, 240, 1440]],
    period: [1900, 1200, 0, 700, 140, 840],
  },
}

describe('usage that passes thresholds', () => {
  it.each(Object.entries(CASES))('is billed before its period ends, and credited then: %s', async (_, one) => {
    const { tenant, use } = await billed({
      plan: { amount_cents: one.base ?? 500, usage_thresholds: thresholds(...(one.thresholds ?? [1000])) },
      customer: { billing_configuration: { invoice_grace_period: one.grace ?? 0 } },
    })
    if (one.coupon !== undefined) {
      const coupon = { name: 'Off', code: 'off', expiration: 'no_expiration', ...one.coupon }
      await succeed(tenant.api.post('/coupons', { coupon }))
      const applied = { external_customer_id: 'acme', coupon_code: 'off' }
      await succeed(tenant.api.post('/applied_coupons', { applied_coupon: applied }))
    }
    for (const [day, amount] of one.usage.entries()) await use(amount, day + 2)
    const progressive = await invoicesOf(tenant, 'progressive_billing')
    expect(progressive.map(amounts)).toEqual(one.progressive)
    await tenant.advanceTo(PERIOD_END)
    if (one.grace !== undefined) {
      const [draft] = await invoicesOf(tenant, 'subscription')
      expect([draft.status, ...amounts(draft)]).toEqual(['draft', ...one.period])
      await succeed(tenant.api.put(`/invoices/${draft.lago_id}/refresh`))
      await succeed(tenant.api.put(`/invoices/${draft.lago_id}/finalize`))
    }
    const [invoice] = await invoicesOf(tenant, 'subscription')
    expect([invoice.status, ...amounts(invoice)]).toEqual(['finalized', ...one.period])
    const last = progressive.at(-1)
    expect(invoice.credits).toContainEqual(
      expect.objectContaining({
        amount_cents: one.period[1],
        before_taxes: true,
        item: expect.objectContaining({ type: 'invoice', lago_item_id: last.lago_id, code: last.number }),
      }),
    )
    const { credit_notes } = await tenant.read('/credit_notes')
    expect(credit_notes).toEqual(one.note === undefined ? [] : [expect.objectContaining(one.note)])
  })

  it('is told once: its invoice, and each threshold', async () => {
    const { tenant, metric, use } = await billed({
      plan: {
        usage_thresholds: [
          { amount_cents: 6000, threshold_display_name: 'Six' },
          { amount_cents: 15000 },
          { amount_cents: 5000, recurring: true },
        ],
      },
      customer: { billing_configuration: { invoice_grace_period: 5 } },
    })
    const told = async (amount: number, day: number) => {
      const messages = await webhooksOf(tenant, ['invoice.created', REACHED], () => use(amount, day))
      const lines = messages.map(({ webhook_type: type, subscription, invoice }: Wire) =>
        type === REACHED
          ? `passed ${subscription.usage_threshold.amount_cents}`
          : `${invoice.invoice_type} ${invoice.fees_amount_cents}, for ${invoice.applied_usage_thresholds.length}`,
      )
      return lines.toSorted()
    }
    expect(await told(55, 2)).toEqual([])
    const reached = await webhooksOf(tenant, [REACHED], () => use(10, 3))
    expect(reached).toHaveLength(1)
    expect(reached[0]).toMatchObject({
      webhook_type: REACHED,
      object_type: 'subscription',
      subscription: {
        external_id: 'sub',
        plan: { code: expect.any(String) },
        customer: { external_id: 'acme' },
        applicable_usage_thresholds: [{ amount_cents: 5000 }, { amount_cents: 6000 }, { amount_cents: 15000 }],
        usage_threshold: { threshold_display_name: 'Six', amount_cents: 6000, recurring: false },
      },
    })
    // The same usage again is nothing new.
    expect(await told(0, 4)).toEqual([])
    expect(await told(25, 5)).toEqual([])
    expect(await told(120, 6)).toEqual(['passed 15000', 'passed 5000', 'progressive_billing 21000, for 2'])
    expect(await told(39, 7)).toEqual([])
    expect(await told(1, 8)).toEqual(['passed 5000', 'progressive_billing 25000, for 1'])
    const invoices = await invoicesOf(tenant, 'progressive_billing')
    expect(invoices.map(amounts)).toEqual([
      [6500, 0, 0, 6500, 1300, 7800],
      [21000, 6500, 0, 14500, 2900, 17400],
      [25000, 21000, 0, 4000, 800, 4800],
    ])
    expect(invoices[1]).toMatchObject({
      status: 'finalized',
      issuing_date: '2026-06-06',
      billing_periods: [{ invoicing_reason: 'progressive_billing', charges_from_datetime: BEGIN }],
      applied_usage_thresholds: [
        { lifetime_usage_amount_cents: 21000, usage_threshold: { amount_cents: 5000, recurring: true } },
        { lifetime_usage_amount_cents: 21000, usage_threshold: { amount_cents: 15000, recurring: false } },
      ],
    })
    expect(invoices[1].fees).toMatchObject([{ item: { code: metric.code }, units: '210.0' }])
  })

  it('gives back what was corrected of its largest fee first', async () => {
    const tenant = await watch(app, { now: BEGIN })
    const tax = { code: 'vat', name: 'VAT', rate: 20, applied_to_organization: true }
    await succeed(tenant.api.post('/taxes', { tax }))
    const [y, x] = [await createMetric(tenant), await createMetric(tenant)]
    const charges = [y, x].map(metric => ({
      billable_metric_id: metric.lago_id,
      charge_model: 'standard',
      properties: { amount: '1' },
    }))
    await subscribe(tenant, { plan: { amount_cents: 0, usage_thresholds: thresholds(8000), charges } })
    await tenant.setClock('2026-06-03T10:00:00Z')
    await tenant.use(y.code, [{ amount: 25 }])
    await tenant.use(x.code, [{ amount: 60 }])
    await tenant.use(x.code, [{ amount: -12 }])
    const [progressive] = await invoicesOf(tenant, 'progressive_billing')
    await tenant.advanceTo(PERIOD_END)
    const [invoice] = await invoicesOf(tenant, 'subscription')
    expect(amounts(invoice)).toEqual([7300, 7300, 0, 0, 0, 0])
    const usage = invoice.fees.filter((fee: Wire) => fee.item.type === 'charge')
    expect(usage.map((fee: Wire) => Number(fee.precise_coupons_amount_cents))).toEqual([2500, 4800])
    const { credit_notes } = await tenant.read('/credit_notes')
    expect(credit_notes).toMatchObject([
      { lago_invoice_id: progressive.lago_id, credit_amount_cents: 1440, reason: 'other', credit_status: 'available' },
    ])
    expect(credit_notes[0].items.map((item: Wire) => item.amount_cents)).toEqual([1200, 0])
  })

  it('counts what was used before', async () => {
    const { tenant, use } = await billed()
    const lifetime_usage = { external_historical_usage_amount_cents: 900 }
    await succeed(tenant.api.put('/subscriptions/sub/lifetime_usage', { lifetime_usage }))
    await use(2, 3)
    const [invoice] = await invoicesOf(tenant, 'progressive_billing')
    expect(invoice).toMatchObject({
      fees_amount_cents: 200,
      applied_usage_thresholds: [{ lifetime_usage_amount_cents: 1100 }],
    })
  })

  it('bills usage in arrears alone', async () => {
    const addOn = { name: 'Seat', code: 'seat', amount_cents: 100, amount_currency: 'EUR' }
    const tenant = await watch(app, { now: BEGIN })
    await succeed(tenant.api.post('/add_ons', { add_on: addOn }))
    const advance = await createMetric(tenant)
    const metric = await createMetric(tenant)
    const charge = { charge_model: 'standard', properties: { amount: '1' } }
    await subscribe(tenant, {
      plan: {
        amount_cents: 500,
        minimum_commitment: { amount_cents: 90_000 },
        usage_thresholds: thresholds(2000),
        fixed_charges: [{ add_on_code: 'seat', charge_model: 'standard', units: '3', properties: { amount: '5' } }],
        charges: [
          { ...charge, billable_metric_id: metric.lago_id, min_amount_cents: 7000 },
          { ...charge, billable_metric_id: advance.lago_id, pay_in_advance: true },
        ],
      },
    })
    await tenant.setClock('2026-06-03T10:00:00Z')
    await tenant.use(advance.code, [{ amount: 7 }])
    expect(await invoicesOf(tenant, 'progressive_billing')).toEqual([])
    // What was charged at once counts twice towards thresholds: as invoiced, and as used in this period.
    await tenant.use(metric.code, [{ amount: 6 }])
    const [invoice] = await invoicesOf(tenant, 'progressive_billing')
    expect(invoice.fees.map((fee: Wire) => [fee.item.type, fee.item.code, fee.amount_cents])).toEqual([
      ['charge', metric.code, 600],
    ])
    await tenant.advanceTo(PERIOD_END)
    const period = (await invoicesOf(tenant, 'subscription')).at(-1)
    expect(period.progressive_billing_credit_amount_cents).toBe(600)
  })

  it('is billed again with its period once the progressive invoice is voided, but not before', async () => {
    const { tenant, use } = await billed()
    await use(12, 2)
    const [voided] = await invoicesOf(tenant, 'progressive_billing')
    await succeed(tenant.api.post(`/invoices/${voided.lago_id}/void`))
    await use(1, 3)
    expect((await invoicesOf(tenant, 'progressive_billing')).map(({ status }) => status)).toEqual(['voided'])
    await tenant.advanceTo(PERIOD_END)
    expect((await invoicesOf(tenant, 'subscription')).map(amounts)).toEqual([[1800, 0, 0, 1800, 360, 2160]])
  })

  it('is not billed early where the subscription has it switched off', async () => {
    const { tenant, use } = await billed({ subscription: { progressive_billing_disabled: true } })
    await use(12, 2)
    expect(await invoicesOf(tenant, 'progressive_billing')).toEqual([])
  })
})
