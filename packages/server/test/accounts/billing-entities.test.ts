import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { updateBillingEntity } from '../../src/accounts/update-billing-entity.ts'
import { updateOrganization } from '../../src/accounts/update-organization.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'

let app: TestApp

beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const create = (tenant: Tenant, billing_entity: unknown) => tenant.api.post('/billing_entities', { billing_entity })
const update = (tenant: Tenant, code: string, billing_entity: unknown) =>
  tenant.api.put(`/billing_entities/${code}`, { billing_entity })

describe('billing entities', () => {
  it('are listed oldest first, without pages, the first being the default', async () => {
    const tenant = await app.newOrganization()
    await create(tenant, { code: 'eu', name: 'Northwind Europe' })
    await create(tenant, { code: 'us', name: 'Northwind America' })
    const { data } = await tenant.client.billingEntities.listBillingEntities()
    expect(data.billing_entities.map(entity => [entity.code, entity.is_default])).toEqual([
      ['northwind', true],
      ['eu', false],
      ['us', false],
    ])
    expect(data).not.toHaveProperty('meta')
    expect(data.billing_entities[0]).not.toHaveProperty('taxes')
  })

  it('are read one by one with taxes and custom sections, by their own organization only', async () => {
    const tenant = await app.newOrganization()
    await create(tenant, { code: 'eu', name: 'Northwind Europe' })
    const { body } = await tenant.api.get('/billing_entities/eu')
    expect(body.billing_entity).toMatchObject({ code: 'eu', taxes: [], selected_invoice_custom_sections: [] })
    const other = await app.newOrganization()
    expect(await other.api.get('/billing_entities/eu')).toMatchObject({
      status: 404,
      body: { status: 404, error: 'Not Found', code: 'billing_entity_not_found' },
    })
    expect((await update(other, 'eu', { name: 'Mine' })).body.code).toBe('billing_entity_not_found')
  })
})

describe('creating a billing entity', () => {
  it('takes its settings, and the defaults for the rest', async () => {
    const { status, body } = await create(app, {
      code: 'nordic',
      name: 'Nordic AB',
      country: 'se',
      default_currency: 'SEK',
      timezone: 'Europe/Stockholm',
      phone: '+46 8 123',
      document_number_prefix: null,
      document_numbering: 'per_billing_entity',
      billing_configuration: { subscription_invoice_issuing_date_anchor: 'current_period_end' },
    })
    expect(status).toBe(200)
    expect(body.billing_entity).toMatchObject({
      code: 'nordic',
      country: 'SE',
      default_currency: 'SEK',
      timezone: 'Europe/Stockholm',
      phone: '+46 8 123',
      document_number_prefix: `NOR-${body.billing_entity.lago_id.slice(-4).toUpperCase()}`,
      document_numbering: 'per_billing_entity',
      subscription_invoice_issuing_date_anchor: 'current_period_end',
      subscription_invoice_issuing_date_adjustment: 'align_with_finalization_date',
      is_default: false,
    })
    expect(body.billing_entity).not.toHaveProperty('taxes')
  })

  it.each([
    [{ name: 'No code' }, { code: ['value_is_mandatory'] }],
    [{ code: 'no_name' }, { name: ['value_is_mandatory'] }],
    [{ code: 'northwind', name: 'Again' }, { code: ['value_already_exist'] }],
    [{ code: 'c', name: 'Lower case', default_currency: 'eur' }, { default_currency: ['value_is_invalid'] }],
    [{ code: 'c', name: 'Monthly', document_numbering: 'per_month' }, { document_numbering: ['value_is_invalid'] }],
    [
      { code: 'c', name: 'Odd', billing_configuration: { subscription_invoice_issuing_date_anchor: 'today' } },
      { subscription_invoice_issuing_date_anchor: ['value_is_invalid'] },
    ],
  ])('refuses %j', async (input, details) => {
    const { status, body } = await create(app, input)
    expect(status).toBe(422)
    expect(body.error_details).toEqual(details)
  })

  it('gives a code to one of two requests at the same time', async () => {
    const answers = await Promise.all([1, 2].map(() => create(app, { code: 'race', name: 'Race' })))
    expect(answers.map(answer => answer.status).toSorted()).toEqual([200, 422])
  })
})

describe('updating a billing entity', () => {
  it('changes what is given, with PUT or PATCH, and leaves the organization alone', async () => {
    const tenant = await app.newOrganization()
    const put = await update(tenant, 'northwind', { name: 'Northwind SAS', country: 'fr', default_currency: 'eur' })
    expect(put.body.billing_entity).toMatchObject({
      name: 'Northwind SAS',
      country: 'FR',
      default_currency: 'EUR',
      taxes: [],
    })
    const patch = await tenant.api.patch('/billing_entities/northwind', { billing_entity: { country: null } })
    expect(patch.body.billing_entity).toMatchObject({ name: 'Northwind SAS', country: null, default_currency: 'EUR' })
    const { body } = await tenant.api.get('/organizations')
    expect(body.organization).toMatchObject({ name: 'Northwind', country: null })
  })

  it('knows no tax codes, and changes nothing when one is sent', async () => {
    const tenant = await app.newOrganization()
    const refused = await update(tenant, 'northwind', { name: 'Changed', tax_codes: ['vat_20'] })
    expect(refused).toMatchObject({ status: 404, body: { code: 'tax_not_found' } })
    const { body } = await update(tenant, 'northwind', { tax_codes: [], invoice_custom_section_codes: ['none'] })
    expect(body.billing_entity.name).toBe('Northwind')
  })

  it('refuses a blank name, and an odd issuing date adjustment', async () => {
    const { body } = await update(app, 'northwind', {
      name: ' ',
      billing_configuration: { subscription_invoice_issuing_date_adjustment: null },
    })
    expect(body.error_details).toEqual({
      name: ['value_is_mandatory'],
      subscription_invoice_issuing_date_adjustment: ['value_is_invalid'],
    })
  })
})

describe('what follows from new billing settings', () => {
  it('is told with the previous values, and only when something changed', async () => {
    const tenant = await app.newOrganization()
    const { ctx, events } = recordEvents(tenant.ctx)
    await updateBillingEntity(ctx, 'northwind', { net_payment_term: 0, city: 'Lyon' })
    expect(events.splice(0)).toMatchObject([{ type: 'billing_entities.updated' }])
    await updateBillingEntity(ctx, 'northwind', {
      timezone: 'Asia/Tokyo',
      billing_configuration: { invoice_grace_period: 5 },
    })
    expect(events).toMatchObject([
      { type: 'billing_entities.updated', objectId: tenant.organizationId },
      {
        type: 'billing_entity.billing_settings_changed',
        objectId: tenant.organizationId,
        data: {
          previous: {
            net_payment_term: 0,
            invoice_grace_period: 0,
            subscription_invoice_issuing_date_anchor: 'next_period_start',
            subscription_invoice_issuing_date_adjustment: 'align_with_finalization_date',
          },
        },
      },
      {
        type: 'billing_entity.time_zone_changed',
        objectId: tenant.organizationId,
        data: { previous: { timezone: 'UTC' } },
      },
    ])
  })

  it('is told as well when the organization is updated', async () => {
    const tenant = await app.newOrganization()
    const { ctx, events } = recordEvents(tenant.ctx)
    await updateOrganization(ctx, { net_payment_term: 10 })
    expect(events).toMatchObject([
      { type: 'billing_entities.updated' },
      { type: 'billing_entity.billing_settings_changed', data: { previous: { net_payment_term: 0 } } },
    ])
  })
})
