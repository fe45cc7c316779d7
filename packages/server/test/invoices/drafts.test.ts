import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

/** A tenant with one customer on a monthly plan of 100.00 USD in arrears, started on 1 January 2026. */
async function monthlyCustomer(settings: { entity?: object; customer?: object } = {}): Promise<Tenant> {
  const tenant = await app.newOrganization()
  await tenant.setClock('2026-01-01T09:00:00Z')
  if (settings.entity !== undefined)
    await tenant.api.put('/billing_entities/northwind', { billing_entity: settings.entity })
  await tenant.api.post('/plans', {
    plan: {
      code: 'team',
      name: 'Team',
      interval: 'monthly',
      amount_cents: 10_000,
      amount_currency: 'USD',
      pay_in_advance: false,
    },
  })
  await tenant.api.post('/customers', {
    customer: { external_id: 'acme', name: 'Acme', currency: 'USD', ...settings.customer },
  })
  await tenant.api.post('/subscriptions', {
    subscription: { external_customer_id: 'acme', plan_code: 'team', external_id: 'acme-team' },
  })
  return tenant
}

async function onlyInvoice({ api }: Tenant) {
  const { body } = await api.get('/invoices')
  expect(body.invoices).toHaveLength(1)
  return (await api.get(`/invoices/${body.invoices[0].lago_id}`)).body.invoice
}

describe('an invoice without a grace period', () => {
  it('is finalized by the billing run, numbered, and due at once', async () => {
    const tenant = await monthlyCustomer()
    await tenant.advanceTo('2026-02-01T12:00:00Z')
    const invoice = await onlyInvoice(tenant)
    expect(invoice).toMatchObject({
      status: 'finalized',
      payment_status: 'pending',
      invoice_type: 'subscription',
      issuing_date: '2026-02-01',
      payment_due_date: '2026-02-01',
      currency: 'USD',
      fees_amount_cents: 10_000,
      total_amount_cents: 10_000,
      sequential_id: 1,
    })
    expect(invoice.number).toMatch(/^NOR-[0-9A-F]{4}-001-001$/)
    expect(invoice.fees[0]).toMatchObject({
      item: { type: 'subscription', code: 'team' },
      amount_cents: 10_000,
      units: '1.0',
      from_date: '2026-01-01T00:00:00+00:00',
      to_date: '2026-01-31T23:59:59+00:00',
      amount_details: { plan_amount_cents: 10_000 },
    })
    expect(invoice.billing_periods[0]).toMatchObject({
      external_subscription_id: 'acme-team',
      subscription_from_datetime: '2026-01-01T00:00:00Z',
      subscription_to_datetime: '2026-01-31T23:59:59Z',
      charges_from_datetime: '2026-01-01T09:00:00Z',
      invoicing_reason: 'subscription_periodic',
    })
  })

  it('takes the next number of its customer each month, without gaps', async () => {
    const tenant = await monthlyCustomer()
    await tenant.advanceTo('2026-05-02T00:00:00Z')
    const { body } = await tenant.api.get('/invoices')
    const numbers = body.invoices.map((invoice: { number: string }) => invoice.number.slice(-7))
    expect(numbers).toEqual(['001-004', '001-003', '001-002', '001-001'])
  })

  it('is numbered by the month in its own series where the billing entity numbers its invoices', async () => {
    const tenant = await monthlyCustomer({
      entity: { document_numbering: 'per_billing_entity', timezone: 'America/New_York' },
    })
    await tenant.advanceTo('2026-03-02T00:00:00Z')
    const { body } = await tenant.api.get('/invoices')
    const numbers = body.invoices.map((invoice: { number: string }) => invoice.number.slice(9))
    expect(numbers).toEqual(['202603-002', '202602-001'])
  })
})

describe('an invoice with a grace period', () => {
  const grace = { customer: { billing_configuration: { invoice_grace_period: 3 }, net_payment_term: 30 } }

  it('is issued when its plan is deleted, and so is the last one', async () => {
    const tenant = await monthlyCustomer(grace)
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    await onlyInvoice(tenant)
    await tenant.api.delete('/plans/team')
    await tenant.settle()
    const { body } = await tenant.api.get('/invoices')
    const issued = body.invoices.map((invoice: Record<string, unknown>) => [invoice.status, invoice.fees_amount_cents])
    expect(issued.toSorted()).toEqual([
      ['finalized', 10_000],
      ['finalized', 714],
    ])
    expect((await tenant.api.get('/subscriptions/acme-team?status=terminated')).status).toBe(200)
    expect((await tenant.api.get('/plans/team')).status).toBe(404)
  })

  it('is issued five minutes after its customer was deleted, and so is the last one', async () => {
    const tenant = await monthlyCustomer(grace)
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    await tenant.api.delete('/customers/acme')
    await tenant.settle()
    const statuses = async () => {
      const { body } = await tenant.api.get('/invoices')
      return body.invoices.map((invoice: { status: string }) => invoice.status)
    }
    await tenant.advanceTo('2026-02-02T00:04:59Z')
    expect(await statuses()).toEqual(['draft', 'draft'])
    await tenant.advanceTo('2026-02-02T00:05:00Z')
    expect(await statuses()).toEqual(['finalized', 'finalized'])
  })

  it('is a draft until the period is over, then it is issued', async () => {
    const tenant = await monthlyCustomer(grace)
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    const draft = await onlyInvoice(tenant)
    expect(draft).toMatchObject({
      status: 'draft',
      sequential_id: null,
      issuing_date: '2026-02-04',
      payment_due_date: '2026-03-06',
    })
    expect(draft.number).toMatch(/-DRAFT$/)
    await tenant.advanceTo('2026-02-04T12:00:00Z')
    expect(await onlyInvoice(tenant)).toMatchObject({
      lago_id: draft.lago_id,
      status: 'finalized',
      issuing_date: '2026-02-04',
      payment_due_date: '2026-03-06',
      sequential_id: 1,
    })
  })

  it('can be issued early, once: it is then no draft any more', async () => {
    const tenant = await monthlyCustomer(grace)
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    const { lago_id: id } = await onlyInvoice(tenant)
    const finalized = await tenant.api.put(`/invoices/${id}/finalize`)
    expect(finalized.body.invoice).toMatchObject({
      status: 'finalized',
      issuing_date: '2026-02-02',
      payment_due_date: '2026-03-04',
    })
    const again = await tenant.api.put(`/invoices/${id}/finalize`)
    expect([again.status, again.body.code]).toEqual([404, 'invoice_not_found'])
  })

  it('moves with the customer’s settings, and is issued when its time has come by them', async () => {
    const tenant = await monthlyCustomer(grace)
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    await tenant.api.post('/customers', {
      customer: { external_id: 'acme', billing_configuration: { invoice_grace_period: 10 } },
    })
    await tenant.settle()
    expect(await onlyInvoice(tenant)).toMatchObject({
      status: 'draft',
      issuing_date: '2026-02-11',
      payment_due_date: '2026-03-13',
    })
    await tenant.api.post('/customers', {
      customer: { external_id: 'acme', billing_configuration: { invoice_grace_period: 0 } },
    })
    await tenant.settle()
    expect(await onlyInvoice(tenant)).toMatchObject({ status: 'finalized' })
  })

  it('follows a new price of its plan at the next refresh of drafts', async () => {
    const tenant = await monthlyCustomer(grace)
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    await tenant.api.put('/plans/team', { plan: { amount_cents: 12_500 } })
    await tenant.settle()
    await tenant.advanceTo('2026-02-02T00:10:00Z')
    expect(await onlyInvoice(tenant)).toMatchObject({ status: 'draft', total_amount_cents: 12_500 })
  })

  it('follows a tax that only its plan has, at the next refresh of drafts', async () => {
    const tenant = await monthlyCustomer(grace)
    await tenant.api.post('/taxes', { tax: { code: 'vat', name: 'VAT', rate: 10 } })
    await tenant.api.put('/plans/team', { plan: { tax_codes: ['vat'] } })
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    expect(await onlyInvoice(tenant)).toMatchObject({ status: 'draft', taxes_amount_cents: 1_000 })
    await tenant.api.put('/taxes/vat', { tax: { rate: 20 } })
    await tenant.settle()
    await tenant.advanceTo('2026-02-02T00:10:00Z')
    expect(await onlyInvoice(tenant)).toMatchObject({ status: 'draft', total_amount_cents: 12_000 })
    await tenant.api.delete('/taxes/vat')
    await tenant.settle()
    await tenant.advanceTo('2026-02-02T00:20:00Z')
    expect(await onlyInvoice(tenant)).toMatchObject({ status: 'draft', total_amount_cents: 10_000, applied_taxes: [] })
  })

  it('follows the taxes of its customer’s billing entity, whichever issues it', async () => {
    const tenant = await monthlyCustomer(grace)
    await tenant.api.post('/billing_entities', { billing_entity: { code: 'eu', name: 'EU' } })
    await tenant.api.put('/subscriptions/acme-team', { subscription: { billing_entity_code: 'eu' } })
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    await tenant.api.post('/taxes', { tax: { code: 'vat', name: 'VAT', rate: 10 } })
    await tenant.api.put('/billing_entities/northwind', { billing_entity: { tax_codes: ['vat'] } })
    await tenant.settle()
    await tenant.advanceTo('2026-02-02T00:10:00Z')
    expect(await onlyInvoice(tenant)).toMatchObject({ billing_entity_code: 'eu', total_amount_cents: 11_000 })
  })

  it('is issued on the present day of its customer, who may have moved since', async () => {
    const tenant = await monthlyCustomer(grace)
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    await tenant.api.post('/customers', { customer: { external_id: 'acme', timezone: 'Asia/Tokyo' } })
    await tenant.advanceTo('2026-02-02T16:00:00Z')
    const { lago_id: id } = await onlyInvoice(tenant)
    const finalized = await tenant.api.put(`/invoices/${id}/finalize`)
    expect(finalized.body.invoice).toMatchObject({ issuing_date: '2026-02-03', payment_due_date: '2026-03-05' })
  })

  it('takes its period along when it is deleted: the last invoice does not bill it again', async () => {
    const tenant = await monthlyCustomer(grace)
    await tenant.advanceTo('2026-02-01T02:00:00Z')
    await tenant.api.delete(`/invoices/${(await onlyInvoice(tenant)).lago_id}`)
    await tenant.api.delete('/subscriptions/acme-team')
    await tenant.settle()
    expect((await onlyInvoice(tenant)).fees).toMatchObject([
      { amount_cents: 357, from_date: '2026-02-01T00:00:00+00:00' },
    ])
  })

  it('answers a refresh of an issued invoice with the invoice as it is', async () => {
    const tenant = await monthlyCustomer()
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    const invoice = await onlyInvoice(tenant)
    const refreshed = await tenant.api.put(`/invoices/${invoice.lago_id}/refresh`)
    expect(refreshed.body.invoice.fees[0].lago_id).toBe(invoice.fees[0].lago_id)
  })
})

describe('an invoice without any amount', () => {
  it.each([
    { customer: 'inherit', entity: true, status: 'finalized' },
    { customer: 'inherit', entity: false, status: undefined },
    { customer: 'skip', entity: true, status: undefined },
    { customer: 'finalize', entity: false, status: 'finalized' },
  ])('with customer $customer and billing entity $entity becomes $status', async ({ customer, entity, status }) => {
    const tenant = await monthlyCustomer({
      entity: { finalize_zero_amount_invoice: entity },
      customer: { finalize_zero_amount_invoice: customer },
    })
    await tenant.api.put('/plans/team', { plan: { amount_cents: 0 } })
    await tenant.advanceTo('2026-02-02T00:00:00Z')
    const { body } = await tenant.api.get('/invoices')
    expect(body.invoices[0]?.status).toBe(status)
    if (status !== undefined) expect(body.invoices[0].payment_status).toBe('succeeded')
  })
})

it('keeps the invoices of one organization from another', async () => {
  const tenant = await monthlyCustomer()
  await tenant.advanceTo('2026-02-02T00:00:00Z')
  const { lago_id: id } = await onlyInvoice(tenant)
  for (const path of [`/invoices/${id}`, `/fees/${(await onlyInvoice(tenant)).fees[0].lago_id}`]) {
    expect((await app.api.get(path)).status).toBe(404)
  }
  expect((await app.api.put(`/invoices/${id}/finalize`)).status).toBe(404)
})
