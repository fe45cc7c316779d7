import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { upsertCustomer } from '../../src/customers/upsert-customer.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const upsert = (tenant: Tenant, customer: unknown) => tenant.api.post('/customers', { customer })

describe('creating a customer', () => {
  it('takes every setting through the official client', async () => {
    const tenant = await app.newOrganization()
    const address = {
      address_line1: '5230 Penfield Ave',
      address_line2: 'Suite 2',
      city: 'Woodland Hills',
      zipcode: '91364',
      state: 'CA',
      country: 'US' as const,
    }
    const sent = {
      external_id: 'acme',
      account_type: 'partner' as const,
      name: 'Acme',
      firstname: 'Ada',
      lastname: 'Lind',
      customer_type: 'company' as const,
      ...address,
      email: 'ada@acme.com',
      url: 'https://acme.com',
      phone: '1-171-883-3711',
      logo_url: 'https://acme.com/logo.png',
      legal_name: 'Acme Inc.',
      legal_number: '49-008-2965',
      tax_identification_number: 'EU123456789',
      currency: 'EUR' as const,
      timezone: 'Europe/Paris' as const,
      net_payment_term: 30,
      finalize_zero_amount_invoice: 'skip' as const,
      skip_invoice_custom_sections: true,
      shipping_address: { ...address, country: 'CA' as const },
    }
    const configuration = {
      invoice_grace_period: 3,
      document_locale: 'fr',
      subscription_invoice_issuing_date_anchor: 'current_period_end' as const,
      subscription_invoice_issuing_date_adjustment: 'keep_anchor' as const,
    }
    const { data } = await tenant.client.customers.createCustomer({
      customer: {
        ...sent,
        billing_configuration: configuration,
        metadata: [{ key: 'Purchase Order', value: '123456789', display_in_invoice: true }],
      },
    })
    expect(data.customer).toMatchObject({
      ...sent,
      billing_entity_code: 'northwind',
      sequential_id: 1,
      slug: `NOR-${tenant.organizationId.slice(-4).toUpperCase()}-001`,
      applicable_timezone: 'Europe/Paris',
      billing_configuration: { ...configuration, payment_provider: null, payment_provider_code: null },
      metadata: [{ key: 'Purchase Order', value: '123456789', display_in_invoice: true }],
      taxes: [],
      integration_customers: [],
      applicable_invoice_custom_sections: [],
      error_details: [],
    })
    const read = await tenant.client.customers.findCustomer('acme')
    expect(read.data).toEqual(data)
  })

  it('needs an external id only', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2024-03-07T09:15:02.900Z')
    const { status, body } = await upsert(tenant, { external_id: 'bare' })
    expect(status).toBe(200)
    expect(body.customer).toMatchObject({
      external_id: 'bare',
      account_type: 'customer',
      customer_type: null,
      name: null,
      currency: null,
      timezone: null,
      applicable_timezone: 'UTC',
      net_payment_term: null,
      finalize_zero_amount_invoice: 'inherit',
      skip_invoice_custom_sections: false,
      shipping_address: {
        address_line1: null,
        address_line2: null,
        city: null,
        zipcode: null,
        state: null,
        country: null,
      },
      metadata: [],
      created_at: '2024-03-07T09:15:02Z',
      updated_at: '2024-03-07T09:15:02Z',
    })
  })

  it('counts customers per organization and keeps slugs when the prefix changes', async () => {
    const tenant = await app.newOrganization()
    await upsert(tenant, { external_id: 'one' })
    await tenant.api.put('/organizations', { organization: { document_number_prefix: 'new' } })
    const two = await upsert(tenant, { external_id: 'two' })
    expect(two.body.customer).toMatchObject({ sequential_id: 2, slug: 'NEW-002' })
    const one = await upsert(tenant, { external_id: 'one', name: 'One' })
    expect(one.body.customer.slug).toMatch(/^NOR-.{4}-001$/)
  })
})

describe('updating a customer', () => {
  it('changes the keys that are present, null clearing them', async () => {
    const tenant = await app.newOrganization()
    const { body: created } = await upsert(tenant, {
      external_id: 'acme',
      name: 'Acme',
      city: 'Lyon',
      net_payment_term: 30,
      currency: 'EUR',
      finalize_zero_amount_invoice: 'skip',
      skip_invoice_custom_sections: true,
      shipping_address: { city: 'Nice', zipcode: '06000' },
      billing_configuration: { invoice_grace_period: 3, document_locale: 'fr' },
    })
    const { body } = await upsert(tenant, {
      external_id: 'acme',
      city: null,
      net_payment_term: null,
      currency: 'USD',
      finalize_zero_amount_invoice: null,
      skip_invoice_custom_sections: null,
      shipping_address: { city: 'Cannes' },
      billing_configuration: { invoice_grace_period: null },
    })
    expect(body.customer).toMatchObject({
      lago_id: created.customer.lago_id,
      sequential_id: created.customer.sequential_id,
      name: 'Acme',
      city: null,
      net_payment_term: null,
      currency: 'USD',
      finalize_zero_amount_invoice: 'inherit',
      skip_invoice_custom_sections: false,
      shipping_address: { city: 'Cannes', zipcode: '06000' },
      billing_configuration: { invoice_grace_period: null, document_locale: 'fr' },
    })
  })

  it('stores empty address lines as null, and countries in upper case', async () => {
    const { body } = await upsert(app, {
      external_id: 'acme',
      city: '',
      country: 'fr',
      tax_identification_number: '',
      shipping_address: { country: 'de', state: '' },
    })
    expect(body.customer).toMatchObject({ city: null, country: 'FR', tax_identification_number: '' })
    expect(body.customer.shipping_address).toMatchObject({ country: 'DE', state: null })
  })

  it('moves the customer to another billing entity, and back to the default one with null', async () => {
    const tenant = await app.newOrganization()
    await tenant.api.post('/billing_entities', {
      billing_entity: { code: 'jp', name: 'Northwind KK', timezone: 'Asia/Tokyo' },
    })
    const moved = async (fields: object) => (await upsert(tenant, { external_id: 'acme', ...fields })).body.customer
    expect(await moved({ billing_entity_code: 'jp' })).toMatchObject({
      billing_entity_code: 'jp',
      applicable_timezone: 'Asia/Tokyo',
    })
    expect(await moved({ name: 'Acme' })).toMatchObject({ billing_entity_code: 'jp' })
    expect(await moved({ billing_entity_code: null })).toMatchObject({ billing_entity_code: 'northwind' })
    const refused = await upsert(tenant, { external_id: 'acme', billing_entity_code: 'fr' })
    expect(refused).toMatchObject({ status: 404, body: { code: 'billing_entity_not_found' } })
  })

  it('does not reach customers of other organizations', async () => {
    const [one, two] = [await app.newOrganization(), await app.newOrganization()]
    await upsert(one, { external_id: 'shared', name: 'Of one' })
    const { body } = await upsert(two, { external_id: 'shared', name: 'Of two' })
    expect(body.customer).toMatchObject({ name: 'Of two', sequential_id: 1 })
    const mine = await one.api.get('/customers/shared')
    expect(mine.body.customer.name).toBe('Of one')
    expect(mine.body.customer.lago_id).not.toBe(body.customer.lago_id)
  })
})

describe('the account type of a customer', () => {
  it('changes while nothing was billed, and is silently kept afterwards', async () => {
    const tenant = await app.newOrganization()
    const typeOf = async (account_type: unknown) =>
      (await upsert(tenant, { external_id: 'acme', account_type })).body.customer.account_type
    expect(await typeOf('partner')).toBe('partner')
    expect(await typeOf(null)).toBe('customer')
    expect(await typeOf('partner')).toBe('partner')
    await insertInvoice(tenant, 'acme')
    expect(await typeOf('customer')).toBe('partner')
    expect(await typeOf('wizard')).toBe('partner')
  })

  it.each([
    ['a wallet', 'customer', '/wallets', 'wallet', { rate_amount: '1' }],
    ['a coupon of an amount', 'customer', '/applied_coupons', 'applied_coupon', { coupon_code: 'amount' }],
    ['a coupon of a percentage', 'partner', '/applied_coupons', 'applied_coupon', { coupon_code: 'percentage' }],
  ])('with %s stays %s', async (_, kept, path, root, fields) => {
    const tenant = await app.newOrganization()
    const terms = { frequency: 'once', expiration: 'no_expiration', amount_cents: 100, amount_currency: 'EUR' }
    for (const [code, coupon_type] of [
      ['amount', 'fixed_amount'],
      ['percentage', 'percentage'],
    ]) {
      await tenant.api.post('/coupons', { coupon: { ...terms, code, name: code, coupon_type, percentage_rate: '10' } })
    }
    await upsert(tenant, { external_id: 'acme', currency: 'EUR' })
    const given = await tenant.api.post(path, { [root]: { external_customer_id: 'acme', ...fields } })
    expect(given.status).toBe(200)
    const { body } = await upsert(tenant, { external_id: 'acme', account_type: 'partner' })
    expect(body.customer.account_type).toBe(kept)
  })

  it('keeps partners out of dunning', async () => {
    const tenant = await app.newOrganization()
    await upsert(tenant, { external_id: 'acme', account_type: 'partner' })
    const stored = () =>
      tenant.ctx.db
        .selectFrom('customers')
        .select('exclude_from_dunning_campaign as excluded')
        .where('organization_id', '=', tenant.organizationId)
        .executeTakeFirstOrThrow()
    expect(await stored()).toEqual({ excluded: true })
    await upsert(tenant, { external_id: 'acme', account_type: 'customer' })
    expect(await stored()).toEqual({ excluded: false })
  })
})

async function insertInvoice(tenant: Tenant, externalId: string): Promise<void> {
  const { body } = await tenant.api.get(`/customers/${externalId}`)
  const now = tenant.ctx.clock.now()
  const day = Temporal.PlainDate.from('2024-05-01')
  await tenant.ctx.db
    .insertInto('invoices')
    .values({
      id: crypto.randomUUID(),
      organization_id: tenant.organizationId,
      customer_id: body.customer.lago_id,
      billing_entity_id: tenant.organizationId,
      number: 'N-1',
      invoice_type: 'one_off',
      status: 'finalized',
      currency: 'EUR',
      timezone: 'UTC',
      issuing_date: day,
      expected_finalization_date: day,
      payment_due_date: day,
      created_at: now,
      updated_at: now,
    })
    .execute()
}

describe('the payment provider of a customer', () => {
  it('is not stored with a new customer that is not linked to one', async () => {
    const { body } = await upsert(app, {
      external_id: 'unlinked',
      billing_configuration: { payment_provider: 'stripe', payment_provider_code: 'main' },
    })
    expect(body.customer.billing_configuration).toMatchObject({ payment_provider: null, payment_provider_code: null })
  })

  it('must be connected for a customer to be linked to it, and nothing is stored otherwise', async () => {
    const live = await app.newOrganization({ sandbox: false })
    for (const link of [{ sync_with_provider: true }, { provider_customer_id: 'cus_12345' }]) {
      const { status, body } = await upsert(live, {
        external_id: 'linked',
        billing_configuration: { payment_provider: 'stripe', ...link },
      })
      expect(status).toBe(422)
      expect(body.error_details).toEqual({ base: ['payment_provider_not_found'] })
    }
    expect((await live.api.get('/customers/linked')).status).toBe(404)
  })

  it('can be named for an existing customer', async () => {
    const configure = async (billing_configuration: unknown) =>
      (await upsert(app, { external_id: 'named', billing_configuration })).body.customer.billing_configuration
    await configure({})
    expect(await configure({ payment_provider: 'gocardless', payment_provider_code: 'gc_1' })).toMatchObject({
      payment_provider: 'gocardless',
      payment_provider_code: 'gc_1',
    })
    expect(await configure({ payment_provider: 'piggy_bank' })).toMatchObject({ payment_provider: null })
  })

  it('gives no checkout URL while there is none', async () => {
    await upsert(app, { external_id: 'named' })
    const { status, body } = await app.api.post('/customers/named/checkout_url')
    expect(status).toBe(422)
    expect(body.error_details).toEqual({ base: ['no_linked_payment_provider'] })
    expect((await app.api.post('/customers/nobody/checkout_url')).body.code).toBe('customer_not_found')
  })
})

describe('what follows from an upsert', () => {
  it('is told each time, with the previous settings where dates depend on them', async () => {
    const tenant = await app.newOrganization()
    const { ctx, events } = recordEvents(tenant.ctx)
    await upsertCustomer(ctx, { external_id: 'acme', timezone: 'Europe/Paris' })
    await upsertCustomer(ctx, { external_id: 'acme' })
    await upsertCustomer(ctx, { external_id: 'acme', net_payment_term: 10 })
    expect(events.map(event => event.type)).toEqual(['customer.created', 'customer.updated', 'customer.updated'])
    events.length = 0
    await upsertCustomer(ctx, {
      external_id: 'acme',
      timezone: null,
      billing_configuration: { invoice_grace_period: 4 },
    })
    expect(events).toMatchObject([
      {
        type: 'customer.billing_settings_changed',
        data: {
          previous: {
            invoice_grace_period: null,
            subscription_invoice_issuing_date_anchor: null,
            subscription_invoice_issuing_date_adjustment: null,
          },
        },
      },
      { type: 'customer.time_zone_changed', data: { previous: { timezone: 'Europe/Paris' } } },
      { type: 'customer.updated' },
    ])
  })

  it('includes a new time zone that comes with another billing entity, not an own one that says the same', async () => {
    const tenant = await app.newOrganization()
    await tenant.api.post('/billing_entities', {
      billing_entity: { code: 'jp', name: 'Northwind KK', timezone: 'Asia/Tokyo' },
    })
    const { ctx, events } = recordEvents(tenant.ctx)
    await upsertCustomer(ctx, { external_id: 'acme' })
    await upsertCustomer(ctx, { external_id: 'acme', billing_entity_code: 'jp' })
    await upsertCustomer(ctx, { external_id: 'acme', timezone: 'Asia/Tokyo' })
    expect(events.filter(event => event.type === 'customer.time_zone_changed')).toMatchObject([
      { data: { previous: { timezone: 'UTC' } } },
    ])
  })

  it('is nothing when the upsert fails', async () => {
    const { ctx, events } = recordEvents(app.ctx)
    const metadata = [{ key: 'k', value: '' }]
    await expect(upsertCustomer(ctx, { external_id: 'failed', metadata })).rejects.toMatchObject({ status: 422 })
    expect(events).toEqual([])
    expect((await app.api.get('/customers/failed')).status).toBe(404)
  })
})

describe('concurrent requests', () => {
  it('create one customer an external id: the others are told that it exists, or update it', async () => {
    const tenant = await app.newOrganization()
    const answers = await Promise.all(Array.from({ length: 8 }, () => upsert(tenant, { external_id: 'race' })))
    expect(answers.some(answer => answer.status === 200)).toBe(true)
    for (const { status, body } of answers.filter(answer => answer.status !== 200)) {
      expect(status).toBe(422)
      expect(body.error_details).toEqual({ external_id: ['value_already_exist'] })
    }
    const { body } = await tenant.api.get('/customers')
    expect(body.customers).toHaveLength(1)
  })

  it('number the customers they create without a gap', async () => {
    const tenant = await app.newOrganization()
    await Promise.all(Array.from({ length: 12 }, (_, index) => upsert(tenant, { external_id: `c${index}` })))
    const { body } = await tenant.api.get('/customers')
    const numbers = body.customers.map((customer: { sequential_id: number }) => customer.sequential_id)
    expect(numbers.toSorted((a: number, b: number) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
  })
})
