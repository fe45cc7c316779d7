import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { lines, type Story, storyOf } from './billing-support.ts'

let app: TestApp
let story: Story
// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
let draft: any
// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
let plan: any
// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
let subscription: any

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

beforeEach(async () => {
  story = storyOf(await app.newOrganization())
  await story.setClock('2026-01-01T00:00:00Z')
  await story.tax('vat', 20, { applied_to_organization: true })
  await story.customer('acme', { billing_configuration: { invoice_grace_period: 3 } })
  const charge = async (code: string, charge_model: string, properties: object, rest: object = {}) => ({
    billable_metric_id: (await story.metric(code)).lago_id,
    charge_model,
    properties,
    ...rest,
  })
  plan = await story.plan('team', {
    amount_cents: 1000,
    charges: [
      await charge('calls', 'standard', { amount: '2' }, { min_amount_cents: 2000 }),
      await charge('share', 'percentage', { rate: '10' }),
      await charge('idle', 'standard', { amount: '3' }),
    ],
  })
  subscription = await story.subscribe('one', 'team')
  await story.send('one', 'calls', '2026-01-10 5')
  await story.send('one', 'share', '2026-01-10 500')
  await story.advanceTo('2026-02-01T12:00:00Z')
  draft = (await story.invoices())[0]
})

const fee = (code: string, invoice = draft) =>
  invoice.fees.find((one: { item: { code: string } }) => one.item.code === code)
const adjust = (fields: object, id = draft.lago_id) =>
  story.api.post(`/invoices/${id}/adjusted_fees`, { adjusted_fee: fields })
const read = async () => (await story.api.get(`/invoices/${draft.lago_id}`)).body.invoice
const outcome = ({ status, body }: { status: number; body: { error_details?: unknown; code?: unknown } }) => [
  status,
  body?.error_details ?? body?.code,
]
const BEFORE = [
  'subscription team: 1.0 = 1000',
  'charge calls: 5.0 = 1000',
  'charge calls: 1.0 = 1000',
  'charge share: 500.0 = 5000',
]

describe('an edited line of a draft', () => {
  it('is priced again, with the true-up that it brings, and survives until the invoice is issued', async () => {
    expect(lines(draft)).toEqual(BEFORE)
    const edit = { fee_id: fee('calls').lago_id, units: '7' }
    const estimate = await story.api.post(`/invoices/${draft.lago_id}/adjusted_fees/estimate`, { adjusted_fee: edit })
    expect(estimate.body.adjusted_fee).toMatchObject({
      lago_id: null,
      units: '7.0',
      amount_cents: 1400,
      taxes_amount_cents: 280,
      applied_taxes: [{ tax_code: 'vat', amount_cents: 280 }],
    })
    expect((await read()).fees).toEqual(draft.fees)
    const { body } = await adjust({ fee_id: fee('calls').lago_id, units: '7', invoice_display_name: 'API calls' })
    expect(body.adjusted_fee).toMatchObject({
      units: '7.0',
      amount_cents: 1400,
      taxes_amount_cents: 280,
      events_count: 0,
      item: { invoice_display_name: 'API calls' },
    })
    await story.send('one', 'calls', '2026-01-11 50')
    await story.api.put(`/invoices/${draft.lago_id}/refresh`)
    const edited = ['subscription team: 1.0 = 1000', 'charge calls: 7.0 = 1400', 'charge calls: 1.0 = 600', BEFORE[3]]
    expect(lines(await read())).toEqual(edited)
    const { data } = await story.client.invoices.finalizeInvoice(draft.lago_id)
    expect(lines(data.invoice as never)).toEqual(edited)
    expect(data.invoice).toMatchObject({ status: 'finalized', fees_amount_cents: 8000, taxes_amount_cents: 1600 })
    expect(outcome(await adjust({ fee_id: fee('calls').lago_id, units: '1' }))).toEqual([403, 'feature_unavailable'])
  })

  it('is explained, as all lines are', async () => {
    await adjust({ fee_id: fee('calls').lago_id, units: '7', unit_precise_amount: '1.5' })
    const { explanation } = (await story.api.get(`/invoices/${draft.lago_id}/explain`)).body
    for (const one of [explanation, ...explanation.fees]) expect(one.computed).toEqual(one.stored)
    expect(explanation.stored).toMatchObject({ fees_amount_cents: 8000, total_amount_cents: 9600 })
    const edited = await story.api.get(`/fees/${fee('calls', await read()).lago_id}/explain`)
    expect(edited.body.explanation).toMatchObject({
      inputs: { units: '7', computed_from: { charge_model: 'standard', properties: { amount: '2' } } },
      steps: [
        { name: 'units', formula: '7 × 1.5', unrounded: '10.5', rounded: null },
        { name: 'amount', unrounded: '1050.0', rounded: '1050.0' },
        { name: 'tax vat', formula: '1050 × 20 %', unrounded: '210.0', rounded: '210.0' },
        { name: 'taxes' },
        { name: 'total', unrounded: '1260.0' },
      ],
    })
    expect((await story.api.get('/fees/nope/explain')).body.code).toBe('fee_not_found')
    expect((await story.api.get('/invoices/nope/explain')).body.code).toBe('invoice_not_found')
  })

  it('may have a price of its own, and a line that had no usage may appear', async () => {
    await adjust({ fee_id: fee('share').lago_id, units: '3.5', unit_precise_amount: '1.2345' })
    const idle = plan.charges.find((one: { billable_metric_code: string }) => one.billable_metric_code === 'idle')
    const line = { subscription_id: subscription.lago_id, charge_id: idle.lago_id, units: '2' }
    const { body } = await adjust(line)
    expect(body.adjusted_fee).toMatchObject({ amount_cents: 600, item: { code: 'idle' } })
    expect(fee('share', await read())).toMatchObject({
      amount_cents: 432,
      precise_amount: '4.32075',
      precise_unit_amount: '1.2345',
    })
    expect(outcome(await adjust(line))).toEqual([422, { adjusted_fee: ['already_exists'] }])
    const path = `/invoices/${draft.lago_id}/adjusted_fees`
    expect((await story.api.delete(`${path}/${body.adjusted_fee.lago_id}`)).body.adjusted_fee).not.toHaveProperty(
      'units',
    )
    expect((await story.api.delete(`${path}/${fee('share', await read()).lago_id}`)).body.adjusted_fee).toMatchObject({
      amount_cents: 5000,
    })
    expect(lines(await read())).toEqual(BEFORE)
    const untouched = fee('share', await read()).lago_id
    expect(outcome(await story.api.delete(`${path}/${untouched}`))).toEqual([404, 'adjusted_fee_not_found'])
    expect(outcome(await story.api.delete(`${path}/nope`))).toEqual([404, 'fee_not_found'])
  })

  it('has its price in the pricing unit of its charge, as the minimum of the charge is', async () => {
    await story.pricingUnit('credits')
    await story.customer('beta', { billing_configuration: { invoice_grace_period: 3 } })
    await story.plan('credits', {
      charges: [
        {
          billable_metric_id: (await story.metric('tokens')).lago_id,
          charge_model: 'standard',
          properties: { amount: '2' },
          min_amount_cents: 1000,
          applied_pricing_unit: { code: 'credits', conversion_rate: '0.5' },
        },
      ],
    })
    await story.subscribe('two', 'credits', 'beta', { subscription_at: '2026-02-01T00:00:00Z' })
    await story.send('two', 'tokens', '2026-02-10 5')
    await story.advanceTo('2026-03-01T12:00:00Z')
    const [invoice] = await story.invoices('beta')
    expect(lines(invoice).slice(1)).toEqual(['charge tokens: 5.0 = 500'])
    await adjust({ fee_id: fee('tokens', invoice).lago_id, units: '3', unit_precise_amount: '1.5' }, invoice.lago_id)
    const [edited] = await story.invoices('beta')
    expect(lines(edited).slice(1)).toEqual(['charge tokens: 3.0 = 225', 'charge tokens: 1.0 = 275'])
    expect(fee('tokens', edited)).toMatchObject({
      precise_unit_amount: '0.75',
      pricing_unit_details: { amount_cents: 450, precise_unit_amount: '1.5', conversion_rate: '0.5' },
    })
    const { explanation } = (await story.api.get(`/invoices/${invoice.lago_id}/explain`)).body
    for (const one of explanation.fees) expect(one.computed).toEqual(one.stored)
  })

  it('may be the base fee, or only a name; both are listed, and tried again before they change', async () => {
    await adjust({ fee_id: fee('team').lago_id, units: '1.5' })
    await adjust({ fee_id: fee('share', await read()).lago_id, invoice_display_name: 'Our share' })
    const after = await read()
    expect(fee('team', after)).toMatchObject({ units: '1.5', amount_cents: 1500, precise_unit_amount: '10.0' })
    expect(fee('share', after)).toMatchObject({ amount_cents: 5000, item: { invoice_display_name: 'Our share' } })
    const path = `/invoices/${draft.lago_id}/adjusted_fees`
    const edits = [
      { lago_fee_id: fee('team', after).lago_id, units: '1.5', unit_precise_amount: null, invoice_display_name: null },
      { lago_fee_id: fee('share', after).lago_id, units: null, invoice_display_name: 'Our share' },
    ]
    expect((await story.api.get(path)).body.adjusted_fees).toMatchObject(edits)
    const other = { fee_id: fee('team', after).lago_id, units: '2' }
    const estimate = await story.api.post(`${path}/estimate`, { adjusted_fee: other })
    expect(estimate.body.adjusted_fee.amount_cents).toBe(2000)
    expect((await story.api.get(path)).body.adjusted_fees).toMatchObject(edits)
    expect((await story.api.get('/invoices/nope/adjusted_fees')).body.code).toBe('invoice_not_found')
  })

  it('has to be one that can be edited', async () => {
    const on = { subscription_id: subscription.lago_id }
    const unknown = '00000000-0000-7000-8000-000000000000'
    const table: [object, number, unknown][] = [
      [{ fee_id: unknown, units: '1' }, 404, 'fee_not_found'],
      [{ subscription_id: unknown, charge_id: unknown }, 404, 'subscription_not_found'],
      [{ ...on, charge_id: unknown }, 404, 'charge_not_found'],
      [{ ...on, charge_id: plan.charges[0].lago_id, charge_filter_id: unknown }, 404, 'charge_filter_not_found'],
      [{ ...on, fixed_charge_id: unknown }, 404, 'fixed_charge_not_found'],
      [{ fee_id: fee('share').lago_id, units: '1' }, 422, { charge: ['invalid_charge_model'] }],
      [{ fee_id: fee('calls').lago_id, units: 'many' }, 422, { units: ['value_is_invalid'] }],
    ]
    for (const [fields, status, told] of table) expect(outcome(await adjust(fields))).toEqual([status, told])
    expect(outcome(await adjust({ units: '1' }, unknown))).toEqual([404, 'invoice_not_found'])
    expect(lines(await read())).toEqual(BEFORE)
  })
})
