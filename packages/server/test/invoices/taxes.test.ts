import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { type Story, storyOf } from './billing-support.ts'

let app: TestApp
let story: Story
beforeAll(async () => {
  app = await startTestApp()
  story = storyOf(app)
  await story.setClock('2026-06-01T00:00:00Z')
  await story.tax('entity', 5, { applied_to_organization: true })
  await story.tax('own', 7.7)
  await story.tax('plan', 10)
  await story.tax('charge', 20)
  await story.tax('commitment', 2.5)
  await story.tax('seats', 1)
  const { lago_id: calls } = await story.metric('calls')
  const seats = await story.addOn('seats')
  const charge = { billable_metric_id: calls, charge_model: 'standard', properties: { amount: '1.11' } }
  await story.plan('plain', { amount_cents: 333, charges: [{ ...charge, tax_codes: ['charge'] }] })
  await story.plan('taxed', {
    amount_cents: 1000,
    tax_codes: ['plan', 'own'],
    charges: [charge],
    fixed_charges: [
      {
        add_on_code: seats.code,
        charge_model: 'standard',
        units: '1',
        properties: { amount: '5' },
        tax_codes: ['seats'],
      },
    ],
    minimum_commitment: { amount_cents: 5000, tax_codes: ['commitment'] },
  })
  await story.customer('acme')
  await story.customer('globex', { tax_codes: ['own'] })
  await story.customer('initech', { tax_codes: ['own'] })
  await story.customer('hooli', { billing_configuration: { invoice_grace_period: 3 } })
  await story.subscribe('acme', 'plain', 'acme')
  await story.subscribe('globex', 'plain', 'globex')
  await story.subscribe('initech', 'taxed', 'initech')
  await story.subscribe('hooli', 'plain', 'hooli')
  for (const id of ['acme', 'globex', 'initech', 'hooli']) await story.send(id, 'calls', '2026-06-10 3')
  await story.advanceTo('2026-07-01T12:00:00Z')
})
afterAll(() => app?.stop())

interface AppliedTax {
  readonly tax_code: string
  readonly tax_rate: number
  readonly amount_cents: number
  readonly fees_amount_cents?: number
}

const codes = (taxes: readonly AppliedTax[]) => taxes.map(tax => `${tax.tax_code} ${tax.tax_rate}: ${tax.amount_cents}`)

describe('the taxes of an invoice', () => {
  it.each<[string, Record<string, string[]>, Record<string, number | string[]>]>([
    [
      'acme',
      { subscription: ['entity 5: 17'], charge: ['charge 20: 67'] },
      { fees: 666, taxes: 83, total: 749, rows: ['entity 5: 17', 'charge 20: 67'] },
    ],
    [
      'globex',
      { subscription: ['own 7.7: 26'], charge: ['charge 20: 67'] },
      { fees: 666, taxes: 92, total: 758, rows: ['own 7.7: 26', 'charge 20: 67'] },
    ],
    [
      'initech',
      {
        subscription: ['own 7.7: 77', 'plan 10: 100'],
        charge: ['own 7.7: 26', 'plan 10: 33'],
        fixed_charge: ['seats 1: 5'],
        commitment: ['commitment 2.5: 79'],
      },
      { fees: 5000, taxes: 320, total: 5320 },
    ],
  ])('are for %s those of the first level that has any', async (customer, ofFees, expected) => {
    const [invoice] = await story.invoices(customer)
    const { data } = await story.client.fees.findAllFees({ external_subscription_id: customer })
    const byType = data.fees.map(fee => [fee.item?.type, codes((fee.applied_taxes ?? []) as AppliedTax[])])
    expect(Object.fromEntries(byType)).toEqual(ofFees)
    expect(invoice).toMatchObject({
      fees_amount_cents: expected.fees,
      sub_total_excluding_taxes_amount_cents: expected.fees,
      taxes_amount_cents: expected.taxes,
      sub_total_including_taxes_amount_cents: expected.total,
      total_amount_cents: expected.total,
      payment_status: 'pending',
    })
    if (expected.rows !== undefined) expect(codes(invoice.applied_taxes)).toEqual(expected.rows)
    for (const fee of invoice.fees) expect(fee).not.toHaveProperty('applied_taxes')
  })

  it('are shown with the invoice, in lists too, and with each fee', async () => {
    const [invoice] = await story.invoices('globex')
    const [row] = invoice.applied_taxes
    expect(row).toEqual({
      lago_id: expect.any(String),
      lago_invoice_id: invoice.lago_id,
      lago_tax_id: expect.any(String),
      tax_name: 'OWN',
      tax_code: 'own',
      tax_rate: 7.7,
      tax_description: null,
      amount_cents: 26,
      amount_currency: 'USD',
      fees_amount_cents: 333,
      created_at: invoice.created_at,
    })
    const { body } = await story.api.get('/customers/globex/invoices')
    expect(body.invoices[0].applied_taxes).toEqual(invoice.applied_taxes)
    const [base] = invoice.fees
    expect(base).toMatchObject({
      taxes_amount_cents: 26,
      taxes_precise_amount: '0.25641',
      taxes_rate: 7.7,
      total_amount_cents: 359,
      precise_total_amount: '3.58641',
    })
    const { data } = await story.client.fees.findFee(base.lago_id)
    expect(data.fee).toMatchObject({
      ...base,
      applied_taxes: [{ lago_fee_id: base.lago_id, tax_code: 'own', amount_cents: 26, amount_currency: 'USD' }],
    })
  })

  it('follow changed rates on drafts, and stay what they were on what was issued', async () => {
    const [draft] = await story.invoices('hooli')
    expect(draft).toMatchObject({ status: 'draft', taxes_amount_cents: 83 })
    await story.api.put('/taxes/charge', { tax: { rate: 30 } })
    const { body } = await story.api.put(`/invoices/${draft.lago_id}/refresh`)
    expect(codes(body.invoice.applied_taxes)).toEqual(['entity 5: 17', 'charge 30: 100'])
    expect(body.invoice).toMatchObject({ taxes_amount_cents: 117, total_amount_cents: 783 })
    const [issued] = await story.invoices('acme')
    expect(issued.taxes_amount_cents).toBe(83)
    await story.advanceTo('2026-07-05T00:00:00Z')
    const [finalized] = await story.invoices('hooli')
    expect(finalized).toMatchObject({ status: 'finalized', taxes_amount_cents: 117 })
  })
})
