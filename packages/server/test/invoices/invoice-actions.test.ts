import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { type Story, storyOf } from './billing-support.ts'

let app: TestApp
let story: Story
// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
let invoice: any

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

beforeEach(async () => {
  story = storyOf(await app.newOrganization())
  await story.setClock('2026-03-10T12:00:00Z')
  await story.customer('acme', { name: 'Acme', email: 'ap@acme.test' })
  await story.addOn('setup')
  invoice = await bill()
})

async function bill(fields: object = {}) {
  const fees = [{ add_on_code: 'setup' }]
  const { body } = await story.api.post('/invoices', { invoice: { external_customer_id: 'acme', fees, ...fields } })
  return body.invoice
}

/** A draft of the customer's subscription, which started a month ago. */
async function draft() {
  await story.setClock('2026-01-01T00:00:00Z')
  await story.customer('late', { billing_configuration: { invoice_grace_period: 90 } })
  await story.plan('team', { amount_cents: 1000 })
  await story.subscribe('late-team', 'team', 'late')
  await story.advanceTo('2026-02-02T00:00:00Z')
  return (await story.invoices('late'))[0]
}

const path = (rest = '', id = invoice.lago_id) => `/invoices/${id}${rest}`
const put = (changes: object, id?: string) => story.api.put(path('', id), { invoice: changes })
const outcome = ({ status, body }: { status: number; body: { error_details?: unknown; code?: unknown } }) => [
  status,
  body?.error_details ?? body?.code,
]
const types = (messages: { webhook_type: string }[]) => messages.map(message => message.webhook_type)

describe('PUT /invoices/:id', () => {
  it('tells the payment status of an invoice and its fees, once for each change', async () => {
    const messages = await receivedWebhooks(story, async () => {
      for (const status of ['failed', 'failed', 'succeeded']) {
        expect((await put({ payment_status: status })).body.invoice.payment_status).toBe(status)
      }
    })
    expect(types(messages)).toEqual(['invoice.payment_status_updated', 'invoice.payment_status_updated'])
    expect(messages[1].invoice.fees[0]).toMatchObject({ payment_status: 'succeeded', succeeded_at: null })
    const { data } = await story.client.invoices.findInvoice(invoice.lago_id)
    expect(data.invoice).toMatchObject({ total_paid_amount_cents: 0, total_due_amount_cents: 100 })
  })

  it('replaces metadata', async () => {
    const keep = (
      await put({
        metadata: [
          { key: 'a', value: '1' },
          { key: 'b', value: '2' },
        ],
      })
    ).body.invoice.metadata
    expect(keep.map((one: { key: string }) => one.key)).toEqual(['a', 'b'])
    const { body } = await put({
      metadata: [
        { id: keep[1].lago_id, key: 'b', value: '3' },
        { key: 'c', value: '4' },
      ],
    })
    expect(body.invoice.metadata).toMatchObject([
      { lago_id: keep[1].lago_id, value: '3' },
      { key: 'c', value: '4' },
    ])
    const listed = await story.api.get('/invoices?metadata[c]=4&metadata[a]=')
    expect(listed.body.invoices[0].metadata).toHaveLength(2)
    expect((await story.api.get('/invoices?metadata[b]=2')).body.invoices).toEqual([])
    expect((await put({ metadata: null })).body.invoice.metadata).toHaveLength(2)
    const { data } = await story.client.invoices.updateInvoice(invoice.lago_id, { invoice: { metadata: [] } })
    expect((data.invoice as { metadata?: unknown }).metadata).toEqual([])
  })

  it.each([
    [{ payment_status: 'paid' }, { payment_status: ['value_is_invalid'] }],
    [
      { metadata: Array.from({ length: 6 }, (_, n) => ({ key: `k${n}`, value: 'v' })) },
      { metadata: ['invalid_count'] },
    ],
    [{ metadata: [{ key: 'x'.repeat(21), value: 'v' }] }, { key: ['value_is_too_long'] }],
    [{ metadata: [{ key: 'k', value: 'x'.repeat(141) }] }, { value: ['value_is_too_long'] }],
    [{ metadata: [{ key: ' ', value: '' }] }, { key: ['value_is_mandatory'], value: ['value_is_mandatory'] }],
    [
      {
        metadata: [
          { key: 'k', value: 'v' },
          { key: 'k', value: 'w' },
        ],
      },
      { key: ['value_already_exist'] },
    ],
  ])('refuses %j', async (changes, told) => {
    expect(outcome(await put(changes))).toEqual([422, told])
  })

  it('refuses to take a key by an item without its id', async () => {
    await put({ metadata: [{ key: 'a', value: '1' }] })
    expect(outcome(await put({ metadata: [{ key: 'a', value: '2' }] }))).toEqual([
      422,
      { key: ['value_already_exist'] },
    ])
  })

  it('knows what drafts and voided invoices do not take', async () => {
    const { lago_id: id } = await draft()
    expect(outcome(await put({ metadata: [] }, id))).toEqual([405, 'metadata_on_draft_invoice'])
    expect(outcome(await put({ payment_status: 'failed' }, id))).toEqual([
      405,
      'payment_status_update_on_draft_invoice',
    ])
    expect((await put({ payment_status: 'pending' }, id)).status).toBe(200)
    await story.api.post(path('/void'))
    expect(outcome(await put({ payment_status: 'failed' }))).toEqual([405, 'update_on_voided_invoice'])
    expect(outcome(await put({ payment_status: 'failed' }, 'nope'))).toEqual([404, 'invoice_not_found'])
  })
})

describe('DELETE /invoices/:id', () => {
  it('deletes drafts only, and shows them a last time', async () => {
    const { lago_id: id } = await draft()
    const messages = await receivedWebhooks(story, async () => {
      const { data } = await story.client.invoices.deleteInvoice(id)
      expect(data.invoice).toMatchObject({ status: 'deleted', lago_id: id })
    })
    expect(messages).toMatchObject([{ webhook_type: 'invoice.deleted', invoice: { status: 'deleted' } }])
    expect(outcome(await story.api.delete(path('', id)))).toEqual([404, 'invoice_not_found'])
    expect(outcome(await story.api.delete(path()))).toEqual([405, 'not_deletable'])
    await story.advanceTo('2026-03-15T00:00:00Z')
    const billed = await story.invoices('late')
    expect(billed.map(one => one.billing_periods[0].subscription_from_datetime)).toEqual(['2026-02-01T00:00:00Z'])
  })
})

describe('POST /invoices/:id/void', () => {
  it('cancels an invoice, paid or not, and keeps what it says', async () => {
    await put({ payment_status: 'succeeded' })
    const messages = await receivedWebhooks(story, async () => {
      const { data } = await story.client.invoices.voidInvoice(invoice.lago_id, {})
      expect(data.invoice).toMatchObject({
        status: 'voided',
        number: invoice.number,
        total_amount_cents: 100,
        total_due_amount_cents: 0,
        voided_at: '2026-03-10T12:00:00Z',
      })
    })
    expect(messages).toMatchObject([{ webhook_type: 'invoice.voided', invoice: { fees: [{}], credits: [] } }])
    expect(outcome(await story.api.post(path('/void')))).toEqual([405, 'not_voidable'])
    expect(outcome(await story.api.post(path('/void', 'nope')))).toEqual([404, 'invoice_not_found'])
    expect((await bill()).sequential_id).toBe(2)
  })

  it('gives coupons and prepaid credits back', async () => {
    await story.plan('team', { amount_cents: 1000 })
    await story.api.post('/coupons', {
      coupon: {
        code: 'once',
        name: 'Once',
        coupon_type: 'fixed_amount',
        amount_cents: 300,
        amount_currency: 'USD',
        frequency: 'once',
        expiration: 'no_expiration',
      },
    })
    await story.api.post('/applied_coupons', {
      applied_coupon: { external_customer_id: 'acme', coupon_code: 'once' },
    })
    const made = await story.api.post('/wallets', {
      wallet: { external_customer_id: 'acme', rate_amount: '1', currency: 'USD', granted_credits: '5' },
    })
    await story.settle()
    await story.subscribe('one', 'team')
    await story.advanceTo('2026-04-01T12:00:00Z')
    const [billed] = (await story.invoices()).filter(one => one.invoice_type === 'subscription')
    expect(billed).toMatchObject({
      coupons_amount_cents: 300,
      prepaid_credit_amount_cents: billed.fees_amount_cents - 300,
    })
    const balance = async () => (await story.api.get(`/wallets/${made.body.wallet.lago_id}`)).body.wallet.balance_cents
    expect(await balance()).toBe(500 - billed.prepaid_credit_amount_cents)
    await story.api.post(path('/void', billed.lago_id))
    expect(await balance()).toBe(500)
    const { body } = await story.api.get('/applied_coupons?external_customer_id=acme')
    expect(body.applied_coupons).toMatchObject([{ status: 'active', amount_cents_remaining: 300 }])
  })
})

describe('payment', () => {
  it('is overdue the day after it was due, until it comes or is not to be expected', async () => {
    const others = [await bill(), await bill()]
    const messages = await receivedWebhooks(story, async () => {
      await story.advanceTo('2026-03-10T23:59:00Z')
      expect((await story.api.get('/invoices?payment_overdue=true')).body.invoices).toEqual([])
      const { data } = await story.client.invoices.loseDisputeInvoice(others[0].lago_id)
      expect(data.invoice).toMatchObject({ payment_dispute_lost_at: '2026-03-10T23:59:00.000Z' })
      await story.advanceTo('2026-03-11T00:26:00Z')
    })
    expect(messages.map(message => message.webhook_type).toSorted()).toEqual([
      'invoice.payment_dispute_lost',
      'invoice.payment_overdue',
      'invoice.payment_overdue',
    ])
    const lost = messages.find(message => message.object_type === 'payment_dispute_lost')
    expect(lost.payment_dispute_lost.invoice).toMatchObject({
      lago_id: others[0].lago_id,
      customer: { external_id: 'acme' },
    })
    const overdue = await story.api.get('/invoices?payment_overdue=true')
    expect(overdue.body.meta.total_count).toBe(2)
    expect((await put({ payment_status: 'succeeded' })).body.invoice.payment_overdue).toBe(false)
    await story.api.post(path('/void', others[1].lago_id))
    expect((await story.api.get('/invoices?payment_overdue=true')).body.invoices).toEqual([])
    const disputes = await story.api.get('/invoices?payment_dispute_lost=true')
    expect(disputes.body.invoices.map((one: { lago_id: string }) => one.lago_id)).toEqual([others[0].lago_id])
    expect((await story.api.get('/invoices?payment_dispute_lost=false')).body.meta.total_count).toBe(2)
  })

  it('cannot be collected by nobody', async () => {
    const messages = await receivedWebhooks(story, () => story.client.invoices.retryPayment(invoice.lago_id, {}))
    expect(messages).toMatchObject([
      {
        webhook_type: 'invoice.payment_failure',
        payment_provider_invoice_payment_error: {
          lago_invoice_id: invoice.lago_id,
          external_customer_id: 'acme',
          error_details: { code: 'customer_must_have_payment_provider' },
        },
      },
    ])
  })

  it('has to be possible', async () => {
    const post = async (rest: string, body?: object) => outcome(await story.api.post(path(rest), body))
    expect(await post('/payment_url')).toEqual([422, { base: ['no_linked_payment_provider'] }])
    await story.customer('acme', { billing_configuration: { payment_provider: 'gocardless' } })
    expect(await post('/payment_url')).toEqual([422, { base: ['invalid_payment_provider'] }])
    await story.customer('acme', { billing_configuration: { payment_provider: 'stripe' } })
    expect(await post('/payment_url')).toEqual([422, { base: ['missing_payment_provider_customer'] }])
    await put({ payment_status: 'succeeded' })
    expect(await post('/payment_url')).toEqual([422, { base: ['invalid_invoice_status_or_payment_status'] }])
    expect(await post('/retry_payment')).toEqual([405, 'invalid_status'])
    expect(await post('/retry')).toEqual([405, 'invalid_status'])
    expect(outcome(await story.api.post(path('/lose_dispute', (await draft()).lago_id)))).toEqual([
      405,
      'not_disputable',
    ])
  })
})

it('does what the official client asks for, or says why not', async () => {
  const { client } = story
  const id = invoice.lago_id
  await client.invoices.downloadInvoice(id)
  await story.settle()
  const downloaded = await client.invoices.downloadInvoice(id)
  expect(downloaded.data.invoice).toMatchObject({ lago_id: id, file_url: expect.stringContaining('.pdf') })
  await expect(client.invoices.retryInvoice(id)).rejects.toMatchObject({ status: 405 })
  await expect(client.invoices.invoicePaymentUrl(id)).rejects.toMatchObject({ status: 422 })
  const sync = (one: string) =>
    story.api.put(path('/sync_salesforce_id', one), { external_id: '1', integration_code: 'crm' })
  expect(outcome(await sync(id))).toEqual([404, 'integration_not_found'])
  expect(outcome(await sync('nope'))).toEqual([404, 'invoice_not_found'])
})

describe('POST /invoices/:id/resend_email', () => {
  it('says what is missing', async () => {
    const send = async (body?: object) => outcome(await story.api.post(path('/resend_email'), body))
    expect(await send()).toEqual([405, 'email_settings_disabled'])
    await story.api.put('/billing_entities/northwind', { billing_entity: { email_settings: ['invoice.finalized'] } })
    expect(await send({ to: [], cc: ['nobody'] })).toEqual([
      422,
      {
        billing_entity: ['must have email configured'],
        to: ['must have at least one recipient'],
        cc: ['invalid email format: nobody'],
      },
    ])
    await story.api.put('/billing_entities/northwind', { billing_entity: { email: 'billing@northwind.test' } })
    expect((await send())[0]).toBe(200)
    await story.api.post(path('/void'))
    expect(await send()).toEqual([405, 'invoice_not_finalized'])
  })
})

describe('GET /invoices', () => {
  it('filters', async () => {
    const paid = await bill({ purchase_order_number: 'PO-9', fees: [{ add_on_code: 'setup', units: '7' }] })
    await put({ payment_status: 'succeeded' }, paid.lago_id)
    await story.customer('other', { name: 'Other' })
    await bill({ external_customer_id: 'other' })
    const count = async (query: string) => {
      const { status, body } = await story.api.get(`/invoices?${query}`)
      return status === 200 ? body.meta.total_count : status
    }
    const table: [string, number][] = [
      ['', 3],
      ['external_customer_id=acme', 2],
      ['customer_external_id=acme&per_page=1', 2],
      ['external_customer_id=nobody', 0],
      ['status=finalized&statuses[]=draft', 3],
      ['statuses[]=draft&statuses[]=voided', 0],
      ['status=open', 422],
      ['payment_status=succeeded', 1],
      ['payment_statuses[]=succeeded&payment_statuses[]=pending', 3],
      ['payment_status=paid', 422],
      ['invoice_type=one_off', 3],
      ['invoice_type[]=credit&invoice_type[]=one_off', 3],
      ['invoice_type=nope', 0],
      ['currency=EUR', 0],
      ['issuing_date_from=2026-03-10&issuing_date_to=2026-03-10', 3],
      ['issuing_date_from=2026-03-11', 0],
      ['issuing_date_from=soon', 3],
      ['issuing_date_from=0000-01-01', 3],
      ['amount_from=700', 1],
      ['amount_from=100&amount_to=100', 2],
      ['amount_from=lots', 422],
      ['payment_overdue=maybe', 422],
      ['self_billed=true', 0],
      ['partially_paid=true', 0],
      ['partially_paid=maybe', 422],
      ['settlements=payment', 0],
      ['settlements[]=cash', 422],
      ['purchase_order_number=po-9', 1],
      ['billing_entity_codes[]=northwind', 3],
      ['billing_entity_codes[]=nope', 404],
      ['search_term=oth', 1],
      [`search_term=${paid.number.slice(-7)}`, 1],
      [`search_term=${paid.lago_id}`, 1],
    ]
    const counts: [string, number][] = []
    for (const [query] of table) counts.push([query, await count(query)])
    expect(counts).toEqual(table)
    expect((await story.api.get('/customers/acme/invoices?external_customer_id=other')).body.meta.total_count).toBe(2)
    expect((await story.api.get('/customers/nobody/invoices')).body.code).toBe('customer_not_found')
  })

  it('is searched by number and customer, however many customers a term finds', async () => {
    await story.customer('ma-0', { name: 'Maritime' })
    const theirs = await bill({ external_customer_id: 'ma-0' })
    const search = async (term: string) => {
      const { body } = await story.api.get(`/invoices?search_term=${term}`)
      return [body.invoices.map((found: { lago_id: string }) => found.lago_id), body.meta.total_count]
    }
    expect(await search('mari')).toEqual([[theirs.lago_id], 1])
    await sql`
      insert into customers
        (id, organization_id, billing_entity_id, external_id, sequential_id, slug, name, created_at, updated_at)
      select uuidv7(), organization_id, billing_entity_id, 'ma-' || n, 1000 + n, 'M-' || n, 'Maritime', created_at, updated_at
      from customers, generate_series(1, 1001) as n where external_id = 'ma-0'`.execute(app.ctx.db)
    expect(await search('mari')).toEqual([[theirs.lago_id], 1])
  })

  it('comes uncounted where that is enough', async () => {
    for (let made = 1; made < 3; made += 1) await bill()
    const page = async (number: number) => {
      const { body } = await story.api.get(`/invoices?with_total_count=false&per_page=2&page=${number}`)
      return [body.invoices.length, body.meta]
    }
    const uncounted = { total_pages: null, total_count: null }
    expect(await page(1)).toEqual([2, { current_page: 1, next_page: 2, prev_page: null, ...uncounted }])
    expect(await page(2)).toEqual([1, { current_page: 2, next_page: null, prev_page: 1, ...uncounted }])
  })
})

describe('GET /invoice_totals', () => {
  it('adds up the list, by currency, with the filters of the list', async () => {
    await story.customer('tokyo', { currency: 'JPY' })
    const yen = { external_customer_id: 'tokyo', currency: 'JPY', fees: [{ add_on_code: 'setup', units: '9' }] }
    await bill(yen)
    const voided = await bill({ fees: [{ add_on_code: 'setup', units: '5' }] })
    await story.api.post(path('/void', voided.lago_id))
    const credited = await bill({ fees: [{ add_on_code: 'setup', units: '7' }] })
    const offset = {
      invoice_id: credited.lago_id,
      offset_amount_cents: 300,
      items: [{ fee_id: credited.fees[0].lago_id, amount_cents: 300 }],
    }
    expect((await story.api.post('/credit_notes', { credit_note: offset })).status).toBe(200)
    const payment = { invoice_id: invoice.lago_id, amount_cents: 40, reference: 'wire' }
    expect((await story.api.post('/payments', { payment })).status).toBe(200)
    await draft()
    const totals = async (query: string) => (await story.api.get(`/invoice_totals?${query}`)).body.invoice_totals
    const usd = (await totals('currency=USD'))[0]
    expect(usd).toEqual({
      currency: 'USD',
      invoices_count: 4,
      total_amount_cents: 2300,
      voided_amount_cents: 500,
      total_paid_amount_cents: 40,
      total_due_amount_cents: 460,
    })
    const queries = ['', 'status=voided', 'external_customer_id=tokyo', 'search_term=acme', 'partially_paid=true']
    for (const query of [...queries, 'amount_from=500', 'billing_entity_codes[]=northwind', 'currency=EUR']) {
      const listed = (await story.api.get(`/invoices?${query}`)).body.invoices as Record<string, never>[]
      const expected = [...Map.groupBy(listed, one => String(one.currency))].toSorted().map(([currency, own]) => {
        const sum = (field: string, statuses = ['draft', 'finalized', 'voided']) =>
          own.reduce((all, one) => all + (statuses.includes(one.status as never) ? Number(one[field]) : 0), 0)
        return {
          currency,
          invoices_count: own.length,
          total_amount_cents: sum('total_amount_cents'),
          voided_amount_cents: sum('total_amount_cents', ['voided']),
          total_paid_amount_cents: sum('total_paid_amount_cents'),
          total_due_amount_cents: sum('total_due_amount_cents', ['finalized']),
        }
      })
      expect([query, await totals(query)]).toEqual([query, expected])
    }
    expect((await story.api.get('/invoice_totals?amount_from=lots')).status).toBe(422)
    expect((await story.api.get('/invoice_totals?billing_entity_codes[]=nope')).status).toBe(404)
  })
})
