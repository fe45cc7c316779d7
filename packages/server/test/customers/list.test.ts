import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const upsert = (tenant: Tenant, customer: object) => tenant.api.post('/customers', { customer })

interface Listed {
  external_id: string
}

async function listed(tenant: Tenant, query: string): Promise<string[]> {
  const { status, body } = await tenant.api.get(`/customers?${query}`)
  expect({ status, body }).toMatchObject({ status: 200 })
  return body.customers.map((customer: Listed) => customer.external_id)
}

describe('the list of customers', () => {
  it('is newest first, with taxes and integrations, of one’s own organization', async () => {
    const tenant = await app.newOrganization()
    for (const [day, external_id] of [
      ['2024-05-01', 'first'],
      ['2024-05-03', 'third'],
      ['2024-05-02', 'second'],
    ]) {
      await tenant.setClock(`${day}T00:00:00Z`)
      await upsert(tenant, { external_id })
    }
    await upsert(await app.newOrganization(), { external_id: 'foreign' })
    const { data } = await tenant.client.customers.findAllCustomers()
    expect(data.customers.map(customer => customer.external_id)).toEqual(['third', 'second', 'first'])
    expect(data.customers[0]).toMatchObject({ taxes: [], integration_customers: [], metadata: [] })
    expect(data.customers[0]).not.toHaveProperty('error_details')
    expect(data.meta).toEqual({ current_page: 1, next_page: null, prev_page: null, total_pages: 1, total_count: 3 })
  })

  it('says page 0 of 0 when it is empty, whatever page was asked', async () => {
    const { body } = await (await app.newOrganization()).api.get('/customers?page=3&per_page=10')
    expect(body).toEqual({
      customers: [],
      meta: { current_page: 0, next_page: null, prev_page: null, total_pages: 0, total_count: 0 },
    })
  })
})

describe('pages of 23 customers', () => {
  let tenant: Tenant

  beforeAll(async () => {
    tenant = await app.newOrganization()
    for (let index = 0; index < 23; index++) await upsert(tenant, { external_id: `c${index}` })
  })

  it.each([
    ['page=1&per_page=10', 10, { current_page: 1, prev_page: null, next_page: 2, total_pages: 3 }],
    ['page=3&per_page=10', 3, { current_page: 3, prev_page: 2, next_page: null, total_pages: 3 }],
    ['page=5&per_page=10', 0, { current_page: 5, prev_page: 4, next_page: null, total_pages: 3 }],
    ['per_page=-4', 23, { current_page: 1, prev_page: null, next_page: null, total_pages: 1 }],
    ['per_page=many', 23, { current_page: 1, prev_page: null, next_page: null, total_pages: 1 }],
    ['per_page=0&page=zero', 23, { current_page: 1, prev_page: null, next_page: null, total_pages: 1 }],
    ['page=-2&per_page=20', 20, { current_page: 1, prev_page: null, next_page: 2, total_pages: 2 }],
  ])('%s', async (query, length, meta) => {
    const { body } = await tenant.api.get(`/customers?${query}`)
    expect(body.customers).toHaveLength(length)
    expect(body.meta).toEqual({ ...meta, total_count: 23 })
  })

  it('tile the list', async () => {
    const pages = await Promise.all([1, 2, 3, 4].map(page => listed(tenant, `page=${page}&per_page=7`)))
    expect(new Set(pages.flat()).size).toBe(23)
  })
})

describe('filters', () => {
  let tenant: Tenant

  beforeAll(async () => {
    tenant = await app.newOrganization()
    await tenant.api.post('/billing_entities', { billing_entity: { code: 'eu', name: 'Northwind Europe' } })
    await upsert(tenant, {
      external_id: 'acme',
      name: 'Acme 100%',
      email: 'ap@acme.com',
      customer_type: 'company',
      country: 'FR',
      state: 'IDF',
      zipcode: '75001',
      currency: 'EUR',
      tax_identification_number: '',
      metadata: [
        { key: 'tier', value: 'gold' },
        { key: 'size', value: 'XL' },
      ],
    })
    await upsert(tenant, {
      external_id: 'ada',
      firstname: 'Ada',
      lastname: 'Lovelace',
      customer_type: 'individual',
      country: 'GB',
      zipcode: 'W1',
      currency: 'GBP',
      billing_entity_code: 'eu',
      metadata: [{ key: 'tier', value: 'silver' }],
    })
    await upsert(tenant, {
      external_id: 'zeta_corp',
      legal_name: 'Zeta Corporation',
      account_type: 'partner',
      country: 'US',
      tax_identification_number: 'US1',
    })
  })

  it.each([
    ['search_term=ACME', ['acme']],
    ['search_term=%20love%20', ['ada']],
    ['search_term=corporation', ['zeta_corp']],
    ['search_term=ap%40acme', ['acme']],
    ['search_term=100%25', ['acme']],
    ['search_term=%25', ['acme']],
    ['search_term=_', ['zeta_corp']],
    ['search_term=%5C', []],
    ['search_term=', ['acme', 'ada', 'zeta_corp']],
    ['search_term=nothing&external_id=ada', ['ada']],
    ['external_id=AD', []],
    ['account_type[]=partner', ['zeta_corp']],
    ['account_type[]=partner&account_type[]=customer', ['acme', 'ada', 'zeta_corp']],
    ['account_type=partner', ['acme', 'ada', 'zeta_corp']],
    ['customer_type=company', ['acme']],
    ['has_customer_type=true', ['acme', 'ada']],
    ['has_customer_type=false', ['zeta_corp']],
    ['customer_type=individual&has_customer_type=true', ['ada']],
    ['has_tax_identification_number=true', ['acme', 'zeta_corp']],
    ['has_tax_identification_number=false', ['ada']],
    ['countries[]=FR&countries[]=GB', ['acme', 'ada']],
    ['states[]=IDF', ['acme']],
    ['zipcodes[]=W1&zipcodes[]=75001', ['acme', 'ada']],
    ['currencies[]=GBP', ['ada']],
    ['metadata[tier]=gold', ['acme']],
    ['metadata[tier]=gold&metadata[size]=XL', ['acme']],
    ['metadata[tier]=gold&metadata[size]=S', []],
    ['metadata[size]=', ['ada', 'zeta_corp']],
    ['metadata[tier]=silver&metadata[size]=', ['ada']],
    ['billing_entity_codes[]=eu', ['ada']],
    ['billing_entity_codes[]=eu&billing_entity_codes[]=northwind', ['acme', 'ada', 'zeta_corp']],
    ['countries[]=FR&currencies[]=GBP', []],
  ])('%s: %j', async (query, expected) => {
    expect((await listed(tenant, query)).toSorted()).toEqual(expected)
  })

  it.each([
    ['account_type[]=customer&account_type[]=robot', { account_type: { 1: ['must be one of: customer, partner'] } }],
    ['customer_type=robot', { customer_type: ['must be one of: company, individual'] }],
    ['has_customer_type=yes', { has_customer_type: ['must be one of: true, false'] }],
    [
      'customer_type=company&has_customer_type=false',
      { customer_type: ['must be nil when has_customer_type is false'] },
    ],
    ['has_tax_identification_number=1', { has_tax_identification_number: ['must be one of: true, false'] }],
    ['countries[]=XX', { countries: { 0: [expect.stringMatching(/^must be one of: AD, AE, AF, /)] } }],
    ['currencies[]=EUR&currencies[]=XXX', { currencies: { 1: [expect.stringMatching(/^must be one of: AED, /)] } }],
  ])('refuse %s', async (query, details) => {
    const { status, body } = await tenant.api.get(`/customers?${query}`)
    expect(status).toBe(422)
    expect(body.error_details).toEqual(details)
  })

  it('refuse a billing entity that does not exist', async () => {
    const { status, body } = await tenant.api.get('/customers?billing_entity_codes[]=eu&billing_entity_codes[]=mars')
    expect([status, body.code]).toEqual([404, 'billing_entity_not_found'])
  })
})
