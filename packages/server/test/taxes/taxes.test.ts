import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTax, deleteTax, updateTax } from '../../src/taxes/taxes.ts'
import { invalid, notFound } from '../catalog/support.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const post = (tenant: Tenant, fields: object = {}) =>
  tenant.api.post('/taxes', { tax: { code: 'vat', name: 'VAT', rate: 20, ...fields } })
const put = (tenant: Tenant, code: string, fields: object) => tenant.api.put(`/taxes/${code}`, { tax: fields })
const codesOf = (taxes: { code: string }[]) => taxes.map(tax => tax.code)

describe('a tax', () => {
  it('lives through the official client', async () => {
    const { client, setClock } = await app.newOrganization()
    await setClock('2026-01-01T00:00:00Z')
    const { data: created } = await client.taxes.createTax({
      tax: { code: 'fr_std', name: 'TVA', rate: '19.6', description: 'French VAT' },
    })
    expect(created.tax).toEqual({
      lago_id: expect.any(String),
      name: 'TVA',
      code: 'fr_std',
      rate: 19.6,
      description: 'French VAT',
      applied_to_organization: false,
      applied_to_billing_entities_codes: [],
      add_ons_count: 0,
      customers_count: 0,
      plans_count: 0,
      charges_count: 0,
      commitments_count: 0,
      created_at: '2026-01-01T00:00:00Z',
    })
    await client.taxes.createTax({ tax: { code: 'a', name: 'Local', rate: '1' } })
    const updated = await client.taxes.updateTax('fr_std', { tax: { code: 'fr', rate: '20' } })
    expect(updated.data.tax).toEqual({ ...created.tax, code: 'fr', rate: 20 })
    expect((await client.taxes.findTax('fr')).data).toEqual(updated.data)
    const { data: list } = await client.taxes.findAllTaxes({ per_page: 1, page: 2 })
    expect(codesOf(list.taxes)).toEqual(['fr'])
    expect(list.meta).toMatchObject({ total_count: 2, total_pages: 2 })
    expect((await client.taxes.destroyTax('fr')).data).toEqual(updated.data)
    await expect(client.taxes.findTax('fr')).rejects.toMatchObject({ status: 404 })
  })

  it.each([
    [{ code: '' }, { code: ['value_is_mandatory'] }],
    [{ name: null }, { name: ['value_is_mandatory'] }],
    [{ rate: null }, { rate: ['value_is_mandatory'] }],
    [
      { rate: '', code: ' ' },
      { code: ['value_is_mandatory'], rate: ['value_is_mandatory'] },
    ],
  ])('is refused with %j', async (fields, details) => {
    expect(await post(app, fields)).toMatchObject(invalid(details))
  })

  it.each([
    [-5, -5],
    [120.55, 120.55],
    ['5.5', 5.5],
    ['plenty', 0],
  ])('has the rate %j', async (rate, stored) => {
    const { body } = await post(app, { code: `rate ${rate}`, rate })
    expect(body.tax.rate).toBe(stored)
  })

  it('has a code of its own among kept ones, with any characters in it', async () => {
    const tenant = await app.newOrganization()
    expect((await post(tenant, { code: 'eu/vat.20 %' })).status).toBe(200)
    expect(await post(tenant, { code: 'eu/vat.20 %' })).toMatchObject(invalid({ code: ['value_already_exist'] }))
    await post(tenant, { code: 'other' })
    expect(await put(tenant, 'other', { code: 'eu/vat.20 %' })).toMatchObject(
      invalid({ code: ['value_already_exist'] }),
    )
    expect((await put(tenant, 'eu/vat.20%20%25', { name: 'EU' })).body.tax.name).toBe('EU')
    expect((await tenant.api.delete('/taxes/eu%2Fvat.20%20%25')).status).toBe(200)
    expect((await post(tenant, { code: 'eu/vat.20 %' })).status).toBe(200)
    const raced = await Promise.all(Array.from({ length: 4 }, () => post(tenant, { code: 'raced' })))
    expect(raced.map(answer => answer.status).toSorted()).toEqual([200, 422, 422, 422])
  })

  it('is not found where there is none, nor one of another organization', async () => {
    await post(app, { code: 'mine' })
    const other = await app.newOrganization()
    for (const code of ['mine', 'nothing', '%00']) {
      expect(await other.api.get(`/taxes/${code}`)).toMatchObject(notFound('tax'))
      expect(await put(other, code, { name: 'X' })).toMatchObject(notFound('tax'))
      expect(await other.api.delete(`/taxes/${code}`)).toMatchObject(notFound('tax'))
    }
    expect((await app.api.put('/taxes/nothing', {})).status).toBe(400)
  })
})

describe('a tax of the organization', () => {
  it('is one that is applied to its default billing entity', async () => {
    const tenant = await app.newOrganization()
    const { body } = await post(tenant, { applied_to_organization: true })
    expect(body.tax).toMatchObject({
      applied_to_organization: true,
      applied_to_billing_entities_codes: ['northwind'],
    })
    const entity = await tenant.api.get('/billing_entities/northwind')
    const { applied_to_billing_entities_codes: _codes, ...embedded } = body.tax
    expect(entity.body.billing_entity.taxes).toEqual([embedded])

    const { client } = tenant
    const { data } = await client.organizations.updateOrganization({ organization: { city: 'Nice' } })
    expect(data.organization.taxes).toEqual([embedded])

    expect((await put(tenant, 'vat', { applied_to_organization: false })).body.tax).toMatchObject({
      applied_to_organization: false,
      applied_to_billing_entities_codes: [],
    })
    expect((await put(tenant, 'vat', { applied_to_organization: true })).body.tax.applied_to_organization).toBe(true)
    const cleared = await tenant.api.put('/billing_entities/northwind', { billing_entity: { tax_codes: [] } })
    expect(cleared.body.billing_entity.taxes).toEqual([])
    // The flag that other objects show is the stored one; its own endpoints look at the billing entity.
    expect((await tenant.api.get('/taxes/vat')).body.tax.applied_to_organization).toBe(false)
    const { body: customer } = await tenant.api.post('/customers', {
      customer: { external_id: 'c', tax_codes: ['vat'] },
    })
    expect(customer.customer.taxes).toMatchObject([{ code: 'vat', applied_to_organization: true }])
  })
})

describe('the taxes of a billing entity', () => {
  it('are replaced as a whole, whatever the case of the codes, or not at all', async () => {
    const tenant = await app.newOrganization()
    await tenant.api.post('/billing_entities', { billing_entity: { code: 'fr', name: 'Northwind SARL' } })
    for (const code of ['VAT', 'city', 'state']) await post(tenant, { code })
    const give = async (tax_codes: unknown) => {
      const { body } = await tenant.api.put('/billing_entities/fr', { billing_entity: { tax_codes, city: 'Nice' } })
      return body.billing_entity === undefined ? body.code : codesOf(body.billing_entity.taxes)
    }
    expect(await give(['vat', 'CITY', 'city'])).toEqual(['VAT', 'city'])
    expect(await give(['state', 'unknown'])).toBe('tax_not_found')
    expect(await give(null)).toEqual(['VAT', 'city'])
    expect(await give(['city', 'state'])).toEqual(['city', 'state'])
    expect((await tenant.api.get('/taxes/city')).body.tax).toMatchObject({
      applied_to_organization: false,
      applied_to_billing_entities_codes: ['fr'],
    })
    expect(await give([])).toEqual([])
  })
})

describe('the taxes of a customer', () => {
  it('are replaced as a whole, or nothing is stored', async () => {
    const tenant = await app.newOrganization()
    for (const code of ['vat', 'city', 'state']) await post(tenant, { code })
    const give = async (fields: object) => {
      const { body } = await tenant.api.post('/customers', { customer: { external_id: 'acme', ...fields } })
      return body.customer === undefined ? body.code : codesOf(body.customer.taxes)
    }
    expect(await give({ tax_codes: ['nothing'] })).toBe('tax_not_found')
    expect((await tenant.api.get('/customers/acme')).status).toBe(404)
    expect(await give({ tax_codes: ['vat', 'city'] })).toEqual(['vat', 'city'])
    expect(await give({ tax_codes: ['VAT'], name: 'Acme' })).toBe('tax_not_found')
    expect(await give({})).toEqual(['vat', 'city'])
    expect(await give({ tax_codes: ['city', 'state'] })).toEqual(['city', 'state'])
    const { body } = await tenant.api.get('/customers')
    expect(codesOf(body.customers[0].taxes)).toEqual(['city', 'state'])
    expect(await give({ tax_codes: [] })).toEqual([])
  })

  it('lose those of the former country when the billing entity changes', async () => {
    const tenant = await app.newOrganization()
    await tenant.api.post('/billing_entities', { billing_entity: { code: 'us', name: 'Northwind Inc.' } })
    for (const code of ['vat', 'Lago_EU_fr_standard']) await post(tenant, { code })
    const upsert = async (fields: object) => {
      const { body } = await tenant.api.post('/customers', { customer: { external_id: 'acme', ...fields } })
      return codesOf(body.customer.taxes)
    }
    const both = ['vat', 'Lago_EU_fr_standard']
    expect(await upsert({ tax_codes: both })).toEqual(both)
    expect(await upsert({ billing_entity_code: 'us', tax_codes: both })).toEqual(both)
    expect(await upsert({ billing_entity_code: 'northwind' })).toEqual(['vat'])
  })
})

describe('deleting a tax', () => {
  it('takes it away from everything that has it', async () => {
    const tenant = await app.newOrganization()
    await post(tenant, { code: 'vat', applied_to_organization: true })
    await post(tenant, { code: 'kept' })
    await tenant.api.post('/customers', { customer: { external_id: 'acme', tax_codes: ['vat', 'kept'] } })
    await tenant.api.post('/add_ons', {
      add_on: { code: 'setup', name: 'Setup', amount_cents: 1, amount_currency: 'EUR', tax_codes: ['vat', 'kept'] },
    })
    const { body } = await tenant.api.delete('/taxes/vat')
    expect(body.tax).toMatchObject({ applied_to_organization: false, applied_to_billing_entities_codes: [] })
    expect(codesOf((await tenant.api.get('/customers/acme')).body.customer.taxes)).toEqual(['kept'])
    expect(codesOf((await tenant.api.get('/add_ons/setup')).body.add_on.taxes)).toEqual(['kept'])
    expect((await tenant.api.get('/billing_entities/northwind')).body.billing_entity.taxes).toEqual([])
    expect(codesOf((await tenant.api.get('/taxes')).body.taxes)).toEqual(['kept'])
  })
})

describe('what a change of taxes means for drafts', () => {
  /** One draft each of a customer with the tax itself, one of the entity's, and one with another tax. */
  async function drafts() {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-01-01T09:00:00Z')
    await tenant.api.put('/billing_entities/northwind', {
      billing_entity: { billing_configuration: { invoice_grace_period: 30 } },
    })
    for (const code of ['vat', 'other']) await post(tenant, { code })
    await tenant.api.post('/plans', {
      plan: {
        code: 'team',
        name: 'Team',
        interval: 'monthly',
        amount_cents: 10_000,
        amount_currency: 'EUR',
        pay_in_advance: false,
      },
    })
    const taxesOf = { own: ['vat'], none: [], other: ['other'] }
    for (const [id, tax_codes] of Object.entries(taxesOf)) {
      await tenant.api.post('/customers', { customer: { external_id: id, tax_codes } })
      await tenant.api.post('/subscriptions', {
        subscription: { external_customer_id: id, plan_code: 'team', external_id: id },
      })
    }
    await tenant.advanceTo('2026-02-01T12:00:00Z')
    return tenant
  }

  async function flaggedBy(tenant: Tenant, work: () => Promise<unknown>) {
    const { db } = tenant.ctx
    await db
      .updateTable('invoices')
      .set({ ready_to_be_refreshed: false })
      .where('organization_id', '=', tenant.organizationId)
      .execute()
    await work()
    await tenant.settle()
    const rows = await db
      .selectFrom('invoices')
      .innerJoin('customers', 'customers.id', 'invoices.customer_id')
      .select('customers.external_id')
      .where('invoices.organization_id', '=', tenant.organizationId)
      .where('ready_to_be_refreshed', '=', true)
      .orderBy('external_id')
      .execute()
    return rows.map(row => row.external_id)
  }

  it('is that those are computed again to which the tax applies, or did', async () => {
    const tenant = await drafts()
    const customer = (fields: object) => tenant.api.post('/customers', { customer: { external_id: 'own', ...fields } })
    const flagged = (work: () => Promise<unknown>) => flaggedBy(tenant, work)
    expect(await flagged(() => put(tenant, 'vat', { rate: 21 }))).toEqual(['own'])
    expect(await flagged(() => put(tenant, 'vat', { applied_to_organization: true }))).toEqual(['none', 'own'])
    expect(await flagged(() => put(tenant, 'vat', { rate: 22 }))).toEqual(['none', 'own'])
    expect(await flagged(() => put(tenant, 'vat', { applied_to_organization: false }))).toEqual(['none', 'own'])
    expect(await flagged(() => post(tenant, { code: 'new' }))).toEqual([])
    expect(await flagged(() => post(tenant, { code: 'of all', applied_to_organization: true }))).toEqual([
      'none',
      'other',
      'own',
    ])
    expect(await flagged(() => customer({ name: 'Own' }))).toEqual([])
    expect(await flagged(() => customer({ tax_codes: ['vat'] }))).toEqual(['own'])
    const entity = { billing_entity: { tax_codes: ['vat'] } }
    expect(await flagged(() => tenant.api.put('/billing_entities/northwind', entity))).toEqual(['none', 'other', 'own'])
    await customer({ tax_codes: ['vat', 'other'] })
    expect(await flagged(() => tenant.api.delete('/taxes/other'))).toEqual(['other', 'own'])
    expect(await flagged(() => tenant.api.delete('/taxes/vat'))).toEqual(['none', 'other', 'own'])
  })

  it('is told by events, with at most a thousand customers each', async () => {
    const tenant = await app.newOrganization()
    const { ctx, events } = recordEvents(tenant.ctx)
    const told = async (work: () => Promise<unknown>) => {
      events.length = 0
      await work()
      return events.map(event => event.type)
    }
    expect(await told(() => createTax(ctx, { code: 'vat', name: 'VAT', rate: 1 }))).toEqual([])
    expect(await told(() => updateTax(ctx, 'vat', {}))).toEqual(['tax.changed'])
    await addCustomersWithTax(tenant, 1001)
    expect(await told(() => deleteTax(ctx, 'vat'))).toEqual(['tax.changed', 'tax.changed', 'tax.deleted'])
    const concerned = events.flatMap(event => (event.data?.customerIds ?? []) as string[])
    expect(new Set(concerned).size).toBe(1001)
  })

  it('is that a deleted tax leaves their fees, while what is issued keeps it', async () => {
    const tenant = await drafts()
    await tenant.api.post('/customers', { customer: { external_id: 'none', tax_codes: ['vat'] } })
    await tenant.advanceTo('2026-02-01T13:00:00Z')
    const taxesOf = async (customer: string) => {
      const { body: list } = await tenant.api.get(`/invoices?external_customer_id=${customer}`)
      const { body } = await tenant.api.get(`/invoices/${list.invoices[0].lago_id}`)
      const { body: fee } = await tenant.api.get(`/fees/${body.invoice.fees[0].lago_id}`)
      const codes = (taxes: { tax_code: string }[]) => taxes.map(tax => tax.tax_code)
      return { invoice: codes(body.invoice.applied_taxes), fee: codes(fee.fee.applied_taxes) }
    }
    const taxed = { invoice: ['vat'], fee: ['vat'] }
    for (const customer of ['own', 'none']) expect(await taxesOf(customer)).toEqual(taxed)
    await tenant.ctx.db
      .updateTable('invoices')
      .set({ status: 'finalized' })
      .where('customer_id', 'in', eb => eb.selectFrom('customers').select('id').where('external_id', '=', 'own'))
      .where('organization_id', '=', tenant.organizationId)
      .execute()
    await tenant.api.delete('/taxes/vat')
    await tenant.settle()
    expect(await taxesOf('own')).toEqual(taxed)
    expect(await taxesOf('none')).toEqual({ invoice: [], fee: [] })
  })
})

async function addCustomersWithTax({ ctx, organizationId }: Tenant, count: number): Promise<void> {
  await sql`
    with added as (
      insert into customers
        (id, organization_id, billing_entity_id, external_id, sequential_id, slug, created_at, updated_at)
      select gen_random_uuid(), ${organizationId}, ${organizationId}, 'c' || n, n, 'N-' || n, now(), now()
      from generate_series(1, ${count}::integer) as n
      returning id
    )
    insert into customers_taxes (customer_id, tax_id, organization_id, created_at)
    select added.id, taxes.id, taxes.organization_id, now()
    from added, taxes
    where taxes.organization_id = ${organizationId}`.execute(ctx.db)
}
