import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { type PaymentStory, paymentStory } from './support.ts'

let app: TestApp
let story: PaymentStory

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

beforeEach(async () => {
  story = await paymentStory(app)
  await story.customer('acme', { email: 'ap@acme.test' })
})

const THRESHOLDS = [
  { currency: 'EUR', amount_cents: 5_000 },
  { currency: 'USD', amount_cents: 20_000 },
]

async function campaign(fields: object = {}) {
  const { status, body } = await story.api.post('/dunning_campaigns', {
    dunning_campaign: {
      code: 'firm',
      name: 'Firm',
      max_attempts: 2,
      days_between_attempts: 3,
      thresholds: THRESHOLDS,
      ...fields,
    },
  })
  expect(body.error_details ?? status).toBe(200)
  return body.dunning_campaign
}

const put = (path: string, dunning: object) => story.api.put(`${path}/dunning`, { dunning })

/** How often the customer was asked, as it is kept. */
async function attempts() {
  const row = await app.ctx.db
    .selectFrom('customers')
    .select('dunning_currency_attempts')
    .where('organization_id', '=', story.organizationId)
    .where('external_id', '=', 'acme')
    .executeTakeFirstOrThrow()
  return row.dunning_currency_attempts
}

async function requests() {
  const { body } = await story.api.get('/payment_requests')
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
  return body.payment_requests.toReversed() as any[]
}

/** Runs the tasks at a time; tells in which currencies the customer was asked, and whether it was for the last time. */
async function run(at: string, tasks: readonly string[] = ['process_dunning']) {
  await story.setClock(at)
  const known = (await requests()).length
  const messages = await receivedWebhooks(story, async () => {
    const { body } = await story.api.post('/test_clock/run', { test_clock: { tasks } })
    expect(body.test_clock.failed).toEqual([])
  })
  const finished = messages.filter(message => message.webhook_type === 'dunning_campaign.finished')
  return {
    asked: (await requests()).slice(known).map(request => request.amount_currency),
    finished: finished.map(message => message.dunning_campaign),
  }
}

describe('a dunning campaign', () => {
  it('asks each currency that owes enough, so often, so many days apart', async () => {
    await campaign({ applied_to_organization: true })
    const [euro, dollar] = [
      await story.bill('acme', 6_200, { currency: 'EUR' }),
      await story.bill('acme', 9_000, { currency: 'USD' }),
    ]
    await run('2026-03-12T00:25:00Z', ['mark_overdue_invoices'])
    const none = { asked: [], finished: [] }
    expect(await run('2026-03-12T10:45:00Z')).toEqual({ ...none, asked: ['EUR'] })
    expect(await attempts()).toEqual({ EUR: 1 })
    // Exactly three days later is not later.
    expect(await run('2026-03-15T10:45:00Z')).toEqual(none)
    expect(await run('2026-03-15T11:45:00Z')).toEqual({
      asked: ['EUR'],
      finished: [
        {
          external_customer_id: 'acme',
          customer_external_id: 'acme',
          dunning_campaign_code: 'firm',
          overdue_balance_cents: 9_000,
          overdue_balance_currency: 'USD',
          overdue_balances: [
            { currency: 'EUR', amount_cents: 6_200 },
            { currency: 'USD', amount_cents: 9_000 },
          ],
        },
      ],
    })
    expect(await attempts()).toEqual({ EUR: 2 })
    await story.setClock('2026-03-16T12:00:00Z')
    await story.bill('acme', 12_000, { currency: 'USD' })
    await run('2026-03-18T00:25:00Z', ['mark_overdue_invoices'])
    expect(await run('2026-03-18T12:45:00Z')).toEqual({ ...none, asked: ['USD'] })
    expect(await attempts()).toEqual({ EUR: 2, USD: 1 })
    const last = await run('2026-03-21T13:45:00Z')
    expect([last.asked, last.finished.length]).toEqual([['USD'], 1])
    expect(await attempts()).toEqual({ EUR: 2, USD: 2 })
    await story.setClock('2026-03-22T12:00:00Z')
    await story.payByHand(euro.lago_id, 6_200)
    await story.settle()
    expect(await attempts()).toEqual({ EUR: 0, USD: 2 })
    expect((await requests()).map(one => [one.amount_cents, one.email])).toEqual([
      [6_200, 'ap@acme.test'],
      [6_200, 'ap@acme.test'],
      [21_000, 'ap@acme.test'],
      [21_000, 'ap@acme.test'],
    ])
    await story.payByHand(dollar.lago_id, 9_000)
    await story.settle()
    expect(await attempts()).toEqual({ EUR: 0, USD: 0 })
  })

  it('asks by itself as time goes on, each issuer’s invoices apart', async () => {
    await campaign({ thresholds: [{ currency: 'USD', amount_cents: 100 }] })
    await put('/customers/acme', { campaign_code: 'firm' })
    await story.api.post('/billing_entities', { billing_entity: { code: 'second', name: 'Second' } })
    await story.bill('acme', 60)
    await story.bill('acme', 40, { billing_entity_code: 'second' })
    await story.advanceTo('2026-03-25T00:00:00Z')
    expect((await requests()).map(one => [one.created_at, one.amount_cents]).toSorted()).toEqual([
      ['2026-03-11T00:45:00Z', 40],
      ['2026-03-11T00:45:00Z', 60],
      ['2026-03-14T01:45:00Z', 40],
      ['2026-03-14T01:45:00Z', 60],
    ])
  })

  it('collects where it can', async () => {
    await campaign({ applied_to_organization: true, thresholds: [{ currency: 'USD', amount_cents: 1 }] })
    await story.payer('payer')
    const invoice = await story.bill('payer', 500, { skip_psp: true })
    await story.advanceTo('2026-03-12T00:00:00Z')
    expect((await story.invoice(invoice.lago_id)).payment_status).toBe('succeeded')
    expect(await requests()).toMatchObject([{ payment_status: 'succeeded', customer: { external_id: 'payer' } }])
  })

  it('leaves out whom it is told to, and starts from the beginning where something changes', async () => {
    const made = await campaign({ applied_to_organization: true, thresholds: [{ currency: 'USD', amount_cents: 100 }] })
    await story.bill('acme', 500)
    await run('2026-03-12T00:25:00Z', ['mark_overdue_invoices'])
    expect((await put('/customers/acme', { excluded: true })).body.dunning).toEqual({
      campaign_code: null,
      excluded: true,
    })
    expect((await run('2026-03-12T00:45:00Z')).asked).toEqual([])
    await put('/customers/acme', { campaign_code: 'firm' })
    expect((await run('2026-03-12T01:45:00Z')).asked).toEqual(['USD'])
    const change = (thresholds: object[]) =>
      story.api.put('/dunning_campaigns/firm', { dunning_campaign: { thresholds, max_attempts: 5 } })
    const [kept] = made.thresholds
    const raised = { id: kept.lago_id, currency: 'USD', amount_cents: 400 }
    expect((await change([raised])).body.dunning_campaign).toMatchObject({
      max_attempts: 5,
      thresholds: [{ lago_id: kept.lago_id, amount_cents: 400 }],
    })
    expect(await attempts()).toEqual({ USD: 1 })
    await change([{ ...raised, amount_cents: 501 }])
    expect(await attempts()).toEqual({})
    await change([{ currency: 'USD', amount_cents: 100 }])
    expect((await run('2026-03-12T02:45:00Z')).asked).toEqual(['USD'])
    expect((await story.api.delete('/dunning_campaigns/firm')).status).toBe(200)
    expect(await attempts()).toEqual({})
    expect((await run('2026-03-20T02:45:00Z')).asked).toEqual([])
    expect((await story.api.get('/dunning_campaigns/firm')).body.code).toBe('dunning_campaign_not_found')
    expect((await put('/billing_entities/northwind', { campaign_code: 'firm' })).status).toBe(404)
  })

  it('is made with what makes sense', async () => {
    await campaign()
    const { body } = await story.api.post('/dunning_campaigns', {
      dunning_campaign: {
        code: 'firm',
        name: ' ',
        max_attempts: 0,
        days_between_attempts: 2 ** 40,
        bcc_emails: ['ap@acme.test', 'nobody'],
        thresholds: [],
      },
    })
    expect(body.error_details).toEqual({
      code: ['value_already_exist'],
      name: ['value_is_mandatory'],
      days_between_attempts: ['value_is_out_of_range'],
      max_attempts: ['value_is_out_of_range'],
      bcc_emails: ['invalid_email_format[1,nobody]'],
      thresholds: ["can't be blank"],
    })
    const wrong = await story.api.put('/dunning_campaigns/firm', {
      dunning_campaign: { bcc_emails: 'x', thresholds: [{ currency: 'XXX', amount_cents: -1 }] },
    })
    expect(wrong.body.error_details).toEqual({
      bcc_emails: ['must_be_an_array'],
      currency: ['value_is_invalid'],
      amount_cents: ['value_is_out_of_range'],
    })
    const listed = (await story.api.get('/dunning_campaigns')).body
    expect(listed).toMatchObject({
      dunning_campaigns: [{ code: 'firm', thresholds: THRESHOLDS }],
      meta: { total_count: 1 },
    })
  })
})
