import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const post = (body: unknown) => app.api.post('/customers', body)
const upsert = (customer: unknown) => post({ customer })

describe('a customer request without a customer', () => {
  const missing = {
    status: 400,
    body: { status: 400, error: 'BadRequest: param is missing or the value is empty or invalid: customer' },
  }

  it.each([
    [{}],
    [{ customer: null }],
    [{ customer: {} }],
    [{ customer: '' }],
    [{ customer: [] }],
    [{ customer: 'acme' }],
    [{ customer: { favourite_color: 'blue' } }],
    [{ external_id: 'acme' }],
  ])('is refused: %j', async body => {
    expect(await post(body)).toMatchObject(missing)
  })

  it('is refused when the body is empty, or is not JSON', async () => {
    expect(await post(undefined)).toMatchObject(missing)
    const { status, body } = await post('{"customer": {')
    expect({ status, body }).toEqual({ status: 400, body: { status: 400, error: 'Bad Request' } })
  })
})

describe('values', () => {
  it('are converted to what the field holds', async () => {
    const { body } = await upsert({
      external_id: 123,
      name: 42,
      city: true,
      net_payment_term: '15',
      skip_invoice_custom_sections: 'off',
      billing_configuration: { invoice_grace_period: 2.9 },
      unknown_key: 'ignored',
    })
    expect(body.customer).toMatchObject({
      external_id: '123',
      name: '42',
      city: 'true',
      net_payment_term: 15,
      skip_invoice_custom_sections: false,
      billing_configuration: { invoice_grace_period: 2 },
    })
    expect(body.customer).not.toHaveProperty('unknown_key')
  })

  it.each([
    [false, false],
    [0, false],
    ['0', false],
    ['f', false],
    ['FALSE', false],
    ['', false],
    [null, false],
    ['no', true],
    [1, true],
  ])('%j in a yes-or-no field is %s', async (skip_invoice_custom_sections, expected) => {
    const { body } = await upsert({ external_id: 'flag', skip_invoice_custom_sections })
    expect(body.customer.skip_invoice_custom_sections).toBe(expected)
  })

  it('of the wrong kind count as absent', async () => {
    await upsert({ external_id: 'kinds', name: 'Acme', city: 'Lyon', metadata: [{ key: 'a', value: 'b' }] })
    const { status, body } = await upsert({
      external_id: 'kinds',
      name: { first: 'Acme' },
      city: ['Nice'],
      metadata: 'none',
      shipping_address: 'nowhere',
      billing_configuration: [1],
      tax_codes: null,
    })
    expect(status).toBe(200)
    expect(body.customer).toMatchObject({ name: 'Acme', city: 'Lyon', metadata: [{ key: 'a', value: 'b' }] })
  })

  it('lose their NUL characters, which no path can name', async () => {
    const { body } = await upsert({ external_id: 'nul\0', name: 'A\0cme', legal_name: '\0', email: 'a\0@b.co' })
    expect(body.customer).toMatchObject({ external_id: 'nul', name: 'Acme', legal_name: '', email: 'a@b.co' })
    expect((await app.api.get('/customers/nul%00')).status).toBe(404)
  })

  it('keep letters of every script', async () => {
    const name = 'Zoë 株式会社 🚲'
    expect((await upsert({ external_id: 'script', name })).body.customer.name).toBe(name)
  })
})

describe('what is wrong with a customer', () => {
  it('is told all at once', async () => {
    const { status, body } = await upsert({
      external_id: ' ',
      name: 'x'.repeat(256),
      email: 'not an address',
      country: 'XX',
      currency: 'eur',
      timezone: 'Europe/Atlantis',
      net_payment_term: -1,
      account_type: 'wizard',
      customer_type: 'robot',
      shipping_address: { country: 'YY' },
      billing_configuration: {
        invoice_grace_period: 'many',
        document_locale: 'nl',
        subscription_invoice_issuing_date_anchor: 'sunday',
        subscription_invoice_issuing_date_adjustment: 'never',
      },
    })
    expect(status).toBe(422)
    expect(body).toEqual({
      status: 422,
      error: 'Unprocessable Entity',
      code: 'validation_errors',
      error_details: {
        external_id: ['value_is_mandatory'],
        name: ['value_is_too_long'],
        email: ['invalid_email_format'],
        country: ['not_a_valid_country_code'],
        shipping_country: ['not_a_valid_country_code'],
        currency: ['value_is_invalid'],
        timezone: ['invalid_timezone'],
        net_payment_term: ['value_is_out_of_range'],
        account_type: ['value_is_invalid'],
        customer_type: ['value_is_invalid'],
        invoice_grace_period: ['is not a number'],
        document_locale: ['not_a_valid_language_code'],
        subscription_invoice_issuing_date_anchor: ['value_is_invalid'],
        subscription_invoice_issuing_date_adjustment: ['value_is_invalid'],
      },
    })
  })

  it.each([
    [{ metadata: Array.from({ length: 6 }, () => ({})), currency: 'x' }, { metadata: ['invalid_count'] }],
    [{ finalize_zero_amount_invoice: 'maybe', currency: 'x' }, { finalize_zero_amount_invoice: ['invalid_value'] }],
    [
      { integration_customers: [{ integration_type: 'xero' }, { integration_type: 'xero' }] },
      { integration_customers: ['invalid_count_per_integration_type'] },
    ],
    [
      { skip_invoice_custom_sections: true, invoice_custom_section_codes: [] },
      { invoice_custom_sections: ['skip_sections_and_selected_ids_sent_together'] },
    ],
    [{}, { external_id: ['value_is_mandatory'] }],
  ])('is told alone where it makes no sense to go on: %j', async (fields, details) => {
    const external_id = 'external_id' in details ? null : 'acme'
    const { status, body } = await upsert({ external_id, ...fields })
    expect(status).toBe(422)
    expect(body.error_details).toEqual(details)
  })

  it('includes tax codes that do not exist, and then nothing is stored', async () => {
    const refused = await upsert({ external_id: 'taxed', tax_codes: ['vat_20'] })
    expect(refused).toMatchObject({ status: 404, body: { code: 'tax_not_found' } })
    expect((await app.api.get('/customers/taxed')).status).toBe(404)
    expect((await upsert({ external_id: 'taxed', tax_codes: [] })).body.customer.taxes).toEqual([])
  })
})
