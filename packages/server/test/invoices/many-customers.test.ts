import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedSubscriptions } from '../resilience/billing.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'

/** More than are billed together. */
const CUSTOMERS = 30

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

async function createPlan({ api }: Tenant, code: string, charges: object[] = []): Promise<void> {
  const { status } = await api.post('/plans', {
    plan: {
      code,
      name: code,
      interval: 'monthly',
      amount_cents: 10_000,
      amount_currency: 'USD',
      pay_in_advance: false,
      charges,
    },
  })
  expect(status).toBe(200)
}

async function subscribe({ api }: Tenant, customer: string, plan: string, settings: object = {}): Promise<void> {
  const { status } = await api.post('/subscriptions', {
    subscription: { external_customer_id: customer, plan_code: plan, external_id: `${customer}-${plan}`, ...settings },
  })
  expect(status).toBe(200)
}

/** An organization whose customers are all due on 1 February 2026. */
async function manyCustomers(): Promise<Tenant> {
  const tenant = await app.newOrganization()
  await tenant.setClock('2026-01-01T09:00:00Z')
  await createPlan(tenant, 'team')
  for (let number = 1; number <= CUSTOMERS; number += 1) await subscribe(tenant, `customer-${number}`, 'team')
  return tenant
}

async function bill({ api }: Tenant) {
  await api.put('/test_clock', { test_clock: { now: '2026-02-01T00:10:00Z' } })
  const { body } = await api.post('/test_clock/run', { test_clock: { tasks: ['bill_subscriptions'] } })
  return body.test_clock
}

async function invoicesOf({ api }: Tenant, query = '') {
  return (await api.get(`/invoices?per_page=100${query}`)).body.invoices
}

describe('many customers that are due at once', () => {
  it('get one invoice each, numbered in their own series', async () => {
    const tenant = await manyCustomers()
    expect(await bill(tenant)).toMatchObject({ invoices_created: CUSTOMERS, failed: [] })
    const invoices = await invoicesOf(tenant)
    expect(
      new Set(invoices.map((invoice: { customer: { external_id: string } }) => invoice.customer.external_id)).size,
    ).toBe(CUSTOMERS)
    for (const invoice of invoices) expect(invoice).toMatchObject({ sequential_id: 1, total_amount_cents: 10_000 })
  })

  it('are billed once, however often the clock ticks', async () => {
    const tenant = await manyCustomers()
    await bill(tenant)
    expect(await bill(tenant)).toMatchObject({ invoices_created: 0, failed: [] })
    expect(await invoicesOf(tenant)).toHaveLength(CUSTOMERS)
  })

  it('are all billed but the one whose prices cannot be read, which is told of', async () => {
    const tenant = await manyCustomers()
    const { body } = await tenant.api.post('/billable_metrics', {
      billable_metric: { code: 'calls', name: 'Calls', aggregation_type: 'count_agg' },
    })
    const charge = {
      billable_metric_id: body.billable_metric.lago_id,
      charge_model: 'standard',
      properties: { amount: '1' },
    }
    await createPlan(tenant, 'damaged', [charge])
    await subscribe(tenant, 'damaged', 'damaged')
    await sql`update charges set properties = '{}' where organization_id = ${tenant.organizationId}`.execute(
      tenant.ctx.db,
    )

    const { invoices_created: created, failed } = await bill(tenant)
    expect(created).toBe(CUSTOMERS)
    expect(failed).toMatchObject([{ task: 'bill_customers', given_up: false }])
    expect(await invoicesOf(tenant, '&external_customer_id=damaged')).toEqual([])
  })
})

it('numbers the invoices that a customer gets at once one after another', async () => {
  const tenant = await app.newOrganization()
  await tenant.setClock('2026-01-01T09:00:00Z')
  for (const plan of ['team', 'support', 'storage']) {
    await createPlan(tenant, plan)
    await subscribe(tenant, 'acme', plan, { consolidate_invoice: false })
  }
  expect(await bill(tenant)).toMatchObject({ invoices_created: 3, failed: [] })
  const numbers = (await invoicesOf(tenant)).map((invoice: { number: string }) => invoice.number.slice(-7))
  expect(numbers.toSorted()).toEqual(['001-001', '001-002', '001-003'])
})

describe('fifty drafts of one billing entity that are finalized at the same time', () => {
  const DRAFTS = 50

  it('get consecutive numbers', async () => {
    const tenant = await app.newOrganization()
    const entity = { document_numbering: 'per_billing_entity', document_number_prefix: 'FIFTY' }
    const settings = { ...entity, billing_configuration: { invoice_grace_period: 3 } }
    expect((await tenant.api.put('/billing_entities/northwind', { billing_entity: settings })).status).toBe(200)
    await tenant.setClock('2026-03-20T00:00:00Z')
    await createPlan(tenant, 'team')
    const period = { startedAt: '2026-03-01T00:00:00Z', nextBillingAt: '2026-04-01T00:00:00Z' }
    const { organizationId } = tenant
    await seedSubscriptions(tenant.ctx.db, { organizationId, planCode: 'team', customers: DRAFTS, ...period })
    await tenant.advanceTo('2026-04-01T00:30:00Z')
    const drafts = await invoicesOf(tenant)
    expect(drafts.map((draft: { status: string }) => draft.status)).toEqual(Array(DRAFTS).fill('draft'))

    const answers = await Promise.all(
      drafts.map((draft: { lago_id: string }) => tenant.api.put(`/invoices/${draft.lago_id}/finalize`)),
    )
    const issued = answers.map(({ body }) => body.invoice)
    const places = issued.map(invoice => invoice.billing_entity_sequential_id).toSorted((a, b) => a - b)
    expect(places).toEqual(Array.from({ length: DRAFTS }, (_, place) => place + 1))
    for (const invoice of issued) {
      const place = String(invoice.billing_entity_sequential_id).padStart(3, '0')
      expect(invoice).toMatchObject({ status: 'finalized', number: `FIFTY-202604-${place}`, sequential_id: 1 })
    }
  })
})

it('numbers by billing entity in its month, and partners by themselves', async () => {
  const tenant = await app.newOrganization()
  await tenant.setClock('2024-05-20T00:00:00Z')
  const entity = {
    document_numbering: 'per_billing_entity',
    document_number_prefix: 'NOR-9F3C',
    timezone: 'America/New_York',
  }
  expect((await tenant.api.put('/billing_entities/northwind', { billing_entity: entity })).status).toBe(200)
  await tenant.api.post('/add_ons', { add_on: { code: 'a', name: 'a', amount_cents: 100, amount_currency: 'USD' } })
  const bill = async (customer: string, at: string, fields: object = {}) => {
    await tenant.setClock(at)
    await tenant.api.post('/customers', { customer: { external_id: customer, ...fields } })
    const { body } = await tenant.api.post('/invoices', {
      invoice: { external_customer_id: customer, currency: 'USD', fees: [{ add_on_code: 'a' }] },
    })
    return [body.invoice.number, body.invoice.sequential_id, body.invoice.billing_entity_sequential_id]
  }
  expect(await bill('one', '2024-06-01T02:00:00Z')).toEqual(['NOR-9F3C-202405-001', 1, 1])
  expect(await bill('two', '2024-06-20T02:00:00Z')).toEqual(['NOR-9F3C-202406-002', 1, 2])
  const partner = { account_type: 'partner' }
  expect(await bill('partner', '2024-06-21T02:00:00Z', partner)).toEqual(['NOR-9F3C-003-001', 1, null])
  expect(await bill('one', '2024-07-10T12:00:00Z')).toEqual(['NOR-9F3C-202407-003', 2, 3])
})
