import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { lines, type Story, storyOf } from './billing-support.ts'

let app: TestApp
let story: Story
beforeAll(async () => {
  app = await startTestApp()
  story = storyOf(app)
  await story.setClock('2026-03-11T09:00:00Z')
  await story.customer('acme', { net_payment_term: 10, billing_configuration: { invoice_grace_period: 3 } })
  await story.tax('vat', 20, { applied_to_organization: true })
  const metric = await story.metric('calls')
  const charges = [{ billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '2' } }]
  await story.plan('arrears', { amount_cents: 3100, charges })
  await story.plan('advance', { amount_cents: 3100, pay_in_advance: true })
  await story.plan('dearer', { amount_cents: 6200 })
  await story.plan('prepaid', { amount_cents: 6200, pay_in_advance: true })
  await story.plan('cheaper', { amount_cents: 100 })
  await story.plan('yearly', { amount_cents: 100, interval: 'yearly' })
  await story.plan('euros', { amount_cents: 100, amount_currency: 'EUR' })
  await story.api.post('/coupons', {
    coupon: {
      code: 'known',
      name: 'Known',
      coupon_type: 'fixed_amount',
      amount_cents: 100,
      amount_currency: 'USD',
      frequency: 'once',
      expiration: 'no_expiration',
    },
  })
  await story.addOn('seat')
  const seats = { add_on_code: 'seat', charge_model: 'standard', properties: { amount: '5' } }
  await story.plan('seats', {
    amount_cents: 3100,
    fixed_charges: [
      { ...seats, units: '2' },
      { ...seats, units: '0' },
    ],
  })
  await story.plan('split', {
    amount_cents: 365_000,
    interval: 'yearly',
    bill_charges_monthly: true,
    charges,
  })
  await story.subscribe('one', 'arrears')
  await story.subscribe('seated', 'seats')
  await story.subscribe('ordered', 'arrears', 'acme', { purchase_order_number: 'PO-1' })
  await story.subscribe('split', 'split')
  await story.subscribe('late', 'arrears', 'acme', { subscription_at: '2026-05-01T00:00:00Z' })
  await story.subscribe('year', 'yearly')
  await story.subscribe('ending', 'arrears', 'acme', { ending_at: '2026-03-20T00:00:00Z' })
  await story.send('one', 'calls', '2026-03-11T10:00:00Z 5')
  await story.setClock('2026-03-15T09:00:00Z')
})
afterAll(() => app?.stop())

const preview = async (body: object) => story.api.post('/invoices/preview', body)
const acme = { external_id: 'acme' }

interface Shown {
  readonly lago_id: string | null
  readonly external_id: string | null
  readonly lago_subscription_id: string | null
  readonly external_subscription_id: string | null
  readonly item: { readonly type: string; readonly lago_item_id: string | null }
}
const of = (external_ids: string[], rest: object = {}) => ({ customer: acme, subscriptions: { external_ids, ...rest } })

describe('POST /invoices/preview', () => {
  it.each([
    [
      'the first invoice of a plan in arrears',
      { customer: { name: 'New' }, plan_code: 'arrears', subscription_at: '2026-03-11T00:00:00Z' },
      ['subscription arrears: 1.0 = 2100'],
      { issuing_date: '2026-04-01', total_amount_cents: 2520, payment_due_date: '2026-04-01' },
    ],
    [
      'the first invoice of a plan in advance',
      { customer: acme, plan_code: 'advance', billing_time: 'anniversary' },
      ['subscription advance: 1.0 = 3100'],
      { issuing_date: '2026-03-18', payment_due_date: '2026-03-28' },
    ],
    [
      'the next one',
      of(['one']),
      ['subscription arrears: 1.0 = 2100', 'charge calls: 5.0 = 1000'],
      {
        issuing_date: '2026-04-04',
        payment_due_date: '2026-04-14',
        taxes_amount_cents: 620,
        total_amount_cents: 3720,
      },
    ],
    [
      'the last one',
      of(['one'], { terminated_at: '2026-03-20T12:00:00Z' }),
      ['subscription arrears: 1.0 = 1000', 'charge calls: 5.0 = 1000'],
      { issuing_date: '2026-03-23' },
    ],
    ['the last one of a subscription that ends before it', of(['ending']), ['subscription arrears: 1.0 = 1000'], {}],
    [
      'one before an upgrade',
      of(['one'], { plan_code: 'dearer' }),
      ['subscription arrears: 1.0 = 400', 'charge calls: 5.0 = 1000'],
      {},
    ],
    [
      'one of an upgrade to a plan in advance',
      of(['one'], { plan_code: 'prepaid' }),
      ['subscription arrears: 1.0 = 400', 'charge calls: 5.0 = 1000', 'subscription prepaid: 1.0 = 3400'],
      {},
    ],
    [
      'what coupons would take off',
      {
        customer: acme,
        plan_code: 'advance',
        billing_time: 'anniversary',
        coupons: [
          { code: 'half', name: 'Half', coupon_type: 'percentage', percentage_rate: '50' },
          { code: 'known', coupon_type: 'percentage', percentage_rate: '99' },
        ],
      },
      ['subscription advance: 1.0 = 3100'],
      { coupons_amount_cents: 1650, sub_total_excluding_taxes_amount_cents: 1450, total_amount_cents: 1740 },
    ],
    [
      'a customer and coupons as far as they make sense',
      {
        customer: { name: 'New', currency: 'dollars', country: 'Atlantis', shipping_address: { country: 'fr' } },
        plan_code: 'advance',
        billing_time: 'anniversary',
        subscription_at: '9999-12-31T23:59:59Z',
        coupons: [
          { code: 'nothing' },
          { coupon_type: 'fixed_amount', amount_cents: 0, amount_currency: 'USD' },
          { coupon_type: 'fixed_amount', amount_cents: 100 },
          { coupon_type: 'percentage', percentage_rate: 'half' },
          { coupon_type: 'percentage', percentage_rate: '10', frequency_duration: -1 },
        ],
      },
      ['subscription advance: 1.0 = 3100'],
      { coupons_amount_cents: 310, customer: { currency: 'USD', country: null, shipping_address: { country: 'FR' } } },
    ],
    [
      'one before a downgrade',
      of(['one'], { plan_code: 'cheaper' }),
      ['subscription arrears: 1.0 = 2100', 'charge calls: 5.0 = 1000'],
      {},
    ],
    [
      'fixed charges that cost nothing',
      of(['seated']),
      ['subscription seats: 1.0 = 2100', 'fixed_charge seat: 2.0 = 1000', 'fixed_charge seat: 0.0 = 0'],
      {},
    ],
    [
      'both plans of a subscription with an order number',
      of(['ordered'], { plan_code: 'prepaid' }),
      ['subscription arrears: 1.0 = 400', 'subscription prepaid: 1.0 = 3400'],
      { purchase_order_number: 'PO-1' },
    ],
    [
      'a downgrade at the end of the plan period, not of a month of it',
      of(['split'], { plan_code: 'cheaper' }),
      ['subscription split: 1.0 = 296000'],
      { issuing_date: '2027-01-04' },
    ],
    [
      'the next one by the days of another time zone',
      { customer: { ...acme, timezone: 'America/New_York' }, subscriptions: { external_ids: ['one'] } },
      ['subscription arrears: 1.0 = 2100', 'charge calls: 5.0 = 1000'],
      { issuing_date: '2026-04-04' },
    ],
    ['one that has not started', of(['late']), ['subscription arrears: 1.0 = 3100'], { issuing_date: '2026-06-04' }],
  ])('shows %s', async (_, body, fees, shown) => {
    const { body: answer, status } = await preview(body)
    expect(answer.error_details ?? answer.code ?? status).toBe(200)
    expect(lines(answer.invoice)).toEqual(fees)
    expect(answer.invoice).toMatchObject({
      lago_id: null,
      number: '',
      status: 'finalized',
      payment_status: 'pending',
      created_at: '2026-03-15T09:00:00Z',
      ...shown,
    })
    expect(answer.invoice).not.toHaveProperty('billing_periods')
    expect(answer.invoice).not.toHaveProperty('metadata')
  })

  it('names what exists by its id, and nothing else', async () => {
    const idsOf = async (body: object) => {
      const { invoice } = (await preview(body)).body
      const known = new Set(
        (await story.api.get('/subscriptions?status[]=all')).body.subscriptions.map(
          (one: { lago_id: string }) => one.lago_id,
        ),
      )
      const told = (id: string | null) => (id === null ? null : known.has(id))
      return {
        subscriptions: invoice.subscriptions.map((one: Shown) => [told(one.lago_id), one.external_id]),
        fees: invoice.fees
          .filter((one: Shown) => one.item.type === 'subscription')
          .map((one: Shown) => [
            told(one.lago_subscription_id),
            told(one.item.lago_item_id),
            one.external_subscription_id,
          ]),
      }
    }
    expect(await idsOf({ customer: acme, plan_code: 'advance' })).toEqual({
      subscriptions: [[null, null]],
      fees: [[null, null, null]],
    })
    expect(await idsOf(of(['late']))).toEqual({ subscriptions: [[true, 'late']], fees: [[true, true, 'late']] })
    expect(await idsOf(of(['one'], { plan_code: 'prepaid' }))).toEqual({
      subscriptions: [
        [true, 'one'],
        [null, 'one'],
      ],
      fees: [
        [true, true, 'one'],
        [null, null, 'one'],
      ],
    })
  })

  it('is issued by the billing entity that is named; who pays is still a customer of the default one', async () => {
    await story.api.post('/billing_entities', { billing_entity: { code: 'eu', name: 'EU', net_payment_term: 30 } })
    const { body } = await preview({ plan_code: 'advance', billing_entity_code: 'eu' })
    expect(body.invoice).toMatchObject({
      billing_entity_code: 'eu',
      net_payment_term: 0,
      applied_taxes: [{ tax_code: 'vat' }],
    })
  })

  it('stores nothing, and tells nobody', async () => {
    await preview({ customer: { external_id: 'acme', name: 'Changed' }, plan_code: 'advance' })
    await preview({ customer: { name: 'New' }, plan_code: 'advance' })
    await preview(of(['one'], { terminated_at: '2026-03-20T12:00:00Z' }))
    await story.settle()
    expect((await story.api.get('/invoices')).body.invoices).toEqual([])
    expect((await story.api.get('/customers')).body.customers).toHaveLength(1)
    expect((await story.api.get('/customers/acme')).body.customer.name).not.toBe('Changed')
    expect((await story.api.get('/subscriptions/one')).body.subscription).toMatchObject({ status: 'active' })
    const { data } = await app.client.invoices.invoicePreview({
      customer: { name: 'Shown' } as never,
      plan_code: 'advance',
    })
    expect((data.invoice as { customer: object }).customer).toMatchObject({ name: 'Shown', lago_id: null })
  })

  it.each([
    [{ coupons: {} }, 400, 'coupons_must_be_an_array'],
    [{ subscriptions: [] }, 400, 'subscriptions_must_be_an_object'],
    [{ plan_code: 'advance', billing_entity_code: 'x' }, 404, 'billing_entity_not_found'],
    [{ customer: { external_id: 'x' }, plan_code: 'advance' }, 404, 'customer_not_found'],
    [{ plan_code: 'x' }, 404, 'plan_not_found'],
    [
      {
        customer: { integration_customers: [{ integration_type: 'anrok', integration_code: 'a' }] },
        plan_code: 'advance',
      },
      404,
      'anrok_integration_not_found',
    ],
    [{ subscriptions: { external_ids: ['one'] } }, 422, { customer: ['must_be_persisted'] }],
    [of(['x']), 404, 'subscription_not_found'],
    [
      of(['one', 'year'], { terminated_at: '2026-04-01' }),
      422,
      {
        subscriptions: ['only_one_subscription_allowed_for_termination'],
      },
    ],
    [
      of(['one', 'year'], { plan_code: 'dearer' }),
      422,
      {
        subscriptions: ['only_one_subscription_allowed_for_plan_change'],
      },
    ],
    [of(['one'], { terminated_at: 'soon' }), 422, { terminated_at: ['invalid_timestamp'] }],
    [of(['one'], { terminated_at: '2026-03-01' }), 422, { terminated_at: ['cannot_be_in_past'] }],
    [of(['one'], { plan_code: 'arrears' }), 422, { base: ['new_plan_should_be_different_from_existing_plan'] }],
    [of(['one'], { plan_code: 'x' }), 404, 'plan_not_found'],
    [of(['one', 'year']), 422, { base: ['billing_periods_does_not_match'] }],
  ])('refuses %j', async (body, status, told) => {
    const answer = await preview(body)
    expect([answer.status, answer.body.error_details ?? answer.body.code ?? answer.body.error]).toEqual([status, told])
  })
})

describe('a preview for a customer who has been billed before', () => {
  let own: Story
  const shown = async (external_ids: string[], rest: object = {}) => {
    const { body, status } = await own.api.post('/invoices/preview', {
      customer: acme,
      subscriptions: { external_ids, ...rest },
    })
    expect(body.error_details ?? body.code ?? status).toBe(200)
    return body.invoice
  }
  const coupon = async (code: string, fields: object) => {
    const terms = {
      frequency: 'forever',
      expiration: 'no_expiration',
      coupon_type: 'percentage',
      percentage_rate: '10',
    }
    const made = await own.api.post('/coupons', { coupon: { code, name: code, ...terms, ...fields } })
    expect(made.body.error_details ?? made.status).toBe(200)
    const applied = { external_customer_id: 'acme', coupon_code: code }
    expect((await own.api.post('/applied_coupons', { applied_coupon: applied })).status).toBe(200)
  }

  beforeAll(async () => {
    own = storyOf(await app.newOrganization())
    await own.setClock('2026-03-11T09:00:00Z')
    await own.tax('vat', 20, { applied_to_organization: true })
    await own.customer('acme')
    const metric = await own.metric('calls')
    const charges = [{ billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '2' } }]
    await own.plan('advance', { amount_cents: 3100, pay_in_advance: true, charges })
    await own.plan('dearer', { amount_cents: 6200 })
    await own.plan('cheaper', { amount_cents: 310, pay_in_advance: true })
    await own.plan('stepped', { amount_cents: 0, charges, usage_thresholds: [{ amount_cents: 500 }] })
    await own.subscribe('paid', 'advance')
    await own.subscribe('down', 'dearer')
    await own.subscribe('down', 'cheaper')
    await own.subscribe('steps', 'stepped')
    await own.settle()
    await own.send('paid', 'calls', '2026-03-11T10:00:00Z 5')
    await own.send('steps', 'calls', '2026-03-11T10:00:00Z 4')
    await own.advanceTo('2026-03-15T09:00:00Z')
  })

  it('shows the credit note of a period that was paid in advance, which the end of the subscription cuts', async () => {
    const last = await shown(['paid'], { terminated_at: '2026-03-20T12:00:00Z' })
    expect(lines(last)).toEqual(['charge calls: 5.0 = 1000'])
    // Eleven of 31 days at 31.00, with their taxes, are more than is due.
    expect(last).toMatchObject({ credit_notes_amount_cents: 1200, total_amount_cents: 0 })
    expect(last.credits).toMatchObject([{ amount_cents: 1200, item: { type: 'credit_note' } }])
    expect((await own.api.get('/credit_notes')).body.credit_notes).toEqual([])
  })

  it('shows the change to a cheaper plan that waits for the end of the period', async () => {
    const next = await shown(['down'])
    expect(lines(next)).toEqual(['subscription dearer: 1.0 = 4200', 'subscription cheaper: 1.0 = 310'])
    expect(next.issuing_date).toBe('2026-04-01')
    const several = await shown(['down', 'steps', 'paid'])
    expect(lines(several).toSorted()).toEqual([
      'charge calls: 4.0 = 800',
      'charge calls: 5.0 = 1000',
      'subscription advance: 1.0 = 3100',
      'subscription cheaper: 1.0 = 310',
      'subscription dearer: 1.0 = 4200',
      'subscription stepped: 1.0 = 0',
    ])
    // Nothing comes after the end of a subscription, whatever was planned.
    const last = await shown(['down'], { terminated_at: '2026-03-20T12:00:00.700Z' })
    expect(lines(last)).toEqual(['subscription dearer: 1.0 = 2000'])
    const other = await shown(['down'], { plan_code: 'stepped' })
    expect(lines(other)).toEqual(['subscription dearer: 1.0 = 4200'])
    expect((await own.api.get('/subscriptions/down')).body.subscription.next_plan_code).toBe('cheaper')
  })

  it('knows nothing of what was billed because a threshold was passed', async () => {
    const { invoices } = (await own.api.get('/invoices?invoice_type=progressive_billing')).body
    expect(invoices).toMatchObject([{ fees_amount_cents: 800 }])
    expect(await shown(['steps'])).toMatchObject({
      fees_amount_cents: 800,
      progressive_billing_credit_amount_cents: 0,
      total_amount_cents: 960,
    })
  })

  it('counts coupons that are limited to its first plan on all fees, and none that are limited to metrics', async () => {
    await coupon('of-metric', { applies_to: { billable_metric_codes: ['calls'] } })
    await coupon('of-other', { applies_to: { plan_codes: ['cheaper'] }, percentage_rate: '20' })
    await coupon('of-plan', { applies_to: { plan_codes: ['dearer'] }, percentage_rate: '30' })
    const next = await shown(['down'])
    expect(next).toMatchObject({ fees_amount_cents: 4510, coupons_amount_cents: 1353 })
    expect(next.credits.map((one: { item: { code: string } }) => one.item.code)).toEqual(['of-plan'])
    const { coupons } = (await own.api.get('/coupons')).body
    expect(coupons.map((one: { limited_plans: boolean }) => one.limited_plans).toSorted()).toEqual([false, true, true])
  })
})

describe('a preview of what is intended', () => {
  let own: Story
  const shown = new Map<string, { invoice: Shown | null; credit_note: object | null }>()
  interface Shown {
    fees: Parameters<typeof lines>[0]['fees']
    total_amount_cents: number
    issuing_date: string
  }
  /** External id, and what is ordered. */
  const orders: [string, object][] = [
    ['advance', { plan_code: 'advance' }],
    ['advance-anniversary', { plan_code: 'advance', billing_time: 'anniversary' }],
    ['arrears', { plan_code: 'arrears' }],
    ['cheaper-for-one', { plan_code: 'advance', plan_overrides: { amount_cents: 1550 } }],
    ['after-trial', { plan_code: 'tried' }],
    ['fixed-in-advance', { plan_code: 'fixed' }],
    ['in-the-past', { plan_code: 'advance', subscription_at: '2026-01-20T00:00:00Z' }],
    ['in-the-past-in-arrears', { plan_code: 'arrears', subscription_at: '2026-01-20T00:00:00Z' }],
    ['in-the-future', { plan_code: 'advance', subscription_at: '2026-04-21T00:00:00Z' }],
    ['fixed-in-the-future', { plan_code: 'fixed', subscription_at: '2026-04-21T00:00:00Z' }],
    ['ending', { plan_code: 'arrears', ending_at: '2026-03-25T00:00:00Z' }],
  ]
  /** Whose subscriptions change and end: what is credited to it pays nothing of the others. */
  const globex = { external_id: 'globex' }
  const intend = async (body: object, customer = globex) => {
    const answer = await own.api.post('/invoices/preview', { customer, ...body })
    expect(answer.body.error_details ?? answer.body.code ?? answer.status).toBe(200)
    return answer.body
  }
  const order = (external_id: string, rest: object) => ({ external_id, consolidate_invoice: false, ...rest })
  /** What is on the invoices of a subscription, oldest first. */
  const billed = async (id: string, customer = 'globex') =>
    (await own.invoices(customer)).filter(({ subscriptions }) =>
      subscriptions.some((one: { external_id: string }) => one.external_id === id),
    )
  const told = (invoice: Shown | null | undefined) =>
    invoice && { lines: lines(invoice).toSorted(), total: invoice.total_amount_cents, date: invoice.issuing_date }

  beforeAll(async () => {
    own = storyOf(await app.newOrganization())
    await own.setClock('2026-03-11T09:00:00Z')
    await own.tax('vat', 20, { applied_to_organization: true })
    await own.customer('acme')
    await own.customer('globex')
    const metric = await own.metric('calls')
    const charges = [{ billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '2' } }]
    const addOn = await own.addOn('seat')
    await own.plan('arrears', { amount_cents: 3100, charges })
    await own.plan('advance', { amount_cents: 3100, pay_in_advance: true, charges })
    await own.plan('dearer', { amount_cents: 9300, pay_in_advance: true, charges })
    await own.plan('tried', { amount_cents: 3100, pay_in_advance: true, trial_period: 10 })
    await own.plan('fixed', {
      amount_cents: 3100,
      fixed_charges: [
        {
          add_on_id: addOn.lago_id,
          charge_model: 'standard',
          units: '3',
          properties: { amount: '10' },
          pay_in_advance: true,
        },
      ],
    })
    for (const [id, rest] of orders) {
      shown.set(id, await intend({ subscription: order(id, rest) }, acme))
      const { plan_code: plan, ...fields } = order(id, rest) as unknown as { plan_code: string }
      await own.subscribe(id, plan, 'acme', fields)
    }
    for (const id of ['up', 'down', 'ended', 'refunded', 'left']) {
      await own.subscribe(id, 'advance', 'globex', { consolidate_invoice: false })
    }
    await own.settle()
  })

  it('shows what a dearer plan bills and credits now, and a cheaper one when the period ends', async () => {
    await own.send('up', 'calls', '2026-03-12 5')
    await own.setClock('2026-03-20T09:00:00Z')
    const change = order('up', { plan_code: 'dearer', plan_overrides: { amount_cents: 6200 } })
    const up = await intend({ subscription: change })
    // Twelve of 31 days, at 31.00 for what was paid and 62.00 for what comes.
    expect(up.credit_note).toMatchObject({ total_amount_cents: 1440, balance_amount_cents: 0 })
    await own.subscribe('up', 'dearer', 'globex', { plan_overrides: { amount_cents: 6200 } })
    await own.settle()
    expect(told((await billed('up')).at(-1))).toEqual(told(up.invoice))
    const { credit_notes: notes } = (await own.api.get('/credit_notes')).body
    expect(notes).toMatchObject([{ total_amount_cents: 1440, balance_amount_cents: 0 }])

    const down = await intend({
      subscription: order('down', { plan_code: 'arrears', plan_overrides: { amount_cents: 310 } }),
    })
    expect(down.credit_note).toBeNull()
    expect(told(down.invoice)).toMatchObject({ date: '2026-04-01' })
    const same = await own.api.post('/invoices/preview', {
      customer: globex,
      subscription: order('down', { plan_code: 'advance' }),
    })
    expect(same.body.error_details).toEqual({ base: ['new_plan_should_be_different_from_existing_plan'] })
  })

  it.each([
    ['ended', { on_termination_credit_note: 'credit' }],
    ['refunded', { on_termination_credit_note: 'refund' }],
    ['left', { on_termination_credit_note: 'skip', on_termination_invoice: 'skip' }],
  ])('shows what the end of %s bills and gives back', async (id, termination) => {
    const before = (await own.api.get('/credit_notes')).body.credit_notes.length
    const end = await intend({ subscriptions: { external_ids: [id] }, termination })
    expect((await own.api.get(`/subscriptions/${id}`)).body.subscription.status).toBe('active')
    const query = new URLSearchParams(termination)
    expect((await own.api.delete(`/subscriptions/${id}?${query}`)).status).toBe(200)
    await own.settle()
    const notes = (await own.api.get('/credit_notes')).body.credit_notes
    const made =
      notes.length > before
        ? notes.toSorted((a: { created_at: string }, b: { created_at: string }) =>
            a.created_at < b.created_at ? 1 : -1,
          )[0]
        : null
    expect(end.credit_note === null).toBe(made === null)
    if (made !== null) expect(made).toMatchObject({ ...end.credit_note, balance_amount_cents: expect.any(Number) })
    const invoices = await billed(id)
    expect(invoices).toHaveLength(end.invoice === null ? 1 : 2)
    if (end.invoice !== null) expect(told(invoices.at(-1))).toEqual(told(end.invoice))
  })

  it('refuses what the order or the end itself would be refused for', async () => {
    const refused = async (body: object) => {
      const { status, body: answer } = await own.api.post('/invoices/preview', body)
      return [status, answer.error_details ?? answer.code]
    }
    const ending = order('x', { plan_code: 'advance', ending_at: '2020-01-01' })
    expect(await refused({ customer: acme, subscription: ending })).toEqual([422, { ending_at: ['invalid_date'] }])
    expect(await refused({ subscription: ending })).toEqual([422, { customer: ['must_be_persisted'] }])
    const of = (external_ids: string[]) => ({ customer: globex, subscriptions: { external_ids } })
    expect(await refused({ ...of(['x']), termination: {} })).toEqual([404, 'subscription_not_found'])
    expect(await refused({ ...of(['up']), termination: { on_termination_invoice: 'x' } })).toEqual([
      422,
      { on_termination_invoice: ['invalid_value'] },
    ])
  })

  it.each(orders)('shows the first invoice of %s', async id => {
    await own.advanceTo('2026-05-02T00:00:00Z')
    const [first] = await billed(id, 'acme')
    expect(told(first)).toEqual(told(shown.get(id)?.invoice))
  })
})
