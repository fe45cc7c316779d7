import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'
import { lines, type Story, storyOf, told } from './billing-support.ts'

let app: TestApp
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  app = await startTestApp()
})
afterAll(async () => {
  await app?.stop()
  await receiver?.stop()
})

/** A customer acme at the beginning of June. */
async function begin(at = '2026-06-01T00:00:00Z'): Promise<Story> {
  const story = storyOf(await app.newOrganization())
  await story.setClock(at)
  await story.customer('acme')
  return story
}

const standard = (amount: string, fields: object = {}) => ({
  charge_model: 'standard',
  properties: { amount },
  ...fields,
})

describe('fixed charges', () => {
  const seats = (fields: object) => ({ add_on_code: 'seats', code: 'seats', units: '10', ...standard('3'), ...fields })
  const desks = (fields: object) => ({ add_on_code: 'desks', code: 'desks', units: '4', ...standard('6'), ...fields })

  async function beginWith(plan: object, at?: string): Promise<Story> {
    const story = await begin(at)
    await story.addOn('seats')
    await story.addOn('desks')
    await story.plan('team', { amount_cents: 3000, ...plan })
    await story.subscribe('team', 'team')
    await story.settle()
    return story
  }

  const raise = (story: Story, units: string) =>
    story.client.plans.updatePlanFixedCharge('team', 'desks', {
      fixed_charge: { ...standard('6'), units, apply_units_immediately: true } as never,
    })

  it('in advance begin with the subscription, those in arrears follow, and the end owes only these', async () => {
    const story = await beginWith(
      { pay_in_advance: true, fixed_charges: [seats({ prorated: true }), desks({ pay_in_advance: true })] },
      '2026-06-16T00:00:00Z',
    )
    await story.advanceTo('2026-08-11T00:00:00Z')
    await story.api.delete('/subscriptions/team')
    await story.settle()
    expect(told(await story.invoices())).toEqual([
      ['starting', 'subscription team: 1.0 = 1500', 'fixed_charge desks: 4.0 = 2400'],
      [
        'periodic',
        'subscription team: 1.0 = 3000',
        'fixed_charge seats: 10.0 = 1500',
        'fixed_charge desks: 4.0 = 2400',
      ],
      [
        'periodic',
        'subscription team: 1.0 = 3000',
        'fixed_charge seats: 10.0 = 3000',
        'fixed_charge desks: 4.0 = 2400',
      ],
      ['terminating', 'fixed_charge seats: 10.0 = 1065'],
    ])
    const [, june] = await story.invoices()
    expect(june.fees[1]).toMatchObject({
      lago_fixed_charge_id: expect.any(String),
      lago_charge_id: null,
      item: { type: 'fixed_charge', name: 'seats', item_type: 'AddOn', invoice_display_name: 'seats' },
      pay_in_advance: false,
      events_count: null,
      total_aggregated_units: '10.0',
      precise_unit_amount: '1.5',
      from_date: '2026-06-16T00:00:00+00:00',
      to_date: '2026-06-30T23:59:59+00:00',
    })
    expect(june.fees[2]).toMatchObject({
      pay_in_advance: true,
      from_date: '2026-07-01T00:00:00+00:00',
      to_date: '2026-07-31T23:59:59+00:00',
    })
  })

  it('in advance on a plan in arrears have an invoice of their own at the start, and when units are raised', async () => {
    const story = await beginWith({ fixed_charges: [seats({}), desks({ pay_in_advance: true, prorated: true })] })
    await story.setClock('2026-06-16T10:00:00Z')
    await raise(story, '9')
    await story.settle()
    await story.setClock('2026-06-20T10:00:00Z')
    await raise(story, '2')
    await story.settle()
    await story.advanceTo('2026-07-02T00:00:00Z')
    const all = await story.invoices()
    expect(told(all)).toEqual([
      ['in_advance_charge', 'fixed_charge desks: 4.0 = 2400'],
      // Half of June for five more.
      ['in_advance_charge', 'fixed_charge desks: 5.0 = 1500'],
      ['in_advance_charge', 'fixed_charge desks: 0.0 = 0'],
      [
        'periodic',
        'subscription team: 1.0 = 3000',
        'fixed_charge seats: 10.0 = 3000',
        'fixed_charge desks: 2.0 = 1200',
      ],
    ])
    expect(all[1]).toMatchObject({ status: 'finalized', issuing_date: '2026-06-16', invoice_type: 'subscription' })
    expect(all[1].fees[0]).toMatchObject({ amount_details: {}, precise_unit_amount: '3.0', pay_in_advance: true })
  })

  it('are billed during a trial, and not again when it ends', async () => {
    const story = await beginWith({
      pay_in_advance: true,
      trial_period: 10,
      fixed_charges: [desks({ pay_in_advance: true })],
    })
    await story.advanceTo('2026-07-02T00:00:00Z')
    expect(told(await story.invoices())).toEqual([
      ['in_advance_charge', 'fixed_charge desks: 4.0 = 2400'],
      ['starting', 'subscription team: 1.0 = 2000'],
      ['periodic', 'subscription team: 1.0 = 3000', 'fixed_charge desks: 4.0 = 2400'],
    ])
  })
})

describe('a minimum commitment', () => {
  it.each([
    ['in arrears', {}, [['subscription team: 1.0 = 2000', 'charge calls: 5.0 = 500', 'commitment team: 1.0 = 4167']]],
    [
      'in advance',
      { pay_in_advance: true },
      [
        ['subscription team: 1.0 = 2000'],
        ['subscription team: 1.0 = 3000', 'charge calls: 5.0 = 500', 'commitment team: 1.0 = 4167'],
      ],
    ],
  ])('is filled up %s, as far as the period was served', async (_, plan, expected) => {
    const story = await begin('2026-06-11T09:00:00Z')
    const metric = await story.metric('calls')
    await story.plan('team', {
      amount_cents: 3000,
      ...plan,
      charges: [{ billable_metric_id: metric.lago_id, ...standard('1') }],
      minimum_commitment: { amount_cents: 10_000, invoice_display_name: 'Promised' },
    })
    await story.subscribe('team', 'team')
    await story.send('team', 'calls', '2026-06-20 5')
    await story.advanceTo('2026-07-02T00:00:00Z')
    const all = await story.invoices()
    expect(all.map(lines)).toEqual(expected)
    const fee = all.at(-1).fees.at(-1)
    expect(fee.item).toMatchObject({ invoice_display_name: 'Promised', item_type: 'Subscription' })
    expect(fee).toMatchObject({ units: '1.0', events_count: null, total_aggregated_units: null, amount_details: {} })
    expect(fee).not.toHaveProperty('from_date')
    await story.send('team', 'calls', '2026-07-03 50')
    await story.setClock('2026-07-10T12:00:00Z')
    await story.api.delete('/subscriptions/team')
    await story.settle()
    // 10 of 31 days of 100.00 are 32.26: usage alone is more.
    const last = (await story.invoices()).at(-1)
    expect(lines(last).filter(line => line.startsWith('commitment'))).toEqual([])
    expect(lines(last)).toContain('charge calls: 50.0 = 5000')
  })
})

describe('a minimum in a currency of other decimals', () => {
  it.each([
    ['JPY', 500, '12.25', [123, 377], 39],
    ['KWD', 5000, '0.1234', [1240, 3760], 385],
  ])('is completed in its smallest unit: %s', async (currency, minimum, amount, cents, taxes) => {
    const story = await begin()
    await story.customer('other', { currency })
    await story.tax('vat', 7.7)
    const metric = await story.metric('calls')
    const charge = { billable_metric_id: metric.lago_id, ...standard(amount), min_amount_cents: minimum }
    await story.plan('team', { amount_currency: currency, charges: [{ ...charge, tax_codes: ['vat'] }] })
    await story.subscribe('team', 'team', 'other')
    await story.send('team', 'calls', '2026-06-10 10.05')
    await story.advanceTo('2026-07-01T12:00:00Z')
    const [invoice] = await story.invoices('other')
    expect(invoice.fees.slice(1).map((fee: { amount_cents: number }) => fee.amount_cents)).toEqual(cents)
    expect(invoice.taxes_amount_cents).toBe(taxes)
  })
})

describe('a charge priced in a pricing unit', () => {
  it('shows both amounts, completes its minimum in units, and splits its units for display', async () => {
    const story = await begin()
    await story.pricingUnit('credits')
    const metric = await story.metric('calls')
    await story.plan('team', {
      charges: [
        {
          billable_metric_id: metric.lago_id,
          ...standard('0.0333'),
          properties: {
            amount: '0.0333',
            presentation_group_keys: [{ value: 'team', options: { display_in_invoice: true } }],
          },
          min_amount_cents: 100,
          applied_pricing_unit: { code: 'credits', conversion_rate: '0.75' },
        },
      ],
    })
    await story.subscribe('team', 'team')
    await story.send('team', 'calls', '2026-06-10 10 a', '2026-06-11 2.5')
    await story.advanceTo('2026-07-01T12:00:00Z')
    const [invoice] = await story.invoices()
    expect(lines(invoice)).toEqual([
      'subscription team: 1.0 = 0',
      'charge calls: 12.5 = 32',
      // 1.00 - 0.42 credits
      'charge calls: 1.0 = 44',
    ])
    const [, usage, trueUp] = invoice.fees
    expect(usage).toMatchObject({
      precise_amount: '0.315',
      pricing_unit_details: {
        lago_pricing_unit_id: expect.any(String),
        pricing_unit_code: 'credits',
        short_name: 'CR',
        amount_cents: 42,
        precise_amount_cents: '41.625',
        unit_amount_cents: 3,
        precise_unit_amount: '0.0333',
        conversion_rate: '0.75',
      },
      presentation_breakdowns: [
        { presentation_by: { team: 'a' }, units: '10.0' },
        { presentation_by: { team: null }, units: '2.5' },
      ],
    })
    expect(trueUp).toMatchObject({
      lago_true_up_parent_fee_id: usage.lago_id,
      pricing_unit_details: { amount_cents: 58 },
      presentation_breakdowns: [],
    })
  })
})

describe('a level that carries over', () => {
  it('is kept when a period is billed, and late events of it no longer count', async () => {
    const story = await begin()
    const metric = await story.metric('disk', {
      aggregation_type: 'weighted_sum_agg',
      recurring: true,
      weighted_interval: 'seconds',
    })
    await story.plan('team', { charges: [{ billable_metric_id: metric.lago_id, ...standard('1') }] })
    await story.subscribe('team', 'team')
    await story.send('team', 'disk', '2026-06-16T00:00:00Z 30')
    await story.advanceTo('2026-07-01T12:00:00Z')
    await story.send('team', 'disk', '2026-06-20 1000')
    await story.send('team', 'disk', '2026-07-31T12:00:00Z 62')
    await story.advanceTo('2026-09-01T12:00:00Z')
    const usage = (await story.invoices()).map(invoice => invoice.fees[1])
    expect(usage.map(fee => [fee.units, fee.total_aggregated_units, fee.amount_cents])).toEqual([
      ['15.0', '30.0', 1500],
      // 30 all month, 62 more for half a day of 31
      ['31.0', '92.0', 3100],
      ['92.0', '92.0', 9200],
    ])
  })

  it('follows a draft as long as it is one', async () => {
    const story = await begin()
    await story.customer('draft', { billing_configuration: { invoice_grace_period: 5 } })
    const metric = await story.metric('disk', {
      aggregation_type: 'weighted_sum_agg',
      recurring: true,
      weighted_interval: 'seconds',
    })
    await story.plan('team', { charges: [{ billable_metric_id: metric.lago_id, ...standard('1') }] })
    await story.subscribe('late', 'team', 'draft')
    await story.send('late', 'disk', '2026-06-16T00:00:00Z 30')
    await story.advanceTo('2026-07-02T00:00:00Z')
    await story.send('late', 'disk', '2026-06-01T00:00:00Z 15')
    const [draft] = await story.invoices('draft')
    await story.api.put(`/invoices/${draft.lago_id}/refresh`)
    await story.advanceTo('2026-08-10T00:00:00Z')
    const all = await story.invoices('draft')
    expect(all.map(invoice => lines(invoice)[1])).toEqual(['charge disk: 30.0 = 3000', 'charge disk: 45.0 = 4500'])
  })
})

describe('usage in advance that carries over', () => {
  it('is billed in full for the coming period: on the invoice, or on fees that stand alone and are told of', async () => {
    const story = await begin()
    await story.tax('vat', 20, { applied_to_organization: true })
    await story.client.webhookEndpoints.createWebhookEndpoint({
      webhook_endpoint: { webhook_url: receiver.url, signature_algo: 'hmac', event_types: ['fee.created'] },
    } as never)
    const recurring = { recurring: true, aggregation_type: 'sum_agg' }
    const [seats, bots] = [await story.metric('seats', recurring), await story.metric('bots', recurring)]
    const inAdvance = { ...standard('2'), pay_in_advance: true, prorated: true }
    await story.plan('team', {
      charges: [
        { billable_metric_id: seats.lago_id, ...inAdvance },
        { billable_metric_id: bots.lago_id, ...inAdvance, invoiceable: false },
      ],
    })
    await story.subscribe('team', 'team')
    await story.send('team', 'seats', '2026-06-10 5', '2026-06-20 3')
    await story.send('team', 'bots', '2026-06-10 4')
    await story.settle()
    const toldBefore = receiver.received.length
    const ofBots = async () =>
      (await story.fees('billable_metric_code=bots')).filter(
        (fee: { event_transaction_id: string | null }) => fee.event_transaction_id === null,
      )
    await story.advanceTo('2026-07-01T12:00:00Z')
    const invoice = (await story.invoices()).at(-1)
    expect(lines(invoice)).toEqual(['subscription team: 1.0 = 0', 'charge seats: 8.0 = 1600'])
    expect(invoice.fees[1]).toMatchObject({
      pay_in_advance: false,
      from_date: '2026-07-01T00:00:00+00:00',
      to_date: '2026-07-31T23:59:59+00:00',
    })
    const renewals = await ofBots()
    expect(renewals).toEqual([
      expect.objectContaining({
        lago_invoice_id: null,
        pay_in_advance: true,
        invoiceable: false,
        units: '4.0',
        amount_cents: 800,
        taxes_amount_cents: 160,
        applied_taxes: [expect.objectContaining({ tax_code: 'vat', amount_cents: 160 })],
        from_date: '2026-07-01T00:00:00+00:00',
        to_date: '2026-07-31T23:59:59+00:00',
      }),
    ])
    const messages = receiver.received.slice(toldBefore).map(({ body }) => JSON.parse(body.toString()))
    expect(messages).toMatchObject([{ webhook_type: 'fee.created', fee: { lago_id: renewals[0].lago_id } }])
    expect(messages[0].fee).not.toHaveProperty('applied_taxes')
    // Nothing is carried over once the subscription has ended.
    await story.setClock('2026-07-10T00:00:00Z')
    await story.api.delete('/subscriptions/team')
    await story.settle()
    expect(lines((await story.invoices()).at(-1))).toEqual(['subscription team: 1.0 = 0'])
    expect(await ofBots()).toEqual(renewals)
  })
})

describe('a subscription that takes the place of another', () => {
  /** Makes one the successor of the other, as a change of plan does. */
  async function replace(story: Story, previous: string, next: string): Promise<void> {
    const idOf = async (externalId: string) => {
      const { id } = await story.ctx.db
        .selectFrom('subscriptions')
        .select('id')
        .where('organization_id', '=', story.organizationId)
        .where('external_id', '=', externalId)
        .executeTakeFirstOrThrow()
      return id
    }
    await story.ctx.db
      .updateTable('subscriptions')
      .set({ previous_subscription_id: await idOf(previous) })
      .where('id', '=', await idOf(next))
      .execute()
  }

  it('is credited what was paid for the same days of the same add-on', async () => {
    const story = await begin()
    await story.addOn('seats')
    const seats = (amount: string) => ({
      add_on_code: 'seats',
      units: '10',
      pay_in_advance: true,
      prorated: true,
      ...standard(amount),
    })
    await story.plan('small', { pay_in_advance: true, fixed_charges: [seats('6')] })
    await story.plan('large', { pay_in_advance: true, fixed_charges: [seats('12')] })
    await story.subscribe('small', 'small')
    await story.settle()
    await story.customer('acme', { billing_configuration: { invoice_grace_period: 5 } })
    await story.setClock('2026-06-14T10:00:00Z')
    await story.subscribe('large', 'large')
    await story.settle()
    const [paid, draft] = await story.invoices()
    expect([paid, draft].map(lines)).toEqual([
      ['subscription small: 1.0 = 0', 'fixed_charge seats: 10.0 = 6000'],
      ['subscription large: 1.0 = 0', 'fixed_charge seats: 10.0 = 6800'],
    ])
    await replace(story, 'small', 'large')
    const { body } = await story.api.put(`/invoices/${draft.lago_id}/refresh`)
    // 17 of 30 days: 68.00, less 34.00.
    expect(lines(body.invoice)).toEqual(['subscription large: 1.0 = 0', 'fixed_charge seats: 10.0 = 3400'])
  })

  it('bills what carries over to it, so that the one before does not', async () => {
    const story = await begin()
    await story.customer('acme', { billing_configuration: { invoice_grace_period: 5 } })
    const recurring = { recurring: true }
    const [disks, keys] = [await story.metric('disks', recurring), await story.metric('keys', recurring)]
    const charge = (metric: { lago_id: string }) => ({ billable_metric_id: metric.lago_id, ...standard('1') })
    await story.plan('small', { charges: [charge(disks), charge(keys)] })
    await story.plan('large', { amount_cents: 100, charges: [charge(disks)] })
    await story.subscribe('small', 'small')
    await story.send('small', 'disks', '2026-06-05 4')
    await story.send('small', 'keys', '2026-06-05 5')
    await story.setClock('2026-06-10T15:00:00Z')
    await story.api.delete('/subscriptions/small')
    await story.settle()
    const [draft] = await story.invoices()
    expect(lines(draft)).toEqual(['subscription small: 1.0 = 0', 'charge disks: 4.0 = 400', 'charge keys: 5.0 = 500'])
    await story.subscribe('large', 'large')
    await replace(story, 'small', 'large')
    const { body } = await story.api.put(`/invoices/${draft.lago_id}/refresh`)
    expect(lines(body.invoice)).toEqual(['subscription small: 1.0 = 0', 'charge keys: 5.0 = 500'])
  })
})
