import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp({ WEIR_ADMIN_TOKEN: 'operator' })
})
afterAll(() => app.stop())

describe('reading the organization', () => {
  it('tells its settings through the official client', async () => {
    const { data } = await app.client.organizations.findOrganization()
    expect(data.organization).toMatchObject({
      lago_id: app.organizationId,
      name: 'Northwind',
      default_currency: 'USD',
      timezone: 'UTC',
      webhook_url: '',
      webhook_urls: [],
      email_settings: [],
      document_numbering: 'per_customer',
      document_number_prefix: `NOR-${app.organizationId.slice(-4).toUpperCase()}`,
      net_payment_term: 0,
      finalize_zero_amount_invoice: true,
      billing_configuration: { invoice_footer: null, invoice_grace_period: 0, document_locale: 'en' },
    })
    expect(data.organization).not.toHaveProperty('taxes')
  })
})

describe('updating the organization', () => {
  it('changes what is given, keeps the rest, and does the same to the default billing entity', async () => {
    const tenant = await app.newOrganization()
    await tenant.api.put('/organizations', { organization: { legal_name: 'Northwind Ltd', city: 'Lyon' } })
    const { data } = await tenant.client.organizations.updateOrganization({
      organization: {
        country: 'FR',
        default_currency: 'EUR',
        timezone: 'Europe/Paris',
        email: 'billing@northwind.example',
        city: null,
        net_payment_term: 30,
        document_number_prefix: 'nor',
        document_numbering: 'per_organization',
        finalize_zero_amount_invoice: false,
        email_settings: ['invoice.finalized'],
        billing_configuration: { invoice_footer: 'Thank you', invoice_grace_period: 3, document_locale: 'fr' },
      },
    })
    const expected = {
      country: 'FR',
      default_currency: 'EUR',
      timezone: 'Europe/Paris',
      email: 'billing@northwind.example',
      city: null,
      legal_name: 'Northwind Ltd',
      net_payment_term: 30,
      document_number_prefix: 'NOR',
      finalize_zero_amount_invoice: false,
      email_settings: ['invoice.finalized'],
    }
    const settings = { invoice_footer: 'Thank you', invoice_grace_period: 3, document_locale: 'fr' }
    expect(data.organization).toMatchObject({
      ...expected,
      document_numbering: 'per_organization',
      billing_configuration: settings,
      taxes: [],
    })
    const { body } = await tenant.api.get('/billing_entities/northwind')
    expect(body.billing_entity).toMatchObject({ ...expected, ...settings, document_numbering: 'per_billing_entity' })
  })

  it('tells of the taxes that were applied to it, not of those of its billing entity', async () => {
    const tenant = await app.newOrganization()
    const taxes = async () => {
      const { body } = await tenant.api.put('/organizations', { organization: { city: 'Lyon' } })
      return body.organization.taxes.map((tax: { code: string }) => tax.code)
    }
    for (const code of ['own', 'entity']) await tenant.api.post('/taxes', { tax: { code, name: code, rate: 20 } })
    await tenant.api.put('/billing_entities/northwind', { billing_entity: { tax_codes: ['entity'] } })
    expect(await taxes()).toEqual([])
    await tenant.api.put('/taxes/own', { tax: { applied_to_organization: true } })
    expect(await taxes()).toEqual(['own'])
    await tenant.api.put('/billing_entities/northwind', { billing_entity: { tax_codes: [] } })
    expect(await taxes()).toEqual(['own'])
  })

  it('puts countries, currencies and prefixes in upper case and cleans e-mail addresses', async () => {
    const tenant = await app.newOrganization()
    const { body } = await tenant.api.put('/organizations', {
      organization: {
        country: 'de',
        default_currency: 'chf',
        email: ' a\u2013b@c.co, d@e.co\u200b ',
        slug: ' My-Slug-1 ',
      },
    })
    expect(body.organization).toMatchObject({
      country: 'DE',
      default_currency: 'CHF',
      email: 'a-b@c.co, d@e.co',
      slug: 'my-slug-1',
    })
  })

  it('reports everything that is wrong at once, and changes nothing', async () => {
    const tenant = await app.newOrganization()
    const { status, body } = await tenant.api.put('/organizations', {
      organization: {
        legal_name: 'Not stored',
        country: 'ZZ',
        default_currency: 'XXX',
        timezone: 'Mars/Olympus',
        email: 'a@b.co,',
        document_numbering: 'per_month',
        document_number_prefix: 'MUCH-TOO-LONG',
        net_payment_term: -1,
        email_settings: ['invoice.voided'],
        finalize_zero_amount_invoice: null,
        slug: 'admin',
        webhook_url: 'nowhere',
        billing_configuration: { invoice_footer: 'x'.repeat(601), invoice_grace_period: 'soon', document_locale: 'nl' },
      },
    })
    expect(status).toBe(422)
    expect(body).toEqual({
      status: 422,
      error: 'Unprocessable Entity',
      code: 'validation_errors',
      error_details: {
        country: ['not_a_valid_country_code'],
        default_currency: ['value_is_invalid'],
        timezone: ['invalid_timezone'],
        email: ['invalid_email_format'],
        document_numbering: ['value_is_invalid'],
        document_number_prefix: ['value_is_too_long'],
        net_payment_term: ['value_is_out_of_range'],
        email_settings: ['unsupported_value'],
        finalize_zero_amount_invoice: ['value_is_invalid'],
        slug: ['value_is_reserved'],
        webhook_url: ['url_is_invalid'],
        invoice_footer: ['value_is_too_long'],
        invoice_grace_period: ['is not a number'],
        document_locale: ['not_a_valid_language_code'],
      },
    })
    const after = await tenant.api.get('/organizations')
    expect(after.body.organization).toMatchObject({ legal_name: null, country: null })
  })

  it.each([
    [null, ['value_is_mandatory']],
    ['ab', ['value_is_too_short']],
    ['a'.repeat(41), ['value_is_too_long']],
    ['no spaces', ['value_is_invalid']],
    ['taken-slug', ['value_already_exist']],
  ])('refuses the slug %s: %j', async (slug, codes) => {
    if (codes.includes('value_already_exist')) {
      const other = await app.newOrganization()
      await other.api.put('/organizations', { organization: { slug } })
    }
    const { status, body } = await app.api.put('/organizations', { organization: { slug } })
    expect(status).toBe(422)
    expect(body.error_details).toEqual({ slug: codes })
  })

  it('makes a webhook endpoint of webhook_url, and changes the first one afterwards', async () => {
    const tenant = await app.newOrganization()
    const put = (webhook_url: unknown) => tenant.api.put('/organizations', { organization: { webhook_url } })
    expect((await put('https://acme.com/one')).body.organization.webhook_urls).toEqual(['https://acme.com/one'])
    const { body } = await put('https://acme.com/two')
    expect(body.organization).toMatchObject({
      webhook_url: 'https://acme.com/two',
      webhook_urls: ['https://acme.com/two'],
    })
    const refused = await put(null)
    expect(refused.status).toBe(422)
    expect(refused.body.error_details).toEqual({ webhook_url: ['value_is_mandatory', 'url_is_invalid'] })
  })

  it('does not take PATCH, a name, nor an empty body', async () => {
    expect((await app.api.patch('/organizations', { organization: { city: 'Rome' } })).status).toBe(404)
    const { body } = await app.api.put('/organizations', { organization: { name: 'Southwind', city: 'Rome' } })
    expect(body.organization).toMatchObject({ name: 'Northwind', city: 'Rome' })
    const empty = await app.api.put('/organizations', { organization: {} })
    expect(empty).toMatchObject({
      status: 400,
      body: { error: 'BadRequest: param is missing or the value is empty or invalid: organization' },
    })
  })
})

describe('creating an organization as an operator', () => {
  const create = async (token: string, organization: unknown) => {
    const response = await fetch(`${app.api.url}/admin/organizations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ organization }),
    })
    const body = (await response.json()) as { organization: Record<string, unknown>; api_key: string }
    return { status: response.status, body }
  }

  it('answers with the organization, its settings and a key that works', async () => {
    const settings = {
      timezone: 'Asia/Tokyo',
      default_currency: 'JPY',
      phone: '+81 3 1234',
      document_locale: 'fr',
      billing_configuration: { invoice_grace_period: 2, subscription_invoice_issuing_date_adjustment: 'keep_anchor' },
    }
    const { status, body } = await create('operator', { name: 'Kaze KK', sandbox: true, ...settings })
    expect(status).toBe(200)
    expect(body.organization).toMatchObject({ name: 'Kaze KK', slug: 'kaze-kk', timezone: 'Asia/Tokyo' })
    const response = await fetch(`${app.api.url}/api/v1/billing_entities`, {
      headers: { authorization: `Bearer ${body.api_key}` },
    })
    const { billing_entities: entities } = (await response.json()) as { billing_entities: unknown[] }
    expect(entities).toEqual([
      expect.objectContaining({
        code: 'kaze_kk',
        default_currency: 'JPY',
        phone: '+81 3 1234',
        document_locale: 'fr',
        invoice_grace_period: 2,
        subscription_invoice_issuing_date_adjustment: 'keep_anchor',
        is_default: true,
      }),
    ])
  })

  it('gives another slug to a second organization of the same name', async () => {
    const one = await create('operator', { name: 'Twin' })
    const two = await create('operator', { name: 'Twin' })
    expect(one.body.organization.slug).toBe('twin')
    expect(two.body.organization.slug).toMatch(/^twin-[a-z0-9]{3}$/)
  })

  it('refuses a wrong token, and settings that are wrong without leaving an organization behind', async () => {
    expect((await create('guess', { name: 'Evil' })).status).toBe(401)
    const refused = await create('operator', { name: 'Half', slug: 'half-made', timezone: 'Nowhere' })
    expect(refused).toMatchObject({ status: 422, body: { error_details: { timezone: ['invalid_timezone'] } } })
    expect((await create('operator', { name: 'Half', slug: 'half-made' })).status).toBe(200)
  })
})
