import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

interface Setting {
  readonly at: string
  readonly zone?: string
  readonly plan?: object
}

/** A tenant whose customer acme is on a plan of 49.00 USD a month from a given instant on. */
async function subscribed({ at, zone, plan }: Setting): Promise<Tenant> {
  const tenant = await app.newOrganization()
  await tenant.setClock(at)
  await tenant.api.post('/customers', {
    customer: { external_id: 'acme', currency: 'USD', ...(zone !== undefined && { timezone: zone }) },
  })
  await createPlan(tenant, 'team', plan)
  await subscribe(tenant, 'acme-team', 'team', plan)
  return tenant
}

async function createPlan({ api }: Tenant, code: string, plan: object = {}): Promise<void> {
  const { status, body } = await api.post('/plans', {
    plan: {
      code,
      name: code,
      interval: 'monthly',
      amount_cents: 4900,
      amount_currency: 'USD',
      pay_in_advance: false,
      ...plan,
    },
  })
  expect(body.error_details ?? status).toBe(200)
}

async function subscribe({ api }: Tenant, id: string, plan: string, options: object = {}): Promise<void> {
  const { status } = await api.post('/subscriptions', {
    subscription: { external_customer_id: 'acme', plan_code: plan, external_id: id, ...options },
  })
  expect(status).toBe(200)
}

async function createMetric({ api }: Tenant, metric: object): Promise<string> {
  const { body } = await api.post('/billable_metrics', { billable_metric: { name: 'm', ...metric } })
  return body.billable_metric.lago_id
}

/** Oldest first, each with everything on it. */
async function invoices({ api }: Tenant) {
  const { body } = await api.get('/invoices')
  const ids: string[] = body.invoices.map((invoice: { lago_id: string }) => invoice.lago_id)
  return Promise.all(ids.reverse().map(async id => (await api.get(`/invoices/${id}`)).body.invoice))
}

describe('the base fee', () => {
  // Amounts of a plan of 49.00 USD; what is due at the start, and on the first billing day.
  it.each([
    {
      name: 'calendar in arrears',
      at: '2026-02-17T04:25:30Z',
      zone: 'America/New_York',
      plan: {},
      start: undefined,
      first: 2275,
    },
    {
      name: 'calendar in advance',
      at: '2026-02-17T04:25:30Z',
      zone: 'Asia/Tokyo',
      plan: { pay_in_advance: true },
      start: 2100,
      first: 4900,
    },
    {
      name: 'anniversary in advance',
      at: '2026-02-17T10:00:00Z',
      zone: 'UTC',
      plan: { pay_in_advance: true, billing_time: 'anniversary' },
      start: 4900,
      first: 4900,
    },
    {
      name: 'weekly in advance, started on a Thursday',
      at: '2026-09-23T22:00:00Z',
      zone: 'Pacific/Auckland',
      plan: { pay_in_advance: true, interval: 'weekly', amount_cents: 1500 },
      start: 857,
      first: 1500,
    },
    {
      name: 'quarterly in arrears',
      at: '2026-02-11T00:00:00Z',
      zone: 'UTC',
      plan: { interval: 'quarterly', amount_cents: 29_900 },
      start: undefined,
      first: 16_279,
    },
    {
      name: 'yearly in advance in a leap year',
      at: '2028-03-10T00:00:00Z',
      zone: 'UTC',
      plan: { pay_in_advance: true, interval: 'yearly', amount_cents: 120_000 },
      start: 97_377,
      first: 120_000,
    },
    {
      name: 'with a trial of 10 days in arrears',
      at: '2026-06-12T15:20:00Z',
      zone: 'UTC',
      plan: { trial_period: 10 },
      start: undefined,
      first: 1470,
    },
  ])('of a plan $name', async ({ at, zone, plan, start, first }) => {
    const tenant = await subscribed({ at, zone, plan })
    await tenant.settle()
    const atStart = await invoices(tenant)
    expect(atStart.map(invoice => invoice.total_amount_cents)).toEqual(start === undefined ? [] : [start])
    if (start !== undefined) expect(atStart[0].billing_periods[0].invoicing_reason).toBe('subscription_starting')
    await tenant.advanceTo(
      Temporal.Instant.from(at).toZonedDateTimeISO('UTC').add({ years: 1, months: 1 }).toInstant().toString(),
    )
    const all = await invoices(tenant)
    expect(all[start === undefined ? 0 : 1].fees[0].amount_cents).toBe(first)
  })
})

describe('a subscription that ends', () => {
  it('owes the days it was used, the last one included, and its usage up to the end', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-06-01T00:00:00Z')
    const metric = await createMetric(tenant, { code: 'calls', aggregation_type: 'count_agg' })
    await tenant.api.post('/customers', { customer: { external_id: 'acme', currency: 'USD' } })
    await createPlan(tenant, 'team', {
      charges: [{ billable_metric_id: metric, charge_model: 'standard', properties: { amount: '1' } }],
    })
    await subscribe(tenant, 'acme-team', 'team')
    const at = (instant: string) => Temporal.Instant.from(instant).epochMilliseconds / 1000
    for (const [id, instant] of [
      ['before', '2026-06-10T00:00:00Z'],
      ['after', '2026-06-18T18:00:00Z'],
    ] as const) {
      await tenant.api.post('/events', {
        event: { transaction_id: id, external_subscription_id: 'acme-team', code: 'calls', timestamp: at(instant) },
      })
    }
    await tenant.setClock('2026-06-18T13:30:15Z')
    await tenant.api.delete('/subscriptions/acme-team')
    await tenant.settle()
    const [invoice] = await invoices(tenant)
    expect(invoice.fees.map((fee: { amount_cents: number }) => fee.amount_cents)).toEqual([2940, 100])
    expect(invoice.billing_periods[0]).toMatchObject({
      invoicing_reason: 'subscription_terminating',
      subscription_to_datetime: '2026-06-18T13:30:15Z',
      charges_to_datetime: '2026-06-18T13:30:15Z',
    })
    await tenant.advanceTo('2026-09-01T00:00:00Z')
    expect(await invoices(tenant)).toHaveLength(1)
  })

  it('gets no last invoice when its owner asks for none', async () => {
    const tenant = await subscribed({ at: '2026-06-01T00:00:00Z' })
    await tenant.setClock('2026-06-18T00:00:00Z')
    await tenant.api.delete('/subscriptions/acme-team?on_termination_invoice=skip')
    await tenant.settle()
    expect(await invoices(tenant)).toEqual([])
  })

  it('ends by itself on its planned day, shortly after local midnight', async () => {
    const tenant = await subscribed({
      at: '2026-06-01T00:00:00Z',
      zone: 'Asia/Tokyo',
      plan: { ending_at: '2026-06-18T00:00:00Z' },
    })
    await tenant.advanceTo('2026-07-02T00:00:00Z')
    const [invoice, ...others] = await invoices(tenant)
    expect(others).toEqual([])
    expect(invoice.total_amount_cents).toBe(2940)
    expect(invoice.billing_periods[0].subscription_to_datetime).toBe('2026-06-17T15:05:00Z')
  })
})

describe('a free trial of a plan paid in advance', () => {
  it.each([
    { name: 'calendar', options: {}, days: 10, rest: 1470, periods: ['2026-06-12', '2026-06-30'] },
    {
      name: 'anniversary',
      options: { billing_time: 'anniversary' },
      days: 10,
      rest: 3267,
      periods: ['2026-06-12', '2026-07-11'],
    },
    { name: 'calendar, longer than a period', options: {}, days: 45, rest: 790, periods: ['2026-07-01', '2026-07-31'] },
  ])('bills the rest of the period when it ends: $name', async ({ options, days, rest, periods }) => {
    const plan = { pay_in_advance: true, trial_period: days, ...options }
    const tenant = await subscribed({ at: '2026-06-12T15:20:00Z', plan })
    await tenant.settle()
    expect(await invoices(tenant)).toEqual([])
    await tenant.advanceTo('2026-08-02T00:00:00Z')
    const billed = (await invoices(tenant)).filter(invoice => invoice.total_amount_cents > 0)
    expect(billed[0].total_amount_cents).toBe(rest)
    const [period] = billed[0].billing_periods
    expect(period.invoicing_reason).toBe('subscription_starting')
    expect(
      [period.subscription_from_datetime, period.subscription_to_datetime].map((at: string) => at.slice(0, 10)),
    ).toEqual(periods)
    expect(billed.slice(1).every(invoice => invoice.total_amount_cents === 4900)).toBe(true)
    const { body } = await tenant.api.get('/subscriptions/acme-team')
    expect(body.subscription.trial_ended_at).toBe(
      Temporal.Instant.from('2026-06-12T15:20:00Z')
        .add({ hours: 24 * days })
        .toString({ smallestUnit: 'second' }),
    )
  })

  it('ends on a local day: all that was billed of it and the days after is credited to who leaves that day', async () => {
    const plan = { pay_in_advance: true, trial_period: 10 }
    const tenant = await subscribed({ at: '2026-05-31T17:00:00Z', zone: 'Asia/Tokyo', plan })
    await tenant.advanceTo('2026-06-10T20:00:00Z')
    expect((await invoices(tenant)).map(invoice => invoice.total_amount_cents)).toEqual([3267])
    await tenant.api.delete('/subscriptions/acme-team')
    await tenant.settle()
    const { body } = await tenant.api.get('/credit_notes')
    expect(body.credit_notes).toMatchObject([{ credit_amount_cents: 3267 }])
  })
})

describe('subscriptions that are due on the same day', () => {
  it('share an invoice, unless currency, purchase order or their own wish set them apart', async () => {
    const tenant = await subscribed({ at: '2026-01-01T00:00:00Z' })
    await createPlan(tenant, 'euro', { amount_currency: 'EUR', amount_cents: 700 })
    await createPlan(tenant, 'weekly', { interval: 'weekly', amount_cents: 100 })
    await subscribe(tenant, 'same', 'team')
    await subscribe(tenant, 'euro', 'euro')
    await subscribe(tenant, 'alone', 'team', { consolidate_invoice: false })
    await subscribe(tenant, 'ordered', 'team', { purchase_order_number: 'PO-7' })
    await tenant.advanceTo('2026-02-01T12:00:00Z')
    const groups = (await invoices(tenant)).map(invoice => ({
      subscriptions: invoice.billing_periods
        .map((period: { external_subscription_id: string }) => period.external_subscription_id)
        .sort(),
      currency: invoice.currency,
      order: invoice.purchase_order_number,
    }))
    expect(groups).toHaveLength(4)
    expect(groups).toEqual(
      expect.arrayContaining([
        { subscriptions: ['acme-team', 'same'], currency: 'USD', order: null },
        { subscriptions: ['euro'], currency: 'EUR', order: null },
        { subscriptions: ['alone'], currency: 'USD', order: null },
        { subscriptions: ['ordered'], currency: 'USD', order: 'PO-7' },
      ]),
    )
  })
})

describe('what pays for subscriptions', () => {
  it('sets their invoices apart, but not where it is the same, named or not', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-01-01T00:00:00Z')
    const billing_configuration = { payment_provider: 'stripe', sync_with_provider: true, sync: true }
    await tenant.api.post('/customers', { customer: { external_id: 'acme', currency: 'USD', billing_configuration } })
    const { body } = await tenant.api.get('/customers/acme/payment_methods')
    const method = (payment_method_type: string, payment_method_id: string | null = null) => ({
      payment_method: { payment_method_type, payment_method_id },
    })
    const [card] = body.payment_methods
    await createPlan(tenant, 'team')
    await subscribe(tenant, 'default', 'team')
    await subscribe(tenant, 'named', 'team', method('provider', card.lago_id))
    await subscribe(tenant, 'by hand', 'team', method('manual'))
    await tenant.advanceTo('2026-02-01T12:00:00Z')
    const groups = (await invoices(tenant)).map(invoice =>
      invoice.billing_periods
        .map((period: { external_subscription_id: string }) => period.external_subscription_id)
        .sort(),
    )
    expect(groups.toSorted()).toEqual([['by hand'], ['default', 'named']])
  })
})

describe('usage on an invoice', () => {
  it('is priced filter by filter and group by group, and completed to the charge’s minimum', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-03-01T00:00:00Z')
    const metric = await createMetric(tenant, {
      code: 'units',
      aggregation_type: 'sum_agg',
      field_name: 'n',
      filters: [{ key: 'region', values: ['eu', 'us'] }],
    })
    await tenant.api.post('/customers', { customer: { external_id: 'acme', currency: 'USD' } })
    await createPlan(tenant, 'usage', {
      amount_cents: 0,
      charges: [
        {
          billable_metric_id: metric,
          charge_model: 'standard',
          min_amount_cents: 1000,
          properties: { amount: '0.10' },
          filters: [{ values: { region: ['eu'] }, properties: { amount: '0.25', pricing_group_keys: ['team'] } }],
        },
      ],
    })
    await subscribe(tenant, 'acme-usage', 'usage')
    const events = [
      { region: 'eu', team: 'a', n: 4 },
      { region: 'eu', team: 'b', n: 3 },
      { region: 'us', n: 10 },
    ].map((properties, index) => ({
      transaction_id: `t${index}`,
      external_subscription_id: 'acme-usage',
      code: 'units',
      timestamp: Temporal.Instant.from('2026-03-10T00:00:00Z').epochMilliseconds / 1000,
      properties,
    }))
    await tenant.api.post('/events/batch', { events })
    await tenant.advanceTo('2026-04-01T12:00:00Z')
    const [invoice] = await invoices(tenant)
    const charges = invoice.fees.filter((fee: { item: { type: string } }) => fee.item.type === 'charge')
    expect(
      charges.map((fee: { item: { grouped_by: object; filters: object }; amount_cents: number; units: string }) => [
        fee.item.filters,
        fee.item.grouped_by,
        fee.units,
        fee.amount_cents,
      ]),
    ).toEqual([
      [{ region: ['eu'] }, { team: 'a' }, '4.0', 100],
      [{ region: ['eu'] }, { team: 'b' }, '3.0', 75],
      [null, {}, '10.0', 100],
      [null, {}, '1.0', 725],
    ])
    const [, , parent, trueUp] = charges
    expect(parent.lago_true_up_fee_id).toBe(trueUp.lago_id)
    expect(trueUp.lago_true_up_parent_fee_id).toBe(parent.lago_id)
    expect(invoice.total_amount_cents).toBe(1000)
  })
})
