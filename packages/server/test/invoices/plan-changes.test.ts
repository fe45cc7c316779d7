import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAdvancePeriodInvoiced } from '../../src/invoices/index.ts'
import { loadSubscriptionRecords } from '../../src/subscriptions/index.ts'
import { runTask } from '../subscriptions/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { lines, type Story, storyOf } from './billing-support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

/** A customer acme, and the metric calls at 1.00 each on all plans. */
async function begin(at: string, customer: object = {}): Promise<Story> {
  const story = storyOf(await app.newOrganization())
  await story.setClock(at)
  await story.customer('acme', customer)
  await story.metric('calls')
  return story
}

const calls = { charges: [{ billable_metric_code: 'calls', charge_model: 'standard', properties: { amount: '1' } }] }

async function plan(story: Story, code: string, amount: number, fields: object = {}) {
  const { lago_id: metricId } = (await story.api.get('/billable_metrics/calls')).body.billable_metric
  const charges = calls.charges.map(({ billable_metric_code: _, ...charge }) => ({
    ...charge,
    billable_metric_id: metricId,
  }))
  return story.plan(code, { amount_cents: amount, charges, ...fields })
}

/** Every subscription of the external id with its status and its plan, oldest first. */
async function chain(story: Story): Promise<string[]> {
  const { body } = await story.api.get('/subscriptions?status[]=all&external_id=sub')
  return body.subscriptions
    .toSorted((a: { lago_id: string }, b: { lago_id: string }) => (a.lago_id < b.lago_id ? -1 : 1))
    .map((one: { plan_code: string; status: string }) => `${one.plan_code} ${one.status}`)
}

/** Each invoice: why its subscriptions are on it, then what it bills, without usage of zero. */
async function billed(story: Story): Promise<string[][]> {
  return (await story.invoices()).map(invoice => [
    invoice.billing_periods
      .map(({ lago_plan_id: _, invoicing_reason: reason }: Record<string, string>) =>
        reason?.replace('subscription_', ''),
      )
      .toSorted()
      .join('+'),
    ...lines(invoice)
      .filter(line => line !== 'charge calls: 0.0 = 0')
      .map(line => line.replace('subscription ', '')),
  ])
}

const current = async (story: Story) => (await story.api.get('/subscriptions/sub')).body.subscription

describe('an upgrade', () => {
  it('replaces the plan now, on one invoice for both', async () => {
    const story = await begin('2026-06-01T00:00:00Z')
    await plan(story, 'basic', 4900)
    await plan(story, 'pro', 9900, { pay_in_advance: true })
    const fields = { name: 'Team', purchase_order_number: 'PO-1', ending_at: '2027-01-01', consolidate_invoice: false }
    const old = await story.subscribe('sub', 'basic', 'acme', fields)
    await story.send('sub', 'calls', '2026-06-10 5', '2026-06-18T13:30:15Z 3')
    await story.setClock('2026-06-18T13:30:15Z')
    const messages = await receivedWebhooks(story, async () => {
      const { data } = await story.client.subscriptions.createSubscription({
        subscription: { external_customer_id: 'acme', plan_code: 'pro', external_id: 'sub' },
      } as never)
      expect(data.subscription).toMatchObject({
        status: 'active',
        plan_code: 'pro',
        previous_plan_code: 'basic',
        name: '',
        started_at: '2026-06-18T13:30:15.000Z',
        activated_at: '2026-06-18T13:30:15Z',
        subscription_at: '2026-06-01T00:00:00Z',
        ending_at: '2027-01-01T00:00:00Z',
        purchase_order_number: 'PO-1',
        consolidate_invoice: false,
        on_termination_credit_note: null,
      })
      expect(data.subscription.lago_id).not.toBe(old.lago_id)
      await story.settle()
    })
    const told = messages.map(({ webhook_type: type, subscription }) => `${type} ${subscription?.plan_code ?? ''}`)
    expect(told).toEqual(
      expect.arrayContaining([
        'subscription.updated basic',
        'subscription.terminated basic',
        'subscription.started pro',
        'invoice.created ',
      ]),
    )
    expect(told).toHaveLength(4)
    const [invoice] = await story.invoices()
    expect(invoice.billing_periods.map((period: Record<string, string>) => Object.values(period).slice(3))).toEqual(
      expect.arrayContaining([
        [
          '2026-06-01T00:00:00Z',
          '2026-06-18T13:30:15Z',
          ...Array.from({ length: 2 }, () => ['2026-06-01T00:00:00Z', '2026-06-18T13:30:15Z']).flat(),
          'subscription_terminating',
        ],
        [
          '2026-06-18T00:00:00Z',
          '2026-06-30T23:59:59Z',
          ...Array.from({ length: 4 }, () => '2026-06-18T13:30:15Z'),
          'subscription_starting',
        ],
      ]),
    )
    await story.advanceTo('2026-07-01T01:00:00Z')
    expect(await billed(story)).toEqual([
      ['starting+terminating', 'basic: 1.0 = 2777', 'charge calls: 5.0 = 500', 'pro: 1.0 = 4290'],
      ['periodic', 'pro: 1.0 = 9900', 'charge calls: 3.0 = 300'],
    ])
    expect(await chain(story)).toEqual(['basic terminated', 'pro active'])
    const again = await story.subscribe('sub', 'pro')
    expect(again.lago_id).toBe((await current(story)).lago_id)
  })

  const rows = [
    {
      told: 'from a plan in advance bills its usage, and the rest of the new period',
      from: { amount: 4900, pay_in_advance: true },
      to: { amount: 9900, pay_in_advance: true },
      at: '2026-06-18T13:30:15Z',
      invoices: [
        ['starting', 'from: 1.0 = 4900'],
        ['starting+terminating', 'charge calls: 2.0 = 200', 'to: 1.0 = 4290'],
        ['periodic', 'to: 1.0 = 9900'],
      ],
    },
    {
      told: 'to a plan in arrears bills the old one only',
      from: { amount: 4900 },
      to: { amount: 9900 },
      at: '2026-06-18T13:30:15Z',
      invoices: [
        ['terminating', 'from: 1.0 = 2777', 'charge calls: 2.0 = 200'],
        ['periodic', 'to: 1.0 = 4290'],
      ],
    },
    {
      told: 'on the start day leaves nothing of the old one',
      from: { amount: 4900 },
      to: { amount: 4900, interval: 'monthly' },
      at: '2026-06-01T17:00:00Z',
      invoices: [
        ['terminating', 'from: 1.0 = 0'],
        ['periodic', 'to: 1.0 = 4900', 'charge calls: 2.0 = 200'],
      ],
    },
    {
      told: 'to a longer interval keeps the anchor',
      from: { amount: 4900 },
      to: { amount: 120000, interval: 'yearly', pay_in_advance: true },
      billing_time: 'anniversary',
      at: '2026-06-18T10:00:00Z',
      invoices: [['starting+terminating', 'from: 1.0 = 2777', 'charge calls: 2.0 = 200', 'to: 1.0 = 114411']],
    },
    {
      told: 'during a trial goes on with it',
      from: { amount: 4900, pay_in_advance: true, trial_period: 20 },
      to: { amount: 9000, pay_in_advance: true, trial_period: 20 },
      at: '2026-06-18T10:00:00Z',
      invoices: [
        ['terminating', 'charge calls: 2.0 = 200'],
        ['starting', 'to: 1.0 = 3000'],
        ['periodic', 'to: 1.0 = 9000'],
      ],
    },
    {
      told: 'during a trial to a plan without one is billed at once',
      from: { amount: 4900, pay_in_advance: true, trial_period: 20 },
      to: { amount: 9000, pay_in_advance: true },
      at: '2026-06-18T10:00:00Z',
      invoices: [
        ['starting+terminating', 'charge calls: 2.0 = 200', 'to: 1.0 = 3900'],
        ['periodic', 'to: 1.0 = 9000'],
      ],
    },
    {
      told: 'before the run of a billing day bills that day first',
      from: { amount: 4900 },
      to: { amount: 9900, pay_in_advance: true },
      at: '2026-07-01T00:05:00Z',
      invoices: [
        ['periodic', 'from: 1.0 = 4900', 'charge calls: 2.0 = 200'],
        ['starting+terminating', 'from: 1.0 = 0', 'to: 1.0 = 9900'],
      ],
    },
    {
      told: 'with another purchase order number is billed apart',
      from: { amount: 4900 },
      to: { amount: 9900, pay_in_advance: true },
      at: '2026-06-18T13:30:15Z',
      order: { purchase_order_number: 'PO-2' },
      invoices: [
        ['terminating', 'from: 1.0 = 2777', 'charge calls: 2.0 = 200'],
        ['starting', 'to: 1.0 = 4290'],
        ['periodic', 'to: 1.0 = 9900'],
      ],
    },
    {
      told: 'to overridden prices is judged and billed by them',
      from: { amount: 4900 },
      to: { amount: 100, pay_in_advance: true },
      at: '2026-06-18T13:30:15Z',
      order: { plan_overrides: { amount_cents: 9900 } },
      invoices: [
        ['starting+terminating', 'from: 1.0 = 2777', 'charge calls: 2.0 = 200', 'to: 1.0 = 4290'],
        ['periodic', 'to: 1.0 = 9900'],
      ],
    },
  ]
  it.each(rows)('$told', async ({ from, to, at, order = {}, billing_time = 'calendar', invoices }) => {
    const story = await begin('2026-06-01T00:00:00Z')
    await plan(story, 'from', from.amount, from)
    await plan(story, 'to', to.amount, to)
    await story.subscribe('sub', 'from', 'acme', { billing_time })
    await story.settle()
    await story.send('sub', 'calls', at < '2026-06-02' ? '2026-06-01T18:00:00Z 2' : '2026-06-01T12:00:00Z 2')
    await story.setClock(at)
    await story.subscribe('sub', 'to', 'acme', order)
    await story.settle()
    await story.advanceTo('2026-07-01T01:00:00Z')
    expect((await billed(story)).toSorted()).toEqual(invoices.toSorted())
  })

  it('in a trial with fixed charges in advance bills these now and the plan when the trial ends', async () => {
    const story = await begin('2026-06-01T00:00:00Z')
    await story.addOn('seats')
    const fixed = {
      add_on_code: 'seats',
      units: '2',
      pay_in_advance: true,
      charge_model: 'standard',
      properties: { amount: '5' },
    }
    await plan(story, 'from', 3000, { pay_in_advance: true, trial_period: 20 })
    await plan(story, 'to', 9000, { pay_in_advance: true, trial_period: 20, fixed_charges: [fixed] })
    await story.subscribe('sub', 'from')
    await story.advanceTo('2026-06-11T00:00:00Z')
    await story.subscribe('sub', 'to')
    await story.advanceTo('2026-06-22T00:00:00Z')
    expect(await billed(story)).toEqual([
      ['starting+terminating', 'fixed_charge seats: 2.0 = 1000'],
      ['starting', 'to: 1.0 = 3000'],
    ])
    expect((await current(story)).trial_ended_at).toBe('2026-06-21T00:00:00Z')
  })
})

describe('a downgrade', () => {
  const rows = [
    {
      told: 'by the calendar',
      start: '2026-06-01T00:00:00Z',
      from: { amount: 9900 },
      to: { amount: 4900, pay_in_advance: true },
      ordered: '2026-06-18T10:00:00Z',
      date: '2026-07-01',
      until: '2026-08-01T01:00:00Z',
      started: '2026-07-01T00:10:00.000Z',
      invoices: [
        ['starting+terminating', 'from: 1.0 = 9900', 'charge calls: 2.0 = 200', 'to: 1.0 = 4900'],
        ['periodic', 'to: 1.0 = 4900'],
      ],
    },
    {
      told: 'by the anniversary, in the time zone of the customer',
      start: '2026-06-15T12:00:00Z',
      timezone: 'America/New_York',
      billing_time: 'anniversary',
      from: { amount: 9900, pay_in_advance: true },
      to: { amount: 4900 },
      ordered: '2026-06-20T10:00:00Z',
      date: '2026-07-15',
      until: '2026-08-15T06:00:00Z',
      started: '2026-07-15T04:10:00.000Z',
      invoices: [
        ['starting', 'from: 1.0 = 9900'],
        ['terminating', 'charge calls: 2.0 = 200'],
        ['periodic', 'to: 1.0 = 4900'],
      ],
    },
    {
      told: 'of a year with monthly usage, when the year ends',
      start: '2026-10-01T00:00:00Z',
      from: { amount: 36500, interval: 'yearly', bill_charges_monthly: true },
      to: { amount: 1000, pay_in_advance: true },
      ordered: '2026-10-20T10:00:00Z',
      date: '2027-01-01',
      until: '2027-01-02T00:00:00Z',
      started: '2027-01-01T00:10:00.000Z',
      invoices: [
        ['periodic', 'charge calls: 2.0 = 200'],
        ['periodic'],
        ['starting+terminating', 'from: 1.0 = 9200', 'to: 1.0 = 1000'],
      ],
    },
  ]
  it.each(rows)('waits for the end of the period: $told', async row => {
    const story = await begin(row.start, row.timezone === undefined ? {} : { timezone: row.timezone })
    await plan(story, 'from', row.from.amount, row.from)
    await plan(story, 'to', row.to.amount, row.to)
    await story.subscribe('sub', 'from', 'acme', { billing_time: row.billing_time ?? 'calendar' })
    await story.settle()
    await story.advanceTo(row.ordered)
    await story.send('sub', 'calls', `${row.ordered} 2`)
    const messages = await receivedWebhooks(story, async () => {
      const answer = await story.subscribe('sub', 'to')
      expect(answer).toMatchObject({ plan_code: 'from', next_plan_code: 'to', downgrade_plan_date: row.date })
    })
    expect(messages.map(message => [message.webhook_type, message.subscription.next_plan_code])).toEqual([
      ['subscription.updated', 'to'],
    ])
    expect(await chain(story)).toEqual(['from active', 'to pending'])
    await story.advanceTo(row.until)
    expect(await billed(story)).toEqual(row.invoices)
    expect(await chain(story)).toEqual(['from terminated', 'to active'])
    expect(await current(story)).toMatchObject({ started_at: row.started, previous_plan_code: 'from', plan_code: 'to' })
    const { body } = await story.api.get('/subscriptions/sub?status=terminated')
    expect(body.subscription).toMatchObject({ next_plan_code: 'to', downgrade_plan_date: row.started.slice(0, 10) })
  })

  it('gives way to a later change, a cancellation or the end, without a word', async () => {
    const story = await begin('2026-06-01T00:00:00Z')
    for (const [code, amount] of Object.entries({ big: 9900, medium: 4900, small: 1000, huge: 20000 })) {
      await plan(story, code, amount)
    }
    await story.subscribe('sub', 'big')
    await story.subscribe('sub', 'medium')
    await story.subscribe('sub', 'small')
    expect(await chain(story)).toEqual(['big active', 'medium canceled', 'small pending'])
    await story.subscribe('sub', 'big')
    expect((await current(story)).next_plan_code).toBe('small')
    const messages = await receivedWebhooks(story, () => story.api.delete('/subscriptions/sub?status=pending'))
    expect(messages.map(message => `${message.webhook_type} ${message.subscription.plan_code}`).toSorted()).toEqual([
      'subscription.terminated small',
      'subscription.updated big',
    ])
    expect(await current(story)).toMatchObject({ next_plan_code: null, downgrade_plan_date: null })
    await story.subscribe('sub', 'small')
    await story.subscribe('sub', 'huge')
    expect((await chain(story)).slice(-2)).toEqual(['small canceled', 'huge active'])
    await story.subscribe('sub', 'small')
    await story.api.delete('/subscriptions/sub')
    expect((await chain(story)).slice(-2)).toEqual(['huge terminated', 'small canceled'])
  })

  it('is made up for by a server that slept over it, and what follows is billed', async () => {
    const story = await begin('2026-06-01T00:00:00Z')
    await plan(story, 'big', 9900)
    await plan(story, 'small', 3100)
    await story.subscribe('sub', 'big')
    await story.subscribe('sub', 'small')
    await story.settle()
    await story.send('sub', 'calls', '2026-06-10 1', '2026-07-10 2', '2026-08-10 4')
    await story.setClock('2026-09-02T15:00:00Z')
    await runTask(story, 'bill_subscriptions')
    const expected = [
      ['terminating', 'big: 1.0 = 9900', 'charge calls: 1.0 = 100'],
      ['periodic', 'small: 1.0 = 3100', 'charge calls: 2.0 = 200'],
      ['periodic', 'small: 1.0 = 3100', 'charge calls: 4.0 = 400'],
    ]
    expect((await billed(story)).toSorted()).toEqual(expected.toSorted())
    expect((await current(story)).started_at).toBe('2026-07-01T00:10:00.000Z')
  })
})

describe('a price edit', () => {
  it.each([
    { edited: 'big', amount: 900, chain: ['big active', 'small canceled'] },
    { edited: 'big', amount: 1000, chain: ['big active', 'small pending'] },
    { edited: 'small', amount: 4900, chain: ['big terminated', 'small active'] },
    { edited: 'small', amount: 4899, chain: ['big active', 'small pending'] },
  ])('of $edited to $amount leaves $chain', async row => {
    const story = await begin('2026-06-01T00:00:00Z')
    await plan(story, 'big', 4900)
    await plan(story, 'small', 1000)
    await story.subscribe('sub', 'big')
    await story.subscribe('sub', 'small', 'acme', { name: 'Kept' })
    await story.api.put(`/plans/${row.edited}`, { plan: { amount_cents: row.amount } })
    await story.settle()
    expect(await chain(story)).toEqual(row.chain)
    if (row.chain[1] === 'small active') expect((await current(story)).name).toBe('Kept')
  })

  it('that makes a planned change an upgrade lets it happen as one, when its day has come', async () => {
    const story = await begin('2026-04-01T00:00:00Z')
    await plan(story, 'quarter', 9000, { interval: 'quarterly' })
    await plan(story, 'month', 2000, { pay_in_advance: true })
    await story.subscribe('sub', 'quarter')
    await story.subscribe('sub', 'month')
    await story.send('sub', 'calls', '2026-04-10 2')
    // 3000 is more than 2000, but not in a year.
    await story.api.put('/plans/quarter', { plan: { amount_cents: 3000 } })
    await story.settle()
    expect(await chain(story)).toEqual(['quarter active', 'month pending'])
    await story.advanceTo('2026-07-01T01:00:00Z')
    expect(await chain(story)).toEqual(['quarter terminated', 'month active'])
    expect(await billed(story)).toEqual([
      ['periodic', 'quarter: 1.0 = 3000', 'charge calls: 2.0 = 200'],
      ['starting+terminating', 'quarter: 1.0 = 0', 'month: 1.0 = 2000'],
    ])
  })
})

describe('what comes along', () => {
  const seats = (amount: string) => ({
    add_on_code: 'seats',
    units: '10',
    prorated: true,
    pay_in_advance: true,
    charge_model: 'standard',
    properties: { amount },
  })
  const desks = { add_on_code: 'desks', units: '4', charge_model: 'standard', properties: { amount: '6' } }

  it('fixed charges, minimum commitments and usage that carries over change plans too', async () => {
    const story = await begin('2026-06-01T00:00:00Z')
    for (const code of ['seats', 'desks']) await story.addOn(code)
    const { lago_id: billable_metric_id } = await story.metric('disk', { recurring: true })
    const charges = [{ billable_metric_id, charge_model: 'standard', properties: { amount: '1' } }]
    await story.plan('from', {
      charges,
      fixed_charges: [seats('3'), desks],
      minimum_commitment: { amount_cents: 30000 },
    })
    await story.plan('to', { amount_cents: 9000, charges, fixed_charges: [seats('6')] })
    await story.subscribe('sub', 'from')
    await story.settle()
    await story.send('sub', 'disk', '2026-06-03 7')
    await story.setClock('2026-06-16T00:00:00Z')
    await story.subscribe('sub', 'to')
    await story.advanceTo('2026-07-01T01:00:00Z')
    expect(await billed(story)).toEqual([
      ['in_advance_charge', 'fixed_charge seats: 10.0 = 3000'],
      // 16 of 30 days of 300.00, less 30.00 and 24.00; half a month at 60.00, less half of what was paid.
      [
        'starting+terminating',
        'from: 1.0 = 0',
        'fixed_charge desks: 4.0 = 2400',
        'commitment from: 1.0 = 10600',
        'fixed_charge seats: 10.0 = 1500',
      ],
      ['periodic', 'to: 1.0 = 4500', 'charge disk: 7.0 = 700', 'fixed_charge seats: 10.0 = 6000'],
    ])
  })

  it('lifetime usage, and it happens once for many who ask at the same moment', async () => {
    const story = await begin('2026-06-01T00:00:00Z')
    await plan(story, 'from', 4900)
    await plan(story, 'to', 9900)
    await story.subscribe('sub', 'from')
    await story.settle()
    const usage = { external_historical_usage_amount_cents: 700 }
    await story.api.put('/subscriptions/sub/lifetime_usage', { lifetime_usage: usage })
    const before = (await story.api.get('/subscriptions/sub/lifetime_usage')).body.lifetime_usage
    await story.setClock('2026-06-18T13:30:15Z')
    const answers = await Promise.all(Array.from({ length: 4 }, () => story.subscribe('sub', 'to')))
    expect(new Set(answers.map(answer => answer.lago_id)).size).toBe(1)
    await story.settle()
    expect(await chain(story)).toEqual(['from terminated', 'to active'])
    const after = (await story.api.get('/subscriptions/sub/lifetime_usage')).body.lifetime_usage
    expect(after).toMatchObject({ ...usage, lago_id: before.lago_id, lago_subscription_id: answers[0].lago_id })
  })

  it('a draft of both is computed again with both', async () => {
    const story = await begin('2026-06-01T00:00:00Z', { billing_configuration: { invoice_grace_period: 3 } })
    await plan(story, 'from', 4900)
    await plan(story, 'to', 9900, { pay_in_advance: true })
    await story.subscribe('sub', 'from')
    await story.setClock('2026-06-18T13:30:15Z')
    await story.subscribe('sub', 'to')
    await story.settle()
    await story.send('sub', 'calls', '2026-06-10 5')
    await story.advanceTo('2026-06-19T00:00:00Z')
    await story.api.delete('/subscriptions/sub?on_termination_credit_note=skip')
    await story.advanceTo('2026-06-22T00:00:00Z')
    expect(await billed(story)).toEqual([
      ['starting+terminating', 'from: 1.0 = 2777', 'charge calls: 5.0 = 500', 'to: 1.0 = 4290'],
      ['terminating'],
    ])
  })

  it('what was billed in another time zone is known by its days: it is credited, and billed once', async () => {
    const story = await begin('2026-06-15T01:15:00Z')
    await plan(story, 'from', 3100, { pay_in_advance: true })
    await plan(story, 'to', 6200)
    await plan(story, 'arrears', 3100)
    await story.subscribe('sub', 'from')
    await story.subscribe('ended', 'arrears')
    await story.advanceTo('2026-07-01T01:15:00Z')
    await story.customer('acme', { timezone: 'Asia/Kolkata' })
    await story.settle()
    await story.api.delete('/subscriptions/ended')
    await story.settle()
    expect((await billed(story)).at(-1)).toEqual(['terminating', 'arrears: 1.0 = 100'])
    await story.advanceTo('2026-07-17T07:15:00Z')
    await story.subscribe('sub', 'to')
    await story.settle()
    const { credit_notes: notes } = (await story.api.get('/credit_notes')).body
    expect(notes).toMatchObject([{ credit_amount_cents: 1500, items: [{ amount_cents: 1500 }] }])
  })

  it('an end bills the months that a server slept over, and tells whether the last one was paid in advance', async () => {
    const story = await begin('2026-06-01T00:00:00Z')
    await plan(story, 'from', 3100, { pay_in_advance: true })
    const { lago_id: id } = await story.subscribe('sub', 'from')
    await story.settle()
    await story.setClock('2026-09-01T00:05:00Z')
    await story.api.delete('/subscriptions/sub')
    await story.settle()
    expect((await billed(story)).map(([reason, fee]) => `${reason} ${fee}`).toSorted()).toEqual([
      'periodic from: 1.0 = 3100',
      'periodic from: 1.0 = 3100',
      'starting from: 1.0 = 3100',
      'terminating undefined',
    ])
    const isPaid = async (at: string) => {
      await story.ctx.db.updateTable('subscriptions').set({ terminated_at: at }).where('id', '=', id).execute()
      const [record] = await loadSubscriptionRecords(story.ctx, [id])
      return record && isAdvancePeriodInvoiced(story.ctx, record)
    }
    expect(await isPaid('2026-09-01T00:05:00Z')).toBe(false)
    expect(await isPaid('2026-08-31T00:05:00Z')).toBe(true)
    expect(await isPaid('2026-06-02T00:05:00Z')).toBe(true)
  })
})
