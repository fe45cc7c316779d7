import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storyOf } from '../invoices/billing-support.ts'
import { type Answer, startTestApp, type TestApp } from '../support/app.ts'
import { type FeeOf, settlementStory } from './support.ts'

// Usage without taxes of its own would carry the plan's: what is not taxed is the base fee.
const N1: readonly FeeOf[] = [[46], [7345, 'vat'], [1209, 'reduced']]
const N2: readonly FeeOf[] = [[9999, 'swiss']]

let app: TestApp
let story: ReturnType<typeof storyOf>
let settled: ReturnType<typeof settlementStory>
beforeAll(async () => {
  app = await startTestApp()
  story = storyOf(app)
  await story.setClock('2026-06-01T00:00:00Z')
  await story.tax('vat', 20)
  await story.tax('reduced', 5.5)
  await story.tax('swiss', 7.7)
  const metrics = { x: (await story.metric('x')).lago_id, y: (await story.metric('y')).lago_id }
  settled = settlementStory(app, story, metrics)
  for (const id of ['n1-4307', 'n1-4308', 'n1-4309', 'n1-4310', 'n1-4311']) {
    await settled.customerWith(id, N1)
    await settled.giveCoupon(id, 'all', { amount_cents: 1000 })
  }
  for (const id of ['n2-0', 'n2-1', 'n2-2', 'n3', 'offset', 'life', 'limits', 'voided'])
    await settled.customerWith(id, N2)
  await story.advanceTo('2026-07-01T12:00:00Z')
}, 120_000)
afterAll(() => app?.stop())

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
async function invoiceOf(customer: string): Promise<any> {
  return (await story.invoices(customer)).at(-1)
}

const asked = async (customer: string, items: readonly number[], fields: object) => {
  const { lago_id, fees } = await invoiceOf(customer)
  const credit_note = {
    invoice_id: lago_id,
    items: items
      .map((amount_cents, place) => ({ fee_id: fees[place]?.lago_id, amount_cents }))
      .filter(item => item.amount_cents > 0),
    ...fields,
  }
  return app.api.post('/credit_notes', { credit_note })
}

describe('the amounts of a credit note', () => {
  it.each([
    [4307, undefined],
    [4308, 4309],
    [4309, 4309],
    [4310, 4309],
    [4311, undefined],
  ])('asked as %i are %s', async (credit_amount_cents, total) => {
    const { status, body } = await asked(`n1-${credit_amount_cents}`, [0, 3000, 1209], { credit_amount_cents })
    if (total === undefined) {
      expect({ status, details: body.error_details }).toEqual({
        status: 422,
        details: { base: ['does_not_match_item_amounts'] },
      })
      return
    }
    expect(body.credit_note).toMatchObject({
      total_amount_cents: total,
      credit_amount_cents: total,
      balance_amount_cents: total,
      precise_total_amount_cents: '4308.57697',
      coupons_adjustment_amount_cents: 489,
      taxes_amount_cents: 589,
      precise_taxes_amount_cents: '588.99558',
      taxes_rate: 15.835,
      sub_total_excluding_taxes_amount_cents: 3720,
      reason: 'other',
      credit_status: 'available',
      refund_status: null,
      number: expect.stringMatching(/-CN001$/),
      applied_taxes: [
        expect.objectContaining({ tax_code: 'vat', base_amount_cents: 2651, amount_cents: 530 }),
        expect.objectContaining({ tax_code: 'reduced', base_amount_cents: 1068, amount_cents: 59 }),
      ],
    })
  })

  it.each([
    [8957, 4309],
    [2000, 2000],
    [0, 0],
  ])('are estimated with %i paid to refund %i at most', async (paid, refundable) => {
    const { lago_id, fees } = await invoiceOf('n1-4307')
    await settled.pay(lago_id, paid)
    const items = [3000, 1209].map((amount_cents, place) => ({ fee_id: fees[place + 1].lago_id, amount_cents }))
    const { data } = await app.client.creditNotes.estimateCreditNote({ credit_note: { invoice_id: lago_id, items } })
    expect(data.estimated_credit_note).toMatchObject({
      max_creditable_amount_cents: 4309,
      max_refundable_amount_cents: refundable,
      max_offsettable_amount_cents: Math.min(4309, 8957 - paid),
      precise_taxes_amount_cents: 588.99558,
      precise_coupons_adjustment_amount_cents: 489.41861,
    })
    expect((await app.api.get('/credit_notes?external_customer_id=n1-4307')).body.credit_notes).toEqual([])
  })

  it.each([
    [3333.33333, 3333, '3590.0', [3589, 3590, 3591], [3590, 3590, 3590]],
    [100.5, 101, '108.2385', [107, 108, 109], [108, 109, 109]],
    [1234.49, 1234, '1329.54573', [1329, 1330, 1331], [1329, 1329, 1330]],
    [66.67, 67, '71.80359', [71, 72, 73], [72, 72, 72]],
  ])('of an item of %d are its cents', async (item, cents, precise, requests, totals) => {
    for (const [place, credit_amount_cents] of requests.entries()) {
      const { body } = await asked(`n2-${place}`, [item], { credit_amount_cents })
      expect(body.credit_note).toMatchObject({
        total_amount_cents: totals[place],
        precise_total_amount_cents: precise,
        items: [expect.objectContaining({ amount_cents: cents })],
      })
    }
  })

  it('of all notes come to the invoice', async () => {
    const totals: number[] = []
    for (const credit_amount_cents of [3590, 3590, 3589]) {
      const { body } = await asked('n3', [3333], { credit_amount_cents })
      totals.push(body.credit_note.total_amount_cents)
      expect(body.credit_note.applied_taxes[0].amount_cents).toBe(257)
    }
    expect(totals).toEqual([3590, 3590, 3589])
    expect(await invoiceOf('n3')).toMatchObject({ total_amount_cents: 10769, creditable_amount_cents: 0 })
  })
})

describe('a credit note', () => {
  it('that offsets its invoice pays it', async () => {
    const { body } = await asked('offset', [9999], { offset_amount_cents: 10769 })
    expect(body.credit_note).toMatchObject({
      offset_amount_cents: 10769,
      credit_amount_cents: 0,
      total_amount_cents: 10769,
    })
    expect(await invoiceOf('offset')).toMatchObject({
      payment_status: 'succeeded',
      total_paid_amount_cents: 0,
      total_offsetted_credit_note_amount_cents: 10769,
      total_due_amount_cents: 0,
    })
  })

  it('lives through the official client', async () => {
    const { lago_id: invoiceId, number, fees } = await invoiceOf('life')
    await settled.pay(invoiceId, 10769)
    const { data } = await app.client.creditNotes.createCreditNote({
      credit_note: {
        invoice_id: invoiceId,
        reason: 'product_unsatisfactory',
        description: 'Late',
        credit_amount_cents: 10,
        refund_amount_cents: 98,
        items: [{ fee_id: fees[0].lago_id, amount_cents: 100 }],
        metadata: { ticket: '1' },
      } as never,
    })
    const note = data.credit_note
    expect(note).toMatchObject({
      invoice_number: number,
      number: `${number}-CN001`,
      refund_status: 'pending',
      description: 'Late',
      metadata: { ticket: '1' },
      items: [{ amount_cents: 100, fee: { lago_id: fees[0].lago_id } }],
      customer: { external_id: 'life' },
    })
    const id = note?.lago_id ?? ''
    const updated = await app.client.creditNotes.updateCreditNote(id, { credit_note: { refund_status: 'succeeded' } })
    expect(updated.data.credit_note).toMatchObject({ refund_status: 'succeeded' })
    const voided = await app.client.creditNotes.voidCreditNote(id)
    expect(voided.data.credit_note).toMatchObject({
      credit_status: 'voided',
      balance_amount_cents: 0,
      credit_amount_cents: 10,
    })
    expect((await app.api.put(`/credit_notes/${id}/void`)).body.code).toBe('no_voidable_amount')
    expect((await app.client.creditNotes.findCreditNote(id)).data.credit_note).toMatchObject({ lago_id: id })
    const listed = await app.client.creditNotes.findAllCreditNotes({ external_customer_id: 'life' })
    expect(listed.data.credit_notes.map(({ lago_id }) => lago_id)).toEqual([id])
    const { creditNotes, customers } = app.client
    const merged = await creditNotes.mergeCreditNoteMetadata(id, { metadata: { team: 'a' } })
    expect(merged.data).toEqual({ metadata: { ticket: '1', team: 'a' } })
    const replaced = await creditNotes.replaceCreditNoteMetadata(id, { metadata: { team: 'b', ticket: '1' } })
    expect(replaced.data).toEqual({ metadata: { team: 'b', ticket: '1' } })
    const ofCustomer = await customers.findAllCustomerCreditNotes('life', { types: ['refund'] } as never)
    expect(ofCustomer.data.credit_notes.map(({ lago_id }) => lago_id)).toEqual([id])
    const of = `/credit_notes/${id}/metadata`
    const after = async (answer: Promise<Answer>) => (await answer).body.metadata
    expect(await after(app.api.put(of, { metadata: { team: null } }))).toEqual({ ticket: '1', team: null })
    expect((await creditNotes.deleteCreditNoteMetadataKey(id, 'team')).data).toEqual({ metadata: { ticket: '1' } })
    expect(await after(app.api.patch(of, {}))).toEqual({ ticket: '1' })
    expect(await after(app.api.post(of, { metadata: { only: 'x' } }))).toEqual({ only: 'x' })
    expect(await after(app.api.post(of, {}))).toEqual({})
    expect((await creditNotes.deleteAllCreditNoteMetadata(id)).data).toEqual({ metadata: null })
    expect((await app.api.delete(`${of}/only`)).body.code).toBe('metadata_not_found')
    const { body: unchanged } = await app.api.put(`/credit_notes/${id}`, { credit_note: { metadata: {} } })
    expect(unchanged.credit_note).not.toHaveProperty('metadata')
    expect((await app.api.post(of, { metadata: { n: 1 } })).body.error_details).toEqual({
      value: ["value for key 'n' must be empty or a String up to 255 characters"],
    })
    expect(await invoiceOf('life')).toMatchObject({ creditable_amount_cents: 10661, refundable_amount_cents: 10661 })
  })

  it.each([
    ['types[]=refund', 'life', true],
    ['types[]=offset', 'life', false],
    ['credit_status=voided', 'life', true],
    ['credit_status=nonsense', 'life', true],
    ['reason=other', 'life', false],
    ['amount_from=108&amount_to=108', 'life', true],
    ['search_term=CN001', 'life', true],
    ['issuing_date_from=2026-07-02', 'life', false],
    ['issuing_date_to=2026-06-30', 'life', false],
    ['issuing_date_from=nonsense', 'life', true],
    ['issuing_date_from=0000-01-01', 'life', true],
    ['reason=product_unsatisfactory', 'life', true],
    ['reason[]=other&reason[]=product_unsatisfactory', 'life', true],
    ['refund_status[]=succeeded', 'life', true],
    ['refund_status=failed', 'life', false],
    ['currency=USD', 'life', true],
    ['currency=EUR', 'life', false],
    ['invoice_number=nothing', 'life', false],
    ['purchase_order_number=nothing', 'life', false],
    ['self_billed=false', 'life', true],
    ['self_billed=true', 'life', false],
    ['billing_entity_codes[]=northwind', 'life', true],
    ['amount_from=109', 'life', false],
    ['search_term=LIFE', 'life', true],
    ['search_term=nobody', 'life', false],
    ['types[]=offset&types[]=credit', 'life', true],
  ])('is listed by %s', async (query, customer, found) => {
    const { body } = await app.api.get(`/customers/${customer}/credit_notes?${query}`)
    expect(body.credit_notes.length > 0).toBe(found)
  })

  it('is not listed for customers and billing entities that there are none of', async () => {
    expect((await app.api.get('/customers/nobody/credit_notes')).body.code).toBe('customer_not_found')
    expect((await app.api.get('/credit_notes?external_customer_id=nobody')).body.credit_notes).toEqual([])
    const { body } = await app.api.get('/credit_notes?billing_entity_codes[]=northwind&billing_entity_codes[]=x')
    expect(body.code).toBe('billing_entity_not_found')
  })

  it.each<[string, object, number, string | object]>([
    ['no invoice', { invoice_id: '00000000-0000-0000-0000-000000000000' }, 404, 'invoice_not_found'],
    ['a fee of another', { items: [{ fee_id: 'x', amount_cents: 1 }] }, 404, 'fee_not_found'],
    ['items that are none', { items: 3 }, 422, { items: ['must_be_an_array'] }],
    ['no items', { items: [] }, 422, { base: ['total_amount_must_be_positive'] }],
    ['an unknown reason', { reason: 'mood' }, 422, { reason: ['value_is_invalid'] }],
    ['a negative amount', { credit_amount_cents: -1 }, 422, { credit_amount_cents: ['value_is_out_of_range'] }],
    ['an amount that is none', { credit_amount_cents: 'much' }, 422, { credit_amount_cents: ['invalid_value'] }],
    [
      'a refund of nothing',
      { refund_amount_cents: 108, amount: 100 },
      422,
      { refund_amount_cents: ['cannot_refund_unpaid_invoice', 'higher_than_remaining_invoice_amount'] },
    ],
    [
      'too much of a fee',
      { credit_amount_cents: 10771, amount: 10001 },
      422,
      { amount_cents: ['higher_than_remaining_fee_amount'] },
    ],
  ])('is refused with %s', async (_, { amount = 0, ...fields }: { amount?: number }, status, problem) => {
    const { lago_id, fees } = await invoiceOf('limits')
    const items = amount === 0 ? [] : [{ fee_id: fees[0].lago_id, amount_cents: amount }]
    const answer = await app.api.post('/credit_notes', { credit_note: { invoice_id: lago_id, items, ...fields } })
    expect(answer.status).toBe(status)
    expect(status === 422 ? answer.body.error_details : answer.body.code).toEqual(problem)
  })
})

describe('an invoice that is voided', () => {
  it('is credited as asked, and the rest of it on a note that is voided', async () => {
    const { lago_id: id, number } = await invoiceOf('voided')
    const voidFor = (credit_amount: number) =>
      app.api.post(`/invoices/${id}/void`, { generate_credit_note: true, credit_amount })
    expect((await voidFor(10770)).body.error_details).toEqual({
      credit_refund_amount: ['total_amount_exceeds_invoice_amount'],
    })
    expect((await voidFor(5000)).status).toBe(200)
    const { body } = await app.api.get('/customers/voided/credit_notes')
    const notes: { number: string }[] = body.credit_notes
    // Rounding makes a cent of what was asked go to the second: together they are the invoice.
    expect(notes.toSorted((a, b) => a.number.localeCompare(b.number))).toMatchObject([
      { number: `${number}-CN001`, total_amount_cents: 4999, balance_amount_cents: 4999, credit_status: 'available' },
      { number: `${number}-CN002`, total_amount_cents: 5770, balance_amount_cents: 0, credit_status: 'voided' },
    ])
  })
})

describe('a subscription in advance that ends', () => {
  const cases: [string, object, string, number, Record<string, number>][] = [
    ['credit', {}, 'credit', 0, { credit_amount_cents: 8516, taxes_amount_cents: 1419 }],
    ['refund-all', {}, 'refund', 12000, { refund_amount_cents: 8516, credit_amount_cents: 0 }],
    ['refund-part', {}, 'refund', 5000, { refund_amount_cents: 1516, credit_amount_cents: 7000 }],
    ['offset-part', {}, 'offset', 5000, { refund_amount_cents: 1516, offset_amount_cents: 7000 }],
    ['offset-all', {}, 'offset', 3000, { refund_amount_cents: 0, offset_amount_cents: 8516 }],
    ['coupon', { percentage_rate: '10' }, 'credit', 0, { credit_amount_cents: 7664, taxes_amount_cents: 1277 }],
  ]

  it('is credited for the days that were not used', async () => {
    await story.plan('monthly', { amount_cents: 10000, pay_in_advance: true, tax_codes: ['vat'] })
    for (const [id, coupon] of cases) {
      await story.customer(`end-${id}`)
      if ('percentage_rate' in coupon) {
        await settled.giveCoupon(`end-${id}`, 'ten', { coupon_type: 'percentage', ...coupon })
      }
      await story.subscribe(`end-${id}`, 'monthly', `end-${id}`)
    }
    await story.advanceTo('2026-07-09T12:00:00Z')
    for (const [id, , option, paid] of cases) {
      const [invoice] = await story.invoices(`end-${id}`)
      await settled.pay(invoice.lago_id, paid)
      await app.api.delete(`/subscriptions/end-${id}?on_termination_credit_note=${option}`)
    }
    await story.settle()
    for (const [id, , , , expected] of cases) {
      const { body } = await app.api.get(`/customers/end-${id}/credit_notes`)
      expect({ id, notes: body.credit_notes }).toMatchObject({
        id,
        notes: [{ reason: 'order_cancellation', items: [{ amount_cents: 7097 }], ...expected }],
      })
    }
  })

  it('is credited on its draft, which is issued with the note', async () => {
    await story.plan('halved', { amount_cents: 3000, pay_in_advance: true, tax_codes: ['vat'] })
    await story.customer('drafted', { billing_configuration: { invoice_grace_period: 3 } })
    await story.setClock('2026-08-01T00:00:00Z')
    await story.subscribe('drafted', 'halved', 'drafted')
    await story.advanceTo('2026-08-02T12:00:00Z')
    await app.api.delete('/subscriptions/drafted')
    await story.settle()
    const notes = async () => (await app.api.get('/customers/drafted/credit_notes')).body.credit_notes
    expect(await notes()).toEqual([])
    const [draft] = await story.invoices('drafted')
    expect(draft).toMatchObject({ status: 'draft', total_amount_cents: 3600 })
    await app.api.put(`/invoices/${draft.lago_id}/refresh`)
    const { body } = await app.api.put(`/invoices/${draft.lago_id}/finalize`)
    const [fee] = body.invoice.fees
    expect(await notes()).toMatchObject([
      {
        number: `${body.invoice.number}-CN001`,
        credit_amount_cents: 3367,
        balance_amount_cents: 3367,
        items: [{ amount_cents: 2806, fee: { lago_id: fee.lago_id } }],
      },
    ])
  })
})
