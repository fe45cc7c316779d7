import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deleteCustomer } from '../../src/customers/delete-customer.ts'
import { customers, getOrCreateCustomer, lockCustomer } from '../../src/customers/index.ts'
import { replaceMetadata } from '../../src/customers/metadata.ts'
import { type Ctx, transaction } from '../../src/platform/context.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const upsert = (tenant: Tenant, customer: object) => tenant.api.post('/customers', { customer })
const notFound = { status: 404, body: { status: 404, error: 'Not Found', code: 'customer_not_found' } }

describe('reading a customer', () => {
  it('works for external ids of any characters', async () => {
    for (const external_id of ['a/b', 'report.pdf', 'ümläut & co?', '100%', "o'hara; --"]) {
      const { body } = await upsert(app, { external_id })
      const read = await app.api.get(`/customers/${encodeURIComponent(external_id)}`)
      expect(read.body).toEqual(body)
    }
  })

  it('knows nobody of another organization', async () => {
    await upsert(app, { external_id: 'mine' })
    const other = await app.newOrganization()
    expect(await other.api.get('/customers/mine')).toMatchObject(notFound)
    expect(await other.api.delete('/customers/mine')).toMatchObject(notFound)
    expect((await app.api.get('/customers/mine')).status).toBe(200)
  })
})

describe('deleting a customer', () => {
  it('answers with the customer, which is gone then', async () => {
    const tenant = await app.newOrganization()
    await upsert(tenant, { external_id: 'acme', name: 'Acme', metadata: [{ key: 'k', value: 'v' }] })
    const { data } = await tenant.client.customers.destroyCustomer('acme')
    expect(data.customer).toMatchObject({ external_id: 'acme', name: 'Acme', metadata: [{ key: 'k', value: 'v' }] })
    expect(await tenant.api.get('/customers/acme')).toMatchObject(notFound)
    expect(await tenant.api.delete('/customers/acme')).toMatchObject(notFound)
    expect((await tenant.api.get('/customers')).body.meta.total_count).toBe(0)
  })

  it('frees the external id, not the number', async () => {
    const tenant = await app.newOrganization()
    const { body: before } = await upsert(tenant, { external_id: 'acme', name: 'Acme' })
    await tenant.api.delete('/customers/acme')
    const { body: after } = await upsert(tenant, { external_id: 'acme' })
    expect(after.customer).toMatchObject({ sequential_id: 2, name: null, metadata: [] })
    expect(after.customer.lago_id).not.toBe(before.customer.lago_id)
  })

  it('is told once, however many ask for it', async () => {
    const tenant = await app.newOrganization()
    const { body } = await upsert(tenant, { external_id: 'acme' })
    const { ctx, events } = recordEvents(tenant.ctx)
    const results = await Promise.allSettled([1, 2, 3].map(() => deleteCustomer(ctx, 'acme')))
    expect(results.filter(result => result.status === 'fulfilled')).toHaveLength(1)
    expect(events).toMatchObject([{ type: 'customer.deleted', objectId: body.customer.lago_id }])
  })
})

describe('getting or creating the customer of a subscription', () => {
  it('makes a bare customer at the default billing entity, once', async () => {
    const tenant = await app.newOrganization()
    const { ctx, events } = recordEvents(tenant.ctx)
    const made = await Promise.all([1, 2, 3, 4].map(() => getOrCreateCustomer(ctx, 'new', { currency: 'EUR' })))
    expect(new Set(made.map(customer => customer.id)).size).toBe(1)
    expect(events.map(event => event.type)).toEqual(['customer.created'])
    const { body } = await tenant.api.get('/customers/new')
    expect(body.customer).toMatchObject({ currency: 'EUR', name: null, billing_entity_code: 'northwind' })
  })

  it('gives its currency to a customer that has none, and leaves another one', async () => {
    const tenant = await app.newOrganization()
    await upsert(tenant, { external_id: 'none' })
    await upsert(tenant, { external_id: 'usd', currency: 'USD' })
    expect(await getOrCreateCustomer(tenant.ctx, 'none', { currency: 'EUR' })).toMatchObject({ currency: 'EUR' })
    expect(await getOrCreateCustomer(tenant.ctx, 'usd', { currency: 'EUR' })).toMatchObject({ currency: 'USD' })
  })
})

describe('the lock of a customer', () => {
  const impatiently = (work: (ctx: Ctx) => Promise<unknown>) =>
    transaction(app.ctx, async tx => {
      await sql`set local lock_timeout = '50ms'`.execute(tx.db)
      return work(tx)
    })

  it('lets one change of a customer’s money in at a time, and rows that only refer to the customer', async () => {
    const { id } = await getOrCreateCustomer(app.ctx, 'locked', { currency: 'EUR' })
    await transaction(app.ctx, async holder => {
      await lockCustomer(holder, id)
      await expect(impatiently(tx => lockCustomer(tx, id))).rejects.toThrow(/lock timeout/)
      await impatiently(tx => replaceMetadata(tx, id, [{ key: 'k', value: 'v' }]))
    })
    expect(await impatiently(tx => lockCustomer(tx, id))).toMatchObject({ external_id: 'locked' })
  })

  it('is not to be had on customers of other organizations', async () => {
    const { id } = await getOrCreateCustomer(app.ctx, 'locked', { currency: 'EUR' })
    const other = await app.newOrganization()
    await expect(transaction(other.ctx, tx => lockCustomer(tx, id))).rejects.toMatchObject({ status: 404 })
  })
})

describe('customer webhooks', () => {
  it('carry the customer without taxes, and with its integrations where it was written', async () => {
    const { id } = await getOrCreateCustomer(app.ctx, 'told', { currency: 'EUR' })
    for (const type of ['customer.created', 'customer.updated']) {
      const webhook = customers.webhooks?.[type]
      const object = await webhook?.serialize(app.ctx, id)
      expect(webhook?.objectType).toBe('customer')
      expect(object).toMatchObject({ lago_id: id, external_id: 'told', metadata: [], integration_customers: [] })
      expect(object).not.toHaveProperty('taxes')
    }
    const known = await customers.webhooks?.['customer.payment_provider_created']?.serialize(app.ctx, id)
    expect(known).toMatchObject({ lago_id: id, metadata: [] })
    expect(known).not.toHaveProperty('integration_customers')
  })
})
