import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { ok, type Scene, sceneOf, type Wire } from './in-advance-support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const regrouped = { invoiceable: false, regroup_paid_fees: 'invoice' }

/** Says of the fees of some events that they were paid at a time. */
async function pay(scene: Scene, at: string, ...events: string[]): Promise<void> {
  await scene.setClock(at)
  for (const event of events) {
    const [fee] = await scene.fees(`event_transaction_id=${event}`)
    await scene.client.fees.updateFee(fee.lago_id, { fee: { payment_status: 'succeeded' } })
  }
}

const collected = async (scene: Scene): Promise<Wire[]> =>
  (await scene.invoices()).filter(invoice => invoice.invoice_type === 'advance_charges')

const eventsOn = (invoice: Wire) => invoice.fees.map((fee: Wire) => fee.event_transaction_id)

describe('fees that were paid without an invoice', () => {
  it('are on one once their period is billed; what is not paid stays alone, and comes later', async () => {
    const scene = await sceneOf(app, regrouped, { taxes: [{ code: 'vat', rate: 20 }] })
    await scene.sendAll([
      ['f1', '2026-06-02T00:00:00Z', { value: 4 }],
      ['f2', '2026-06-03T00:00:00Z', { value: '3.33' }],
      ['f3', '2026-06-04T00:00:00Z', { value: 5 }],
      ['running', '2026-07-01T00:00:00Z', { value: 1 }],
    ])
    await pay(scene, '2026-06-20T00:00:00Z', 'f1', 'f2', 'running')
    await scene.advanceTo('2026-07-02T00:00:00Z')
    const [invoice, ...others] = await collected(scene)
    expect(others).toEqual([])
    expect(invoice).toMatchObject({
      status: 'finalized',
      payment_status: 'succeeded',
      issuing_date: '2026-07-01',
      fees_amount_cents: 733,
      sub_total_excluding_taxes_amount_cents: 733,
      taxes_amount_cents: 147,
      sub_total_including_taxes_amount_cents: 880,
      total_amount_cents: 880,
      total_paid_amount_cents: 880,
      total_due_amount_cents: 0,
      applied_taxes: [{ tax_code: 'vat', amount_cents: 147, fees_amount_cents: 733 }],
      billing_periods: [
        {
          invoicing_reason: 'in_advance_charge_periodic',
          subscription_from_datetime: '2026-06-01T00:00:00Z',
          charges_from_datetime: '2026-06-01T00:00:00Z',
          charges_to_datetime: '2026-06-30T23:59:59Z',
        },
      ],
    })
    expect(eventsOn(invoice)).toEqual(['f1', 'f2'])
    const row = await scene.ctx.db
      .selectFrom('invoices')
      .select('taxes_rate')
      .where('id', '=', invoice.lago_id)
      .executeTakeFirst()
    expect(row?.taxes_rate).toBe(20.05)
    const [refused] = await scene.fees('event_transaction_id=f1')
    expect((await scene.api.put(`/fees/${refused.lago_id}`, { fee: { payment_status: 'failed' } })).body.code).toBe(
      'invoiced_fee',
    )

    await pay(scene, '2026-07-10T00:00:00Z', 'f3')
    await scene.advanceTo('2026-08-02T00:00:00Z')
    const again = await collected(scene)
    expect(again.map(eventsOn)).toEqual([
      ['f1', 'f2'],
      ['f3', 'running'],
    ])
    expect(again[1].issuing_date).toBe('2026-08-01')
  })

  it('stay paid, with the taxes they had, on an invoice that is made again', async () => {
    const scene = await sceneOf(app, regrouped, { taxes: [{ code: 'vat', rate: 20 }] })
    await scene.sendAll([
      ['f1', '2026-06-02T00:00:00Z', { value: 4 }],
      ['f2', '2026-06-03T00:00:00Z', { value: '3.33' }],
    ])
    await pay(scene, '2026-06-20T00:00:00Z', 'f1', 'f2')
    await scene.advanceTo('2026-07-02T00:00:00Z')
    const [voided] = await collected(scene)
    await ok(scene.api.post(`/invoices/${voided.lago_id}/void`))
    await ok(scene.api.put('/taxes/vat', { tax: { rate: 10 } }))
    const [first, second] = voided.fees
    const path = `/invoices/${voided.lago_id}/regenerate`
    for (const fees of [[], [{ id: first.lago_id, units: '1' }]]) {
      const { body } = await scene.api.post(path, { invoice: { fees } })
      expect(body.error_details).toEqual({ fees: ['value_is_invalid'] })
    }
    const { invoice } = await ok(scene.api.post(path, { invoice: { fees: [{ id: second.lago_id }] } }))
    expect(invoice).toMatchObject({
      status: 'finalized',
      payment_status: 'succeeded',
      number: expect.not.stringMatching(voided.number),
      issuing_date: '2026-07-01',
      fees_amount_cents: 333,
      taxes_amount_cents: 67,
      total_paid_amount_cents: 400,
      total_due_amount_cents: 0,
      applied_taxes: [{ tax_code: 'vat', tax_rate: 20, amount_cents: 67 }],
      billing_periods: voided.billing_periods,
      lago_voided_invoice_id: voided.lago_id,
      fees: [{ lago_original_fee_id: second.lago_id, payment_status: 'succeeded', succeeded_at: second.succeeded_at }],
    })
    expect((await scene.api.post(path)).body.code).toBe('already_regenerated')
    await scene.advanceTo('2026-08-02T00:00:00Z')
    expect(await collected(scene)).toHaveLength(2)
  })

  it('stay alone where no charge asks for an invoice of them', async () => {
    const scene = await sceneOf(app, { invoiceable: false })
    await scene.send('a', '2026-06-02T00:00:00Z', { value: 4 })
    await pay(scene, '2026-06-20T00:00:00Z', 'a')
    await scene.advanceTo('2026-07-02T00:00:00Z')
    expect(await collected(scene)).toEqual([])
  })

  it('are collected at once when the subscription ends, also without a last invoice, with one for each order number', async () => {
    const scene = await sceneOf(app, regrouped)
    await scene.send('first', '2026-06-02T00:00:00Z', { value: 1 })
    await pay(scene, '2026-06-03T00:00:00Z', 'first')
    await ok(scene.api.delete('/subscriptions/acme-team?on_termination_invoice=skip'))
    await scene.settle()
    expect((await collected(scene)).map(invoice => [eventsOn(invoice), invoice.issuing_date])).toEqual([
      [['first'], '2026-06-03'],
    ])
    expect((await collected(scene))[0].billing_periods[0].charges_to_datetime).toBe('2026-06-03T00:00:00Z')

    await scene.send('late', '2026-06-02T12:00:00Z', { value: 2 })
    await pay(scene, '2026-06-04T00:00:00Z', 'late')
    const subscription = {
      external_customer_id: 'acme',
      plan_code: 'team',
      external_id: 'acme-team',
      purchase_order_number: 'PO-2',
    }
    await ok(scene.api.post('/subscriptions', { subscription }))
    await scene.send('second', '2026-06-05T00:00:00Z', { value: 3 })
    await pay(scene, '2026-06-06T00:00:00Z', 'second')
    await scene.advanceTo('2026-07-02T00:00:00Z')
    const [, ...later] = await collected(scene)
    expect(later.map(invoice => [invoice.purchase_order_number, eventsOn(invoice)])).toEqual([
      [null, ['late']],
      ['PO-2', ['second']],
    ])
  })

  it('are collected by the clock task where the billing run left them', async () => {
    const scene = await sceneOf(app, regrouped)
    await scene.send('a', '2026-06-02T00:00:00Z', { value: 4 })
    await pay(scene, '2026-06-20T00:00:00Z', 'a')
    await scene.advanceTo('2026-07-01T00:05:00Z')
    // What a server that died in between leaves: the job is gone, the period is billed.
    await ok(scene.api.post('/test_clock/run', { test_clock: { tasks: ['bill_advance_charges'] } }))
    expect(await collected(scene)).toEqual([])
    await scene.ctx.db
      .updateTable('fees')
      .set({ payment_status: 'pending' })
      .where('organization_id', '=', scene.organizationId)
      .where('fee_type', '=', 'charge')
      .execute()
    await scene.advanceTo('2026-07-01T00:12:00Z')
    await scene.ctx.db
      .updateTable('fees')
      .set({ payment_status: 'succeeded' })
      .where('organization_id', '=', scene.organizationId)
      .where('fee_type', '=', 'charge')
      .execute()
    for (const _ of [1, 2])
      await ok(scene.api.post('/test_clock/run', { test_clock: { tasks: ['bill_advance_charges'] } }))
    const invoices = await collected(scene)
    expect(invoices.map(invoice => [eventsOn(invoice), invoice.total_amount_cents])).toEqual([[['a'], 400]])
  })
})
