import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getOrCreateCustomer } from '../../src/customers/index.ts'
import { newId } from '../../src/platform/ids.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

interface Numbered {
  status?: string
  selfBilled?: boolean
  sequence?: number
}

/** Invoices of the default billing entity, one a day. */
async function insertInvoices(tenant: Tenant, invoices: readonly Numbered[]): Promise<void> {
  const customer = await getOrCreateCustomer(tenant.ctx, 'acme', { currency: 'EUR' })
  const firstDay = Temporal.PlainDate.from('2024-05-01')
  const rows = invoices.map((invoice, index) => {
    const day = firstDay.add({ days: index })
    const at = day.toZonedDateTime('UTC').toInstant()
    return {
      id: newId(),
      organization_id: tenant.organizationId,
      customer_id: customer.id,
      billing_entity_id: tenant.organizationId,
      billing_entity_sequential_id: invoice.sequence ?? null,
      number: `N-${index + 1}`,
      invoice_type: 'subscription',
      status: invoice.status ?? 'finalized',
      self_billed: invoice.selfBilled ?? false,
      currency: 'EUR',
      timezone: 'UTC',
      issuing_date: day,
      expected_finalization_date: day,
      payment_due_date: day,
      created_at: at,
      updated_at: at,
    }
  })
  await tenant.ctx.db.insertInto('invoices').values(rows).execute()
}

async function switchTo(tenant: Tenant, document_numbering: string): Promise<void> {
  await tenant.api.put('/billing_entities/northwind', { billing_entity: { document_numbering } })
}

async function sequences(tenant: Tenant): Promise<(number | null)[]> {
  const rows = await tenant.ctx.db
    .selectFrom('invoices')
    .select('billing_entity_sequential_id as sequence')
    .where('organization_id', '=', tenant.organizationId)
    .orderBy('created_at')
    .execute()
  return rows.map(row => (row.sequence === null ? null : Number(row.sequence)))
}

describe('switching a billing entity to a document sequence of its own', () => {
  it('lets the sequence go on from the number of invoices numbered so far', async () => {
    const tenant = await app.newOrganization()
    await insertInvoices(tenant, [
      {},
      { status: 'voided' },
      {},
      { selfBilled: true },
      { status: 'draft' },
      { status: 'closed' },
    ])
    await switchTo(tenant, 'per_billing_entity')
    expect(await sequences(tenant)).toEqual([null, null, 3, null, null, null])
  })

  it('gives nothing where the sequence is as far already', async () => {
    const tenant = await app.newOrganization()
    await insertInvoices(tenant, [{}, { sequence: 2 }, { sequence: 3 }])
    await switchTo(tenant, 'per_billing_entity')
    expect(await sequences(tenant)).toEqual([null, 2, 3])
  })

  it('changes nothing when the entity had its own sequence all along', async () => {
    const tenant = await app.newOrganization()
    await switchTo(tenant, 'per_billing_entity')
    await insertInvoices(tenant, [{}, {}])
    await switchTo(tenant, 'per_billing_entity')
    await switchTo(tenant, 'per_customer')
    expect(await sequences(tenant)).toEqual([null, null])
  })

  it('happens too when the organization asks for numbers of its own', async () => {
    const tenant = await app.newOrganization()
    await insertInvoices(tenant, [{}, {}])
    await tenant.api.put('/organizations', { organization: { document_numbering: 'per_organization' } })
    expect(await sequences(tenant)).toEqual([null, 2])
  })
})
